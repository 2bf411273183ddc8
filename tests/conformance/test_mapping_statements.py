"""The statements compiled from a feed's mapping give the same rows on both engines."""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlglot import exp

from suwen.domains.ingest import quarantine
from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.mapping.compiler import compile_feed
from suwen.domains.ingest.quarantine import carried_over, rejected
from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.ingest.watermark import known_rows
from suwen.domains.lake.public import Lake, columns_of, open_lake
from suwen.domains.lake.schemas import TableSpec
from suwen.domains.standards.public import Catalog
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

BATCH = "b2"
DATES = [
    "2023-02-28", "20230228", "2023/2/8", "2023年2月8日", "2023年2月8日8时30分", "2023-02-28T08:30:15.123Z", "20230228083015",  # noqa: E501
    "202302280830", "0000-00-00", "20230231", "2023-02-31", "0000-01-01", "-023-01-01", "２０２３－０２－２８", "2023-02-28 24:00:00",  # noqa: E501
    "2023-02-28 25:00:00", "2023-02-28 08:30", " ", None, "2023-02-28 08:30:15.123456", "2023-02-28 00:30:15+00:00", "\u30002023.2.8 1:2:3\t",  # noqa: E501
    "2023-02-28 10:00+07", "infinity", "epoch", "2023-2", "12:00", "2023-02-28 08:61:00",
]  # fmt: skip
NUMBERS = [
    "12",
    "-3.5",
    "１２．５",
    "1,234,567.8",
    "1e3",
    ".5",
    "5.",
    "1_000",
    "0x1F",
    "1,23",
    "50%",
    "--1",
    "NaN",
    "",
    "+7",
]
FLAGS = ["1", "是", "N", "无", "2", None, "TRUE"]


def raw() -> pa.Table:
    """Return rows that hold every shape of value, two batches, repeated and missing keys."""
    rows: list[dict[str, Any]] = []
    for n, date in enumerate(DATES):
        row: dict[str, Any] = {
            "id": n if n != 3 else None,
            "pid": f"p{n % 5}" if n != 4 else " ",
            "started": date,
            "cost": NUMBERS[n % len(NUMBERS)],
            "flag": FLAGS[n % len(FLAGS)],
            "kind": "OEIX"[n % 4],
            "rate": [1.0, 2.5, None][n % 3],
            "day": datetime(2023, 1, 1 + n % 9),
            "note": '引号" \\ \n换行',
            "_batch_id": BATCH,
            "_op": "R",
            "_source_key": None if n == 3 else str(n),
            "_row_digest": n,
            "_seq": n + 1,
            "_arrived_at": datetime(2024, 1, 1),
        }
        rows += [row, row | {"_batch_id": "b1", "_seq": 1}]
    rows.append(rows[0] | {"_seq": 99, "cost": "1"})
    schema = pa.schema(
        [
            ("id", pa.int64()), ("pid", pa.string()), ("started", pa.string()), ("cost", pa.string()), ("flag", pa.string()),  # noqa: E501
            ("kind", pa.string()), ("rate", pa.float64()), ("day", pa.timestamp("us")), ("note", pa.string()),
            ("_batch_id", pa.string()), ("_op", pa.string()), ("_source_key", pa.string()), ("_row_digest", pa.int64()),
            ("_seq", pa.int64()), ("_arrived_at", pa.timestamp("us")),
        ]
    )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=schema)


COLUMNS = tuple(
    SourceColumn(*pair)
    for pair in [("id", "BIGINT"), ("pid", "VARCHAR"), ("started", "VARCHAR"), ("cost", "VARCHAR"), ("flag", "VARCHAR"),
                 ("kind", "VARCHAR"), ("rate", "DOUBLE"), ("day", "TIMESTAMP"), ("note", "VARCHAR")]
)  # fmt: skip


def mapping(current: bool = False) -> Any:
    """Compile feeds that use value maps of both sizes, every coercion, and a typed column of each kind."""
    many = {f"code{n}": str(n) for n in range(30)} | {"O": "1", "E": "2"}
    encounter = {
        "code": "visits",
        "table": "t",
        "dataset": "encounter",
        "key": ["id"],
        "columns": {
            "encounter_id": "id",
            "patient_id": "pid",
            "encounter_type_code": {"expr": "kind", "map": {"O": "1", "E": "2"}, "default": "9", "blank": "0"},
            "payment_code": {"expr": "kind", "map": many},
            "started_at": "started",
            "ended_at": "day",
            "total_cost": {"expr": "cost", "invalid": "blank"},
            "drug_cost": "rate",
            "ward": "upper(note)",
        },
    }
    dataset = Catalog.from_packs().dataset("encounter")
    feed = FeedDefinition.model_validate(encounter)
    return compile_feed(feed, "t.visits", "ORG", dataset, COLUMNS, table="t__visits", buckets=4, current=current)


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lake, Lake]]:
    """The same tables behind both engines."""
    folder: Path = tmp_path_factory.mktemp("mapping")
    settings: dict[str, Any] = {"workspace": folder, "database_url": "postgresql:///none"}
    duckdb, spark = open_lake(Settings(**settings)), open_lake(Settings(**settings, engine="spark"))
    table = raw()
    duckdb.append(TableSpec("raw", "t__visits", columns_of(table.schema)), table)
    duckdb.ensure(quarantine.TABLE)
    yield duckdb, spark
    duckdb.close()
    spark.close()


def statements() -> Iterator[Any]:
    batch, current = mapping(), mapping(current=True)
    yield pytest.param(batch.std, id="std")
    yield pytest.param(batch.rejects, id="rejects")
    yield pytest.param(current.std, id="std-current")
    yield pytest.param(rejected(batch.rejects, "none"), id="quarantine")
    yield pytest.param(rejected(batch.rejects, "stored"), id="quarantine-stored")
    yield pytest.param(carried_over(rejected(batch.rejects, "none"), "t__visits"), id="quarantine-carried")
    yield pytest.param(known_rows("t__visits", "day"), id="known")


PARAMS: dict[str, object] = {
    "batch": BATCH, "org_code": "ORG", "source": "t", "feed": "t.visits", "dataset": "encounter",
    "arrived_at": "2024-01-01 00:00:00", "since": "2023-01-04 00:00:00",
}  # fmt: skip


@pytest.mark.spark
@pytest.mark.parametrize("query", list(statements()))
def test_same_rows_on_both_engines(lakes: tuple[Lake, Lake], query: exp.Query) -> None:
    def rows(lake: Lake) -> list[tuple[str, ...]]:
        found = lake.select(query, scope=Scope.everything(), params=PARAMS).to_pylist()
        return sorted(tuple(_text(name, value) for name, value in row.items()) for row in found)

    duckdb, spark = lakes
    expected = rows(duckdb)
    assert expected
    assert rows(spark) == expected


def _text(name: str, value: Any) -> str:
    if name == "row_json":
        # The engines write times and blanks of a JSON text differently; what it says is the same.
        held = json.loads(value)
        held.pop("day", None)
        return json.dumps({k: v for k, v in held.items() if v is not None}, sort_keys=True)
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)
