"""Background work of job groups: a member's run, and what is due."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from suwen.domains.ingest.errors import FeedBusy
from suwen.domains.ingest.groups import delivering, ending, running
from suwen.domains.ingest.groups.models import GroupRun, GroupStep
from suwen.domains.ingest.groups.repository import GroupRepository
from suwen.domains.ingest.models import BatchStatus
from suwen.domains.ingest.schemas import BatchResult
from suwen.domains.ingest.service.planning import next_begin
from suwen.domains.ingest.service.run import FeedRun
from suwen.domains.lake.public import open_lake
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.jobs import JobCancelled, JobContext, JobLost, JobRun, Retry, job, timetable, told_failure
from suwen.kernel.scope import Scope

BUSY = Retry(on=(FeedBusy,), times=5, wait_seconds=20)


def _lock(args: Mapping[str, Any]) -> str:
    # The lock of every run of the feed.
    return f"ingest:{args['feed']}"


@job(
    running.RUN_MEMBER,
    title=("运行作业组成员", "Run a member of a group"),
    queue="ingest",
    concurrency=2,
    retry=BUSY,
    lock=_lock,
)
async def run_member(ctx: JobContext, step: str, feed: str) -> dict[str, Any]:
    """Run a feed as a member of a group, and bring the group's run on in the commit that keeps how it ended.

    A feed that an edge node reads is ordered from it; the job ends with the order.
    """
    key = UUID(step)
    if not await _taken(ctx, key):
        return {"feed": feed, "status": "ended before"}
    if (delivery := await _ordered(ctx, key)) is not None:
        return {"feed": feed, "delivery": delivery}
    try:
        run = FeedRun(ctx.database, open_lake(ctx.settings), ctx.settings, ctx.reporter, ctx.run_id)
        batch = await run.run(feed)
    except (JobLost, FeedBusy):
        raise
    except JobCancelled:
        await _called_off(ctx, key)
        raise
    except Exception as error:
        await _failed(ctx, key, told_failure(error))
        raise
    if batch.status == BatchStatus.HELD:
        await _failed(ctx, key, ending.UNCONFIRMED)
        return asdict(batch)
    async with ctx.uow() as uow:
        await _ended_well(uow, key, batch)
        # The member's end and the job's are one commit: a worker that dies before it leaves both to be done again.
        await ctx.settle(uow, asdict(batch))
    return asdict(batch)


async def _taken(ctx: JobContext, key: UUID) -> bool:
    """Note that a member runs; False when this job is not, or no longer, the one that it waits for."""
    async with ctx.uow() as uow:
        step = await GroupRepository(uow.session).step(key)
        if step is None or step.job_run_id != ctx.run_id or step.status in ending.ENDED:
            return False
        step.status, step.started_at, step.error = ending.WORKING, step.started_at or now(), None
        return True


async def _ordered(ctx: JobContext, key: UUID) -> str | None:
    """Order a member from the edge node that reads it; None where the platform reads it itself."""
    async with ctx.uow() as uow:
        run, step = await _locked(uow, key)
        delivery = await delivering.ordered(uow, step)
        if delivery is None:
            return None
        await uow.session.flush()
        await running.advance(uow, run)
        await ctx.settle(uow, {"feed": step.feed, "delivery": str(delivery.id)})
        return str(delivery.id)


async def _locked(uow: UnitOfWork, key: UUID) -> tuple[GroupRun, GroupStep]:
    repository = GroupRepository(uow.session)
    found = await repository.get(GroupStep, key)
    run = await repository.run(found.run_id, Scope.everything(), lock=True)
    # What it became while this waited for the run.
    return run, await repository.step(key) or found


async def _ended_well(uow: UnitOfWork, key: UUID, batch: BatchResult) -> None:
    run, step = await _locked(uow, key)
    ending.succeed(step, asdict(batch))
    await uow.session.flush()
    await running.advance(uow, run)


async def _failed(ctx: JobContext, key: UUID, error: str) -> None:
    async with ctx.uow() as uow:
        run, step = await _locked(uow, key)
        if step.job_run_id == ctx.run_id:
            ending.fail(run, step, error)
            await uow.session.flush()
            await running.advance(uow, run)


async def _called_off(ctx: JobContext, key: UUID) -> None:
    """End a member whose job was called off; one whose worker stops is gone on with by another."""
    async with ctx.uow() as uow:
        run, step = await _locked(uow, key)
        own = await uow.session.get(JobRun, ctx.run_id, populate_existing=True)
        if own is not None and own.cancel_requested and step.job_run_id == ctx.run_id:
            ending.end(step, ending.CANCELLED)
            await uow.session.flush()
            await running.advance(uow, run)


@timetable("ingest.groups")
async def begin_groups(uow: UnitOfWork) -> int:
    """Begin the groups that are due, and bring on the runs that go on; returns how many runs and members it began.

    A group whose last run goes on still waits for its next moment, and counts that it did.
    """
    repository, begun = GroupRepository(uow.session), 0
    for group in await repository.due(now()):
        last = await repository.last_run(group.id)
        if last is not None and last.status == running.RUNNING:
            group.skipped += 1
        else:
            await running.begin(uow, group, "plan")
            begun += 1
        group.next_at = next_begin(group.cron, group.window_from, group.window_to, now()) if group.cron else None
    for run in await repository.under_way():
        begun += len(await running.advance(uow, run))
    return begun
