"""Background work of distributions: a run, and what is due."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from anyio import to_thread

from suwen.domains.ingest.distribution import sending
from suwen.domains.ingest.distribution.content import Content, Sent
from suwen.domains.ingest.distribution.errors import TargetUnavailable
from suwen.domains.ingest.distribution.ledger import Ledger, LedgerRepository
from suwen.domains.ingest.distribution.models import Distribution, DistributionRun, SendStatus
from suwen.domains.ingest.distribution.repository import DistributionRepository
from suwen.domains.ingest.distribution.selecting import Selection
from suwen.domains.ingest.distribution.targets.database import DatabaseTarget
from suwen.domains.ingest.distribution.targets.files import FilesTarget
from suwen.domains.ingest.distribution.telling import Telling
from suwen.domains.ingest.service.planning import next_begin
from suwen.domains.lake.public import Lake, open_lake
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.jobs import JobContext, JobLost, Retry, job, timetable, told_failure

AGAIN = Retry(on=(TargetUnavailable,), times=3, wait_seconds=30)


@job(
    sending.DISTRIBUTE, title=("数据分发", "Distribute"), queue="distribution", concurrency=2, retry=AGAIN,
    lock=lambda args: f"distribution:{args['distribution']}",
)  # fmt: skip
async def distribute(ctx: JobContext, run: str, distribution: str) -> dict[str, Any]:
    """Bring a distribution's target to what its rows are now; run again, it finds what is there already."""
    key = UUID(run)
    try:
        async with ctx.uow() as uow:
            job_run, wanted = await _both(uow, key)
            job_run.status, job_run.error, job_run.finished_at = SendStatus.RUNNING.value, None, None
            target = await sending.target_of(uow, ctx.settings, wanted, lambda: ctx.stop_reason() is not None)
            selection = await sending.selection_of(uow, wanted)
            job_run.held = len({(one.org_code, one.day) for one in selection.held})
            asked = _Asked(job_run.anew, job_run.since, wanted.create_table, wanted.position, wanted.title)
        content, sent = await _sent(ctx, target, selection, asked, key)
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


@dataclass(frozen=True)
class _Asked:
    """What a run is asked for. position: at which the distribution stood before."""

    anew: bool
    since: int | None
    create: bool
    position: str | None
    title: str


async def _sent(
    ctx: JobContext, target: sending.Target, selection: Selection, asked: _Asked, run: UUID
) -> tuple[Content | None, Sent]:
    """Bring the target to what the rows are now; return them, and what was done."""
    lake = open_lake(ctx.settings)
    content = await to_thread.run_sync(selection.content, lake)
    before = await to_thread.run_sync(_digests, selection, lake, asked.since) if asked.since is not None else None
    job, anew = selection.distribution.id, asked.anew
    if isinstance(target, DatabaseTarget | FilesTarget) or content is None:
        sent = await to_thread.run_sync(
            lambda: sending.send(target, content, job, create=asked.create, anew=anew, before=before)
        )
        return content, sent
    if content.position == asked.position and not anew and before is None:
        async with ctx.uow() as uow:
            if not await LedgerRepository(uow.session).unfinished(job):
                return content, Sent(rows=0, unchanged=True)
    ledger = Ledger(ctx.uow, job, run, asked.title, target.receipts)
    telling = Telling(target, ledger, content, anew=anew, before=before, stopping=ctx.raise_if_cancelled)
    return content, await to_thread.run_sync(telling.tell)


def _digests(selection: Selection, lake: Lake, version: int) -> dict[str, str]:
    """Return the digests of the rows as they stood at a version. Raises InvalidDistribution."""
    then = selection.content(lake, version)
    return then.digests() if then is not None else {}


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
