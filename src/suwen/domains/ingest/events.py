"""What the room ingest announces."""

from dataclasses import dataclass
from typing import ClassVar

from suwen.kernel.events import Event


@dataclass(frozen=True)
class BatchLanded(Event):
    """The rows of a batch are in the raw layer and will stay there."""

    name: ClassVar[str] = "ingest.batch_landed"
    batch_id: str
    source: str
    feed: str
    org_code: str
    rows: int


@dataclass(frozen=True)
class BatchFailed(Event):
    """A run broke off; code: of its error."""

    name: ClassVar[str] = "ingest.batch_failed"
    batch_id: str
    source: str
    feed: str
    org_code: str
    code: str


@dataclass(frozen=True)
class BatchStandardised(Event):
    """Every row of a batch is in its std table or in quarantine."""

    name: ClassVar[str] = "ingest.batch_standardised"
    batch_id: str
    source: str
    feed: str
    dataset: str
    org_code: str
    rows_in: int
    rows_std: int
    rows_quarantined: int
