"""The statements compiled for quality and metrics give the same rows on both engines."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlglot import exp

from suwen.domains.lake.public import Lake, open_lake
from suwen.domains.metrics.cube import cube_query, facts_of
from suwen.domains.metrics.measure import measure_of
from suwen.domains.metrics.pack import load_pack
from suwen.domains.metrics.query import Cut, Shape, number_query, rows_query
from suwen.domains.quality.judge import code_table
from suwen.domains.quality.rule import compile_dataset
from suwen.domains.quality.statement import passes, sampled
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from tests.std import CATALOG, put

DEFINITIONS = load_pack(CATALOG)
MEASURES = [measure_of(code, DEFINITIONS) for code, each in DEFINITIONS.items() if each.kind != "ratio"]
ENCOUNTER = [measure for measure in MEASURES if measure.fact.dataset == "encounter"]
PERIOD = Cut(date(2024, 1, 1), date(2024, 12, 31))


def encounters() -> list[dict[str, Any]]:
    start = datetime(2024, 1, 30, 8)
    return [
        {
            "org_code": "AB"[n % 2],
            "patient_id": f"p{n % 4}",
            "encounter_id": f"e{n % 9}",
            "encounter_type_code": [None, "1", "2", "3", "x"][n % 5],
            "dept_code": [None, "01", " "][n % 3],
            "started_at": None if n == 5 else start + timedelta(days=n),
            "ended_at": start + timedelta(days=2 * n - 4, hours=-3),
            "total_cost": Decimal(n) / 4,
            "chief_complaint": "咳嗽" * (n * 5),
        }
        for n in range(12)
    ]


PATIENTS = [
    {"patient_id": "p1", "name": "王", "sex_code": "1", "id_no": "11010519491231002X", "id_type_code": "01"},
    {"patient_id": "p2", "birth_date": date(1949, 12, 30), "id_no": "11010519491231002X", "phone": "123"},
    {
        "patient_id": "p3",
        "sex_code": "x",
        "birth_date": date(2999, 1, 1),
        "id_no": "110105194912310021",
        "division_code": "5117",
    },
]


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lake, Lake]]:
    folder: Path = tmp_path_factory.mktemp("compiled")
    settings = {"workspace": folder, "database_url": "postgresql:///none"}
    duckdb, spark = open_lake(Settings(**settings)), open_lake(Settings(**settings, engine="spark"))
    put(duckdb, "encounter", encounters())
    put(duckdb, "patient", PATIENTS)
    yield duckdb, spark
    duckdb.close()
    spark.close()


def statements() -> Iterator[Any]:
    for code in ("encounter", "patient"):
        dataset = CATALOG.dataset(code)
        rules = compile_dataset(dataset, CATALOG)
        for number, step in enumerate(passes(dataset, rules)):
            yield pytest.param(step.query, id=f"pass-{code}-{number}")
        key = [rule for rule in rules if rule.type in ("key_unique", "value_set")][:2]
        yield pytest.param(sampled(dataset, [(rule, "A") for rule in key], 50), id=f"samples-{code}")
    facts = {fact: found for fact, found in facts_of(ENCOUNTER).items() if fact.dataset == "encounter"}
    yield pytest.param(cube_query([(fact, each, None) for fact, each in facts.items()]), id="cube-encounter")
    seen, visits = measure_of("patients_seen", DEFINITIONS), measure_of("visits", DEFINITIONS)
    for grain in ("day", "month", "quarter", "year"):
        shape = Shape(("region", "org", "dept", "encounter_type", "time"), grain)
        yield pytest.param(number_query(seen, shape, PERIOD), id=f"number-{grain}")
    yield pytest.param(rows_query(visits, PERIOD).select("t.source_key", "t.started_at"), id="rows-visits")


@pytest.mark.spark
@pytest.mark.parametrize("query", list(statements()))
def test_same_rows_on_both_engines(lakes: tuple[Lake, Lake], query: exp.Query) -> None:
    regions = pa.table({"org_code": ["A"], "region_code": ["511702"]})
    tables = {"lookup.value_set_code": code_table(CATALOG), "lookup.org_region": regions}

    def rows(lake: Lake) -> list[tuple[str, ...]]:
        found = lake.select(query, scope=Scope.everything(), params={"today": date(2025, 1, 1)}, tables=tables)
        return sorted(tuple(map(_text, row.values())) for row in found.to_pylist())

    duckdb, spark = lakes
    expected = rows(duckdb)
    assert expected
    assert rows(spark) == expected


def _text(value: Any) -> str:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)
