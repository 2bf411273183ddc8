"""``suwen bench compare``: comparing the digests of two reads of a table, as capture by comparison does.

--scale: rows known (default 10,000,000). Of them 1,000 are updated and 300 deleted, 200 are inserted. CPU time is told
beside the time by the clock, for a machine that does other work.
"""

import resource
import time
from pathlib import Path

from suwen.app.bench import BenchOptions, BenchResult, Result
from suwen.domains.ingest.comparing import find_changes, write_digests
from suwen.domains.ingest.session import Session

ROWS = 10_000_000
UPDATES, DELETES, INSERTS = 1_000, 300, 200


def run(options: BenchOptions) -> BenchResult:
    """Make both sides, then compare them; the counts must be exact."""
    rows = options.scale or ROWS
    known, seen = options.workspace / "known.parquet", options.workspace / "seen.parquet"
    every = rows // (UPDATES + DELETES)
    with Session(options.workspace / "spill") as session:
        _write(session, f"SELECT i, i * 7 AS v FROM range({rows:d}) AS r(i)", known)  # noqa: S608 - numbers and constants
        changed = f"i % {every} = 3 AND i // {every} < {UPDATES}"
        gone = f"i % {every} = 3 AND i // {every} >= {UPDATES} AND i // {every} < {UPDATES + DELETES}"
        value = f"CASE WHEN {changed} THEN -1 ELSE i * 7 END AS v"
        _write(session, f"SELECT i, {value} FROM range({rows + INSERTS:d}) AS r(i) WHERE NOT ({gone})", seen)  # noqa: S608 - numbers and constants
        began, spent = time.monotonic(), time.process_time()
        found = find_changes(session, seen, known)
        clock, cpu = time.monotonic() - began, time.process_time() - spent
    exact = (found.inserted, found.updated, found.deleted) == (INSERTS, UPDATES, DELETES)
    return BenchResult(
        "compare",
        [
            Result("rows compared", rows, "rows"),
            Result("changes found exactly", float(exact), "1 = yes", 1),
            Result("comparison, CPU", cpu, "s", 5, "lower"),
            Result("comparison, by the clock", clock, "s"),
            Result("peak memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB"),
        ],
    )


def _write(session: Session, rows: str, path: Path) -> None:
    digest = "(hash(i, v) >> 1)::BIGINT AS _row_digest"
    write_digests(session, f"SELECT concat('P', i) AS _source_key, {digest}, i + 1 AS _seq FROM ({rows})", path)  # noqa: S608 - numbers and constants
