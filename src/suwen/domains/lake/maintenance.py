"""Upkeep of a table: small or unsorted files become one sorted file for each bucket, unneeded files go.

Patients' tables get their copies for look-ups last, when the files are as they will stay.
"""

from sqlglot import exp

from suwen.domains.lake.compose.statement import Source, Statement
from suwen.domains.lake.copies import complete
from suwen.domains.lake.deltalog import CommitLost, DeltaLog
from suwen.domains.lake.engines.base import Engine
from suwen.domains.lake.engines.files import FILE_ROWS
from suwen.domains.lake.locks import committing
from suwen.domains.lake.schemas import DataFile, MaintenanceReport, Snapshot
from suwen.domains.lake.staging import discard
from suwen.domains.lake.tables import LOCKS, Tables
from suwen.kernel.clock import now

_OLD = "__old"
ALIKE = 16
"""So many files of a size class are joined before the next write."""
_CLASS_BITS = 3
"""A class of sizes ends at eight times the rows that it begins with."""
UPKEEP = "maintain"
"""Operation of the commits that change files and no rows."""


def maintain(tables: Tables, engine: Engine, ref: str, keep_days: float, orphan_hours: float) -> MaintenanceReport:
    """Compact, sort and vacuum one table; readers and writers go on meanwhile."""
    before = tables.snapshot(ref)
    log = tables.log(ref)
    rewritten = 0
    for value in sorted({file.partition or "" for file in before.files}):
        rewritten += _compact(tables, engine, log, ref, value)
    if rewritten:
        log.checkpoint()
    with committing(tables.root / LOCKS, ref):
        deleted = log.vacuum(keep_days, orphan_hours, now())
    complete(log.snapshot())
    return MaintenanceReport(
        ref, len(before.files), len(log.snapshot().files), rewritten, len(deleted), sum(size for _, size in deleted)
    )


def join_alike(engine: Engine, log: DeltaLog, base: Snapshot) -> None:
    """Join files of much the same size where a partition has many of them; the caller holds the table's lock.

    A table that is written to every second has a file for each write, and every look at it costs with their number.
    Each row is written anew once for each class of sizes that it passes through, so a few times in all.
    """
    alike: dict[tuple[str, int], list[DataFile]] = {}
    for file in base.files:
        if file.rows < FILE_ROWS:
            alike.setdefault((file.partition or "", file.rows.bit_length() // _CLASS_BITS), []).append(file)
    joined = tuple(file for files in alike.values() if len(files) >= ALIKE for file in files)
    if joined:
        _join(engine, log, base, joined)


def _compact(tables: Tables, engine: Engine, log: DeltaLog, ref: str, value: str) -> int:
    """Write one partition anew when it has more files than its rows need; 1 when done."""
    with committing(tables.root / LOCKS, ref):
        base = log.snapshot()
        # Sorted files are sorted anew together, so that a key is in one of them; others are left alone once full.
        files = tuple(
            file
            for file in base.files
            if (file.partition or "") == value and (base.spec.sort or file.rows < FILE_ROWS or _old(base, file))
        )
        if not _needs(base, files):
            return 0
        return int(_join(engine, log, base, files))


def _join(engine: Engine, log: DeltaLog, base: Snapshot, files: tuple[DataFile, ...]) -> bool:
    """Write the rows of these files anew as fewer; False when another writer was faster."""
    query = exp.select(*(exp.column(exp.to_identifier(name, quoted=True)) for name in base.spec.names))
    query = query.from_(exp.Table(this=exp.to_identifier(_OLD, quoted=True)))
    written = engine.write(Statement(query, {_OLD: Source(base, files)}), base.spec, log.path)
    try:
        log.commit(base, written, files, operation=UPKEEP, data_change=False)
    except CommitLost:
        # A writer on another machine was faster; the next upkeep comes soon enough.
        discard(written)
        return False
    return True


def _needs(base: Snapshot, files: tuple[DataFile, ...]) -> bool:
    wanted = -(-sum(file.rows for file in files) // FILE_ROWS)
    return len(files) > wanted or any(_old(base, file) for file in files)


def _old(base: Snapshot, file: DataFile) -> bool:
    """Say whether a file was written before a column was added."""
    return file.generation != len(base.spec.columns)
