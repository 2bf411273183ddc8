"""Changes of one table: files are written first, then one commit adds and removes files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyarrow as pa
from sqlglot import exp

from suwen.domains.lake.changes import (
    NEW,
    Drop,
    NewRows,
    SameKey,
    SameKeyOrLeaving,
    Where,
    leaving_by_file,
    remaining,
)
from suwen.domains.lake.compose.statement import Input, Statement
from suwen.domains.lake.deltalog import CommitLost, DeltaLog
from suwen.domains.lake.engines.base import Engine
from suwen.domains.lake.errors import DataMismatch, DuplicateKeys, InvalidTable, UnknownColumn, WriteConflict
from suwen.domains.lake.locks import committing
from suwen.domains.lake.maintenance import join_alike
from suwen.domains.lake.schemas import Aside, CommitTag, DataFile, Leaving, Snapshot, TableSpec, WriteResult
from suwen.domains.lake.staging import Rows, discard, stage
from suwen.domains.lake.tables import LOCKS, Tables

ATTEMPTS = 8
AT_HAND = 65_536
"""So many new rows of an upsert, at most, are not written before it is known which rows they join."""


@dataclass(frozen=True)
class Plan:
    """Files that go, and files that carry on what stays of them, with the new rows where these were at hand."""

    removed: tuple[DataFile, ...] = ()
    written: tuple[DataFile, ...] = ()


class Writer:
    """Writes with an engine into the tables of a lake."""

    def __init__(self, tables: Tables, engine: Engine) -> None:
        self._tables = tables
        self._engine = engine

    def append(self, ref: str, data: Rows, tag: CommitTag | None, **given: Mapping[str, object] | None) -> WriteResult:
        """Add rows as they are."""
        return self._change(ref, "append", data, None, tag, given)

    def replace(
        self,
        ref: str,
        data: Rows,
        where: Mapping[str, object],
        tag: CommitTag | None,
        *,
        aside: Aside | None = None,
        **given: Mapping[str, object] | None,
    ) -> WriteResult:
        """Put rows in place of those that meet the condition."""
        return self._change(ref, "replace", data, self._where(ref, where), tag, given, aside)

    def delete(self, ref: str, where: Mapping[str, object], tag: CommitTag | None) -> WriteResult:
        """Remove the rows that meet the condition."""
        log = self._tables.log(ref)
        return self._commit(log, ref, "delete", NewRows(log.snapshot()), self._where(ref, where), tag)

    def upsert(
        self,
        ref: str,
        data: Rows,
        tag: CommitTag | None,
        *,
        aside: Aside | None = None,
        leaving: Leaving | None = None,
        at: int | None = None,
        **given: Mapping[str, object] | None,
    ) -> WriteResult:
        """Add rows in place of those with the same key, wherever they are stored; see Lake.upsert."""
        if leaving is not None:
            self._where(ref, {leaving.column: None, **leaving.where})
        return self._change(ref, "upsert", data, "key", tag, given, aside, at, leaving)

    def _where(self, ref: str, where: Mapping[str, object]) -> Where:
        names = self._tables.snapshot(ref).spec.names
        if unknown := sorted(set(where) - set(names)):
            raise UnknownColumn(f"table {ref} has no such column", received=unknown, allowed=names)
        return Where(where)

    def _change(
        self,
        ref: str,
        operation: str,
        data: Rows,
        drop: Where | str | None,
        tag: CommitTag | None,
        given: Mapping[str, object],
        aside: Aside | None = None,
        at: int | None = None,
        leaving: Leaving | None = None,
    ) -> WriteResult:
        log = self._tables.log(ref)
        base = self._tables.snapshot(ref)
        if tag and log.done(tag):
            return WriteResult(base.version, skipped=True)
        params: Mapping[str, object] | None = given.get("params")  # pyright: ignore[reportAssignmentType]
        tables: Mapping[str, Input] | None = given.get("tables")  # pyright: ignore[reportAssignmentType]
        keyed = isinstance(drop, str)
        most = AT_HAND if keyed else 0
        staged = stage(self._engine, self._tables.snapshot, base.spec, log.path, data, params, tables, aside, most)
        new = NewRows(base, at_hand=staged) if isinstance(staged, pa.Table) else NewRows(base, tuple(staged))
        try:
            if not keyed:
                return self._commit(log, ref, operation, new, drop, tag, base.spec)
            self._check_keys(base.spec, new)
            same = SameKey(base.spec.key, new)
            gone: Drop = same if leaving is None else SameKeyOrLeaving(same, leaving)
            return self._commit(log, ref, operation, new, gone, tag, base.spec, at)
        except BaseException:
            discard(new.files)
            raise

    def _commit(
        self,
        log: DeltaLog,
        ref: str,
        operation: str,
        new: NewRows,
        drop: Drop | None,
        tag: CommitTag | None,
        spec: TableSpec | None = None,
        at: int | None = None,
    ) -> WriteResult:
        with committing(self._tables.root / LOCKS, ref):
            # Whoever names a version is to find that version.
            if at is None and not (tag and log.done(tag)):
                join_alike(self._engine, log, log.snapshot())
            for _ in range(ATTEMPTS):
                base = log.snapshot()
                if tag and log.done(tag):
                    discard(new.files)
                    return WriteResult(base.version, skipped=True)
                if at is not None and base.version != at:
                    raise WriteConflict(f"table {ref} was written to meanwhile", received=base.version, allowed=str(at))
                if spec is not None and _types(spec) != _types(base.spec, spec):
                    raise WriteConflict(f"table {ref} was declared anew while rows were written", received=operation)
                plan = self._plan(log.path, base, drop, new)
                added = [*new.files, *plan.written]
                if not added and not plan.removed and tag is None:
                    return WriteResult(base.version)
                try:
                    version = log.commit(base, added, plan.removed, operation=operation, tag=tag)
                except CommitLost:
                    discard(plan.written)
                    continue
                gone = _rows(plan.removed) - (_rows(added) - new.count)
                return WriteResult(version, new.count, gone, len(added), len(plan.removed))
        raise WriteConflict(f"other writers of table {ref} were always faster", received=operation)

    def _plan(self, folder: Path, base: Snapshot, drop: Drop | None, new: NewRows) -> Plan:
        if drop is None:
            return Plan()
        touched, partly = self._touched(base, drop)
        # Rows at hand join what stays in their part of the table: one file for each part instead of two.
        joining = new if new.at_hand is not None and new.count else None
        if not partly and joining is None:
            return Plan(touched)
        return Plan(touched, tuple(self._engine.write(remaining(base, partly, drop, joining), base.spec, folder)))

    def _touched(self, base: Snapshot, drop: Drop) -> tuple[tuple[DataFile, ...], tuple[DataFile, ...]]:
        """Return the files that hold leaving rows, and those of them that hold others too."""
        candidates = drop.candidates(base)
        if not candidates:
            return (), ()
        counted = self._engine.table(leaving_by_file(base, candidates, drop)).to_pydict()
        leaving: dict[str, int] = dict(zip(map(_plain_path, counted["_file"]), counted["leaving"], strict=True))
        touched = tuple(file for file in candidates if leaving.get(file.path))
        return touched, tuple(file for file in touched if leaving[file.path] < file.rows)

    def _check_keys(self, spec: TableSpec, new: NewRows) -> None:
        """Raise when a key is empty or doubled among the new rows; says how many, not which."""
        if not spec.key:
            raise InvalidTable(f"table {spec.ref} has no key, so rows cannot be put in place of others")
        if not new.count:
            return
        keys = [exp.column(exp.to_identifier(name, quoted=True)) for name in spec.key]
        table = exp.Table(this=exp.to_identifier(NEW, quoted=True))
        empty = exp.or_(*(key.copy().is_(exp.null()) for key in keys))
        lines = exp.Count(this=exp.Star())
        # Hashes are counted first, being a fraction of the keys themselves; only when two agree is it worth a look.
        hashed = exp.Distinct(expressions=[exp.Anonymous(this="HASH", expressions=[key.copy() for key in keys])])
        query = exp.select(
            exp.alias_(_times(empty), "empty"), exp.alias_(lines, "n"), exp.alias_(exp.Count(this=hashed), "kinds")
        ).from_(table)
        row = self._engine.table(Statement(query, new.sources, new.inputs)).to_pylist()[0]
        if row["empty"]:
            raise DataMismatch(f"table {spec.ref}: {row['empty']} keys are empty", allowed=spec.key)
        if row["n"] == row["kinds"]:
            return
        groups = exp.select(*keys, exp.alias_(lines.copy(), "n")).from_(table.copy()).group_by(*keys)
        query = exp.select(exp.alias_(_times(exp.column("n") > 1), "doubled")).from_(groups.subquery("k"))
        row = self._engine.table(Statement(query, new.sources, new.inputs)).to_pylist()[0]
        if row["doubled"]:
            raise DuplicateKeys(f"table {spec.ref}: {row['doubled']} keys come more than once", allowed=spec.key)


def _times(condition: exp.Expr) -> exp.Expr:
    """Return how often the condition holds."""
    return exp.func("SUM", exp.case().when(condition, exp.convert(1)).else_(exp.convert(0)))


def _rows(files: list[DataFile] | tuple[DataFile, ...]) -> int:
    return sum(file.rows for file in files)


def _types(spec: TableSpec, like: TableSpec | None = None) -> dict[str, str]:
    names = (like or spec).names
    return {column.name: column.type for column in spec.columns if column.name in names}


def _plain_path(path: str) -> str:
    """Return the path of a row's file, which Spark gives as an address."""
    return unquote(urlsplit(path).path) if path.startswith("file:") else path
