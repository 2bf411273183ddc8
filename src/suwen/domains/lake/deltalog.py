"""The Delta log of one table: which files are its rows, and commits that never overwrite another writer's."""

import json
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Field, Transaction
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.schema import PrimitiveType
from deltalake.transaction import AddAction, RemoveAction

from suwen.domains.lake.column_types import arrow_schema
from suwen.domains.lake.commits import followed, stored_file
from suwen.domains.lake.errors import UnknownTable
from suwen.domains.lake.schemas import CommitTag, DataFile, HistoryEntry, Snapshot, StatValue, TableSpec
from suwen.domains.lake.specs import spec_from_json, spec_to_json
from suwen.kernel.clock import now

SPEC = "suwen.spec"
KEPT_VERSIONS = 4
_PROPERTIES = {
    "delta.checkpointInterval": "20",
    "delta.logRetentionDuration": "interval 30 days",
    "delta.deletedFileRetentionDuration": "interval 30 days",
}


class CommitLost(Exception):
    """Another writer committed since the snapshot was taken."""


class DeltaLog:
    """The log of the table in `path`; keeps the newest snapshot and looks for newer ones by one file check."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = RLock()
        self._table: DeltaTable | None = None
        self._snapshot: Snapshot | None = None
        self._older: dict[int, Snapshot] = {}

    def exists(self) -> bool:
        """Say whether the folder holds a Delta table."""
        return (self.path / "_delta_log").is_dir() and DeltaTable.is_deltatable(str(self.path))

    def known(self) -> bool:
        """Say whether the table exists; once it was read, a look at its folder tells."""
        return (self.path / "_delta_log").is_dir() if self._snapshot is not None else self.exists()

    def create(self, spec: TableSpec) -> None:
        """Create the empty table; does nothing when another process was faster."""
        self.path.mkdir(parents=True, exist_ok=True)
        DeltaTable.create(
            str(self.path),
            schema=spec.schema,
            mode="ignore",
            partition_by=[spec.partition] if spec.partition else None,
            name=spec.ref,
            configuration=_PROPERTIES | {SPEC: spec_to_json(spec)},
            raise_if_key_not_exists=False,
        )

    def snapshot(self) -> Snapshot:
        """Return the newest committed state."""
        with self._lock:
            table = self._table
            if table is None or self._snapshot is None:
                self._table = table = self._open()
                self._snapshot = _snapshot_of(table, self.path)
            elif self._newer_than(self._snapshot.version):
                table.update_incremental()
                # A table of many files is not listed anew for the few that a commit adds and removes.
                self._snapshot = followed(self._snapshot, table.version()) or _snapshot_of(table, self.path)
            return self._snapshot

    def snapshot_at(self, version: int | datetime) -> Snapshot:
        """Return the state of an older version, or the newest one at a point in time."""
        with self._lock:
            if isinstance(version, int) and (known := self._known(version)):
                return known
            found = self._read(version)
            if len(self._older) >= KEPT_VERSIONS:
                self._older.clear()
            self._older[found.version] = found
            return found

    def _known(self, version: int) -> Snapshot | None:
        # A run pins the newest version again and again; its snapshot is at hand.
        return self.snapshot() if self.snapshot().version == version else self._older.get(version)

    def _read(self, version: int | datetime) -> Snapshot:
        table = self._open()
        held = {int(entry["version"]): _moment(entry["timestamp"]) for entry in table.history()}
        # Chosen here and not by the library, which goes by the times of the log's files.
        wanted = (
            version if isinstance(version, int) else max((v for v, at in held.items() if at <= version), default=-1)
        )
        try:
            if wanted not in held:
                raise ValueError(wanted)
            table.load_as_version(wanted)
        except (DeltaError, ValueError, OSError) as error:
            raise UnknownTable(
                f"table {self.path.name} has no such version",
                received=str(version),
                allowed=f"{min(held)}..{max(held)}",
            ) from error
        return _snapshot_of(table, self.path)

    def done(self, tag: CommitTag) -> bool:
        """Say whether the newest state already holds this tag."""
        with self._lock:
            self.snapshot()
            found = self._table.transaction_version(tag.app_id) if self._table else None
            return found is not None and found >= tag.version

    def commit(
        self,
        base: Snapshot,
        added: Sequence[DataFile],
        removed: Sequence[DataFile],
        *,
        operation: str,
        tag: CommitTag | None = None,
        data_change: bool = True,
    ) -> int:
        """Add and remove files in one commit on top of `base`; returns the new version.

        Raises CommitLost when `base` is no longer the newest state: nothing was changed.
        """
        actions: list[AddAction | RemoveAction] = [
            RemoveAction(self._relative(f), data_change, _milliseconds(), f.bytes, _partition(base.spec, f))
            for f in removed
        ]
        actions += [
            AddAction(
                self._relative(f), f.bytes, _partition(base.spec, f), _milliseconds(), data_change, _statistics(f)
            )
            for f in added
        ]
        self._commit(base, actions, "append", base.spec.schema, _properties(operation, tag, added, removed))
        return base.version + 1

    def rewrite(self, base: Snapshot, spec: TableSpec, added: Sequence[DataFile]) -> int:
        """Replace every file and the column types in one commit."""
        actions: list[AddAction | RemoveAction] = [
            AddAction(self._relative(f), f.bytes, _partition(spec, f), _milliseconds(), False, _statistics(f))
            for f in added
        ]
        properties = _properties("widen", None, (), ())
        self._commit(base, actions, "overwrite", spec.schema, properties)
        return base.version + 1

    def _commit(
        self,
        base: Snapshot,
        actions: list[AddAction | RemoveAction],
        mode: str,
        schema: pa.Schema,
        properties: CommitProperties,
    ) -> None:
        with self._lock:
            if self.snapshot().version != base.version or self._table is None:
                raise CommitLost
            partition = [base.spec.partition] if base.spec.partition else None
            try:
                self._table.create_write_transaction(actions, mode, schema, partition, commit_properties=properties)
            except CommitFailedError as error:
                raise CommitLost from error

    def add_columns(self, columns: Iterable[tuple[str, str]]) -> None:
        """Add nullable columns, given as name and Delta type."""
        with self._lock:
            self.snapshot()
            if self._table is not None:
                self._table.alter.add_columns(
                    [Field(name, PrimitiveType(type_), nullable=True) for name, type_ in columns]
                )

    def describe(self, spec: TableSpec) -> None:
        """Keep a new declaration with the table."""
        with self._lock:
            self.snapshot()
            if self._table is not None:
                self._table.alter.set_table_properties({SPEC: spec_to_json(spec)}, raise_if_not_exists=False)

    def vacuum(self, keep_days: float, orphan_hours: float, moment: datetime) -> list[tuple[str, int]]:
        """Delete files that no version of the last days holds, and old orphans; returns paths and sizes.

        A file leaves when the log removed it before `keep_days`, or when no version held by the log ever named it and
        it was last written before `orphan_hours` (a writer still at work is younger than that).
        """
        table = self._open()
        current = {file.path for file in self.snapshot().files}
        removed = self._tombstones(table, 0)
        expired = self._tombstones(table, int(keep_days * 24))
        orphan_from = (moment - timedelta(hours=orphan_hours)).timestamp()
        deleted: list[tuple[str, int]] = []
        for path in self.path.rglob("*.parquet"):
            name = str(path)
            if "_delta_log" in path.parts or name in current:
                continue
            stat = path.stat()
            if name in expired or (name not in removed and stat.st_mtime <= orphan_from):
                path.unlink(missing_ok=True)
                deleted.append((name, stat.st_size))
        return deleted

    def _tombstones(self, table: DeltaTable, hours: int) -> set[str]:
        """Return the files that the log removed at least so many hours ago and still remembers."""
        listed = table.vacuum(hours, dry_run=True, enforce_retention_duration=False)
        return {str(self.path / unquote(path)) for path in listed}

    def checkpoint(self) -> None:
        """Write a checkpoint, so that opening the table reads one file instead of many."""
        self._open().create_checkpoint()

    def history(self, limit: int | None = None) -> list[HistoryEntry]:
        """Return the commits, newest first."""
        return [_entry(item) for item in self._open().history(limit)]

    def _open(self) -> DeltaTable:
        if not self.exists():
            raise UnknownTable(f"no table in {self.path.parent.name}.{self.path.name}", received=self.path.name)
        return DeltaTable(str(self.path))

    def _newer_than(self, version: int) -> bool:
        return (self.path / "_delta_log" / f"{version + 1:020d}.json").exists()

    def _relative(self, file: DataFile) -> str:
        return os.path.relpath(file.path, self.path)


def _snapshot_of(table: DeltaTable, path: Path) -> Snapshot:
    metadata = table.metadata()
    schema = arrow_schema(table.schema().to_arrow())
    spec = spec_from_json(metadata.configuration[SPEC], schema)
    last = table.history(1)[0]
    actions = pa.table(table.get_add_actions(flatten=True)).to_pylist()
    files = tuple(_file(action, path, spec) for action in actions)
    return Snapshot(str(path), spec, table.version(), files, _moment(last["timestamp"]))


def _file(action: dict[str, Any], path: Path, spec: TableSpec) -> DataFile:
    low: dict[str, StatValue] = {k[4:]: v for k, v in action.items() if k.startswith("min.") and v is not None}
    high: dict[str, StatValue] = {k[4:]: v for k, v in action.items() if k.startswith("max.") and v is not None}
    value = action.get(f"partition.{spec.partition}") if spec.partition else None
    return stored_file(path, action["path"], action["num_records"], action["size_bytes"], value, low, high)


def _partition(spec: TableSpec, file: DataFile) -> dict[str, str | None]:
    return {spec.partition: file.partition} if spec.partition else {}


def _statistics(file: DataFile) -> str:
    return json.dumps({"numRecords": file.rows, "minValues": dict(file.low), "maxValues": dict(file.high)})


def _properties(
    operation: str, tag: CommitTag | None, added: Sequence[DataFile], removed: Sequence[DataFile]
) -> CommitProperties:
    note = {
        "suwen.operation": operation,
        "suwen.rows": sum(f.rows for f in added),
        "suwen.rows_removed": sum(f.rows for f in removed),
        "suwen.tag": [tag.app_id, tag.version] if tag else None,
    }
    transactions = [Transaction(tag.app_id, tag.version)] if tag else None
    return CommitProperties(custom_metadata=note, max_commit_retries=0, app_transactions=transactions)


def _entry(item: dict[str, Any]) -> HistoryEntry:
    tag = item.get("suwen.tag")
    operation = str(item.get("suwen.operation") or item.get("operation", "")).lower()
    return HistoryEntry(
        int(item["version"]),
        _moment(item["timestamp"]),
        operation,
        int(item.get("suwen.rows") or 0),
        int(item.get("suwen.rows_removed") or 0),
        CommitTag(str(tag[0]), int(tag[1])) if tag else None,
    )


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _milliseconds() -> int:
    return int(now().timestamp() * 1000)
