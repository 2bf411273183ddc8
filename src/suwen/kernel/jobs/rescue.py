"""Jobs whose worker died: found by the missing sign of life, and put back into the queue."""

import uuid
from datetime import timedelta
from typing import cast

import procrastinate
from procrastinate import jobs as queue_jobs
from sqlalchemy import func, select, update

from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.jobs.models import RUN_TASK, JobRun, JobStatus
from suwen.kernel.jobs.queue import Runtime, put_again
from suwen.kernel.logs import get_logger

MAX_RESCUES = 3
"""Times that a run is put back; one more dead worker, and the job itself is held to be what kills them."""
_LOCK = 0x7265_7363_7565
log = get_logger(__name__)


async def rescue(
    runtime: Runtime, app: procrastinate.App, stalled_seconds: float, suspected: set[int] | None = None
) -> int:
    """Put back the tasks of workers without a sign of life for `stalled_seconds`; returns how many.

    suspected: tasks that seemed dead at the look before, afterwards those of this look; only what is in both is put
    back, as workers that were cut off together with their database tell of themselves soon after it is back. None: all.
    Runs outside the queue (see `run_job`) whose process is gone are ended as failed.
    """
    async with runtime.database.unit_of_work() as uow:
        # One rescuer at a time: a task that another has put back may be running again already.
        if not await uow.session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
            return 0
        stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=stalled_seconds)
        seen = {task.id for task in stalled if task.id is not None}
        sure = seen if suspected is None else seen & suspected
        if suspected is not None:
            suspected.clear()
            suspected |= seen
        count = 0
        for task in stalled:
            if task.id is None or task.id not in sure:
                continue
            if task.task_name != RUN_TASK:
                await app.job_manager.retry_job_by_id_async(task.id, retry_at=now())
            elif not await _put_back(uow, task):
                await app.job_manager.finish_job_by_id_async(task.id, queue_jobs.Status.FAILED, delete_job=True)
                continue
            count += 1
        await _end_orphans(uow, stalled_seconds)
        if count:
            log.warning("tasks of dead workers put back", tasks=count)
        return count


async def _put_back(uow: UnitOfWork, task: queue_jobs.Job) -> bool:
    run_id = uuid.UUID(str(cast("dict[str, object]", task.task_kwargs)["run_id"]))
    run = await uow.session.get(JobRun, run_id, with_for_update=True)
    if run is None or run.status != JobStatus.RUNNING:
        # It died between the run's row and the queue's: to start it once more does no harm.
        await put_again(uow, task)
        return True
    run.rescues += 1
    if run.cancel_requested or run.rescues > MAX_RESCUES:
        run.status = (JobStatus.CANCELLED if run.cancel_requested else JobStatus.FAILED).value
        run.finished_at = now()
        run.error = f"the worker process died {run.rescues} times while running this job"
        run.error_code = "worker_died"
        await uow.session.flush()
        return False
    run.status = JobStatus.QUEUED.value
    run.queue_id = await put_again(uow, task)
    await uow.session.flush()
    return True


async def _end_orphans(uow: UnitOfWork, stalled_seconds: float) -> None:
    silent = JobRun.seen_at < now() - timedelta(seconds=max(stalled_seconds, 60))
    orphans = update(JobRun).where(JobRun.queue_id.is_(None), JobRun.status == JobStatus.RUNNING.value, silent)
    ended = {
        "status": JobStatus.FAILED.value,
        "error": "the process that ran this job ended",
        "error_code": "worker_died",
    }
    await uow.session.execute(orphans.values(finished_at=now(), **ended))
