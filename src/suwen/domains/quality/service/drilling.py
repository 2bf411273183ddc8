"""From a result to the failing rows themselves, as they are now and as the caller may see them."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
from anyio import to_thread

from suwen.domains.lake.public import Lake
from suwen.domains.quality.errors import InvalidPeriod, UnknownRule
from suwen.domains.quality.judge import Judge
from suwen.domains.quality.rule import Rule, compile_dataset, compile_rules
from suwen.domains.quality.statement import Target, violations
from suwen.domains.standards.public import Catalog, Dataset
from suwen.kernel.scope import Scope

LONGEST_PERIOD = 400
"""Days of a drill's period at most."""


@dataclass(frozen=True)
class FailingRows:
    """A page of failing rows, and how many fail in all."""

    dataset: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    total: int


async def failing_rows(
    lake: Lake,
    catalog: Catalog,
    rule_code: str,
    scope: Scope,
    *,
    org: str | None = None,
    first: date | None = None,
    last: date | None = None,
    offset: int = 0,
    limit: int = 20,
) -> FailingRows:
    """Return the rows that fail a rule now, within the scope; masked and graded as the scope says.

    Raises UnknownRule (also for an arrival rule, whose rows lie in quarantine), InvalidPeriod.
    """
    scope = replace(scope, unmask=False)  # Seeing identifiers in full is asked for, and recorded, elsewhere.
    name = rule_code.partition(".")[0]
    dataset = catalog.datasets.get(name)
    rules = compile_dataset(dataset, catalog) if dataset is not None else ()
    rule = next((each for each in rules if each.code == rule_code), None)
    if dataset is None or rule is None:
        raise UnknownRule(rule_code)
    target = Target(orgs=(org,) if org else None, days=_days(first, last))
    columns = ("org_code", "source_key", *dataset.names)

    def work() -> tuple[int, list[dict[str, Any]]]:
        judge = Judge.over(lake, catalog)
        if not judge.judged([rule]):
            return 0, []
        total, keys = judge.failing(dataset, rule, target, scope, offset=offset, limit=limit)
        return total, judge.shown(dataset, keys, scope, columns)

    total, rows = await to_thread.run_sync(work)
    return FailingRows(dataset.code, columns, tuple(rows), total)


async def failing_keys(lake: Lake, catalog: Catalog) -> pa.Table:
    """Return every failing row of every rule, over all institutions: rule, org_code, feed, source_key.

    For measuring the rules against what is known of the rows; a person looks at `failing_rows`.
    """

    def work() -> pa.Table:
        judge = Judge.over(lake, catalog)
        found = [_keys_of(judge, catalog.dataset(rule.dataset), rule) for rule in judge.judged(compile_rules(catalog))]
        return pa.concat_tables(found) if found else _FAILING.empty_table()

    return await to_thread.run_sync(work)


_FAILING = pa.schema([(name, pa.string()) for name in ("rule", "org_code", "feed", "source_key")])


def _keys_of(judge: Judge, dataset: Dataset, rule: Rule) -> pa.Table:
    rows = judge.select(violations(dataset, rule))
    names = [rule.code] * rows.num_rows
    columns = [pa.array(names, pa.string()), *(rows.column(name).cast(pa.string()) for name in _FAILING.names[1:])]
    return pa.Table.from_arrays(columns, schema=_FAILING)


def _days(first: date | None, last: date | None) -> tuple[date, ...] | None:
    if first is None and last is None:
        return None
    begin, end = first or last, last or first
    assert begin is not None
    assert end is not None
    if not 0 <= (end - begin).days < LONGEST_PERIOD:
        raise InvalidPeriod(f"{begin} .. {end}", f"first <= last, at most {LONGEST_PERIOD} days")
    return tuple(begin + timedelta(days=n) for n in range((end - begin).days + 1))
