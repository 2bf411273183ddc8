"""``suwen bench watching``: how long the overview of collection takes over many batches.

--scale: batches (default 1,000,000), of 500 feeds of 50 institutions, over 60 days, half of the feeds read once a day
and the others all the time. Told are the page as it opens (14 days), and 90 days; the best of three.
"""

import time

import anyio
from anyio import to_thread
from sqlalchemy import text

from suwen.app.bench import BenchOptions, BenchResult, Result
from suwen.domains.ingest.watching.overview import overview
from suwen.domains.ingest.watching.schemas import Part
from suwen.kernel.database import Database
from suwen.kernel.migrations import upgrade
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.repository import PageRequest
from suwen.kernel.scope import Scope

BATCHES, FEEDS = 1_000_000, 500
_SOURCES = """
INSERT INTO ingest_source (id, code, title, org_code, system, connector, options, created_at, updated_at)
SELECT gen_random_uuid(), 's' || i, 's' || i, 'org' || i, 'HIS', 'postgres', '{}', now(), now()
FROM generate_series(1, 50) AS i
"""
_FEEDS = """
INSERT INTO ingest_feed (id, source_id, code, title, org_code, dataset, origin, mode, position, definition, created_at,
                         updated_at, data_at)
SELECT gen_random_uuid(), s.id, s.code || '.f' || i, 'f', s.org_code, 'encounter', 't', 'timestamp', i, '{}',
       now() - interval '60 days', now(), now() - make_interval(hours => i * 5)
FROM ingest_source AS s, generate_series(1, 10) AS i
"""
_BATCHES = """
INSERT INTO ingest_batch (id, feed_id, number, source, feed, origin, dataset, org_code, mode, status, rows_in, rows_std,
                          rows_quarantined, rows_deleted, latency, steps, context, started_at, finished_at)
SELECT gen_random_uuid(), f.id, i, split_part(f.code, '.', 1), f.code, 't', 'encounter', f.org_code, 'timestamp',
       CASE WHEN i % 50 = 0 THEN 'failed' WHEN i % 5 = 0 THEN 'unchanged' ELSE 'standardised' END, i % 1000,
       i % 1000, 0, 0, CASE WHEN i % 5 > 0 THEN (i * 7919 % 10000) / 100.0 END, '{"capture": 1.5, "land": 0.2}',
       jsonb_build_object('definition', repeat('a mapping ', 100)),
       now() - interval '60 days' * random(), now()
FROM ingest_feed AS f, generate_series(1, CAST(:each AS int)) AS i
"""


def run(options: BenchOptions) -> BenchResult:
    """Make the batches in a database of their own and ask for the overview."""
    batches = options.scale or BATCHES
    server = EmbeddedPostgres(options.workspace / "postgres")
    server.ensure()
    try:
        results = anyio.run(_measured, server.url("watching"), server, batches)
    finally:
        server.stop()
    return BenchResult("watching", results)


async def _measured(url: str, server: EmbeddedPostgres, batches: int) -> list[Result]:
    server.create_database("watching")
    await to_thread.run_sync(upgrade, url)
    database = Database(url)
    async with database.unit_of_work() as uow:
        await uow.session.execute(text(_SOURCES))
        await uow.session.execute(text(_FEEDS))
        await uow.session.execute(text(_BATCHES), {"each": batches // FEEDS})
    async with database.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))
    results = [Result("batches", batches, "batches")]
    for days in (14, 90):
        best = min([await _seconds(database, days, Scope.everything()) for _ in range(3)])
        results.append(Result(f"overview, {days} days", best, "s"))
    one = min([await _seconds(database, 14, Scope.of("org7")) for _ in range(3)])
    results.append(Result("overview, 14 days, one institution", one, "s"))
    await database.close()
    return results


async def _seconds(database: Database, days: int, scope: Scope) -> float:
    began = time.monotonic()
    async with database.unit_of_work() as uow:
        await overview(uow, scope, PageRequest(), days=days, by=Part.ORG, silent_hours=24)
    return time.monotonic() - began
