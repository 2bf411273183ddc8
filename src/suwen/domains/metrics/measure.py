"""A metric that is no ratio, resolved to what is counted of which rows; the one filter behind number and drill."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from suwen.domains.lake.public import SYSTEM_COLUMNS
from suwen.domains.metrics.definition import Aggregate, Atomic, Derived, Ratio
from suwen.domains.metrics.errors import InvalidPack, UnknownMetric
from suwen.domains.standards.public import Catalog

ROW = "t"
"""Alias of the dataset's row in every statement."""


@dataclass(frozen=True)
class Fact:
    """What a cube is grouped by: a dataset's rows at one time column, with their department and kind of encounter."""

    dataset: str
    time: str
    department: str | None
    encounter_type: str | None

    @property
    def day(self) -> exp.Expr:
        """The day that a row counts for."""
        return exp.cast(exp.column(self.time, table=ROW), "DATE")

    @property
    def dims(self) -> dict[str, exp.Expr]:
        """The dimensions of a row: org_code, dept_code and encounter_type_code ('' where there is none)."""
        return {
            "org_code": exp.column("org_code", table=ROW),
            "dept_code": _or_empty(self.department),
            "encounter_type_code": _or_empty(self.encounter_type),
        }


@dataclass(frozen=True)
class Measure:
    """An aggregate over the rows of a fact that meet all conditions; `value` is None for a count of rows."""

    code: str
    fact: Fact
    aggregate: Aggregate
    value: exp.Expr | None
    conditions: tuple[exp.Expr, ...]

    @property
    def additive(self) -> bool:
        """Whether numbers of parts sum up to the number of the whole; a distinct count does not."""
        return self.aggregate != "count_distinct"

    @property
    def condition(self) -> exp.Expr:
        """The rows behind the number: boolean SQL over row `t`, the same for counting and for the drill."""
        timed = exp.column(self.fact.time, table=ROW).is_(exp.null()).not_()
        return exp.and_(timed, *self.conditions)

    def aggregated(self) -> exp.Expr:
        """Return the aggregate over the rows of a group; rows are narrowed by the statement's WHERE."""
        if self.value is None:
            return exp.Count(this=exp.Star())
        if self.aggregate == "count_distinct":
            return exp.Count(this=exp.Distinct(expressions=[self.value.copy()]))
        return exp.Sum(this=self.value.copy())


def measure_of(code: str, definitions: Mapping[str, Atomic | Derived | Ratio]) -> Measure:
    """Return the measure of an atomic or derived metric.

    Raises UnknownMetric for a code that is none or is a ratio, InvalidPack for SQL that cannot be read.
    """
    conditions: list[exp.Expr] = []
    seen: set[str] = set()
    definition = definitions.get(code)
    while isinstance(definition, Derived) and definition.code not in seen:
        seen.add(definition.code)
        conditions.append(_parsed(definition.code, definition.filter))
        definition = definitions.get(definition.base)
    if not isinstance(definition, Atomic):
        raise UnknownMetric(code, (name for name, each in definitions.items() if not isinstance(each, Ratio)))
    if definition.filter:
        conditions.append(_parsed(definition.code, definition.filter))
    fact = Fact(definition.dataset, definition.time, definition.department, definition.encounter_type)
    value = _parsed(definition.code, definition.value) if definition.value else None
    return Measure(code, fact, definition.aggregate, value, tuple(reversed(conditions)))


def check_measure(measure: Measure, catalog: Catalog) -> None:
    """Raise InvalidPack unless the measure names only elements of its dataset and no other table."""
    if measure.fact.dataset not in catalog.datasets:
        reason = "no such dataset"
        raise InvalidPack(measure.code, reason, received=measure.fact.dataset, allowed=catalog.datasets)
    if (measure.aggregate == "count") != (measure.value is None):
        raise InvalidPack(measure.code, "a value is needed to sum or count distinctly, and only then")
    dataset = catalog.dataset(measure.fact.dataset)
    known = {*dataset.names, *(column.name for column in SYSTEM_COLUMNS)}
    for name in _columns(measure):
        if name not in known:
            raise InvalidPack(measure.code, f"{dataset.code} has no such element", received=name, allowed=known)
    if dataset.by_name[measure.fact.time].type not in ("date", "datetime"):
        raise InvalidPack(measure.code, "the time column is no date", received=measure.fact.time)


def _columns(measure: Measure) -> Iterator[str]:
    yield measure.fact.time
    yield from (name for name in (measure.fact.department, measure.fact.encounter_type) if name)
    for tree in (*measure.conditions, *((measure.value,) if measure.value is not None else ())):
        yield from (column.name for column in tree.find_all(exp.Column))


def _parsed(code: str, text: str) -> exp.Expr:
    try:
        tree = sqlglot.parse_one(text, read="duckdb")
    except SqlglotError as error:
        raise InvalidPack(code, f"cannot be read: {str(error).splitlines()[0]}", received=text) from None
    if tree.find(exp.Query, exp.Table, exp.Command):
        raise InvalidPack(code, "an expression over one row names no table", received=text)
    for column in tree.find_all(exp.Column):
        column.set("table", exp.to_identifier(ROW))
    return tree


def _or_empty(name: str | None) -> exp.Expr:
    if name is None:
        return exp.Literal.string("")
    return exp.Coalesce(this=exp.column(name, table=ROW), expressions=[exp.Literal.string("")])
