"""How fast changes come from PostgreSQL's log into std, and how far behind their source they are.

--scale: changes of each part (default 100,000), inserts, updates and deletions in transactions of 100 on a table of as
many rows. First all of them wait in the log and the feed is run; then a process of its own writes 5,000 a second while
the feed is followed. Each row that is written carries the time of the writer's clock, before its transaction commits;
its lag is the time from there until its batch stood in std (deletions carry none). The time of the commit that the log
tells is not used, for MariaDB's tells whole seconds. At last come 300 batches of 100 changes each: what one costs may
not grow with their number.
"""

import random
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import anyio
import psycopg
import psycopg.conninfo
import pyarrow as pa
from sqlalchemy import text

from suwen.app.bench import BenchOptions, BenchResult, Result
from suwen.domains.ingest.public import import_source, run_feed
from suwen.domains.ingest.service.following import follow
from suwen.domains.ingest.service.run import FeedRun
from suwen.domains.lake.public import Lake, open_lake
from suwen.domains.standards.public import install_packs
from suwen.kernel.database import Database
from suwen.kernel.migrations import upgrade
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

CHANGES, AT_A_TIME, A_SECOND, LAG = 100_000, 100, 5_000, 2.0
BATCHES, SOME = 300, 50
QUIET = 5.0
"""Seconds for which the feed is followed after the last change."""
HOSPITAL, PLATFORM, FEED = "hospital", "platform", "bench.visits"
_TABLE = """
CREATE TABLE visits (id INT PRIMARY KEY, pid TEXT, dept TEXT, doctor TEXT, started TIMESTAMP, cost NUMERIC(12, 2),
  changed TIMESTAMP);
INSERT INTO visits SELECT i, 'P' || i %% 9973, 'D' || i %% 37, 'E' || i %% 911, timestamp '2023-01-01'
  + make_interval(mins => i %% 500000), i * 0.01, '2023-01-01' FROM generate_series(1, %(rows)s) AS i;
ALTER TABLE visits REPLICA IDENTITY FULL;
CREATE PUBLICATION suwen_bench__visits FOR TABLE visits
"""
_INSERT = (
    "INSERT INTO visits VALUES (%s, 'P1', 'D1', 'E1', '2024-01-01', 1, CURRENT_TIMESTAMP(6)) ON CONFLICT DO NOTHING"
)
_UPDATE = "UPDATE visits SET cost = cost + 1, dept = 'D2', changed = CURRENT_TIMESTAMP(6) WHERE id = %s"
_DELETE = "DELETE FROM visits WHERE id = %s"
_FEED: dict[str, Any] = {
    "code": "visits", "table": "visits", "dataset": "encounter", "key": ["id"], "capture": "log",
    "columns": {
        "encounter_id": "id", "patient_id": "pid", "started_at": "started", "total_cost": "cost", "dept_code": "dept",
    },
}  # fmt: skip
_SAME = "SELECT count(*) AS n, sum(encounter_id::BIGINT)::BIGINT AS k, sum(total_cost)::DOUBLE AS c FROM std.encounter"
_LAGS = """
SELECT quantile_cont(seconds, 0.5) AS p50, quantile_cont(seconds, 0.95) AS p95, max(seconds) AS longest, count(*) AS n
FROM (SELECT epoch_ms(b.done) / 1000.0 - epoch_us(r.changed) / 1e6 AS seconds
      FROM raw.bench__visits AS r JOIN lookup.batches AS b ON r._batch_id = b.id WHERE r._op <> 'D')
"""


class Hospital(Protocol):
    """A server with a table of visits whose log is read. connector: which reads it; place: what the writer is told."""

    connector: str
    place: str
    module: str

    def make(self, rows: int) -> None:
        """Make the table of so many rows."""
        ...

    def options(self) -> dict[str, Any]:
        """Return the connector's options."""
        ...

    def write(self, changes: int, seed: int, a_second: int | None) -> None:
        """Write so many changes; a_second: no faster than that."""
        ...

    def sums(self) -> tuple[Any, ...]:
        """Return how many rows there are, the sum of their keys and of their costs."""
        ...


class OnPostgres:
    """PostgreSQL."""

    connector, module = "postgres", "bench.changes"

    def __init__(self, dsn: str) -> None:
        self.place = dsn

    def make(self, rows: int) -> None:
        """Make the table of so many rows, and what its log needs."""
        connected = psycopg.connect(self.place, autocommit=True)
        with connected as connection, psycopg.ClientCursor(connection) as cursor:
            cursor.execute(_TABLE, {"rows": rows})

    def options(self) -> dict[str, Any]:
        """Return the connector's options."""
        at = psycopg.conninfo.conninfo_to_dict(self.place)
        return {"host": at["host"], "database": HOSPITAL, "user": at["user"]}

    def write(self, changes: int, seed: int, a_second: int | None) -> None:
        """Write so many changes."""
        connected = psycopg.connect(self.place, autocommit=True, options="-c timezone=UTC")
        with connected as connection, connection.cursor() as cursor:

            def written(lists: list[tuple[str, list[tuple[int]]]]) -> None:
                with connection.transaction():
                    for sql, keys in lists:
                        cursor.executemany(sql.encode(), keys)

            paced(changes, seed, a_second, written)

    def sums(self) -> tuple[Any, ...]:
        """Return how many rows there are, the sum of their keys and of their costs."""
        with psycopg.connect(self.place) as connection:
            return connection.execute("SELECT count(*), sum(id), sum(cost)::float8 FROM visits").fetchone() or ()


def run(options: BenchOptions) -> BenchResult:
    """Measure both parts on one server."""
    server = EmbeddedPostgres(options.workspace / "ws", {"wal_level": "logical"})
    server.ensure()
    try:
        server.create_database(HOSPITAL)
        return anyio.run(measured, "changes", server, OnPostgres(server.dsn(HOSPITAL)), options)
    finally:
        server.destroy()


async def measured(name: str, server: EmbeddedPostgres, hospital: Hospital, options: BenchOptions) -> BenchResult:
    """Measure both parts. server: where the platform's own database is made."""
    changes = options.scale or CHANGES
    server.create_database(PLATFORM)
    hospital.make(changes)
    upgrade(server.url(PLATFORM))
    settings = Settings(workspace=options.workspace, database_url=server.url(PLATFORM))
    database, lake = Database(server.url(PLATFORM)), open_lake(settings)
    await _import(hospital, database, settings)
    options.progress.stage("首次快照", 1)
    await run_feed(database, lake, settings, FEED)
    options.progress.stage("积压的变更", 1)
    hospital.write(changes, 1, None)
    begun, spent = time.perf_counter(), time.process_time()
    while (await run_feed(database, lake, settings, FEED)).status != "unchanged":
        pass
    clock, cpu = time.perf_counter() - begun, time.process_time() - spent
    told = await _told(lake)
    options.progress.stage("跟随", 1)
    longest, p95, p50 = await _followed(hospital, database, lake, settings, changes)
    options.progress.stage("许多小批次", BATCHES)
    first, last = await _batch_after_batch(hospital, database, lake, settings, options)
    exact = await _equal(hospital, lake)
    await database.close()
    lake.close()
    return BenchResult(
        name,
        [
            Result("changes waiting in the log", told, "rows"),
            Result("log → std, by the clock", told / clock, "changes/s", A_SECOND),
            Result("log → std, CPU of this process", told / cpu, "changes/s"),
            Result(f"lag at {A_SECOND:,} changes/s, p50", p50, "s"),
            Result(f"lag at {A_SECOND:,} changes/s, p95", p95, "s", LAG, "lower"),
            Result(f"lag at {A_SECOND:,} changes/s, longest", longest, "s"),
            Result(f"a batch of {AT_A_TIME} changes, CPU, first {SOME} of {BATCHES}", first, "s"),
            Result(f"a batch of {AT_A_TIME} changes, CPU, last {SOME} of {BATCHES}", last, "s", 1.2 * first, "lower"),
            Result("std equals the source", float(exact), "1 = yes", 1),
        ],
    )


async def _import(hospital: Hospital, database: Database, settings: Settings) -> None:
    source: dict[str, Any] = {
        "code": "bench", "title": "医院", "org_code": "12429099990000041Q", "connector": hospital.connector,
        "options": hospital.options(),
    }  # fmt: skip
    async with database.unit_of_work() as uow:
        await install_packs(uow)
        await import_source(uow, {"source": source, "feeds": [_FEED]}, settings)


async def _followed(
    hospital: Hospital, database: Database, lake: Lake, settings: Settings, changes: int
) -> tuple[float, float, float]:
    """Follow the feed while another process writes; return the longest lag, its p95 and p50."""
    last = max(row["id"] for row in await _batches(database))
    here = Path(__file__).parents[1]
    arguments = [sys.executable, "-m", hospital.module, hospital.place, str(changes)]
    writer = await anyio.open_process(arguments, cwd=here, stdout=None, stderr=None)
    quiet = 0.0

    def check() -> None:
        nonlocal quiet
        if writer.returncode is None:
            quiet = time.monotonic()
        elif time.monotonic() - quiet > QUIET:
            raise TimeoutError

    with suppress(TimeoutError):
        await follow(FeedRun(database, lake, settings), FEED, check)
    while (await run_feed(database, lake, settings, FEED)).status != "unchanged":
        pass
    batches = [row for row in await _batches(database) if row["id"] > last and row["done"] is not None]
    given = {"lookup.batches": pa.Table.from_pylist(batches)}
    found = lake.select(_LAGS, scope=Scope.everything(), tables=given).to_pylist()[0]
    return float(found["longest"]), float(found["p95"]), float(found["p50"])


async def _batch_after_batch(
    hospital: Hospital, database: Database, lake: Lake, settings: Settings, options: BenchOptions
) -> tuple[float, float]:
    """Bring in many small batches; return the CPU seconds that the first ones and the last ones took each."""
    spent: list[float] = []
    for number in range(BATCHES):
        hospital.write(AT_A_TIME, 1_000 + number, None)
        begun = time.process_time()
        await run_feed(database, lake, settings, FEED)
        spent.append(time.process_time() - begun)
        options.progress.advance()
    return sum(spent[:SOME]) / SOME, sum(spent[-SOME:]) / SOME


async def _batches(database: Database) -> list[dict[str, Any]]:
    query = "SELECT id::text AS id, (finished_at AT TIME ZONE 'UTC') AS done FROM ingest_batch"
    async with database.unit_of_work() as uow:
        return [dict(row) for row in (await uow.session.execute(text(query))).mappings()]


async def _told(lake: Lake) -> int:
    counted = "SELECT count(*) AS n FROM raw.bench__visits WHERE _op <> 'R'"
    return int(lake.select(counted, scope=Scope.everything()).to_pylist()[0]["n"])


async def _equal(hospital: Hospital, lake: Lake) -> bool:
    ours = tuple(lake.select(_SAME, scope=Scope.everything()).to_pylist()[0].values())
    return ours == hospital.sums()


def paced(
    changes: int, seed: int, a_second: int | None, written: Callable[[list[tuple[str, list[tuple[int]]]]], None]
) -> None:
    """Have changes written in transactions: statements, each with the keys that it is run for."""
    chosen, begun = random.Random(seed), time.monotonic()
    for done in range(0, changes, AT_A_TIME):
        keys = [(chosen.randint(1, changes),) for _ in range(AT_A_TIME)]
        first, second = AT_A_TIME * 6 // 10, AT_A_TIME * 8 // 10
        gone = keys[first:second]
        written([(_UPDATE, keys[:first]), (_DELETE, gone), (_INSERT, gone), (_UPDATE, keys[second:])])
        if a_second is not None:
            time.sleep(max(0.0, begun + (done + AT_A_TIME) / a_second - time.monotonic()))


if __name__ == "__main__":
    OnPostgres(sys.argv[1]).write(int(sys.argv[2]), 2, A_SECOND)
