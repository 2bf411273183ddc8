"""The lake: every read through a data scope, every write one commit."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path

import pyarrow as pa
from sqlglot import exp

from suwen.domains.lake.compose.compose import compose
from suwen.domains.lake.compose.statement import Input, Statement
from suwen.domains.lake.declaring import ensure
from suwen.domains.lake.engines.base import DEFAULT_BATCH_ROWS, Engine
from suwen.domains.lake.images import TableImage, image
from suwen.domains.lake.lookups import Lookup
from suwen.domains.lake.maintenance import UPKEEP, maintain
from suwen.domains.lake.schemas import (
    Aside,
    CommitTag,
    HistoryEntry,
    Leaving,
    MaintenanceReport,
    Snapshot,
    TableInfo,
    TableRef,
    TableSpec,
    WriteResult,
)
from suwen.domains.lake.staging import Rows
from suwen.domains.lake.tables import STAGING, Tables
from suwen.domains.lake.writing import Writer
from suwen.kernel.scope import Scope

_LOOKED_AT = 100
"""Commits that are looked through for one that changed rows."""
Values = Mapping[str, object]
Versions = Mapping[str, int | datetime]


class Lake:
    """The door's object; safe to use from several threads, and from several processes at once."""

    def __init__(self, root: Path, engine: Engine) -> None:
        self.engine = engine
        self._tables = Tables(root)
        self._writer = Writer(self._tables, engine)
        self._lookup = Lookup(self._tables)
        self._lookups: dict[str, Input] = {}

    # --- tables

    def ensure(self, spec: TableSpec) -> Snapshot:
        """Create a table, or bring it to a new declaration: columns added, types widened; refuses what loses data.

        Raises SchemaConflict.
        """
        return ensure(self._tables, self.engine, spec)

    def exists(self, layer: TableRef, name: str | None = None) -> bool:
        """Say whether there is such a table: `exists("std", "encounter")` or `exists("std.encounter")`."""
        return self._tables.log(_reference(layer, name)).known()

    def tables(self) -> tuple[TableInfo, ...]:
        """Return all tables with their sizes."""
        return tuple(self._info(ref) for ref in self._tables.names())

    def snapshot(self, layer: TableRef, name: str | None = None, version: int | datetime | None = None) -> Snapshot:
        """Return the state of a table: the newest, or the one of a version or of a point in time."""
        return self._tables.snapshot(_reference(layer, name), version)

    def history(self, ref: TableRef, limit: int | None = None) -> list[HistoryEntry]:
        """Return the commits of a table, newest first."""
        self._tables.snapshot(ref)
        return self._tables.log(ref).history(limit)

    def image(self, ref: TableRef, into: Path) -> TableImage:
        """Return what a table is made of at its newest version; its log is copied below `into` at once."""
        return image(self._tables, self._tables.ref(ref), into)

    def same_rows(self, ref: TableRef, since: int) -> bool:
        """Say whether a table still holds the rows of its version `since`: upkeep alone has committed meanwhile."""
        commits = self.snapshot(self._tables.ref(ref)).version - since
        if commits <= 0:
            return True
        entries = self.history(ref, commits) if commits <= _LOOKED_AT else []
        return len(entries) == commits and all(entry.operation == UPKEEP for entry in entries)

    # --- reading

    def register_lookup(self, name: str, table: pa.Table) -> None:
        """Make a small table readable as `lookup.<name>` in every statement of this process."""
        self._lookups[f"lookup.{name}"] = table

    def select(
        self,
        sql: str | exp.Query,
        *,
        scope: Scope,
        params: Values | None = None,
        patient_keys: Iterable[str] | None = None,
        versions: Versions | None = None,
        tables: Mapping[str, Input] | None = None,
    ) -> pa.Table:
        """Run a query (DuckDB dialect, names `layer.table`, `$name` bound from params) and return all rows.

        Only what the scope shows is read: rows of its institutions, columns up to its grade, identifiers masked.
        patient_keys: only these patients' rows, found by bucket. versions: older states by table name. tables: more
        tables by the name used in the query, such as {"lookup.codes": table}.
        """
        statement = self.compose(
            sql, scope=scope, params=params, patient_keys=patient_keys, versions=versions, tables=tables
        )
        return self.engine.table(statement)

    def stream(
        self,
        sql: str | exp.Query,
        *,
        scope: Scope,
        params: Values | None = None,
        patient_keys: Iterable[str] | None = None,
        versions: Versions | None = None,
        tables: Mapping[str, Input] | None = None,
        batch_rows: int = DEFAULT_BATCH_ROWS,
    ) -> pa.RecordBatchReader:
        """Like select, but the rows come in batches and never all lie in memory."""
        statement = self.compose(
            sql, scope=scope, params=params, patient_keys=patient_keys, versions=versions, tables=tables
        )
        return self.engine.read(statement, batch_rows)

    def lookup(
        self,
        datasets: Iterable[str],
        patient_keys: Iterable[str],
        *,
        scope: Scope,
        columns: Mapping[str, Collection[str]] | None = None,
    ) -> dict[str, pa.Table]:
        """Return a few patients' rows of many std tables, by dataset code: the columns as the scope shows them.

        columns: by dataset code those to return, beside patient_key and org_code; all of a dataset that is not in it.

        Made for one person's whole timeline: only files that can hold the patients are opened, tables without such
        files are not asked. Tables that do not exist are left out.
        """
        return self._lookup.rows(datasets, patient_keys, scope, columns)

    def copy_out(
        self,
        sql: str | exp.Query,
        path: Path,
        format_: str,
        *,
        scope: Scope,
        params: Values | None = None,
        tables: Mapping[str, Input] | None = None,
    ) -> int:
        """Write the result to a file, `csv` (UTF-8 with header) or `parquet`; returns the number of rows."""
        return self.engine.export(self.compose(sql, scope=scope, params=params, tables=tables), path, format_)

    def compose(
        self,
        sql: str | exp.Query,
        *,
        scope: Scope,
        params: Values | None = None,
        patient_keys: Iterable[str] | None = None,
        versions: Versions | None = None,
        tables: Mapping[str, Input] | None = None,
    ) -> Statement:
        """Return the statement that select would run."""
        inputs = {**self._lookups, **(tables or {})}
        return compose(
            sql,
            self._tables.snapshot,
            scope,
            params=params,
            patient_keys=patient_keys,
            versions=versions,
            inputs=inputs,
        )

    # --- writing

    @property
    def staging(self) -> Path:
        """Folder for files that are to be adopted by a table, on the same disk as the tables."""
        folder = self._tables.root / STAGING
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def append(
        self,
        ref: TableRef,
        data: Rows,
        commit: CommitTag | None = None,
        *,
        params: Values | None = None,
        tables: Mapping[str, Input] | None = None,
    ) -> WriteResult:
        """Add rows: an Arrow table or reader, parquet files, or a query over the lake, `tables` and `params`.

        A TableSpec as `ref` is ensured first. Columns go by name; missing ones become NULL; `bucket` is computed.
        """
        return self._writer.append(self._ensured(ref), data, commit, params=params, tables=tables)

    def upsert(
        self,
        ref: TableRef,
        data: Rows,
        commit: CommitTag | None = None,
        *,
        params: Values | None = None,
        tables: Mapping[str, Input] | None = None,
        aside: Aside | None = None,
        leaving: Leaving | None = None,
        at: int | None = None,
    ) -> WriteResult:
        """Add rows in place of those with the same key; raises DuplicateKeys when a key comes twice in the data.

        aside: rows to leave out, see Aside. leaving: stored rows to take away besides, in the same commit. at: the
        version that the rows were made from; if somebody has committed since, nothing is written and WriteConflict
        raised, for the rows may be older than what they would replace.
        """
        return self._writer.upsert(
            self._ensured(ref), data, commit, params=params, tables=tables, aside=aside, leaving=leaving, at=at
        )

    def replace(
        self,
        ref: TableRef,
        data: Rows,
        where: Values | None = None,
        commit: CommitTag | None = None,
        *,
        params: Values | None = None,
        tables: Mapping[str, Input] | None = None,
        aside: Aside | None = None,
    ) -> WriteResult:
        """Put rows in place of all rows whose columns equal `where` (None in it: is NULL); without it, of all rows.

        aside: rows to leave out, see Aside.
        """
        return self._writer.replace(
            self._ensured(ref), data, where or {}, commit, params=params, tables=tables, aside=aside
        )

    def delete(self, ref: TableRef, where: Values, commit: CommitTag | None = None) -> WriteResult:
        """Remove the rows whose columns equal `where`."""
        return self._writer.delete(self._ensured(ref), where, commit)

    def maintain(self, ref: TableRef, keep_days: float = 7, orphan_hours: float = 24) -> MaintenanceReport:
        """Sort and join small files, then delete files that no version of the last `keep_days` needs.

        Files that no version ever held (of a killed writer) go when older than `orphan_hours`.
        """
        return maintain(self._tables, self.engine, self._tables.ref(ref), keep_days, orphan_hours)

    def close(self) -> None:
        """Give back what the engine holds."""
        self.engine.close()

    def _ensured(self, ref: TableRef) -> str:
        if isinstance(ref, TableSpec):
            self.ensure(ref)
        return self._tables.ref(ref)

    def _info(self, ref: str) -> TableInfo:
        state = self._tables.snapshot(ref)
        return TableInfo(
            state.spec.layer,
            state.spec.name,
            state.rows,
            state.bytes,
            len(state.files),
            state.version,
            state.committed_at,
        )


def _reference(layer: TableRef, name: str | None) -> TableRef:
    return f"{layer}.{name}" if name is not None and isinstance(layer, str) else layer
