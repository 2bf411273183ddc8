"""``suwen bench mirror``: keeping the mirror of a source table in step with its batches.

--scale: rows of the table (default 1,000,000; 20 columns). Two batches of a hundredth of them follow, a fifth of each
deletions: the last rows of the table, as where what happens is written down, then rows all over it. CPU time is told
beside the time by the clock, for a machine that does other work.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

from suwen.app.bench import BenchOptions, BenchResult, Result
from suwen.domains.ingest.mirror.syncing import SyncPlan
from suwen.domains.ingest.rawstate import LandedBatch, RawState
from suwen.domains.ingest.session import Session
from suwen.domains.lake.public import Lake, TableSpec, Wanted, columns_of, open_lake, page_query
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

ROWS, SHARE = 1_000_000, 100
TABLE = "bench__rows"
BATCHES = (
    LandedBatch("b1", 1, "full", datetime(2026, 1, 1, tzinfo=UTC)),
    LandedBatch("b2", 2, "compare", datetime(2026, 1, 2, tzinfo=UTC)),
    LandedBatch("b3", 3, "compare", datetime(2026, 1, 3, tzinfo=UTC)),
)


def run(options: BenchOptions) -> BenchResult:
    """Write raw, build the mirror from its first batch, bring it up twice; the rows must be those of raw."""
    rows = options.scale or ROWS
    changed = rows // SHARE
    lake = open_lake(Settings(workspace=options.workspace / "ws"))
    with Session(options.workspace / "spill") as session:
        parts = {"b1": "TRUE", "b2": f"i >= {rows - changed}", "b3": f"i % {SHARE} = 1"}
        for batch, where in parts.items():
            op = "'R'" if batch == "b1" else "CASE WHEN i // 100 % 5 = 1 THEN 'D' ELSE 'U' END"
            made = session.table(_raw_rows(rows, batch, op, where))
            spec = TableSpec("raw", TABLE, columns_of(made.schema))
            lake.ensure(spec)
            lake.append(spec, made)
    built = _timed(lambda: _plan(1).take(lake))
    last = _timed(lambda: _plan(2).take(lake))
    spread = _timed(lambda: _plan(3).take(lake))
    return BenchResult(
        "mirror",
        [
            Result("rows", rows, "rows"),
            Result("changed rows", changed, "rows"),
            Result("equal to raw", float(_equal(lake)), "1 = yes", 1),
            Result("built anew, CPU", built[0], "s"),
            Result("built anew, by the clock", built[1], "s"),
            Result("brought up, last rows, CPU", last[0], "s"),
            Result("brought up, last rows, by the clock", last[1], "s"),
            Result("brought up, rows all over, CPU", spread[0], "s"),
            Result("brought up, rows all over, by the clock", spread[1], "s"),
        ],
    )


def _plan(last: int) -> SyncPlan:
    within = BATCHES[:last]
    state = RawState.between(TABLE, BATCHES[0].batch_id, within[-1].batch_id)
    return SyncPlan("bench.rows", TABLE, {}, state, last == 1, f"b{last - 1}", within[-1], last, 1)


def _raw_rows(rows: int, batch: str, op: str, where: str) -> str:
    """Return the SELECT of a batch: a key, a day, a name, numbers and codes, 20 columns in all."""
    values = [
        "i AS id", "DATE '2020-01-01' + (i // 500)::INT AS day", "'patient ' || (i * 7919 % 100000) AS pid",
        *(f"(i * {n} % 1000)::DECIMAL(12, 2) AS amount{n}" for n in range(3, 11)),
        *(f"'code ' || (i * {n} % 97) AS code{n}" for n in range(3, 12)),
    ]  # fmt: skip
    system = [
        f"'{batch}' AS _batch_id", f"{op} AS _op", "i::VARCHAR AS _source_key", "i AS _row_digest", "i + 1 AS _seq",
        "TIMESTAMP '2026-01-01' AS _arrived_at",
    ]  # fmt: skip
    return f"SELECT {', '.join([*values, *system])} FROM range({rows:d}) AS r(i) WHERE {where}"  # noqa: S608 - numbers and constants


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the CPU seconds of the process and the seconds by the clock."""
    began, spent = time.monotonic(), time.process_time()
    work()
    return time.process_time() - spent, time.monotonic() - began


def _equal(lake: Lake) -> bool:
    """Say whether mirror and raw state have the same rows."""
    state = RawState.between(TABLE, BATCHES[0].batch_id, BATCHES[-1].batch_id)
    wanted = Wanted()
    wanted.sort("id", descending=False)
    held = lake.select(page_query(f"mirror.{TABLE}", ("id", "_seq"), wanted), scope=Scope.everything())
    rows = lake.select(state.rows("id", "_seq").order_by("id"), scope=Scope.everything(), params=state.params)
    return bool(cast(Any, held).equals(rows))
