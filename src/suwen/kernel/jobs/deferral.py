"""Jobs asked for and called off, within the asker's unit of work."""

import uuid
from typing import Any

from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork, set_deferrer
from suwen.kernel.errors import Conflict, NotFound
from suwen.kernel.ids import new_id
from suwen.kernel.jobs import queue
from suwen.kernel.jobs.definition import job_definition
from suwen.kernel.jobs.models import FINAL, RUN_TASK, JobRun, JobSetting, JobStatus


def defer(uow: UnitOfWork, name: str, args: dict[str, Any], priority: int) -> uuid.UUID:
    """Store a run of a job and have it queued just before the commit; returns its id.

    priority: added to the job's own. Raises UnknownJob, InvalidJobArguments.
    """
    definition = job_definition(name)
    definition.check(args)
    run = JobRun(
        id=new_id(),
        name=name,
        queue=definition.queue,
        args=args,
        priority=definition.priority + priority,
        requested_by=uow.principal.user_id if uow.principal else None,
        requested_by_name=uow.principal.username if uow.principal else None,
    )
    uow.session.add(run)
    uow.before_commit(lambda work: _begin_life(work, run, priority))
    return run.id


async def _begin_life(uow: UnitOfWork, run: JobRun, priority: int) -> None:
    setting = await uow.session.get(JobSetting, run.name)
    if setting is not None and setting.priority is not None:
        run.priority = setting.priority + priority
    await _enqueue(uow, run)


async def _enqueue(uow: UnitOfWork, run: JobRun) -> None:
    locked = job_definition(run.name).lock
    lock = locked(run.args) if locked else None
    run.queue_id = await queue.put(uow, RUN_TASK, run.queue, {"run_id": str(run.id)}, priority=run.priority, lock=lock)


async def cancel(uow: UnitOfWork, run_id: uuid.UUID) -> JobStatus:
    """Call a job off: one that waits never starts, one that runs stops at its next report. Returns where it now stands.

    A run that has ended stays as it ended. Raises NotFound.
    """
    run = await _taken(uow, run_id)
    if run.status in FINAL:
        return JobStatus(run.status)
    run.cancel_requested = True
    if run.status != JobStatus.RUNNING:
        run.status = JobStatus.CANCELLED.value
        run.finished_at = now()
    if run.queue_id is not None:
        await queue.withdraw(uow, run.queue_id)
    return JobStatus(run.status)


async def pause(uow: UnitOfWork, run_id: uuid.UUID) -> JobStatus:
    """Have a job wait until it is resumed: one that runs stops at its next report. Returns where it now stands.

    What it has committed or keeps for its next run stays. A run that has ended stays as it ended. Raises NotFound.
    """
    run = await _taken(uow, run_id)
    if run.status in FINAL or run.status == JobStatus.PAUSED:
        return JobStatus(run.status)
    run.pause_requested = True
    if run.status != JobStatus.RUNNING:
        if run.queue_id is not None:
            await queue.withdraw(uow, run.queue_id)
        run.status, run.queue_id = JobStatus.PAUSED.value, None
    return JobStatus(run.status)


async def resume(uow: UnitOfWork, run_id: uuid.UUID) -> JobStatus:
    """Queue a paused job again, or let one go on that has not stopped yet. Returns where it now stands.

    Any other run stays as it is. Raises NotFound.
    """
    run = await _taken(uow, run_id)
    if run.status == JobStatus.RUNNING:
        run.pause_requested = False
    elif run.status == JobStatus.PAUSED:
        run.pause_requested, run.status = False, JobStatus.QUEUED.value
        await _enqueue(uow, run)
    return JobStatus(run.status)


async def again(uow: UnitOfWork, run_id: uuid.UUID) -> uuid.UUID:
    """Queue a new run of what a run that has ended did, and return its id.

    Raises NotFound, Conflict for a run that has not ended, UnknownJob, InvalidJobArguments.
    """
    run = await _taken(uow, run_id)
    if run.status not in FINAL:
        raise Conflict("任务尚未结束", received=run.status, allowed=sorted(FINAL))
    return defer(uow, run.name, dict(run.args), 0)


async def _taken(uow: UnitOfWork, run_id: uuid.UUID) -> JobRun:
    run = await uow.session.get(JobRun, run_id, with_for_update=True)
    if run is None:
        raise NotFound("没有此任务运行记录", received=str(run_id))
    return run


set_deferrer(defer)
