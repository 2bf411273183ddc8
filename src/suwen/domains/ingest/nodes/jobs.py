"""Background work about nodes: landing what they brought, clearing away what nobody wants any more."""

import shutil
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from anyio import to_thread

from suwen.domains.ingest.errors import FeedBusy, SourceUnavailable
from suwen.domains.ingest.groups.running import bring_on
from suwen.domains.ingest.nodes.landing import land
from suwen.domains.ingest.nodes.models import UNDER_WAY
from suwen.domains.ingest.nodes.places import folder_of
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.nodes.taking import LAND
from suwen.domains.ingest.service.run import FeedRun
from suwen.domains.lake.public import open_lake
from suwen.kernel.clock import now
from suwen.kernel.errors import NoRoom
from suwen.kernel.jobs import JobContext, Retry, job

LOOKS_KEPT = timedelta(days=1)
AGAIN = Retry(on=(SourceUnavailable, FeedBusy, NoRoom), times=100, wait_seconds=30, longest=900)
"""Nobody orders it again by itself: a full disk is waited for about a day."""


@job(
    LAND,
    title=("前置机数据入库", "Land what an edge node brought"),
    queue="ingest",
    concurrency=2,
    retry=AGAIN,
    lock=lambda args: f"delivery:{args['delivery']}",
)
async def land_delivery(ctx: JobContext, delivery: str) -> dict[str, Any] | None:
    """Carry what a node has brought to raw and std, once; job groups that wait for it go on."""
    run = FeedRun(ctx.database, open_lake(ctx.settings), ctx.settings, ctx.reporter, ctx.run_id)
    landed = await land(run, UUID(delivery))
    async with ctx.uow() as uow:
        await bring_on(uow, UUID(delivery))
    return asdict(landed) if landed is not None else None


@job("ingest.tidy_deliveries", title=("清理前置机已入库数据", "Tidy deliveries"), queue="receive", daily=True)
async def tidy_deliveries(ctx: JobContext) -> int:
    """Remove the files of deliveries that are not under way any more; returns of how many."""
    parent = folder_of(ctx.settings, UUID(int=0)).parent
    left = [path for path in parent.iterdir() if path.is_dir()] if parent.exists() else []
    gone: list[Path] = []
    async with ctx.uow() as uow:
        await NodeRepository(uow.session).forget_looks(now() - LOOKS_KEPT)
        for path in left:
            held = await NodeRepository(uow.session).delivery(UUID(path.name))
            if held is None or held.state not in UNDER_WAY:
                gone.append(path)
    for path in gone:
        await to_thread.run_sync(shutil.rmtree, path, True)
    return len(gone)
