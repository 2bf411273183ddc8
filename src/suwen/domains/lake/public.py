"""The lake's door.

    lake = open_lake(settings)
    lake.ensure(table_of(dataset, settings.buckets))
    lake.upsert("std.encounter", rows, commit=CommitTag("his.visit", batch_number))
    lake.select("SELECT org_code, count(*) AS n FROM std.encounter GROUP BY ALL", scope=scope)

SQL is DuckDB's dialect, kept to what both engines know (docs/domains/lake.md). All calls block: from async code go
through `anyio.to_thread.run_sync`.
"""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request

from suwen.domains.lake.buckets import bucket_of, bucket_sql
from suwen.domains.lake.column_types import normal_type, type_of
from suwen.domains.lake.engines.choose import open_engine
from suwen.domains.lake.engines.extensions import load_extension
from suwen.domains.lake.schemas import (
    ColumnSpec,
    CommitTag,
    DataFile,
    HistoryEntry,
    Layer,
    MaintenanceReport,
    ParquetFiles,
    Snapshot,
    TableInfo,
    TableRef,
    TableSpec,
    WriteResult,
)
from suwen.domains.lake.service import Lake
from suwen.domains.lake.specs import SYSTEM_COLUMNS, columns_of, table_of
from suwen.domains.lake.staging import Rows
from suwen.kernel.settings import Settings

__all__ = [
    "SYSTEM_COLUMNS",
    "ColumnSpec",
    "CommitTag",
    "DataFile",
    "HistoryEntry",
    "Lake",
    "LakeOf",
    "Layer",
    "MaintenanceReport",
    "ParquetFiles",
    "Rows",
    "Snapshot",
    "TableInfo",
    "TableRef",
    "TableSpec",
    "WriteResult",
    "bucket_of",
    "bucket_sql",
    "columns_of",
    "lake_of",
    "load_extension",
    "normal_type",
    "open_lake",
    "table_of",
    "type_of",
]


def open_lake(settings: Settings) -> Lake:
    """Return the lake of this process; the same object for the same folder and engine."""
    return _open(settings.lake.absolute(), settings.engine)


@lru_cache(maxsize=8)
def _open(root: Path, engine: str) -> Lake:
    root.mkdir(parents=True, exist_ok=True)
    return Lake(root, open_engine(engine, root))


def lake_of(request: Request) -> Lake:
    """FastAPI dependency: the lake of the running application."""
    return open_lake(cast("Settings", request.app.state.settings))


LakeOf = Annotated[Lake, Depends(lake_of)]
"""A route parameter: the application's lake."""
