"""The lake's door.

    lake = open_lake(settings)
    lake.ensure(table_of(dataset, settings.buckets))
    lake.upsert("std.encounter", rows, commit=CommitTag("his.visit", batch_number))
    lake.select("SELECT org_code, count(*) AS n FROM std.encounter GROUP BY ALL", scope=scope)

SQL is DuckDB's dialect, kept to what both engines know (docs/domains/lake.md). All calls block: from async code go
through `anyio.to_thread.run_sync`.
"""

from suwen.domains.lake.assets import (
    AssetFigure,
    AssetMeasure,
    AssetMoment,
    asset_figures,
    asset_moments,
    knows_assets,
    recalls_assets,
)
from suwen.domains.lake.browsing import (
    Row,
    RowColumn,
    RowPage,
    Wanted,
    count_rows,
    page_query,
    read_rows,
    rows_query,
    stream_rows,
    wanted_of,
)
from suwen.domains.lake.buckets import bucket_of, bucket_sql
from suwen.domains.lake.column_types import normal_type, type_of
from suwen.domains.lake.compose.statement import Input
from suwen.domains.lake.engines.extensions import load_extension
from suwen.domains.lake.errors import FieldNotOpen, WriteConflict
from suwen.domains.lake.functions import SqlFunction, inline, register_function
from suwen.domains.lake.images import TableImage
from suwen.domains.lake.opening import LakeOf, current_lake, lake_of, open_lake
from suwen.domains.lake.remembering import Remembered
from suwen.domains.lake.schemas import (
    Aside,
    ColumnSpec,
    CommitTag,
    DataFile,
    HistoryEntry,
    Layer,
    Leaving,
    MaintenanceReport,
    ParquetFiles,
    Snapshot,
    TableInfo,
    TableRef,
    TableSpec,
    WriteResult,
)
from suwen.domains.lake.service import Lake
from suwen.domains.lake.specs import SOURCE_VALUES, SYSTEM_COLUMNS, columns_of, table_of
from suwen.domains.lake.staging import Rows
from suwen.domains.lake.statements import (
    StatementSample,
    register_statement,
    registered_statements,
    sample_encounters,
    standard_rows,
)
from suwen.domains.lake.translation import (
    ROWS,
    TERM_MAP,
    columns_made,
    mapped_kinds,
    replaced_kinds,
    term_key,
    translated,
    value_set_kind,
)

__all__ = [
    "ROWS",
    "SOURCE_VALUES",
    "SYSTEM_COLUMNS",
    "TERM_MAP",
    "Aside",
    "AssetFigure",
    "AssetMeasure",
    "AssetMoment",
    "ColumnSpec",
    "CommitTag",
    "DataFile",
    "FieldNotOpen",
    "HistoryEntry",
    "Input",
    "Lake",
    "LakeOf",
    "Layer",
    "Leaving",
    "MaintenanceReport",
    "ParquetFiles",
    "Remembered",
    "Row",
    "RowColumn",
    "RowPage",
    "Rows",
    "Snapshot",
    "SqlFunction",
    "StatementSample",
    "TableImage",
    "TableInfo",
    "TableRef",
    "TableSpec",
    "Wanted",
    "WriteConflict",
    "WriteResult",
    "asset_figures",
    "asset_moments",
    "bucket_of",
    "bucket_sql",
    "columns_made",
    "columns_of",
    "count_rows",
    "current_lake",
    "inline",
    "knows_assets",
    "lake_of",
    "load_extension",
    "mapped_kinds",
    "normal_type",
    "open_lake",
    "page_query",
    "read_rows",
    "recalls_assets",
    "register_function",
    "register_statement",
    "registered_statements",
    "replaced_kinds",
    "rows_query",
    "sample_encounters",
    "standard_rows",
    "stream_rows",
    "table_of",
    "term_key",
    "translated",
    "type_of",
    "value_set_kind",
    "wanted_of",
]
