"""Cubes: `mart.cube_<dataset>`, the additive metrics by day × institution × department × kind of encounter.

Columns metric, org_code, day, dept_code ('' = none), encounter_type_code ('' = none), value DECIMAL(28,4). A metric
without rows in a group has no line. The metric `#rows:<time column>` counts all rows: by it a refresh finds the days
that have changed.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from sqlglot import exp

from suwen.domains.lake.public import ColumnSpec, TableSpec
from suwen.domains.metrics.measure import ROW, Fact, Measure

VALUE = "DECIMAL(28, 4)"
MOST_AGGREGATES = 20
"""Measures of one grouped scan: above about 25 their cost in DuckDB grows with the square of their number."""
DIMS = ("org_code", "day", "dept_code", "encounter_type_code")


def cube_spec(dataset: str) -> TableSpec:
    """Return the cube table of a dataset."""
    return TableSpec(
        "mart",
        f"cube_{dataset}",
        (
            ColumnSpec("metric", "string"),
            ColumnSpec("org_code", "string"),
            ColumnSpec("day", "date"),
            ColumnSpec("dept_code", "string"),
            ColumnSpec("encounter_type_code", "string"),
            ColumnSpec("value", "decimal(28,4)"),
        ),
        key=("metric", *DIMS),
        sort=("metric", "org_code", "day"),
    )


def rows_metric(fact: Fact) -> str:
    """Return the code of the metric that counts all rows of a fact."""
    return f"#rows:{fact.time}"


def facts_of(measures: Iterable[Measure]) -> dict[Fact, list[Measure]]:
    """Return the additive measures of each fact."""
    found: dict[Fact, list[Measure]] = {}
    for measure in measures:
        if measure.additive:
            found.setdefault(measure.fact, []).append(measure)
    return found


def cube_query(facts: Sequence[tuple[Fact, Sequence[Measure], Sequence[date] | None]]) -> exp.Query:
    """Return the lines of a dataset's cube: a scan for each twenty measures of a fact, of some days (None: all).

    A fact's rows are grouped once to a wide line, which is then split into one line for each measure.
    """
    lines: list[exp.Query] = []
    ctes: list[tuple[str, exp.Select]] = []
    for fact, measures, days in facts:
        for start in range(0, max(len(measures), 1), MOST_AGGREGATES):
            name = f"wide{len(ctes)}"
            part = measures[start : start + MOST_AGGREGATES]
            ctes.append((name, _wide(fact, part, days)))
            if start == 0:
                lines.append(_line(name, rows_metric(fact), "n", counted=True))
            for number, measure in enumerate(part):
                lines.append(_line(name, measure.code, f"m{number}", counted=measure.aggregate == "count"))
    query = lines[0] if len(lines) == 1 else exp.union(*lines, distinct=False)
    for name, wide in ctes:
        query = query.with_(name, as_=wide, copy=False)
    return query


def kept_query(cube: str, stale: Sequence[tuple[str, Sequence[str], Sequence[date]]]) -> exp.Query:
    """Return the lines of a cube that a refresh leaves: those not of the stale (time column, metrics, days)."""
    query = exp.select("metric", *DIMS, "value").from_(exp.table_(cube, db="mart"))
    for _, metrics, days in stale:
        of_metrics = exp.column("metric").isin(*(exp.Literal.string(code) for code in metrics))
        query = query.where(exp.and_(of_metrics, exp.column("day").isin(*map(day_literal, days))).not_())
    return query


def day_rows_query(fact: Fact) -> exp.Select:
    """Return the rows of a fact by day, and those of the batch `$batch` among them: columns day, n, b."""
    of_batch = exp.Filter(
        this=exp.Count(this=exp.Star()),
        expression=exp.Where(this=exp.column("batch_id", table=ROW).eq(exp.Placeholder(this="batch"))),
    )
    return (
        exp.select(exp.alias_(fact.day, "day"), exp.alias_(exp.Count(this=exp.Star()), "n"), exp.alias_(of_batch, "b"))
        .from_(exp.table_(fact.dataset, db="std", alias=ROW))
        .where(exp.column(fact.time, table=ROW).is_(exp.null()).not_())
        .group_by(fact.day)
    )


def cube_days_query(fact: Fact) -> exp.Select:
    """Return the rows of a fact by day as the cube knows them: columns day, n."""
    return (
        exp.select("day", exp.alias_(exp.Sum(this=exp.column("value")), "n"))
        .from_(exp.table_(f"cube_{fact.dataset}", db="mart"))
        .where(exp.column("metric").eq(exp.Literal.string(rows_metric(fact))))
        .group_by("day")
    )


def day_literal(day: date) -> exp.Expr:
    """Return a DATE literal."""
    return exp.cast(exp.Literal.string(day.isoformat()), "DATE")


def _wide(fact: Fact, measures: Sequence[Measure], days: Sequence[date] | None) -> exp.Select:
    dims = fact.dims
    aggregates = [exp.alias_(aggregate, f"m{n}") for n, aggregate in enumerate(_filtered(measures))]
    names = ("org_code", "dept_code", "encounter_type_code")
    query = exp.select(
        *(exp.alias_(dims[name], name) for name in names),
        exp.alias_(fact.day, "day"),
        exp.alias_(exp.Count(this=exp.Star()), "n"),
        *aggregates,
    ).from_(exp.table_(fact.dataset, db="std", alias=ROW))
    query = query.where(exp.column(fact.time, table=ROW).is_(exp.null()).not_())
    if days is not None:
        query = query.where(fact.day.isin(*map(day_literal, days)))
    # Literals stay out of GROUP BY, where engines read them as positions or refuse them.
    return query.group_by(*(dims[name] for name in names if not isinstance(dims[name], exp.Literal)), fact.day)


def _filtered(measures: Sequence[Measure]) -> Iterator[exp.Expr]:
    for measure in measures:
        aggregate = measure.aggregated()
        if measure.conditions:
            where = exp.Where(this=exp.and_(*measure.conditions))
            aggregate = exp.Filter(this=aggregate, expression=where)
        yield aggregate


def _line(source: str, metric: str, column: str, *, counted: bool) -> exp.Select:
    value = exp.column(column)
    query = exp.select(
        exp.alias_(exp.Literal.string(metric), "metric"), *DIMS, exp.alias_(exp.cast(value, VALUE), "value")
    ).from_(source)
    # A sum of nothing is NULL and no line; a count of nothing is 0 and no line either.
    return query.where(value > 0 if counted else value.is_(exp.null()).not_())
