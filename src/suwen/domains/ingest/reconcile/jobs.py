"""Background work of reconciliation: checks of feeds and indicators, on demand, after a run and each night."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from anyio import to_thread

from suwen.domains.ingest.errors import FeedBusy, SourceUnavailable
from suwen.domains.ingest.events import BatchStandardised
from suwen.domains.ingest.reconcile.checking import CheckRun, request_check
from suwen.domains.ingest.reconcile.indicators.checking import IndicatorRun
from suwen.domains.ingest.reconcile.indicators.checking import request_check as request_indicator
from suwen.domains.ingest.reconcile.indicators.repository import IndicatorRepository
from suwen.domains.ingest.reconcile.names import CHECK, CHECK_INDICATOR, SETTLE
from suwen.domains.ingest.reconcile.planning import checks_parent
from suwen.domains.ingest.reconcile.repository import CheckRepository
from suwen.domains.ingest.reconcile.settling import Settling
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.lake.public import open_lake
from suwen.kernel.database import UnitOfWork
from suwen.kernel.events import handles
from suwen.kernel.jobs import JobContext, Retry, job
from suwen.kernel.scope import Scope

QUEUE = "reconcile"
AGAIN = Retry(on=(SourceUnavailable, FeedBusy), times=3, wait_seconds=30)


def _lock(args: Mapping[str, Any]) -> str:
    return f"reconcile:{args['feed']}"


@job(CHECK, title=("对账", "Reconcile a feed"), queue=QUEUE, retry=AGAIN, lock=_lock)
async def check_feed(ctx: JobContext, feed: str, check: str) -> dict[str, Any]:
    """Compare a feed's source with the platform, day by day."""
    found = await CheckRun(ctx.database, open_lake(ctx.settings), ctx.settings, ctx.reporter).run(feed, UUID(check))
    return {"check": check, "status": found.status, "days": found.days, "different": found.different}


@job(
    CHECK_INDICATOR,
    title=("指标级对账", "Reconcile an indicator"),
    queue=QUEUE,
    retry=AGAIN,
    lock=lambda args: f"reconcile:indicator:{args['indicator']}",
)
async def check_indicator(ctx: JobContext, indicator: str, check: str) -> dict[str, Any]:
    """Compare an indicator's figures at the source with those on the platform."""
    run = IndicatorRun(ctx.database, open_lake(ctx.settings), ctx.settings, ctx.reporter)
    found = await run.run(UUID(check))
    return {"check": check, "indicator": indicator, "status": found.status, "different": found.different}


@job(SETTLE, title=("处理对账差异", "Settle a difference"), queue=QUEUE, retry=AGAIN, lock=_lock)
async def settle_difference(ctx: JobContext, feed: str, difference: str) -> dict[str, Any]:
    """Find the keys of a day's difference, bring them in again and compare anew."""
    by = ctx.requester.username if ctx.requester else None
    settling = Settling(ctx.database, open_lake(ctx.settings), ctx.settings, ctx.reporter, by, ctx.run_id)
    found = await settling.run(UUID(difference))
    return {"difference": difference, "feed": feed, "status": found.status, "reason": found.reason}


@job("ingest.check_nightly", title=("每夜对账", "Reconcile at night"), queue=QUEUE, daily=True)
async def check_nightly(ctx: JobContext) -> int:
    """Queue the checks of the feeds and indicators that are checked each night; returns how many."""
    async with ctx.uow() as uow:
        settings = await CheckRepository(uow.session).nightly()
        for setting in settings:
            await request_check(uow, Scope.everything(), setting.feed, None)
        indicators = await IndicatorRepository(uow.session).nightly()
        for indicator in indicators:
            await request_indicator(uow, Scope.everything(), indicator.id, None)
        return len(settings) + len(indicators)


@job("ingest.tidy_checks", title=("清理对账临时文件", "Tidy checks"), queue=QUEUE, daily=True)
async def tidy_checks(ctx: JobContext) -> int:
    """Remove the copies that checks and settlings were killed over; returns how many."""
    parent = checks_parent(ctx.settings)
    left = [path for path in parent.iterdir() if path.is_dir()] if parent.exists() else []
    gone: list[Path] = []
    async with ctx.uow() as uow:
        repository = CheckRepository(uow.session)
        for path in left:
            if not await repository.goes_on(UUID(path.name)):
                gone.append(path)
    for path in gone:
        await to_thread.run_sync(shutil.rmtree, path, True)
    return len(gone)


@handles(BatchStandardised, "ingest.check_after_run")
async def check_after_run(event: BatchStandardised, uow: UnitOfWork) -> None:
    """Check a feed that has just run, and the indicators that are about it, where their settings say so."""
    feed = await IngestRepository(uow.session).feed(event.feed, Scope.everything())
    setting = await CheckRepository(uow.session).setting(feed.id)
    if setting is not None and setting.after_run:
        await request_check(uow, Scope.everything(), feed.code, None)
    for indicator in await IndicatorRepository(uow.session).after_run(feed.code):
        await request_indicator(uow, Scope.everything(), indicator.id, None)
