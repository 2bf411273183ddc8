"""Background work of alarms: rules evaluated on the timetable, and for a feed after each of its runs."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from suwen.domains.ingest.errors import UnknownFeed
from suwen.domains.ingest.events import BatchFailed, BatchStandardised
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.watching.alarms.evaluating import EVALUATE, Evaluated, evaluate, evaluate_feed
from suwen.kernel.database import UnitOfWork
from suwen.kernel.events import handles
from suwen.kernel.jobs import JobContext, job
from suwen.kernel.scope import Scope


@job(EVALUATE, title=("评估告警规则", "Evaluate alarm rules"), queue="watching")
async def evaluate_alarms(ctx: JobContext, rules: list[str]) -> dict[str, Any]:
    """Evaluate some alarm rules, each in a commit of its own; returns how many alarms were raised and cleared."""
    done = Evaluated()
    for rule in rules:
        ctx.raise_if_cancelled()
        async with ctx.uow() as uow:
            await evaluate(uow, UUID(rule), done)
    return asdict(done)


@handles(BatchStandardised, "ingest.alarms_after_run")
async def alarms_after_run(event: BatchStandardised, uow: UnitOfWork) -> None:
    """Evaluate the rules about a feed that has just run."""
    await _evaluate(uow, event.feed)


@handles(BatchFailed, "ingest.alarms_after_failure")
async def alarms_after_failure(event: BatchFailed, uow: UnitOfWork) -> None:
    """Evaluate the rules about a feed whose run has just failed."""
    await _evaluate(uow, event.feed)


async def _evaluate(uow: UnitOfWork, code: str) -> None:
    repository = IngestRepository(uow.session)
    try:
        feed = await repository.feed(code, Scope.everything())
    except UnknownFeed:
        # Removed since: the timetable clears what stood.
        return
    await evaluate_feed(uow, feed, await repository.source_of(feed))
