"""Statements of the metrics that must give the same rows on every engine: cubes, numbers, the rows behind them."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import get_args

import pyarrow as pa

from suwen.domains.lake.public import StatementSample, sample_encounters, standard_rows
from suwen.domains.metrics.cube import (
    cube_days_query,
    cube_query,
    cube_spec,
    day_rows_query,
    facts_of,
    kept_query,
    rows_metric,
)
from suwen.domains.metrics.definition import Ratio
from suwen.domains.metrics.measure import measure_of
from suwen.domains.metrics.pack import load_pack
from suwen.domains.metrics.query import REGIONS, Cut, Grain, Shape, number_query, rows_query
from suwen.domains.standards.public import Catalog

_PERIOD = Cut(date(2024, 1, 1), date(2024, 12, 31))
_DAY = date(2024, 2, 3)


def samples() -> Iterator[StatementSample]:
    """Yield the statements over encounters: of every measure of the core pack, and of each grain of time."""
    catalog = Catalog.from_packs()
    pack = load_pack(catalog)
    measures = [measure_of(code, pack) for code, each in pack.items() if not isinstance(each, Ratio)]
    facts = facts_of(measure for measure in measures if measure.fact.dataset == "encounter")
    by_start = next(fact for fact in facts if fact.time == "started_at")
    visits, seen = measure_of("visits", pack), measure_of("patients_seen", pack)
    spec = cube_spec("encounter")
    rows = (
        (spec, _cube(spec.schema, rows_metric(by_start))),
        standard_rows(catalog.dataset("encounter"), sample_encounters()),
    )
    regions = {REGIONS: pa.table({"org_code": ["A"], "region_code": ["511702"]})}
    yield StatementSample("cube", cube_query([(fact, each, None) for fact, each in facts.items()]), rows)
    yield StatementSample("cube-days", cube_query([(by_start, facts[by_start], [_DAY])]), rows)
    yield StatementSample("kept", kept_query(spec.name, [(by_start.time, ["visits"], [_DAY])]), rows)
    yield StatementSample("day-rows", day_rows_query(by_start), rows, {"batch": "batch-1"})
    yield StatementSample("days-of-cube", cube_days_query(by_start), rows)
    for measure in (seen, visits):
        for grain in get_args(Grain):
            shape = Shape(("region", "org", "dept", "encounter_type", "time"), grain)
            yield StatementSample(
                f"{measure.code}-{grain}", number_query(measure, shape, _PERIOD), rows, tables=regions
            )
        yield StatementSample(f"{measure.code}-whole", number_query(measure, Shape(), _PERIOD), rows)
    narrowed = Cut(_PERIOD.first, _PERIOD.last, ("A",), ("01", ""), None, ("511702",))
    yield StatementSample("narrowed", number_query(visits, Shape(("dept",)), narrowed), rows, tables=regions)
    behind = rows_query(visits, _PERIOD).select("t.source_key", "t.started_at")
    yield StatementSample("rows", behind, rows)


def _cube(schema: pa.Schema, counted: str) -> pa.Table:
    lines = [
        {
            "metric": ("visits", counted)[n % 2],
            "org_code": "AB"[n % 3 % 2],
            "day": _DAY + timedelta(days=20 * (n // 4)),
            "dept_code": ("", "01")[n // 2 % 2],
            "encounter_type_code": ("1", "2")[n % 2],
            "value": Decimal(n),
        }
        for n in range(16)
    ]
    return pa.Table.from_pylist(lines, schema=schema)
