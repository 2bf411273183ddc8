"""Jobs asked for and called off, within the asker's unit of work."""

import uuid
from typing import Any

from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork, set_deferrer
from suwen.kernel.errors import NotFound
from suwen.kernel.ids import new_id
from suwen.kernel.jobs import queue
from suwen.kernel.jobs.definition import job_definition
from suwen.kernel.jobs.models import FINAL, JobRun, JobStatus

RUN_TASK = "kernel.run_job"


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
    lock = definition.lock(args) if definition.lock else None

    async def enqueue(work: UnitOfWork) -> None:
        where = {"run_id": str(run.id)}
        run.queue_id = await queue.put(work, RUN_TASK, run.queue, where, priority=run.priority, lock=lock)

    uow.before_commit(enqueue)
    return run.id


async def cancel(uow: UnitOfWork, run_id: uuid.UUID) -> JobStatus:
    """Call a job off: one that waits never starts, one that runs stops at its next report. Returns where it now stands.

    A run that has ended stays as it ended. Raises NotFound.
    """
    run = await uow.session.get(JobRun, run_id, with_for_update=True)
    if run is None:
        raise NotFound("没有此任务运行记录", received=str(run_id))
    if run.status in FINAL:
        return JobStatus(run.status)
    run.cancel_requested = True
    if run.status != JobStatus.RUNNING:
        run.status = JobStatus.CANCELLED.value
        run.finished_at = now()
    if run.queue_id is not None:
        await queue.withdraw(uow, run.queue_id)
    return JobStatus(run.status)


set_deferrer(defer)
