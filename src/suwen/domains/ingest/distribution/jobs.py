"""Background work of distributions: a run, and what is due."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from anyio import to_thread

from suwen.domains.ingest.distribution import sending
from suwen.domains.ingest.distribution.errors import TargetUnavailable
from suwen.domains.ingest.distribution.models import Distribution, DistributionRun, SendStatus
from suwen.domains.ingest.distribution.repository import DistributionRepository
from suwen.domains.ingest.service.planning import next_begin
from suwen.domains.lake.public import open_lake
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.jobs import JobContext, JobLost, Retry, job, timetable, told_failure

AGAIN = Retry(on=(TargetUnavailable,), times=3, wait_seconds=30)


@job(
    sending.DISTRIBUTE, queue="distribution", concurrency=2, retry=AGAIN,
    lock=lambda args: f"distribution:{args['distribution']}",
)  # fmt: skip
async def distribute(ctx: JobContext, run: str, distribution: str) -> dict[str, Any]:
    """Bring a distribution's target to what its rows are now; run again, it finds what is there already."""
    key = UUID(run)
    try:
        async with ctx.uow() as uow:
            job_run, wanted = await _both(uow, key)
            job_run.status, job_run.error, job_run.finished_at = SendStatus.RUNNING.value, None, None
            target = await sending.target_of(uow, ctx.settings, wanted)
            selection = await sending.selection_of(uow, wanted)
            job_run.held = len({(one.org_code, one.day) for one in selection.held})
            anew, create = job_run.anew, wanted.create_table
        lake = open_lake(ctx.settings)
        content = await to_thread.run_sync(selection.content, lake)
        sent = await to_thread.run_sync(
            lambda: sending.send(target, content, UUID(distribution), create=create, anew=anew)
        )
        async with ctx.uow() as uow:
            job_run, wanted = await _both(uow, key)
            sending.note(wanted, job_run, sent, content.position if content else None)
            await ctx.settle(uow, asdict(sent))
    except JobLost:
        raise
    except Exception as error:
        async with ctx.uow() as uow:
            job_run, wanted = await _both(uow, key)
            sending.note_failure(wanted, job_run, told_failure(error))
        raise
    return asdict(sent)


async def _both(uow: UnitOfWork, key: UUID) -> tuple[DistributionRun, Distribution]:
    repository = DistributionRepository(uow.session)
    run = await repository.get(DistributionRun, key)
    return run, await repository.get(Distribution, run.distribution_id)


@timetable("ingest.distributions")
async def begin_distributions(uow: UnitOfWork) -> int:
    """Queue the distributions that are due; one that runs still waits for its next moment, and counts that it did."""
    repository, begun = DistributionRepository(uow.session), 0
    for each in await repository.due(now()):
        if await repository.runs_on(each.id):
            each.skipped += 1
        else:
            await sending.queue(uow, each, "plan")
            begun += 1
        each.next_at = next_begin(each.cron, each.window_from, each.window_to, now()) if each.cron else None
    return begun
