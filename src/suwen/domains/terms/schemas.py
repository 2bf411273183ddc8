"""What the room hands to the outside: rows of its lists, bodies of its routes."""

import uuid
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from suwen.domains.terms.kinds import OPTIONS as KIND_OPTIONS
from suwen.domains.terms.reading import LONGEST, MOST
from suwen.kernel.resources import Column

STATES = (
    ("open", "待标化", "To map"),
    ("asked", "已质询", "Asked"),
    ("review", "待审核", "Awaiting review"),
    ("mapped", "已标化", "Mapped"),
    ("none", "无对应", "No counterpart"),
)
ORIGINS = (("upload", "文件", "File"), ("api", "接口", "API"), ("harvest", "数据提取", "Harvested"))
HARVEST, SUGGEST, PUBLISH, APPLY = "terms.harvest", "terms.suggest", "terms.publish", "terms.apply"
"""Names of the room's jobs."""

OrgCode = Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
System = Annotated[str, Column("系统", "System", filter=True, sort=True, width=110)]
KindCode = Annotated[str, Column("类别", "Kind", filter=True, sort=True, options=KIND_OPTIONS, width=90)]
Key = Annotated[uuid.UUID, Column("编号", "Id", hide=("list", "form", "export"))]


class Out(BaseModel):
    """Base of what answers a request."""

    model_config = ConfigDict(from_attributes=True)


class In(BaseModel):
    """Base of what a request brings."""

    model_config = ConfigDict(extra="forbid")


class DictionaryOut(Out):
    """A source dictionary and how far it is mapped."""

    id: Key
    org_code: OrgCode
    system: System
    kind: KindCode
    topic: Annotated[str, Column("源值域", "Source value set", filter=True, sort=True)]
    title: Annotated[str, Column("名称", "Name", filter=True, sort=True)]
    target: Annotated[str | None, Column("标准术语集", "Terminology", filter=True)]
    version: Annotated[int, Column("版本", "Version", sort=True, width=70)]
    entries: Annotated[int, Column("条目", "Entries", sort=True)]
    records: Annotated[int, Column("记录数", "Records", sort=True)]
    open_entries: Annotated[int, Column("待标化", "To map", sort=True)]
    asked_entries: Annotated[int, Column("已质询", "Asked", sort=True)]
    review_entries: Annotated[int, Column("待审核", "In review", sort=True)]
    mapped_entries: Annotated[int, Column("已标化", "Mapped", sort=True)]
    none_entries: Annotated[int, Column("无对应", "None", sort=True)]
    mapped_records: Annotated[int, Column("已标化记录", "Records mapped", sort=True)]
    none_records: Annotated[int, Column("无对应记录", "Records without counterpart", sort=True)]
    claimed_by: Annotated[uuid.UUID | None, Column("申领人编号", "Claimer id", hide=("list", "detail", "export"))]
    claimed_name: Annotated[str | None, Column("申领人", "Claimed by", filter=True)]
    claimed_at: Annotated[datetime | None, Column("申领时间", "Claimed at", sort=True)]
    loaded_at: Annotated[datetime | None, Column("更新时间", "Loaded at", sort=True)]
    suggested_at: Annotated[datetime | None, Column("匹配时间", "Matched at")]


class DictionaryChange(In):
    """What people adjust of a dictionary."""

    title: Annotated[str, Field(min_length=1, max_length=200), Column("名称", "Name")] = ""
    target: Annotated[str | None, Column("标准术语集", "Terminology", help="值域代码；留空用该类别的默认术语集")] = None


class EntryOut(Out):
    """One source entry with what it is mapped to."""

    id: Key
    dictionary_id: Annotated[uuid.UUID, Column("字典", "Dictionary", filter=True, hide=("list", "export", "detail"))]
    org_code: OrgCode
    system: System
    kind: KindCode
    code: Annotated[str, Column("源代码", "Source code", filter=True, sort=True)]
    name: Annotated[str, Column("源名称", "Source name", filter=True, sort=True)]
    parts: Annotated[dict[str, str], Column("属性", "Parts", kind="json", hide=("list",))]
    records: Annotated[int, Column("记录数", "Records", filter=True, sort=True)]
    state: Annotated[str, Column("状态", "State", filter=True, sort=True, options=STATES, width=90)]
    mapped: Annotated[str | None, Column("标准代码", "Standard code", filter=True)]
    mapped_name: Annotated[str | None, Column("标准名称", "Standard name", filter=True)]
    top_code: Annotated[str | None, Column("候选代码", "Candidate code", hide=("list",))]
    top_name: Annotated[str | None, Column("候选名称", "Candidate", hide=("list",))]
    top_score: Annotated[float | None, Column("候选分", "Score", filter=True, sort=True)]
    present: Annotated[bool, Column("仍在用", "Present", filter=True)]
    former_name: Annotated[str | None, Column("原名称", "Former name", hide=("list",))]
    parent: Annotated[str | None, Column("上级代码", "Parent", hide=("list",))]
    origin: Annotated[str, Column("来源", "Origin", filter=True, options=ORIGINS)]
    first_load: Annotated[int, Column("首见版本", "First version", filter=True, sort=True)]
    changed_load: Annotated[int | None, Column("变更版本", "Changed in", filter=True, sort=True)]
    vanished_load: Annotated[int | None, Column("消失版本", "Vanished in", filter=True, sort=True)]
    note: Annotated[str | None, Column("备注", "Note", hide=("list",))]
    decided_name: Annotated[str | None, Column("标化人", "Decided by", filter=True)]
    decided_at: Annotated[datetime | None, Column("标化时间", "Decided at", sort=True)]
    reviewed_name: Annotated[str | None, Column("审核人", "Reviewed by", filter=True)]
    version: Annotated[int, Column("修订", "Revision", hide=("list", "export"))]


class StaffOut(Out):
    """A member of staff as a source system lists it."""

    id: Key
    org_code: OrgCode
    system: System
    code: Annotated[str, Column("人员代码", "Code", filter=True, sort=True)]
    name: Annotated[str, Column("姓名", "Name", mask="name")]
    records: Annotated[int, Column("记录数", "Records", sort=True)]
    present: Annotated[bool, Column("仍在用", "Present", filter=True)]
    first_load: Annotated[int, Column("首见版本", "First version", filter=True, sort=True)]
    vanished_load: Annotated[int | None, Column("消失版本", "Vanished in", filter=True, sort=True)]


class LoadOut(Out):
    """One version of a dictionary."""

    id: Key
    dictionary_id: Annotated[uuid.UUID, Column("字典", "Dictionary", filter=True, hide=("list", "export"))]
    org_code: OrgCode
    number: Annotated[int, Column("版本", "Version", sort=True)]
    origin: Annotated[str, Column("来源", "Origin", filter=True, options=ORIGINS)]
    file_name: Annotated[str | None, Column("文件", "File")]
    rows: Annotated[int, Column("行数", "Rows", sort=True)]
    added: Annotated[int, Column("新增", "New", sort=True)]
    changed: Annotated[int, Column("变更", "Changed", sort=True)]
    vanished: Annotated[int, Column("消失", "Vanished", sort=True)]
    unchanged: Annotated[int, Column("不变", "Unchanged", sort=True)]
    loaded_by: Annotated[str | None, Column("操作人", "By", filter=True)]
    loaded_at: Annotated[datetime, Column("时间", "At", filter=True, sort=True)]


class PairOut(Out):
    """A learnt pair."""

    id: Key
    kind: KindCode
    target: Annotated[str, Column("标准术语集", "Terminology", filter=True)]
    name: Annotated[str, Column("源名称", "Source name", filter=True, sort=True)]
    standard_codes: Annotated[str, Column("标准代码", "Standard code", filter=True)]
    standard_names: Annotated[str, Column("标准名称", "Standard name", filter=True)]
    support: Annotated[int, Column("确认次数", "Support", sort=True)]
    origin: Annotated[str, Column("来源地区", "Region", filter=True)]
    updated_at: Annotated[datetime, Column("更新时间", "Updated", sort=True)]


class BatchOut(Out):
    """A batch accept."""

    id: Key
    dictionary_id: Annotated[uuid.UUID, Column("字典", "Dictionary", filter=True, hide=("list", "export"))]
    org_code: OrgCode
    system: System
    kind: KindCode
    min_score: Annotated[float, Column("最低分", "Least score", sort=True)]
    entries: Annotated[int, Column("条目", "Entries", sort=True)]
    records: Annotated[int, Column("记录数", "Records", sort=True)]
    accepted_by: Annotated[str | None, Column("操作人", "By", filter=True)]
    accepted_at: Annotated[datetime, Column("时间", "At", sort=True)]
    undone: Annotated[int | None, Column("撤销条目", "Undone")]
    undone_by: Annotated[str | None, Column("撤销人", "Undone by")]
    undone_at: Annotated[datetime | None, Column("撤销时间", "Undone at")]


class CollectionOut(Out):
    """A dictionary that is owed, and whether it came."""

    id: Key
    org_code: OrgCode
    system: System
    kind: KindCode
    due_on: Annotated[date | None, Column("期限", "Due", filter=True, sort=True)]
    note: Annotated[str | None, Column("说明", "Note")]


class CollectionIn(In):
    """A dictionary that is to be collected."""

    org_code: Annotated[str, Field(min_length=1, max_length=40), Column("机构", "Institution", kind="org")]
    system: Annotated[str, Field(min_length=1, max_length=40), Column("系统", "System")]
    kind: Annotated[str, Column("类别", "Kind", options=KIND_OPTIONS)]
    due_on: Annotated[date | None, Column("期限", "Due")] = None
    note: Annotated[str | None, Field(max_length=500), Column("说明", "Note")] = None


class CollectionChange(In):
    """What of it people adjust."""

    due_on: Annotated[date | None, Column("期限", "Due")] = None
    note: Annotated[str | None, Field(max_length=500), Column("说明", "Note")] = None


class PolicyOut(Out):
    """How a kind is mapped."""

    kind: KindCode
    target: Annotated[str | None, Column("标准术语集", "Terminology", filter=True)]
    review: Annotated[bool, Column("须第二人审核", "Second person", filter=True)]
    updated_at: Annotated[datetime | None, Column("更新时间", "Updated")]


class PolicyChange(In):
    """What of it people adjust."""

    target: Annotated[str | None, Column("标准术语集", "Terminology", help="值域代码，例如 CT08.00.002")] = None
    review: Annotated[bool, Column("须第二人审核", "Second person must agree")] = False


class ApplicationOut(Out):
    """One run that brought the mapping into a dataset."""

    id: Key
    dataset: Annotated[str, Column("数据集", "Dataset", filter=True, sort=True)]
    kind: KindCode
    status: Annotated[str, Column("状态", "Status", filter=True)]
    rows: Annotated[int, Column("有源值的行", "Rows with a value", sort=True)]
    mapped_before: Annotated[int, Column("此前有标准代码", "Mapped before")]
    mapped_after: Annotated[int, Column("现有标准代码", "Mapped after")]
    changed: Annotated[int, Column("改写的行", "Rows rewritten", sort=True)]
    seconds: Annotated[float, Column("秒", "Seconds")]
    applied_by: Annotated[str | None, Column("操作人", "By")]
    applied_at: Annotated[datetime, Column("时间", "At", sort=True)]


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
    """What a load came to; with preview nothing was stored."""

    dictionary_id: uuid.UUID
    version: int
    rows: int
    added: int
    changed: int
    vanished: int
    unchanged: int
    preview: bool


class ColumnsOut(BaseModel):
    """A file's columns, which field they seem to be, and its first lines."""

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
    """One part compared."""

    name: str
    title: str
    title_en: str
    source: str | None
    standard: str | None
    verdict: Literal["same", "different", "unknown"]


class CandidateOut(BaseModel):
    """A standard term that an entry may mean."""

    code: str
    name: str
    score: float
    accepted: bool
    reason: str
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


class BenchOut(BaseModel):
    """A portion of a dictionary's entries of one state, the most used first; `next` goes on after the last."""

    dictionary: DictionaryOut
    review_required: bool
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
    """What a batch accept maps, or would map; `sample` shows those of the lowest scores."""

    batch_id: uuid.UUID | None
    entries: int
    records: int
    sample: list[EntryOut]


class UndoOut(BaseModel):
    """How many entries are open again; `kept`: somebody has decided on them since."""

    undone: int
    kept: int


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


class ReverseOut(BaseModel):
    """A standard term and how many source entries stand for it."""

    target: str
    standard_code: str
    standard_name: str
    entries: int
    institutions: int
    records: int


class ReversePage(BaseModel):
    """A page of standard terms that are mapped to."""

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
    """One standard term."""

    code: str
    name: str
    parent: str | None


class MergeReport(BaseModel):
    """What an import of pairs came to; `differing`: names that this region maps otherwise, kept beside."""

    added: int
    merged: int
    differing: int
