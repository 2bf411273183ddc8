"""The view of threads: workers, tasks with their readers, receivers; pausing; of one's own institutions."""

import asyncio
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from suwen.domains.ingest import division
from suwen.domains.ingest.models import IngestReceiver, IngestSource
from suwen.domains.ingest.receiving.committing import Committer
from suwen.domains.ingest.receiving.listeners import Listeners
from suwen.domains.ingest.session import Session
from suwen.domains.ingest.vault import master_key
from suwen.kernel.clock import now
from suwen.kernel.jobs import DEAD_AFTER, JobRun, JobStatus, JobWorker, run_worker
from suwen.kernel.scope import Scope
from tests.ingest.conftest import Station
from tests.ingest.receiving import RECEIVE, sender, sending, token_of, upsert
from tests.ingest.sources import ORG, csv_source, postgres_visits
from tests.ingest.test_mllp import definition as hl7_source
from tests.ingest.test_overview import OTHER, two_institutions
from tests.ingest.test_settling import source

pytestmark = pytest.mark.anyio
__all__ = ["source"]
Client = Callable[..., Any]
PATH = "/api/ingest/threads"


async def queued(http: Any, feed: str = "t.visits") -> str:
    """Queue a run of a feed; returns its task."""
    return (await http.post(f"/api/ingest/feeds/{feed}/run")).json()["job_run_ids"][0]


async def running(station: Station, task: str, **values: Any) -> UUID:
    """Let a worker have a task, as it would stand in the database; returns the worker."""
    async with station.database.unit_of_work() as uow:
        worker = JobWorker(host="node-1", pid=7, version="1", queues={"ingest": 2})
        uow.session.add(worker)
        await uow.session.flush()
        given = {"status": "running", "worker_id": worker.id, "started_at": now() - timedelta(seconds=10), **values}
        await uow.session.execute(update(JobRun).where(JobRun.id == UUID(task)).values(given))
        return worker.id


async def test_a_task_with_its_worker_readers_and_speed(station: Station, client: Client, tmp_path: Path) -> None:
    await station.bring_in(csv_source(tmp_path, "v1,p1,O,2024-01-01,5\n"))
    async with client() as http:
        task = await queued(http)
        (waiting,) = (await http.get(PATH)).json()["queues"]
        assert (waiting["queue"], waiting["waiting"]) == ("ingest", 1)
        told = {
            "stage": "t.visits 采集",
            "done": 40,
            "total": 100,
            "parts": ["分块 3/8", "分块 4/8"],
            "rows": 1_800_000,
        }
        worker = await running(station, task, stage_at=now() - timedelta(seconds=9), **told)
        seen = (await http.get(PATH)).json()
        (one,), (process,) = seen["tasks"], seen["workers"]
        assert (one["id"], one["name"], one["status"]) == (task, "ingest.run_feed", "running")
        assert (one["feed"], one["source"], one["org_code"], one["worker"]) == ("t.visits", "t", ORG, "node-1:7")
        assert {name: one[name] for name in told} == told
        assert one["rows_per_second"] == pytest.approx(200_000, rel=0.3)
        assert one["seconds"] == pytest.approx(10, abs=5)
        assert (process["id"], process["state"], process["tasks"]) == (str(worker), "busy", ["ingest.run_feed"])
        assert (seen["platform"], seen["queues"], one["silent"]) == (True, [], False)
        # Its process was killed: it tells nothing more, and the task waits for another.
        async with station.database.unit_of_work() as uow:
            await uow.session.execute(update(JobWorker).values(seen_at=now() - DEAD_AFTER - timedelta(seconds=1)))
        seen = (await http.get(PATH)).json()
        assert (seen["workers"][0]["state"], seen["tasks"][0]["silent"]) == ("dead", True)


async def test_another_institution_sees_and_stops_nothing(station: Station, client: Client, tmp_path: Path) -> None:
    await two_institutions(station, tmp_path)
    async with client() as http:
        mine, theirs = await queued(http), await queued(http, "u.visits")
        await http.post("/api/ingest/sources/u/run")
        await running(station, mine)
    async with client(Scope.of(OTHER, grade=3)) as http:
        seen = (await http.get(PATH)).json()
        assert {one["org_code"] for one in seen["tasks"]} == {OTHER}
        assert len(seen["tasks"]) == 2
        assert (seen["platform"], seen["workers"], seen["queues"], seen["receivers"]) == (False, [], [], [])
        for action in ("cancel", "pause", "resume"):
            assert (await http.post(f"/api/ingest/tasks/{mine}/{action}")).status_code == 404
        assert (await http.post(f"/api/ingest/tasks/{theirs}/cancel")).status_code == 204
        assert [one["name"] for one in (await http.get(PATH)).json()["tasks"]] == ["ingest.run_source"]
    async with client(permissions=frozenset({"ingest.read"})) as http:
        assert (await http.post(f"/api/ingest/tasks/{mine}/pause")).status_code == 403


async def test_a_paused_read_goes_on_with_the_pieces_that_it_has(
    station: Station, client: Client, source: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.execute("CREATE UNIQUE INDEX ON visits (id)")
    source.execute("ANALYZE visits")
    monkeypatch.setattr(division, "PIECE_ROWS", 250)
    await station.bring_in(postgres_visits(source))
    read: list[str] = []
    third, told, stopped = asyncio.Event(), threading.Event(), asyncio.Event()
    real, loop = Session.execute, asyncio.get_running_loop()

    def execute(self: Session, statement: str, *more: Any) -> Any:
        if "FILENAME_PATTERN" in statement:
            read.append(statement)
            if len(read) == 3:
                # Two pieces are read or being read: this one waits until the job is told to stop.
                loop.call_soon_threadsafe(third.set)
                assert told.wait(30)
        return real(self, statement, *more)

    def interrupt(self: Session) -> None:
        ended(self)
        told.set()

    ended = Session.interrupt
    monkeypatch.setattr(Session, "execute", execute)
    monkeypatch.setattr(Session, "interrupt", interrupt)
    worker = asyncio.create_task(run_worker(station.database, ["ingest"], stopped, settings=station.settings))
    async with client() as http:
        task = await queued(http)
        await third.wait()
        while not (seen := (await http.get(PATH)).json())["tasks"][0]["parts"]:
            await asyncio.sleep(0.02)
        assert (await http.post(f"/api/ingest/tasks/{task}/pause")).status_code == 204
        assert (await http.get(PATH)).json()["tasks"][0]["stopping"]
        while (await http.get(PATH)).json()["tasks"][0]["status"] != JobStatus.PAUSED:
            await asyncio.sleep(0.02)
        assert [one["status"] for one in (await http.get("/api/ingest/batches")).json()["items"]] == ["capturing"]
        before = len(read)
        assert (await http.post(f"/api/ingest/tasks/{task}/resume")).status_code == 204
        while (await http.get(PATH)).json()["tasks"]:
            await asyncio.sleep(0.02)
        (batch,) = (await http.get("/api/ingest/batches")).json()["items"]
    stopped.set()
    await worker
    pieces = len(set(read))
    assert (batch["status"], batch["rows_std"]) == ("standardised", 2000)
    assert len(read) - before < pieces
    assert seen["workers"][0]["pid"] == os.getpid()
    assert all(one.startswith("分块 ") and one.endswith(f"/{pieces}") for one in seen["tasks"][0]["parts"])


async def test_a_listener_that_cannot_begin_says_why(station: Station, client: Client) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        await station.bring_in(hl7_source(host="127.0.0.1", port=taken.getsockname()[1]))
        listeners = Listeners(station.database, station.settings)
        committer = Committer(station.database, master_key(station.settings), listeners.standings)
        await listeners.look(committer)
        await listeners.standings.store(station.database)
        async with client() as http:
            (failed,) = (await http.get(PATH)).json()["receivers"]
            async with client(Scope.of(OTHER, grade=3)) as other:
                assert (await other.get(PATH)).json()["receivers"] == []
            assert (failed["source"], failed["channel"], failed["state"]) == ("t", "mllp", "failed")
            assert "in use" in failed["error"]
            # Another process has it.
            async with station.database.unit_of_work() as uow:
                shared = {"source": "t", "channel": "mllp", "org_code": ORG, "place": failed["place"]}
                uow.session.add(IngestReceiver(**shared, host="node-2", pid=9, state="receiving", taken=3))
            states = {one["host"]: one["state"] for one in (await http.get(PATH)).json()["receivers"]}
            assert states == {socket.gethostname(): "standby", "node-2": "receiving"}
    await station.bring_in(hl7_source())
    await listeners.look(committer)
    await listeners.standings.store(station.database)
    async with client() as http:
        assert [one["host"] for one in (await http.get(PATH)).json()["receivers"]] == ["node-2"]


async def test_a_consumer_whose_cluster_is_away_says_so(station: Station, client: Client) -> None:
    table = {"topic": "visits", "columns": ["id"], "key": ["id"]}
    options = {"servers": "127.0.0.1:9", "tables": {"visits": table}}
    source = {"code": "k", "title": "平台", "org_code": ORG, "connector": "kafka", "options": options}
    feed = {"code": "visits", "table": "visits", "dataset": "encounter", "key": ["id"], "capture": "push"}
    columns = {"encounter_id": "id", "patient_id": "id", "encounter_type_code": "'1'", "started_at": "now()"}
    await station.bring_in({"source": source, "feeds": [feed | {"columns": columns}]})
    # One whose options nobody understands keeps no other from being heard.
    async with station.database.unit_of_work() as uow:
        broken = IngestSource(code="b", title="b", org_code=ORG, system="", connector="hl7", options={"none": 1})
        uow.session.add(broken)
    listeners = Listeners(station.database, station.settings)
    listening = asyncio.create_task(listeners.run())
    try:
        while not (known := listeners.standings.held.get(("k", "kafka"))) or known.error is None:
            await asyncio.sleep(0.05)
        await listeners.standings.store(station.database)
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
    async with client() as http:
        broken, away = (await http.get(PATH)).json()["receivers"]
    assert (away["source"], away["state"], away["place"]) == ("k", "failed", "127.0.0.1:9 visits")
    assert "127.0.0.1:9" in away["error"]
    assert (broken["source"], broken["state"]) == ("b", "failed")
    assert "none" in broken["error"]


async def test_what_is_pushed_is_counted(station: Station, client: Client) -> None:
    await station.bring_in(sending())
    async with client() as http:
        (unused,) = (await http.get(PATH)).json()["receivers"]
        async with sender(station, await token_of(station)) as hospital:
            await hospital.post(RECEIVE, json={"records": [upsert(1), {"record": {"kind": "O"}}]})
        (used,) = (await http.get(PATH)).json()["receivers"]
    assert (unused["channel"], unused["state"], unused["taken"], unused["last_at"]) == ("push", "open", 0, None)
    assert (used["taken"], used["refused"], used["place"]) == (2, 1, "/api/ingest/receive/t")
    assert used["last_at"] is not None
