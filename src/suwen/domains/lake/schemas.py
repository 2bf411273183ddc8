"""The words of the lake: tables and their columns, snapshots and their files, what a write or an upkeep did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

import pyarrow as pa

from suwen.domains.lake.column_types import arrow_type, normal_type
from suwen.domains.lake.errors import InvalidTable

Layer = Literal["raw", "mirror", "std", "theme", "mart"]
LAYERS: tuple[Layer, ...] = get_args(Layer)
StatValue = str | int | float | bool | None


@dataclass(frozen=True)
class ColumnSpec:
    """A column: `type` is one of lake.types (string, integer, decimal(18,4), date, datetime, boolean, ...).

    grade: sensitivity 1..5 (GB/T 39725-2020); a reader below it gets the mask, or NULL.
    mask: kind of direct identifier, or None.
    """

    name: str
    type: str
    grade: int = 1
    mask: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "type", normal_type(self.type))


@dataclass(frozen=True)
class TableSpec:
    """What a table of the lake looks like.

    key: columns that name a row, used by upsert. sort: order of the rows inside a file. partition: the column whose
    value chooses the file; "bucket" is computed from `patient_key` over `buckets` parts. shared: holds nothing of one
    institution (a calendar, a code list), so readers of every scope may see all rows.
    """

    layer: Layer
    name: str
    columns: tuple[ColumnSpec, ...]
    key: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    partition: str | None = None
    buckets: int | None = None
    shared: bool = False
    version: int = 1

    def __post_init__(self) -> None:
        if self.layer not in LAYERS:
            raise InvalidTable(f"table {self.name}: no such layer", received=self.layer, allowed=LAYERS)
        if not self.name.isidentifier():
            raise InvalidTable("a table name is letters, digits and _", received=self.name)
        names = [column.name for column in self.columns]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise InvalidTable(f"table {self.ref}: columns declared twice", received=doubled)
        used = {*self.key, *self.sort, *((self.partition,) if self.partition else ())}
        if unknown := sorted(used - set(names)):
            raise InvalidTable(
                f"table {self.ref}: key, sort or partition name no column", received=unknown, allowed=names
            )
        if self.partition == "bucket" and (not self.buckets or "patient_key" not in names):
            raise InvalidTable(f"table {self.ref}: buckets need their number and a column patient_key")

    @property
    def ref(self) -> str:
        """Name in SQL, such as std.encounter."""
        return f"{self.layer}.{self.name}"

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def schema(self) -> pa.Schema:
        """Arrow schema of the rows."""
        return pa.schema([pa.field(column.name, arrow_type(column.type)) for column in self.columns])

    def column(self, name: str) -> ColumnSpec | None:
        """Return a column by name, None if there is none."""
        return next((column for column in self.columns if column.name == name), None)


TableRef = TableSpec | str | tuple[Layer, str]


@dataclass(frozen=True)
class DataFile:
    """A parquet file of a snapshot; `low`/`high` bound the columns that carry statistics."""

    path: str
    rows: int
    bytes: int
    partition: str | None = None
    low: Mapping[str, StatValue] = field(default_factory=dict[str, StatValue])
    high: Mapping[str, StatValue] = field(default_factory=dict[str, StatValue])

    def may_hold(self, column: str, value: StatValue) -> bool:
        """Say whether a row with this value can be inside, judged by the statistics."""
        low, high = self.low.get(column), self.high.get(column)
        if not isinstance(low, str) or not isinstance(high, str) or not isinstance(value, str):
            return True
        return low <= value <= high

    @property
    def generation(self) -> int | None:
        """Version of the table declaration that the file was written under; None for files of other writers."""
        # Asked of every file of a table by every statement: a Path would cost fifty times as much.
        parts = self.path.rpartition("/")[2].split("-", 2)
        return int(parts[1]) if len(parts) == 3 and parts[0] == "part" and parts[1].isdigit() else None


@dataclass(frozen=True)
class Snapshot:
    """One committed state of the table in folder `path`: exactly these files."""

    path: str
    spec: TableSpec
    version: int
    files: tuple[DataFile, ...]
    committed_at: datetime

    @property
    def rows(self) -> int:
        """Number of rows."""
        return sum(file.rows for file in self.files)

    @property
    def bytes(self) -> int:
        """Size of the files."""
        return sum(file.bytes for file in self.files)

    @property
    def schema(self) -> pa.Schema:
        """Arrow schema of the rows."""
        return self.spec.schema


@dataclass(frozen=True)
class CommitTag:
    """Makes a write happen once: a table that already holds `version` (or a later one) of `app_id` is left as it is.

    Use a lasting app_id with a growing version (feed and batch number): the log keeps one entry for each app_id.
    """

    app_id: str
    version: int = 0


@dataclass(frozen=True)
class ParquetFiles:
    """Finished parquet files as the rows to write or to query.

    adopt: the files become the table's own (moved, not copied); only into tables without partition and sort, and with
    exactly the table's columns and types. `Lake.staging` gives paths on the same disk.
    """

    paths: tuple[str, ...]
    adopt: bool = False


ASIDE = "aside"


@dataclass
class Aside:
    """Asks a write to leave out the rows whose integer column `aside` is not NULL, and to say which they were.

    numbers: that column's values of the rows left out, in no order; complete once the write has returned.
    """

    numbers: list[int] = field(default_factory=list[int])


@dataclass(frozen=True)
class Leaving:
    """Rows that an upsert takes away besides those with a new row's key.

    column: whose value is in the only column of `values`. where: what other columns hold of such a row.
    """

    column: str
    values: pa.Table
    where: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class WriteResult:
    """What a write did; `skipped` when the commit tag was already there."""

    version: int
    rows: int = 0
    rows_removed: int = 0
    files: int = 0
    files_removed: int = 0
    skipped: bool = False


@dataclass(frozen=True)
class MaintenanceReport:
    """What an upkeep of a table did."""

    table: str
    files_before: int
    files_after: int
    buckets_rewritten: int
    files_deleted: int
    bytes_freed: int


@dataclass(frozen=True)
class TableInfo:
    """A line of the list of tables."""

    layer: Layer
    name: str
    rows: int
    bytes: int
    files: int
    version: int
    committed_at: datetime


@dataclass(frozen=True)
class HistoryEntry:
    """One commit of a table: what was done (`operation`), by which tag, when (UTC)."""

    version: int
    committed_at: datetime
    operation: str
    rows: int
    rows_removed: int
    tag: CommitTag | None
