"""The queue underneath: procrastinate on the same database, so that a task is there if and only if the commit was."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

import procrastinate
from procrastinate import jobs as queue_jobs
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager
from psycopg.errors import RaiseException
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.jobs.claiming import barred_jobs, claim
from suwen.kernel.logs import get_logger
from suwen.kernel.settings import Settings


@dataclass(frozen=True)
class Runtime:
    """What a worker has at hand for the tasks that it runs. worker_id: the worker itself, where it tells of itself."""

    database: Database
    settings: Settings
    worker_id: UUID | None = None


class RunAgain(Exception):
    """A task ends for now and is to be started again after some seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


QueueTask: TypeAlias = Callable[..., Awaitable[None]]
_PATIENCE_SECONDS = 2.0
_LONGEST_SECONDS = 60.0
_TELLINGS = 10
log = get_logger(__name__)
_tasks: dict[str, QueueTask] = {}
_manager = JobManager(connector=procrastinate.PsycopgConnector())
"""Only ever used with a unit of work's own connection; it opens none."""


def queue_task(name: str) -> Callable[[QueueTask], QueueTask]:
    """Register what workers run for the kernel itself: `async f(runtime, context, **args)` (decorator)."""

    def register(task: QueueTask) -> QueueTask:
        _tasks[name] = task
        return task

    return register


async def put(
    uow: UnitOfWork, task: str, queue: str, args: Mapping[str, Any], *, priority: int = 0, lock: str | None = None
) -> int:
    """Put a task into a queue, within the unit of work; returns its number in the queue."""
    entry = queue_jobs.Job(
        queue=queue, task_name=task, task_kwargs=dict(args), priority=priority, lock=lock, queueing_lock=None
    )
    put_entry = await _manager.defer_job_async(entry, connection=await _connection(uow))
    assert put_entry.id is not None
    return put_entry.id


async def withdraw(uow: UnitOfWork, number: int) -> None:
    """Take a waiting task out of its queue, or tell the worker that runs it to stop; within the unit of work."""
    await _manager.cancel_job_by_id_async(number, abort=True, delete_job=True, connection=await _connection(uow))


async def put_again(uow: UnitOfWork, task: queue_jobs.Job) -> int:
    """Put a task that a dead worker holds back as a new one, within the unit of work; returns its number.

    A new one, as the dead may live: what a worker that was only cut off tells of the old one then harms nothing.
    """
    assert task.id is not None
    await uow.session.execute(text("DELETE FROM procrastinate_jobs WHERE id = :number"), {"number": task.id})
    return await put(uow, task.task_name, task.queue, task.task_kwargs, priority=task.priority, lock=task.lock)


class _WorkersManager(JobManager):
    """Takes what its node has resources for; tells how a task ended, even if the database is away for a moment."""

    def __init__(self, connector: procrastinate.PsycopgConnector, runtime: Runtime) -> None:
        super().__init__(connector)
        self._runtime = runtime

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> queue_jobs.Job | None:
        own = self._runtime.worker_id
        if own is None or queues is None:
            return await super().fetch_job(queues, worker_id)
        wanted = list(queues)
        try:
            async with self._runtime.database.unit_of_work() as uow:
                barred = await barred_jobs(uow, own)
                if barred is not None:
                    row = await claim(uow, own, worker_id, wanted, barred)
                    return queue_jobs.Job.from_row(row) if row else None
        except DBAPIError as error:
            raise ConnectorException("the queue cannot be asked") from error
        return await super().fetch_job(wanted, worker_id)

    async def finish_job(self, job: queue_jobs.Job, status: queue_jobs.Status, delete_job: bool) -> None:
        finish = super().finish_job
        await self._tell(job, lambda: finish(job, status, delete_job))

    async def retry_job(self, job: queue_jobs.Job, *args: Any, **kwargs: Any) -> None:
        retry = super().retry_job
        await self._tell(job, lambda: retry(job, *args, **kwargs))

    async def _tell(self, job: queue_jobs.Job, telling: Callable[[], Awaitable[None]]) -> None:
        for left in reversed(range(_TELLINGS)):
            try:
                await telling()
            except ConnectorException as error:
                if isinstance(error.__cause__, RaiseException):
                    # Told before by a commit whose answer was lost, or put back meanwhile.
                    log.warning("task is no longer this worker's", task=job.id)
                    return
                if not left:
                    raise
            else:
                return
            await asyncio.sleep(_PATIENCE_SECONDS)


async def _connection(uow: UnitOfWork) -> Any:
    proxied = await (await uow.session.connection()).get_raw_connection()
    return proxied.driver_connection


class _RetryWhenTold(procrastinate.BaseRetryStrategy):
    """Starts a task again when it says so, and when it could not tell the database how it ended.

    Tasks catch what their work raises, so nothing but the latter comes out of them: were it left at that, the run would
    stand as running for ever, and nobody would take it up.
    """

    def get_retry_decision(
        self, *, exception: BaseException, job: queue_jobs.Job
    ) -> procrastinate.RetryDecision | None:
        if isinstance(exception, RunAgain):
            seconds = exception.seconds
        elif isinstance(exception, Exception):
            seconds = min(_LONGEST_SECONDS, _PATIENCE_SECONDS * 2 ** min(job.attempts, 10))
        else:
            return None
        return procrastinate.RetryDecision(retry_in={"milliseconds": round(seconds * 1000)})


def make_app(runtime: Runtime, connections: int) -> procrastinate.App:
    """Return the queue's application with all registered tasks; `connections` bounds its pool."""
    connector = procrastinate.PsycopgConnector(
        conninfo=runtime.database.dsn,
        min_size=1,
        max_size=connections,
        # The pool's own patience (30 s, then ever longer pauses) would outlast the absence of a database by minutes.
        timeout=_PATIENCE_SECONDS,
        reconnect_timeout=_PATIENCE_SECONDS,
    )
    app = procrastinate.App(connector=connector)
    app.job_manager = _WorkersManager(connector, runtime)
    for name, task in _tasks.items():
        app.task(name=name, pass_context=True, retry=_RetryWhenTold())(_bound(runtime, task))
    return app


def _bound(runtime: Runtime, task: QueueTask) -> Callable[..., Awaitable[None]]:
    # Not an async function: those the queue would cancel in the midst of a thread's work when asked to abort.
    # This one's awaitable it awaits just the same, and leaves the stopping to the task.
    def run(context: procrastinate.JobContext, **args: Any) -> Awaitable[None]:
        return task(runtime, context, **args)

    return run
