"""What the API gives out of how collection does."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel


class Part(StrEnum):
    """What the figures of the chosen days are broken down by."""

    ORG = "org"
    SOURCE = "source"


class BatchFigures(BaseModel):
    """What batches did.

    batches: all that began; failed: those of them that failed. rows_in, rows_std, rows_quarantined, rows_deleted: of
    those that brought something, without replays. p50, p95: seconds from the source's commit (of the oldest change in a
    batch; where it is not told, from when the read began) until all of the batch is in std, over the batches; None
    where none got there.
    """

    batches: int = 0
    failed: int = 0
    rows_in: int = 0
    rows_std: int = 0
    rows_quarantined: int = 0
    rows_deleted: int = 0
    p50: float | None = None
    p95: float | None = None


class DayFigures(BatchFigures):
    """The batches that began on a day."""

    day: date


class PartFigures(BatchFigures):
    """The batches of an institution or a source."""

    code: str


class StateCount(BaseModel):
    """How many batches are in a state."""

    status: str
    batches: int


class Totals(BaseModel):
    """Rows of all batches ever, replays left out."""

    rows_in: int = 0
    rows_std: int = 0
    rows_quarantined: int = 0


class Agreement(BaseModel):
    """How feeds and indicators of a business day agree with their sources.

    equal, different: pairs of feed (or indicator) and day by their newest check; unchecked: pairs of feed and day with
    rows received that no check has looked at; open: differences not closed yet.
    """

    day: date
    equal: int
    different: int
    unchecked: int
    open: int


class SilentFeed(BaseModel):
    """A feed that has brought nothing new for a while; data_at: when it last did, None: never."""

    code: str
    title: str
    source: str
    org_code: str
    data_at: datetime | None
    created_at: datetime


class Overview(BaseModel):
    """How collection does, of the caller's institutions and what the filters let through.

    first, last: the chosen days; orgs, sources, feeds: those present. today, chosen: batches that began today, on the
    chosen days. by: what `parts` are. silent: feeds longest without data first, no more than 20 of `silent_count`, of
    which `never` have not brought any yet; a feed is silent after `silent_hours`, and that moment is `silent_since`.
    alarms: those of the scope that nobody has acknowledged, whatever the filters.
    """

    first: date
    last: date
    orgs: int
    sources: int
    feeds: int
    today: BatchFigures
    chosen: BatchFigures
    total: Totals
    days: list[DayFigures]
    states: list[StateCount]
    by: Part
    parts: list[PartFigures]
    agreement: list[Agreement]
    silent_hours: int
    silent_since: datetime
    silent_count: int
    never: int
    alarms: int
    silent: list[SilentFeed]
