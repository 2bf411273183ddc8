"""One run of a job: begun, watched, ended, each in a short transaction of its own."""

import asyncio
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from procrastinate import JobContext as QueueContext
from procrastinate.job_context import AbortReason
from sqlalchemy.exc import OperationalError

from suwen.kernel.clock import now
from suwen.kernel.database import Database
from suwen.kernel.errors import SuwenError
from suwen.kernel.ids import new_id
from suwen.kernel.jobs.context import JobContext
from suwen.kernel.jobs.definition import JobDefinition, Retry, find_job, job_definition
from suwen.kernel.jobs.models import FINAL, RUN_TASK, JobRun, JobSetting, JobStatus, own_run
from suwen.kernel.jobs.progress import JobCancelled, JobLost, JobOverdue, JobPaused, JobProgress, Standing
from suwen.kernel.jobs.queue import RunAgain, Runtime, queue_task
from suwen.kernel.logs import get_logger, scrub
from suwen.kernel.permissions import Principal
from suwen.kernel.progress import Progress
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings, get_settings

DATABASE_AWAY = 5
"""Times that a job is begun anew for the sake of a database that was away, after ever longer waits."""
log = get_logger(__name__)


@dataclass
class _Started:
    """A run that this process has begun; `attempt` proves in every later write that it still is ours."""

    runtime: Runtime
    run_id: uuid.UUID
    name: str
    args: dict[str, Any]
    attempt: int
    failures: int
    requester: Principal | None
    stop: Exception | None = None
    retry: Retry | None = None
    ends_at: datetime | None = None

    def overdue(self) -> Exception | None:
        """Return that the run has taken longer than it may, or None."""
        if self.ends_at is None or now() < self.ends_at:
            return None
        return JobOverdue(f"run {self.run_id} took longer than its task may: it was to end by {self.ends_at:%F %T}")

    async def store(self, standing: Standing) -> None:
        """Store progress and a sign of life; learn whether the run was called off or taken over."""
        try:
            async with self.runtime.database.unit_of_work() as uow:
                mine = own_run(self.run_id, self.attempt).values(standing.columns() | {"seen_at": now()})
                statement = mine.returning(JobRun.cancel_requested, JobRun.pause_requested)
                asked = (await uow.session.execute(statement)).one_or_none()
        except Exception:
            # The database may be away for a moment; the job itself has not failed for that.
            log.warning("job progress not stored", job=self.name, run_id=self.run_id, exc_info=True)
            return
        if asked is None:
            self.stop = JobLost(f"run {self.run_id} was taken over by another worker")
        elif asked.cancel_requested:
            self.stop = JobCancelled(f"run {self.run_id} was called off")
        elif asked.pause_requested:
            self.stop = JobPaused(f"run {self.run_id} is to wait until it is resumed")

    async def end(self, status: JobStatus, standing: Standing, **values: Any) -> None:
        """Store how the run ended, or that it waits for its next start."""
        if status in FINAL:
            values["finished_at"] = now()
        values |= standing.columns() | {"status": status.value, "seen_at": now(), "parts": []}
        async with self.runtime.database.unit_of_work() as uow:
            await uow.session.execute(own_run(self.run_id, self.attempt).values(values))


async def _begin(runtime: Runtime, run_id: uuid.UUID) -> _Started | None:
    async with runtime.database.unit_of_work() as uow:
        run = await uow.session.get(JobRun, run_id, with_for_update=True)
        if run is None or run.status in FINAL:
            return None
        if run.cancel_requested:
            # Called off while its worker was dying or stopping.
            run.status, run.finished_at = JobStatus.CANCELLED.value, now()
            return None
        if run.pause_requested:
            # Its worker died before it had stopped.
            run.status, run.queue_id = JobStatus.PAUSED.value, None
            return None
        run.status, run.worker_id = JobStatus.RUNNING.value, runtime.worker_id
        run.attempts += 1
        run.started_at = run.started_at or now()
        run.seen_at = now()
        run.error = run.error_code = None
        requester = None
        if run.requested_by is not None:
            # The user's name stands in the audit; their rights were asked when they deferred the job.
            who = run.requested_by_name or ""
            requester = Principal(run.requested_by, who, who, frozenset(), Scope.everything())
        started = _Started(runtime, run.id, run.name, dict(run.args), run.attempts, run.failures, requester)
        if (setting := await uow.session.get(JobSetting, run.name)) is not None:
            _heed(started, setting)
        return started


def _heed(started: _Started, setting: JobSetting) -> None:
    """Take what people set of the task instead of what it declares."""
    declared = find_job(started.name)
    if declared is not None:
        times, wait = setting.retry_times, setting.retry_wait_seconds
        kept = declared.retry
        started.retry = replace(
            kept,
            times=kept.times if times is None else times,
            wait_seconds=kept.wait_seconds if wait is None else wait,
        )
    if setting.timeout_seconds is not None:
        started.ends_at = now() + timedelta(seconds=setting.timeout_seconds)


async def _run(
    started: _Started,
    definition: JobDefinition,
    stop: Callable[[], Exception | None],
    watcher: Progress | None = None,
) -> tuple[Any, Standing]:
    def check() -> None:
        if reason := stop():
            raise reason

    reporter = JobProgress(check, watcher)
    context = JobContext(
        started.run_id,
        started.name,
        started.attempt,
        started.runtime.database,
        started.runtime.settings,
        reporter,
        started.requester,
        stop,
    )
    storing = asyncio.create_task(reporter.store_until_closed(started.store))
    try:
        result = await definition.function(context, **started.args)
        json.dumps(result)
        return result, reporter.standing
    except Exception as error:
        raise _Failed(error, reporter.standing) from error
    finally:
        reporter.close()
        await storing


class _WorkerStops(JobCancelled):
    pass


class _Failed(Exception):
    def __init__(self, error: Exception, standing: Standing) -> None:
        super().__init__()
        self.error = error
        self.standing = standing


@queue_task(RUN_TASK)
async def run_queued(runtime: Runtime, context: QueueContext, run_id: str) -> None:
    """Run a queued job; raises RunAgain when it is to be started once more."""
    started = await _begin(runtime, uuid.UUID(run_id))
    if started is None:
        return
    mine = log.bind(job=started.name, run_id=run_id, attempt=started.attempt)

    def stop() -> Exception | None:
        reason = context.abort_reason()
        if reason is AbortReason.SHUTDOWN:
            return _WorkerStops("the worker stops")
        return JobCancelled(f"run {run_id} was called off") if reason else started.stop or started.overdue()

    try:
        definition = job_definition(started.name)
    except SuwenError as error:
        # Declared by a newer version of the product, and asked for by it.
        await started.end(JobStatus.FAILED, Standing(), error=str(error), error_code=error.code)
        mine.error("job is not known here")
        return
    try:
        mine.info("job started")
        result, standing = await _run(started, definition, stop)
        await started.end(JobStatus.SUCCEEDED, standing, result=result)
        mine.info("job succeeded")
    except _Failed as failed:
        error, standing = failed.error, failed.standing
        if isinstance(error, JobLost):
            mine.warning("job lost to another worker")
        elif isinstance(error, _WorkerStops):
            await started.end(JobStatus.QUEUED, standing)
            mine.info("job put back as the worker stops")
            raise RunAgain(0) from None
        elif isinstance(error, JobPaused):
            await started.end(JobStatus.PAUSED, standing, queue_id=None)
            mine.info("job paused")
        elif isinstance(error, JobCancelled):
            await started.end(JobStatus.CANCELLED, standing)
            mine.info("job cancelled")
        else:
            failures = started.failures + 1
            described = {"error": scrub(str(error)), "error_code": _code(error), "failures": failures}
            wait = (started.retry or definition.retry).wait_after(error, failures)
            if wait is None and isinstance(error, OperationalError) and failures <= DATABASE_AWAY:
                # The platform's own database went away under it, which is no fault of the job's.
                wait = 2.0**failures
            if wait is not None:
                await started.end(JobStatus.WAITING, standing, **described)
                mine.warning("job waits for a retry", wait_seconds=wait, exc_info=error)
                raise RunAgain(wait) from None
            await started.end(JobStatus.FAILED, standing, **described)
            mine.error("job failed", exc_info=error)


async def run_job(
    database: Database,
    name: str,
    args: Mapping[str, Any] | None = None,
    *,
    progress: Progress | None = None,
    settings: Settings | None = None,
    principal: Principal | None = None,
) -> Any:
    """Run a job here and now, without the queue, and return what its function returns.

    It is recorded like any other run and can be cancelled. progress: told what the job reports. Errors of the job are
    raised as they are; there is no retry.
    """
    definition = job_definition(name)
    definition.check(args or {})
    run_id = new_id()
    async with database.unit_of_work(principal) as uow:
        requester = (principal.user_id, principal.username) if principal else (None, None)
        run = JobRun(id=run_id, name=name, queue=definition.queue, args=dict(args or {}), priority=0)
        run.requested_by, run.requested_by_name = requester
        uow.session.add(run)
    started = await _begin(Runtime(database, settings or get_settings()), run_id)
    assert started is not None
    try:
        result, standing = await _run(started, definition, lambda: started.stop or started.overdue(), progress)
    except _Failed as failed:
        error = failed.error
        status = JobStatus.CANCELLED if isinstance(error, JobCancelled) else JobStatus.FAILED
        await started.end(status, failed.standing, error=scrub(str(error)), error_code=_code(error))
        raise error from None
    except BaseException:
        await asyncio.shield(started.end(JobStatus.CANCELLED, Standing()))
        raise
    await started.end(JobStatus.SUCCEEDED, standing, result=result)
    return result


def _code(error: Exception) -> str:
    return error.code if isinstance(error, SuwenError) else type(error).__name__
