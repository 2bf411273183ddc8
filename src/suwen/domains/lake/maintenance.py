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


def _compact(tables: Tables, engine: Engine, log: DeltaLog, ref: str, value: str) -> int:
    """Write one partition anew when it has more files than its rows need; 1 when done."""
    with committing(tables.root / LOCKS, ref):
        base = log.snapshot()
        files = tuple(file for file in base.files if (file.partition or "") == value)
        if not _needs(base, files):
            return 0
        query = exp.select(*(exp.column(exp.to_identifier(name, quoted=True)) for name in base.spec.names))
        query = query.from_(exp.Table(this=exp.to_identifier(_OLD, quoted=True)))
        written = engine.write(Statement(query, {_OLD: Source(base, files)}), base.spec, log.path)
        try:
            log.commit(base, written, files, operation=UPKEEP, data_change=False)
        except CommitLost:
            # A writer on another machine was faster; the next upkeep comes soon enough.
            discard(written)
            return 0
        return 1


def _needs(base: Snapshot, files: tuple[DataFile, ...]) -> bool:
    wanted = -(-sum(file.rows for file in files) // FILE_ROWS)
    old_columns = any(file.generation != len(base.spec.columns) for file in files)
    return len(files) > wanted or old_columns
