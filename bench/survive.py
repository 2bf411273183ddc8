"""Whatever is killed, and whenever: std equals the source row for row, and raw holds every change, once.

--scale: changes (default 1,000,000), committed while every few seconds something gets a kill -9: a worker, both, the
receiver of HL7 messages, the edge node, what serves it at the center, the platform's PostgreSQL, the hospital's; or the
platform's sessions there are ended. The moments are seeded, one for each 5,000 changes. The rows stand in five tables,
each captured in a way of its own: by the log, by triggers, by comparison, by the time of the rows, and by comparison of
what the edge node brings; as many rows as changes.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import anyio
import psutil
import psycopg
from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parents[1]))  # the processes are begun by another interpreter

from bench.surviving.checks import changes_amiss, reports_amiss, rows_amiss
from bench.surviving.hospital import ORG, TABLES, Hospital
from bench.surviving.node import BEHIND, brought, enrolled
from bench.surviving.processes import Engine, Platform, free_port
from suwen.app.bench import BenchOptions, BenchResult, Result
from suwen.domains.ingest.public import import_source, run_feed
from suwen.domains.ingest.schemas import PlanIn
from suwen.domains.ingest.schemas_changes import ReadinessWanted
from suwen.domains.ingest.service import readiness
from suwen.domains.ingest.service.planning import PLANS
from suwen.domains.lake.public import open_lake
from suwen.domains.standards.public import install_packs
from suwen.kernel.database import Database
from suwen.kernel.migrations import upgrade
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.postgres.postmaster import server_processes
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

CHANGES, A_KILL, PACE, WORKERS, ENGINES = 1_000_000, 5_000, 1_200, 2, 3
PLATFORM, SEED = "platform", 20
KINDS = {
    "worker": 8, "workers": 2, "receiver": 3, "node": 3, "serving": 3, "platform": 3, "sessions": 3, "hospital": 1,
}  # fmt: skip
"""What is killed, and how often compared with the others."""
PAUSES, MOMENTS, PATIENCE = (0.5, 2.5), (0.0, 1.5), 8.0
"""Seconds that everything has to come back, then those that a new batch has been worked on, until the next kill."""


def kill_server(server: EmbeddedPostgres) -> None:
    """Kill all processes of a server, and start it again."""
    for process in server_processes(server.data):
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    server.ensure()


def run(options: BenchOptions) -> BenchResult:
    """Kill, and compare at the end."""
    return anyio.run(_measured, options)


async def _measured(options: BenchOptions) -> BenchResult:
    changes = options.scale or CHANGES
    kills = max(1, changes // A_KILL)
    own = EmbeddedPostgres(options.workspace / "own")
    own.ensure()
    own.create_database(PLATFORM)
    upgrade(own.url(PLATFORM))
    hospital = Hospital(options.workspace / "hospital", changes // len(TABLES), PACE)
    settings = Settings(workspace=options.workspace / "ws", database_url=own.url(PLATFORM))
    platform = Platform(settings, {"receiver": free_port(), "serving": free_port()})
    try:
        await _sources(hospital, settings, platform.ports["receiver"])
        platform.begin("serving")
        await enrolled(settings, platform.ports["serving"])
        begun = time.monotonic()
        told = await anyio.to_thread.run_sync(_siege, hospital, own, platform, (changes, kills), options)
        seconds = time.monotonic() - begun
        return BenchResult("survive", await _compared(hospital, settings, told, seconds, options))
    finally:
        platform.end(*platform.processes)
        hospital.end()
        hospital.server.destroy()
        own.destroy()


@dataclass(frozen=True)
class Told:
    """What happened: kills by kind, processes that ended by themselves, changes committed, messages acknowledged."""

    kills: Counter[str]
    ended: int
    changes: int
    acknowledged: dict[str, list[str]]
    again: int


def _siege(
    hospital: Hospital,
    own: EmbeddedPostgres,
    platform: Platform,
    wanted: tuple[int, int],
    options: BenchOptions,
) -> Told:
    changes, kills = wanted
    seeded, happened, ended, stop = random.Random(SEED), Counter[str](), 0, Event()
    workers = [f"worker {number}" for number in range(WORKERS)]
    platform.begin(*workers, "receiver", "node")
    engines = [Engine(platform.ports["receiver"], number, stop) for number in range(ENGINES)]
    doing: dict[str, Callable[[], object]] = {
        "worker": lambda: platform.kill(seeded.choice(workers)),
        "workers": lambda: platform.kill(*workers),
        **{kind: partial(platform.kill, kind) for kind in ("receiver", "node", "serving")},
        "platform": lambda: kill_server(own),
        "sessions": hospital.end_sessions,
        "hospital": lambda: kill_server(hospital.server),
    }
    for thread in (*hospital.writers, *engines):
        thread.start()
    options.progress.stage("打断", kills)
    while happened.total() < kills or hospital.changes < changes:
        time.sleep(seeded.uniform(*PAUSES))
        ended += platform.mend()
        _await_work(own, seeded.uniform(*MOMENTS))
        if happened.total() < kills:
            kind = seeded.choices(list(KINDS), list(KINDS.values()))[0]
            doing[kind]()
            happened[kind] += 1
            options.progress.advance()
    hospital.end()
    stop.set()
    while any(engine.is_alive() for engine in engines):
        ended += platform.mend()
        time.sleep(PAUSES[0])
    # What the node has not brought yet it brings while all is compared.
    platform.end(*workers, "receiver")
    acknowledged = {report: values for engine in engines for report, values in engine.acknowledged.items()}
    return Told(happened, ended, hospital.changes, acknowledged, sum(engine.again for engine in engines))


def _await_work(own: EmbeddedPostgres, moment: float) -> None:
    """Wait until a batch has been worked on for so long, for a while: kills are to hit those who work."""
    ends, begun = time.monotonic() + PATIENCE, "SELECT count(*) FROM ingest_batch WHERE started_at > now() - %s"
    with suppress(psycopg.OperationalError), psycopg.connect(own.dsn(PLATFORM), autocommit=True) as connection:
        while time.monotonic() < ends:
            if (connection.execute(begun, [timedelta(seconds=1)]).fetchone() or (0,))[0]:
                time.sleep(moment)
                return
            time.sleep(0.05)


async def _sources(hospital: Hospital, settings: Settings, port: int) -> None:
    """Bring in the sources: one that is followed, two that are run every minute (one by a node), one that sends."""
    database = Database(settings.database_url or "")
    columns = {
        "encounter_id": "id", "patient_id": "pid", "dept_code": "dept", "started_at": "started",
        "total_cost": "version",
    }  # fmt: skip
    sources: dict[str, list[dict[str, Any]]] = {"followed": [], "planned": [], BEHIND: []}
    for name, mode in TABLES.items():
        capture: dict[str, Any] = {"mode": mode}
        if mode == "timestamp":
            capture |= {"column": "stamp", "overlap_seconds": 60}
        place = BEHIND if name == "node" else "followed" if mode in ("log", "outbox") else "planned"
        sources[place].append(
            {"code": name, "table": f"visits_{name}", "dataset": "encounter", "key": ["id"], "capture": capture,
             "columns": columns}
        )  # fmt: skip
    result = {
        "result_id": "report_id || '-' || number", "report_id": "report_id", "patient_id": "patient_id",
        "item_code": "item_code", "value_text": "value",
    }  # fmt: skip
    sent = {
        "code": "results", "table": "observation", "dataset": "lab_result", "key": ["report_id", "number"],
        "capture": "push", "columns": result,
    }  # fmt: skip
    async with database.unit_of_work() as uow:
        await install_packs(uow)
        for code, feeds in sources.items():
            source = {
                "code": code,
                "title": code,
                "org_code": ORG,
                "connector": "postgres",
                "options": hospital.options,
            }
            await import_source(uow, {"source": source, "feeds": feeds}, settings)
        lis = {"code": "lis", "title": "LIS", "org_code": ORG, "connector": "hl7", "options": {"port": port}}
        await import_source(uow, {"source": lis, "feeds": [sent]}, settings)
        for code in ("planned", BEHIND):
            await PLANS.create(uow, Scope.everything(), PlanIn(source=code, cron="* * * * *", title="each minute"))
    for mode in ("log", "outbox"):
        async with database.unit_of_work() as uow:
            wanted = ReadinessWanted(feed=mode, mode=mode, table=f"visits_{mode}", key=["id"])
            found = await readiness.readiness(uow, Scope.everything(), settings, "followed", wanted)
        hospital.prepare(found.setup)
    lake = open_lake(settings)
    # Changes are followed behind the first run.
    for mode in ("log", "outbox"):
        await run_feed(database, lake, settings, f"followed.{mode}")
    await database.close()


async def _compared(
    hospital: Hospital, settings: Settings, told: Told, seconds: float, options: BenchOptions
) -> list[Result]:
    database, lake = Database(settings.database_url or ""), open_lake(settings)
    options.progress.stage("补齐", 1)
    begun = time.monotonic()
    for feed in ("followed.log", "followed.outbox", "planned.compare", "lis.results"):
        while (await run_feed(database, lake, settings, feed)).status != "unchanged":
            pass
    # What was being read as its worker was killed is finished as it was; what came since then is read behind it.
    for _ in range(2):
        await run_feed(database, lake, settings, "planned.stamp")
    await brought(database, lake, settings)
    caught_up = time.monotonic() - begun
    options.progress.stage("比对", 1)
    differing = rows_amiss(hospital, lake, options.workspace)
    amiss = {mode: changes_amiss(hospital, lake, mode, options.workspace) for mode in ("log", "outbox")}
    messages = sum(len(values) for values in told.acknowledged.values())
    async with database.unit_of_work() as uow:
        batches = dict(
            (await uow.session.execute(text("SELECT status, count(*) FROM ingest_batch GROUP BY 1"))).tuples().all()
        )
    reports = reports_amiss(lake, told.acknowledged)
    await database.close()
    lake.close()
    return [
        Result("changes committed at the source", told.changes, "changes"),
        Result("kills", told.kills.total(), "kills"),
        *(Result(f"  of them: {kind}", count, "kills") for kind, count in sorted(told.kills.items())),
        Result("processes that ended by themselves", told.ended, "processes"),
        Result("time under fire", seconds, "s"),
        Result("what was left then, until all was taken in", caught_up, "s"),
        *(Result(f"batches {status}", count, "batches") for status, count in sorted(batches.items())),
        *(
            Result(f"rows of std that differ from the source: {name}", n, "rows", 0, "lower")
            for name, n in differing.items()
        ),
        *(
            Result(f"keys with a change lost, doubled or moved: {mode}", n, "keys", 0, "lower")
            for mode, n in amiss.items()
        ),
        Result("HL7 messages acknowledged", messages, "messages"),
        Result("HL7 messages sent again", told.again, "messages"),
        Result("reports whose messages are amiss", reports, "reports", 0, "lower"),
    ]
