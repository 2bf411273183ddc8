"""SQL of the rules: the grouped passes that count, and the statement that lists what fails.

Both are built from the same `Check`. Statements name logical tables (`std.encounter`) in the DuckDB dialect; the lake
runs them on any of its engines.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from suwen.domains.quality.rule import Rule
from suwen.domains.quality.rule_type import ROW, Check, column, template
from suwen.domains.standards.public import Dataset

MOST_AGGREGATES = 20
"""Aggregates of one grouped pass: above about 25 their cost in DuckDB grows with the square of their number."""


@dataclass(frozen=True)
class Target:
    """Which rows of a dataset are judged: None = all institutions, all days; a day None = rows without a time."""

    orgs: tuple[str, ...] | None = None
    days: tuple[date | None, ...] | None = None


@dataclass(frozen=True)
class Counted:
    """Names of a rule's two count columns in the result of its pass."""

    rule: Rule
    checked: str
    failed: str


@dataclass(frozen=True)
class Pass:
    """One grouped statement: columns org_code, day (DATE or NULL), n (rows) and two counts for each rule."""

    dataset: str
    query: exp.Select
    counted: tuple[Counted, ...]


def day_of(dataset: Dataset) -> exp.Expr:
    """Return the day that a row counts for: the date of the dataset's time column, or NULL."""
    if dataset.time_column is None:
        return template("CAST(NULL AS DATE)")
    return template("CAST(:x AS DATE)", x=column(dataset.time_column))


def passes(dataset: Dataset, rules: Sequence[Rule], target: Target | None = None) -> tuple[Pass, ...]:
    """Return the statements that count all rules of a dataset: light ones share a pass, heavy ones have their own."""
    checks = [(rule, rule.check()) for rule in rules]
    # Rules of one column stand together: they share the count of its values.
    order = {name: place for place, name in enumerate(dataset.names)}
    light = sorted((pair for pair in checks if not pair[1].alone), key=lambda pair: order.get(pair[0].column, -1))
    groups = [*_packed(light), *([pair] for pair in checks if pair[1].alone)]
    return tuple(_pass(dataset, group, target or Target()) for group in groups)


def violations(dataset: Dataset, rule: Rule, target: Target | None = None) -> exp.Select:
    """Return the failing rows of a rule: org_code, day, feed, source_key, patient_key and the key columns.

    Columns that hold a direct identifier are left out even if they are part of the key.
    """
    check = rule.check()
    keys = [name for name in dataset.key if dataset.by_name[name].mask is None]
    # patient_id may be part of the key; a column is listed once.
    names = list(dict.fromkeys(["feed", "source_key", "patient_key", *keys]))
    query = exp.select(column("org_code"), exp.alias_(day_of(dataset), "day"), *(column(name) for name in names))
    query = _joined(_from(query, dataset), [check])
    return query.where(check.applies, check.fails, *_limits(dataset, target or Target()), copy=False)


def counted_violations(dataset: Dataset, rule: Rule, target: Target | None = None) -> exp.Select:
    """Return the number of failing rows of a rule as the single column n."""
    listed = violations(dataset, rule, target)
    return exp.select(template("COUNT(*) AS n")).from_(listed.subquery("v"))


def sampled(dataset: Dataset, failing: Iterable[tuple[Rule, Sequence[str]]], most: int) -> exp.Query | None:
    """Return the first `most` failing rows of each rule in each of its institutions.

    Columns: rule, org_code, day, feed, source_key, patient_key and the dataset's keys.
    """
    parts: list[exp.Query] = []
    for rule, orgs in failing:
        listed = violations(dataset, rule, Target(orgs=tuple(orgs)))
        names = [exp.column(name, quoted=True) for name in listed.named_selects]
        place = template("ROW_NUMBER() OVER (PARTITION BY org_code ORDER BY day, feed, source_key)")
        placed = exp.select(*names, exp.alias_(place, "place")).from_(listed.subquery("failing"))
        first = exp.select(exp.alias_(exp.Literal.string(rule.code), "rule"), *names).from_(placed.subquery("s"))
        parts.append(first.where(exp.column("place") <= most))
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else exp.union(*parts, distinct=False)


def _packed(checks: Sequence[tuple[Rule, Check]]) -> Iterator[list[tuple[Rule, Check]]]:
    group: list[tuple[Rule, Check]] = []
    used: set[str] = set()
    for rule, check in checks:
        applies = check.applies.sql("duckdb")
        if group and len(used | {applies} - {"TRUE"}) + len(group) + 1 > MOST_AGGREGATES:
            yield group
            group, used = [], set()
        group.append((rule, check))
        used |= {applies} - {"TRUE"}
    if group:
        yield group


def _pass(dataset: Dataset, group: Sequence[tuple[Rule, Check]], target: Target) -> Pass:
    day = day_of(dataset)
    aggregates: list[exp.Expr] = []
    checked: dict[str, str] = {"TRUE": "n"}
    counted: list[Counted] = []
    for place, (rule, check) in enumerate(group):
        applies = check.applies.sql("duckdb")
        if applies not in checked:
            checked[applies] = f"c{place}"
            aggregates.append(exp.alias_(_count(check.applies), f"c{place}"))
        failing = check.fails if applies == "TRUE" else exp.and_(check.applies, check.fails)
        aggregates.append(exp.alias_(_count(failing), f"f{place}"))
        counted.append(Counted(rule, checked[applies], f"f{place}"))
    query = exp.select(column("org_code"), exp.alias_(day, "day"), template("COUNT(*) AS n"), *aggregates)
    query = _joined(_from(query, dataset), [check for _, check in group])
    query = query.where(*_limits(dataset, target), copy=False).group_by(column("org_code"), day, copy=False)
    return Pass(dataset.code, query, tuple(counted))


def _count(condition: exp.Expr) -> exp.Expr:
    # COUNT(x) costs a fifth of COUNT(*) FILTER (WHERE NOT x IS NULL).
    inner = condition.this if isinstance(condition, exp.Not) else None
    if isinstance(inner, exp.Is) and isinstance(inner.this, exp.Column) and isinstance(inner.expression, exp.Null):
        return exp.Count(this=inner.this.copy())
    return exp.Filter(this=template("COUNT(*)"), expression=exp.Where(this=condition.copy()))


def _from(query: exp.Select, dataset: Dataset) -> exp.Select:
    return query.from_(exp.table_(dataset.code, db="std", alias=ROW), copy=False)


def _joined(query: exp.Select, checks: Iterable[Check]) -> exp.Select:
    joins = {join.alias: join for check in checks for join in check.joins}
    for join in joins.values():
        query = query.join(join.relation.subquery(join.alias), on=join.on, join_type="left", copy=False)
    return query


def _limits(dataset: Dataset, target: Target) -> Iterator[exp.Expr]:
    if target.orgs is not None:
        yield column("org_code").isin(*(exp.Literal.string(org) for org in target.orgs))
    if target.days is not None:
        day = day_of(dataset)
        known = [exp.cast(exp.Literal.string(each.isoformat()), "DATE") for each in target.days if each]
        parts: list[exp.Expr] = [day.isin(*known)] if known else []
        if None in target.days:
            parts.append(day.is_(exp.null()))
        yield exp.or_(*parts) if parts else exp.false()
