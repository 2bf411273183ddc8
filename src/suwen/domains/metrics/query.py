"""Statements that answer a query: from the cube for what sums up, from the rows for distinct counts and the drill."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlglot import exp

from suwen.domains.metrics.cube import day_literal
from suwen.domains.metrics.measure import ROW, Measure

Grain = Literal["day", "month", "quarter", "year"]
Dim = Literal["region", "org", "dept", "encounter_type", "time"]
COLUMNS: dict[str, str] = {"org": "org_code", "dept": "dept_code", "encounter_type": "encounter_type_code"}
REGIONS = "lookup.org_region"
"""Given to the engine with the statement: org_code, region_code (VARCHAR), one row for each institution."""
HELD = "lookup.held_day"
"""Given likewise: org_code (VARCHAR), day (DATE), the days of institutions that are held back from publication."""


@dataclass(frozen=True)
class Cut:
    """Which part of a metric: a period (both ends included) and values of dimensions (None: all).

    held: (institution, day) whose data is not published for now, so that it counts nowhere.
    """

    first: date
    last: date
    orgs: tuple[str, ...] | None = None
    depts: tuple[str, ...] | None = None
    encounter_types: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None
    held: frozenset[tuple[str, date]] = frozenset()

    def chosen(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the (column, values) that narrow the cut."""
        for name, values in (("org", self.orgs), ("dept", self.depts), ("encounter_type", self.encounter_types)):
            if values is not None:
                yield COLUMNS[name], values


@dataclass(frozen=True)
class Shape:
    """How an answer is laid out: by which dimensions, and by which grain of time if time is one of them."""

    dims: tuple[Dim, ...] = ()
    grain: Grain = "month"


def number_query(measure: Measure, shape: Shape, cut: Cut) -> exp.Select:
    """Return the numbers of a measure: a column for each dimension (region, org, dept, encounter_type, time), value."""
    if measure.additive:
        dims: dict[str, exp.Expr] = {name: exp.column(name, table="c") for name in COLUMNS.values()}
        day: exp.Expr = exp.column("day", table="c")
        source = exp.table_(f"cube_{measure.fact.dataset}", db="mart", alias="c")
        aggregate: exp.Expr = exp.Sum(this=exp.column("value", table="c"))
        conditions = [exp.column("metric", table="c").eq(exp.Literal.string(measure.code))]
    else:
        dims, day = measure.fact.dims, measure.fact.day
        source = exp.table_(measure.fact.dataset, db="std", alias=ROW)
        aggregate = measure.aggregated()
        conditions = [measure.condition]
    groups: list[exp.Expr] = []
    selected: list[exp.Expr] = []
    for dim in shape.dims:
        if dim == "time":
            group = period_start(day, shape.grain)
        elif dim == "region":
            group = exp.column("region_code", table="r")
        else:
            group = dims[COLUMNS[dim]]
        selected.append(exp.alias_(group, dim))
        if not isinstance(group, exp.Literal):
            groups.append(group)
    query = exp.select(*selected, exp.alias_(aggregate, "value")).from_(source)
    if "region" in shape.dims or cut.regions is not None:
        on = exp.column("org_code", table="r").eq(dims["org_code"])
        query = query.join(exp.table_("org_region", db="lookup", alias="r"), on=on, join_type="left")
    query = _published(query, dims, day, cut).where(*conditions, *narrowed(dims, day, cut))
    return query.group_by(*groups) if groups else query


def rows_query(measure: Measure, cut: Cut) -> exp.Select:
    """Return FROM and WHERE of the rows behind a number; the caller adds what to select."""
    query = exp.select().from_(exp.table_(measure.fact.dataset, db="std", alias=ROW))
    if cut.regions is not None:
        on = exp.column("org_code", table="r").eq(exp.column("org_code", table=ROW))
        query = query.join(exp.table_("org_region", db="lookup", alias="r"), on=on, join_type="left")
    dims, day = measure.fact.dims, measure.fact.day
    return _published(query, dims, day, cut).where(measure.condition, *narrowed(dims, day, cut))


def period_start(day: exp.Expr, grain: Grain) -> exp.Expr:
    """Return the first day of the period that a day lies in."""
    if grain == "day":
        return day
    return exp.cast(exp.func("DATE_TRUNC", exp.Literal.string(grain), day, dialect="duckdb"), "DATE")


def narrowed(dims: dict[str, exp.Expr], day: exp.Expr, cut: Cut) -> Iterator[exp.Expr]:
    """Yield the conditions of a cut."""
    yield exp.Between(this=day.copy(), low=day_literal(cut.first), high=day_literal(cut.last))
    for column, values in cut.chosen():
        yield _one_of(dims[column], values)
    if cut.regions is not None:
        yield _one_of(exp.column("region_code", table="r"), cut.regions)


def _published(query: exp.Select, dims: dict[str, exp.Expr], day: exp.Expr, cut: Cut) -> exp.Select:
    """Return the query without the days that are held back; a day is that of the metric, whatever time it counts by."""
    if not cut.held:
        return query
    held = {name: exp.column(name, table="h") for name in ("org_code", "day")}
    on = exp.and_(held["org_code"].eq(dims["org_code"]), held["day"].eq(day.copy()))
    query = query.join(exp.table_("held_day", db="lookup", alias="h"), on=on, join_type="left")
    return query.where(held["org_code"].is_(exp.null()))


def _one_of(column: exp.Expr, values: Sequence[str]) -> exp.Expr:
    return column.isin(*(exp.Literal.string(value) for value in values)) if values else exp.false()
