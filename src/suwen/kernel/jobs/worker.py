"""The worker: runs what the queues hold until told to stop; any number of them may run."""

import asyncio
import importlib
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

import anyio
import procrastinate
from procrastinate.exceptions import ConnectorException
from sqlalchemy import text

from suwen.kernel.database import Database
from suwen.kernel.ids import new_id
from suwen.kernel.jobs import presence
from suwen.kernel.jobs.daily import begin_daily
from suwen.kernel.jobs.definition import job_definitions
from suwen.kernel.jobs.queue import Runtime, make_app
from suwen.kernel.jobs.rescue import rescue
from suwen.kernel.jobs.timetables import begin_due
from suwen.kernel.logs import get_logger
from suwen.kernel.settings import Settings, get_settings

EVENT_QUEUE = "events"
EVENT_CONCURRENCY = 4
FAREWELL_SECONDS = 2.0
log = get_logger(__name__)


class Signal(Protocol):
    """An event of asyncio or anyio."""

    async def wait(self) -> object:
        """Return once it is set."""
        ...


@dataclass(frozen=True)
class WorkerTiming:
    """How often a worker looks and tells, in seconds.

    poll: longest time until a task is noticed whose time has come (new ones are told of at once). heartbeat: between
    signs of life; stalled: silence after which a worker is held dead and its tasks are put back. grace: time that
    running jobs get to end by themselves when the worker stops; then they are put back at their next report.
    due: between looks whether a new day has come, and at the rooms' timetables.
    """

    poll: float = 2.0
    heartbeat: float = 5.0
    stalled: float = 45.0
    grace: float = 10.0
    due: float = 15.0


def known_queues() -> dict[str, int]:
    """Return the queues of all declared jobs, and that of events, with their concurrency per worker process."""
    return {EVENT_QUEUE: EVENT_CONCURRENCY} | {d.queue: d.concurrency for d in job_definitions()}


async def run_worker(
    database: Database,
    queues: Iterable[str] | None = None,
    stop_event: Signal | None = None,
    *,
    settings: Settings | None = None,
    timing: WorkerTiming = WorkerTiming(),
) -> None:
    """Run the tasks of some queues (all known ones) until `stop_event` is set, or until cancelled.

    Jobs and event handlers must have been imported (`discover_domains`). Survives a database that goes away.
    """
    own = new_id()
    runtime = Runtime(database, settings or get_settings(), own)
    wanted = _wanted(queues)
    async with _opened(runtime, wanted) as app:
        tasks = [asyncio.create_task(_serve(app, queue, n, timing), name=queue) for queue, n in wanted.items()]
        tasks.append(asyncio.create_task(_rescue_regularly(runtime, app, timing), name="rescue"))
        tasks.append(asyncio.create_task(_begin_regularly(database, wanted, timing), name="due"))
        tasks.append(asyncio.create_task(presence.live(database, own, wanted, timing.heartbeat), name="presence"))
        stopping = asyncio.create_task(stop_event.wait()) if stop_event else None
        log.info("worker started", queues=sorted(wanted))
        try:
            await asyncio.wait([*tasks, *([stopping] if stopping else [])], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in [*tasks, *([stopping] if stopping else [])]:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            with anyio.move_on_after(FAREWELL_SECONDS, shield=True):
                await presence.leave(database, own)
            log.info("worker stopped", queues=sorted(wanted))
        for result in results:
            if isinstance(result, Exception):
                raise result


async def run_until_idle(
    database: Database, queues: Iterable[str] | None = None, *, settings: Settings | None = None
) -> None:
    """Run all tasks that are due now, and those that they bring about, then return; retries in the future stay."""
    runtime = Runtime(database, settings or get_settings())
    wanted = _wanted(queues)
    async with _opened(runtime, wanted) as app:
        while due := await _due(database, wanted):
            workers = [
                app.run_worker_async(
                    queues=[queue],
                    concurrency=wanted[queue],
                    wait=False,
                    listen_notify=False,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                )
                for queue in due
            ]
            await asyncio.gather(*workers)


@asynccontextmanager
async def _opened(runtime: Runtime, wanted: Mapping[str, int]) -> AsyncGenerator[procrastinate.App]:
    # The handlers' tasks register themselves when imported.
    importlib.import_module("suwen.kernel.events")
    app = make_app(runtime, connections=max(4, sum(wanted.values())))
    await app.open_async()
    try:
        yield app
    finally:
        await app.close_async()


def _wanted(queues: Iterable[str] | None) -> dict[str, int]:
    known = known_queues()
    return known if queues is None else {queue: known.get(queue, 1) for queue in queues}


async def _serve(app: procrastinate.App, queue: str, concurrency: int, timing: WorkerTiming) -> None:
    while True:
        with suppress(ConnectorException):
            await app.run_worker_async(
                queues=[queue],
                name=queue,
                concurrency=concurrency,
                fetch_job_polling_interval=timing.poll,
                abort_job_polling_interval=timing.poll,
                update_heartbeat_interval=timing.heartbeat,
                stalled_worker_timeout=timing.stalled,
                shutdown_graceful_timeout=timing.grace,
                delete_jobs="successful",
                install_signal_handlers=False,
            )
        # Without a database its farewell fails, and that error takes the place of our cancellation.
        if (task := asyncio.current_task()) and task.cancelling():
            raise asyncio.CancelledError
        log.warning("queue interrupted, trying again", queue=queue, wait_seconds=timing.poll)
        await asyncio.sleep(timing.poll)


async def _rescue_regularly(runtime: Runtime, app: procrastinate.App, timing: WorkerTiming) -> None:
    suspected: set[int] = set()
    while True:
        try:
            await rescue(runtime, app, timing.stalled, suspected)
        except Exception:
            suspected.clear()
            log.warning("looking for dead workers failed", exc_info=True)
        await asyncio.sleep(timing.stalled / 3)


async def _begin_regularly(database: Database, wanted: Mapping[str, int], timing: WorkerTiming) -> None:
    while True:
        try:
            await begin_daily(database, wanted)
        except Exception:
            log.warning("beginning the daily jobs failed", exc_info=True)
        await begin_due(database)
        await asyncio.sleep(timing.due)


async def _due(database: Database, queues: Mapping[str, int]) -> list[str]:
    statement = text(
        "SELECT DISTINCT queue_name FROM procrastinate_jobs "
        "WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) AND queue_name = ANY(:queues)"
    )
    async with database.unit_of_work() as uow:
        return sorted((await uow.session.execute(statement, {"queues": list(queues)})).scalars())
