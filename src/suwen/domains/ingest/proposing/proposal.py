"""A proposal, as it is shown, stored and written down."""

from pydantic import BaseModel

from suwen.domains.ingest.proposing.evidence import EvidenceKind


class EvidenceOut(BaseModel):
    """One piece of evidence; weight in log-odds, below 0 it speaks against."""

    kind: EvidenceKind
    seen: str
    weight: float


class Choice(BaseModel):
    """Another element or dataset that was thought of."""

    code: str
    confidence: float


class CodeMap(BaseModel):
    """How a source's codes become standard ones; `unknown` are those without a counterpart."""

    codes: dict[str, str] = {}
    unknown: list[str] = []
    confidence: float = 0.0


class ProposedColumn(BaseModel):
    """A column of the source with the element proposed for it, none where nothing fits.

    accepted: sure enough to stand in the feed; others are listed for a person to decide. expression: how the element is
    made, where not simply of the column.
    """

    column: str
    type: str
    comment: str
    element: str | None = None
    confidence: float = 0.0
    accepted: bool = False
    expression: str | None = None
    evidence: list[EvidenceOut] = []
    alternatives: list[Choice] = []
    map: CodeMap | None = None


class ProposedFeed(BaseModel):
    """A dataset that a table feeds: its columns with their elements, its key and how it is captured.

    constants: elements that hold one value for the whole table. needed: elements that it cannot do without, the key's
    first. problems: which of those it lacks, or `key`.
    """

    dataset: str
    confidence: float
    code: str
    title: str
    key: list[str]
    changing: str | None = None
    columns: list[ProposedColumn]
    constants: dict[str, str] = {}
    needed: list[str] = []
    problems: list[str] = []


class ProposedTable(BaseModel):
    """A table of the source: what it feeds, nothing where it has no counterpart among the datasets."""

    name: str
    comment: str
    rows: int
    columns: int
    confidence: float
    feeds: list[ProposedFeed]
    alternatives: list[Choice] = []
    model: str | None = None


class Proposal(BaseModel):
    """What a whole source would become."""

    source: str
    tables: list[ProposedTable]
    unreadable: dict[str, str] = {}
