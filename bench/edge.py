"""How fast a table comes through an edge node to the center, beside the center reading it itself.

Scale: rows of the table, of 20 columns (default 1,000,000). Both ways bring the same table of PostgreSQL to raw and
std, one after another, and check it against the source. The node is a process of its own and speaks to the center's web
server over HTTP: each chunk is parquet, digested by SM3, encrypted by SM4-GCM, signed by SM2, durable at the center
before it is acknowledged.
"""

import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import LiteralString

import anyio
import psycopg
import psycopg.conninfo
import uvicorn
from anyio import to_thread
from sqlglot import exp

from bench.collect import FEED, HOSPITAL, PLATFORM, SOURCE, make_hospital
from suwen.app.api import create_app
from suwen.app.bench import BenchOptions, BenchResult, Result
from suwen.domains.ingest.edge.client import enrol
from suwen.domains.ingest.edge.folder import EdgeFolder
from suwen.domains.ingest.nodes.assigning import assign
from suwen.domains.ingest.nodes.enrolling import new_code
from suwen.domains.ingest.nodes.landing import land
from suwen.domains.ingest.nodes.models import IngestDelivery, IngestNode, Purpose
from suwen.domains.ingest.nodes.ordering import order
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.public import import_source, run_feed
from suwen.domains.ingest.reconcile.checking import CheckRun, new_check
from suwen.domains.ingest.reconcile.models import CheckStatus
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.run import FeedRun
from suwen.domains.lake.public import Lake, open_lake
from suwen.domains.standards.public import install_packs
from suwen.kernel.clock import now
from suwen.kernel.database import Database
from suwen.kernel.migrations import upgrade
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

ROWS = 1_000_000
ALL = Scope.everything()


def run(options: BenchOptions) -> BenchResult:
    """Bring the table in, by the center itself and by a node."""
    rows, server = options.scale or ROWS, EmbeddedPostgres(options.workspace / "ws")
    server.ensure()
    try:
        options.progress.stage("生成数据", 1)
        make_hospital(server, rows)
        upgrade(server.url(PLATFORM))
        options.progress.stage("采集", 2)
        return BenchResult("edge", anyio.run(_both, server, options.workspace, rows))
    finally:
        server.destroy()


async def _both(server: EmbeddedPostgres, workspace: Path, rows: int) -> list[Result]:
    settings = Settings(workspace=workspace / "center", database_url=server.url(PLATFORM))
    database, lake = Database(server.url(PLATFORM)), open_lake(settings)
    at = psycopg.conninfo.conninfo_to_dict(server.dsn(HOSPITAL))
    options = {"host": at["host"], "database": HOSPITAL, "user": at["user"]}
    async with database.unit_of_work() as uow:
        await install_packs(uow)
        for code in ("direct", "behind"):
            source = {**SOURCE, "code": code, "options": options}
            await import_source(uow, {"source": source, "feeds": [FEED]}, settings)
    begun = time.perf_counter()
    read = await run_feed(database, lake, settings, "direct.charge")
    direct = time.perf_counter() - begun
    async with _serving(settings) as url:
        arrived, landed, held, asked = await _by_node(
            FeedRun(database, lake, settings), url, server.dsn(PLATFORM), workspace / "node"
        )
    checked, _ = await _check(FeedRun(database, lake, settings), "direct.charge", server.dsn(PLATFORM))
    assert (read.rows_std, read.digest) == (landed[0], landed[1]), "both ways bring the same"
    assert _count(lake, "direct__charge") == _count(lake, "behind__charge") == rows
    await database.close()
    lake.close()
    return [
        Result("rows of 20 columns", float(rows), "rows"),
        Result("read by the center, source to std", rows / direct, "rows/s"),
        Result("by a node, until all is durable at the center", rows / arrived, "rows/s"),
        Result("by a node, source to std", rows / landed[2], "rows/s"),
        Result("by a node / by the center", direct / landed[2], ""),
        Result("sent", held.bytes / 2**20, "MiB"),
        Result("chunks", float(held.chunks), ""),
        Result("checked by the center", checked, "s"),
        Result("checked by a node", asked[0], "s"),
        Result("sent for the check", asked[1] / 2**10, "KiB"),
    ]


async def _by_node(
    run: FeedRun, url: str, dsn: str, folder: Path
) -> tuple[float, tuple[int, str | None, float], IngestDelivery, tuple[float, int]]:
    begun_at = now()
    async with run.database.unit_of_work() as uow:
        node = IngestNode(title="node", org_code=str(SOURCE["org_code"]))
        uow.session.add(node)
        await uow.session.flush()
        code = new_code(node, run.settings)
        await assign(uow, ALL, "behind", node.id)
    await to_thread.run_sync(enrol, EdgeFolder(folder), url, code)
    process = await to_thread.run_sync(_start, folder)
    try:
        # It is up when it has asked for the first time.
        await to_thread.run_sync(_wait, dsn, "SELECT 1 FROM ingest_node WHERE seen_at > %s", begun_at)
        begun = time.perf_counter()
        async with run.database.unit_of_work() as uow:
            repository = IngestRepository(uow.session)
            source, feed = await repository.source("behind", ALL), await repository.feed("behind.charge", ALL)
            delivery = (await order(uow, source, feed)).id
        complete = "SELECT 1 FROM ingest_delivery WHERE state = 'complete' AND ordered_at > %s"
        await to_thread.run_sync(_wait, dsn, complete, begun_at)
        arrived = time.perf_counter() - begun
        async with run.database.unit_of_work() as uow:
            held = await IngestRepository(uow.session).get(IngestDelivery, delivery)
        landed = await land(run, delivery)
        assert landed is not None
        brought = landed.rows_std, landed.digest, time.perf_counter() - begun
        asked = await _check(run, "behind.charge", dsn)
    finally:
        process.terminate()
        process.wait()
    return arrived, brought, held, asked


async def _check(run: FeedRun, code: str, dsn: str) -> tuple[float, int]:
    """Check a feed, by its node where it has one; returns the seconds, and the bytes that a node sent."""
    begun, begun_at = time.perf_counter(), now()
    async with run.database.unit_of_work() as uow:
        check = (await new_check(uow, ALL, code, None)).id
    checks = CheckRun(run.database, run.lake, run.settings)
    made, sent = await checks.run(code, check), 0
    if made.status == CheckStatus.WAITING:
        answered = "SELECT 1 FROM ingest_delivery WHERE state = 'complete' AND purpose = 'check' AND ordered_at > %s"
        await to_thread.run_sync(_wait, dsn, answered, begun_at)
        async with run.database.unit_of_work() as uow:
            held = await NodeRepository(uow.session).about(check, Purpose.CHECK)
            sent = held.bytes if held is not None else 0
        made = await checks.run(code, check)
    assert made.status == CheckStatus.EQUAL, "what was brought is what is there"
    return time.perf_counter() - begun, sent


def _start(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from suwen.app.cli import main; main()", "edge", "run", "--poll", "0.1"]
    return subprocess.Popen([*command, "--folder", str(folder), "--port", "0"], env={**os.environ})


def _wait(dsn: str, query: LiteralString, since: datetime) -> None:
    """Wait until a query has a row."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        while connection.execute(query, [since]).fetchone() is None:
            time.sleep(0.02)


def _count(lake: Lake, table: str) -> int:
    query = exp.select(exp.alias_(exp.func("COUNT", exp.Star()), "n")).from_(f"raw.{table}")
    return int(lake.select(query, scope=ALL).to_pylist()[0]["n"])


def _served(server: uvicorn.Server, thread: Thread) -> str:
    thread.start()
    while not server.started:
        time.sleep(0.02)
    return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"


@asynccontextmanager
async def _serving(settings: Settings) -> AsyncGenerator[str]:
    server = uvicorn.Server(uvicorn.Config(create_app(settings), host="127.0.0.1", port=0, log_level="critical"))
    thread = Thread(target=server.run, daemon=True)
    yield await to_thread.run_sync(_served, server, thread)
    server.should_exit = True
    await to_thread.run_sync(thread.join)
