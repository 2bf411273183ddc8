"""What the room's routes take and answer, beside the rows of its lists."""

import uuid
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from suwen.domains.terms.reading import LONGEST, MOST
from suwen.domains.terms.schemas import AcceptanceOut, DictionaryOut, EntryOut, In, RenewalOut


class GivenEntry(In):
    """An entry as an institution's system sends it; standard_code: several joined by ##."""

    code: str = Field(default="", max_length=LONGEST)
    name: str = Field(max_length=LONGEST)
    parent: str = Field(default="", max_length=LONGEST)
    standard_code: str = ""
    parts: dict[str, str] = Field(default_factory=dict[str, str])
    records: int | None = Field(default=None, ge=0)


class DictionaryRef(In):
    """Which dictionary is meant; it is made when it is not there yet."""

    org_code: str = Field(min_length=1, max_length=40)
    system: str = Field(min_length=1, max_length=40)
    kind: str
    topic: str = Field(default="", max_length=100)
    title: str = Field(default="", max_length=200)
    target: str | None = None


class LoadIn(DictionaryRef):
    """A whole dictionary as one request."""

    entries: list[GivenEntry] = Field(min_length=1, max_length=MOST)


class LoadReport(BaseModel):
    """What a load came to; with preview what it would come to, of a dictionary that may not be there yet.

    job_id: the run that loads a long list, which was found right; but for `rows` the counts are then 0.
    """

    dictionary_id: uuid.UUID | None
    version: int
    rows: int
    added: int
    changed: int
    vanished: int
    unchanged: int
    preview: bool
    job_id: uuid.UUID | None = None


class ColumnsOut(BaseModel):
    """A workbook's sheets, the file's columns, which field they seem to be, and its first lines."""

    sheets: list[str]
    header: list[str]
    guess: dict[str, str]
    fields: list[dict[str, str]]
    lines: list[list[str]]


class JobStarted(BaseModel):
    """A job to follow under /api/jobs/{job_id}."""

    job_id: uuid.UUID


class HarvestIn(In):
    """What to harvest: kinds (all without), within the caller's institutions."""

    kinds: list[str] = Field(default_factory=list[str])


class PartOut(BaseModel):
    """One part compared; note: what lies behind the verdict."""

    name: str
    title: str
    title_en: str
    source: str | None
    standard: str | None
    verdict: Literal["same", "convertible", "different", "unknown"]
    note: str = ""
    note_en: str = ""


class CandidateOut(BaseModel):
    """A standard term that an entry may mean. reason_en: empty where the candidate is older than English reasons."""

    code: str
    name: str
    score: float
    accepted: bool
    reason: str
    reason_en: str = ""
    parts: list[PartOut] = Field(default_factory=list[PartOut])


class ElsewhereOut(BaseModel):
    """What other institutions mapped the same name to."""

    org_code: str
    system: str
    mapped: str
    mapped_name: str


class EntryDetail(EntryOut):
    """An entry at the bench: candidates, parts, what others did with the same name."""

    target: str | None
    candidates: list[CandidateOut]
    matched: bool
    elsewhere: list[ElsewhereOut]
    decided_by: uuid.UUID | None
    renewal: RenewalOut | None


class WorthOut(AcceptanceOut):
    """What scores are worth, and how many pairs it takes at least, were all of them right."""

    needed: int


class BenchOut(BaseModel):
    """A portion of a dictionary's entries of one state, the most used first; `next` goes on after the last.

    acceptance: what the scores are worth at the stated precision, None while that has not been measured.
    """

    dictionary: DictionaryOut
    review_required: bool
    precision: float
    acceptance: WorthOut | None
    items: list[EntryOut]
    next: str | None


class Decision(In):
    """What somebody decides on an entry; `version` is the entry's as it was read."""

    version: int = Field(ge=0)
    action: Literal["map", "none", "ask", "reopen"]
    codes: list[str] = Field(default_factory=list[str], max_length=20)
    note: str | None = Field(default=None, max_length=500)


class ReviewIn(In):
    """What the second person says."""

    version: int = Field(ge=0)
    approve: bool
    note: str | None = Field(default=None, max_length=500)


class AcceptIn(In):
    """A batch accept: candidates from this score on, or those the matcher itself accepts."""

    min_score: float = Field(ge=0, le=1)
    only_accepted: bool = False
    preview: bool = True


class AcceptOut(BaseModel):
    """What a batch accept maps, or would map; `sample` shows those of the lowest scores.

    job_id: the job that does it, where it is more than a request should do. assured: the scores asked for keep the
    stated precision on held-out pairs; without that somebody should look at each.
    """

    batch_id: uuid.UUID | None
    job_id: uuid.UUID | None
    assured: bool
    entries: int
    records: int
    sample: list[EntryOut]


class UndoOut(BaseModel):
    """How many entries are open again; `kept`: somebody has decided on them since, unknown while a job does it."""

    undone: int
    kept: int | None
    job_id: uuid.UUID | None


class ResumeOut(BaseModel):
    """The job that goes on with a batch."""

    job_id: uuid.UUID


class RenewIn(In):
    """Which terminology's mappings are to be looked at again."""

    target: str = Field(min_length=1, max_length=100)


class ConflictSide(BaseModel):
    """One institution's mapping of a name."""

    entry_id: uuid.UUID
    dictionary_id: uuid.UUID
    org_code: str
    system: str
    code: str
    name: str
    mapped: str
    mapped_name: str
    records: int
    decided_name: str | None


class ConflictOut(BaseModel):
    """One name that institutions mapped differently."""

    kind: str
    name: str
    sides: list[ConflictSide]


class ConflictPage(BaseModel):
    """A page of conflicts, the most used names first."""

    items: list[ConflictOut]
    total: int
    page: int
    page_size: int


class TerminologyOut(BaseModel):
    """A value set that may be mapped to."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    title: str
    title_en: str


class ReverseOut(BaseModel):
    """A standard term and how many source entries stand for it."""

    target: str
    standard_code: str
    standard_name: str
    entries: int
    institutions: int
    records: int


class ReversePage(BaseModel):
    """A page of standard terms that are mapped to; `targets`: the terminologies there are to choose from."""

    targets: list[str]
    items: list[ReverseOut]
    total: int
    page: int
    page_size: int


class ProgressCell(BaseModel):
    """How far one institution's dictionaries of one kind are; records weigh entries."""

    org_code: str
    kind: str
    dictionaries: int
    entries: int
    done_entries: int
    records: int
    done_records: int
    asked_entries: int
    review_entries: int
    owed: int


class ProgressOut(BaseModel):
    """Progress by institution and kind, and the institutions' names."""

    cells: list[ProgressCell]
    kinds: list[dict[str, str]]
    orgs: list[dict[str, str]]


class TermOut(BaseModel):
    """One standard term; `parts` beside those of the entry that it is looked up for."""

    code: str
    name: str
    parent: str | None
    parts: list[PartOut] = Field(default_factory=list[PartOut])


class MergeReport(BaseModel):
    """What an import of pairs came to; `differing`: names that this region maps otherwise, kept beside."""

    added: int
    merged: int
    differing: int
