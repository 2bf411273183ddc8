"""What a metric pack declares: atomic, derived and ratio metrics, as immutable values."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Direction = Literal["up", "down", "neutral"]
Aggregate = Literal["count", "sum", "count_distinct"]


class Described(BaseModel):
    """What every metric says of itself.

    unit: shown behind the number, in Chinese (unit_en in English); direction: whether more is better; formula: in the
    field's words; source: the document that defines it, or "unverified"; group: heading on boards.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    title: str
    title_en: str
    group: str
    group_en: str = ""
    unit: str
    unit_en: str = ""
    direction: Direction = "neutral"
    decimals: int = 0
    formula: str
    definition: str
    definition_en: str
    source: str = "unverified"


class Atomic(Described):
    """Counts or sums rows of one dataset.

    value: SQL (DuckDB dialect) over the dataset's columns, summed or counted distinctly; filter: SQL condition;
    time: the column whose day the row counts for; department: column of the department, if the dataset has one.
    """

    kind: Literal["atomic"] = "atomic"
    dataset: str
    aggregate: Aggregate
    value: str | None = None
    filter: str | None = None
    time: str
    department: str | None = None
    encounter_type: str | None = None


class Derived(Described):
    """An atomic (or derived) metric narrowed by a further condition."""

    kind: Literal["derived"] = "derived"
    base: str
    filter: str


class Ratio(Described):
    """One metric over another, times a factor (100 for percent)."""

    kind: Literal["ratio"] = "ratio"
    numerator: str
    denominator: str
    factor: int = 1


Definition: TypeAlias = Annotated[Atomic | Derived | Ratio, Field(discriminator="kind")]
DEFINITION: TypeAdapter[Atomic | Derived | Ratio] = TypeAdapter(Definition)
"""Reads a definition from its mapping."""
