"""A patient-level table and rows for it, small enough to compare as Python values."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from suwen.domains.lake.engines.duckdb import DuckDBEngine
from suwen.domains.lake.public import SYSTEM_COLUMNS, ColumnSpec, Lake, TableSpec
from suwen.kernel.scope import Scope

EVERYTHING = Scope.everything()
BUCKETS = 4
VISIT = TableSpec(
    "std",
    "visit",
    (
        *SYSTEM_COLUMNS,
        ColumnSpec("visit_id", "string"),
        ColumnSpec("patient_id", "string", 3),
        ColumnSpec("name", "string", 4, "name"),
        ColumnSpec("phone", "string", 4, "phone"),
        ColumnSpec("birth_date", "date", 3, "birth_date"),
        ColumnSpec("started_at", "datetime"),
        ColumnSpec("cost", "decimal(18,4)"),
    ),
    key=("org_code", "visit_id"),
    sort=("patient_key", "started_at"),
    partition="bucket",
    buckets=BUCKETS,
)
NOTE = TableSpec("mart", "note", (ColumnSpec("id", "integer"), ColumnSpec("text", "string")), key=("id",))

Row = dict[str, object]


def patient_key(org: str, patient: object) -> str:
    """Return the key as the platform makes it."""
    return hashlib.md5(f"{org}|{patient}".encode()).hexdigest()[:24]


def visit(number: int, *, org: str = "A", patient: int | None = None, cost: object = 1, feed: str = "f1") -> Row:
    """Return one row."""
    person = number // 3 if patient is None else patient
    return {
        "org_code": org,
        "patient_key": patient_key(org, person),
        "feed": feed,
        "source_key": str(number),
        "batch_id": "b1",
        "visit_id": str(number),
        "patient_id": str(person),
        "name": "张三丰",
        "phone": "13900001234",
        "birth_date": datetime(1990, 5, 17).date(),
        "started_at": datetime(2024, 1, 1 + number % 28, 8, 30),
        "cost": Decimal(str(cost)),
    }


_ARROW = pa.schema([field for field in VISIT.schema if field.name != "bucket"])


def visits(rows: Iterable[Mapping[str, object]]) -> pa.Table:
    """Return rows as Arrow."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=_ARROW)


def costs(lake: Lake, **reading: object) -> dict[tuple[str, str], Decimal]:
    """Return what the table holds: cost by (org_code, visit_id); every row once."""
    rows = lake.select("SELECT org_code, visit_id, cost FROM std.visit", scope=EVERYTHING, **reading).to_pylist()
    found = {(row["org_code"], row["visit_id"]): row["cost"] for row in rows}
    assert len(found) == len(rows), "a key is stored twice"
    return found


def open_folder(folder: Path) -> Lake:
    """Return a lake with an engine of its own, as another process would have."""
    return Lake(folder, DuckDBEngine(folder / ".spill"))


def parquet_files(folder: Path) -> set[str]:
    """Return the data files on disk."""
    return {str(path) for path in folder.rglob("*.parquet") if "_delta_log" not in path.parts}
