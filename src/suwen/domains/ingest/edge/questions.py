"""Questions to a source, as data: what a check compares is worked out where the source is, and only that leaves it.

A node answers with the same statements that the center runs over its own copy, so both sides are made by one hand.
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from suwen.domains.ingest.reconcile.measure import Compare, Measure


class Question(BaseModel):
    """What is asked of a source's side of a comparison.

    kind: `days` (figures of each business day, see `Measure.figures`) or `keys` (digests of each key of `day`, see
    `sides.keys_asked`). stored: raw columns with their types. digest: `digest_tag` of the one who asks. The others: see
    `Measure`.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: Literal["days", "keys"]
    stored: tuple[tuple[str, str], ...]
    compare: Compare = "rows"
    time: str | None = None
    amounts: tuple[str, ...] = ()
    changed: str | None = None
    boundary: str | None = None
    since: date | None = None
    day: date | None = None
    digest: str

    def measure(self, columns: tuple[tuple[str, str], ...]) -> Measure:
        """Return what is compared over columns with the types that both sides are read in."""
        return Measure(columns, self.compare, self.time, self.amounts, self.changed, self.boundary, self.since)


class Answered(BaseModel):
    """What a node tells with an answer: the types in which it has read the columns, and the statement it ran."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    columns: tuple[tuple[str, str], ...]
    sql: str
