"""Background work of mirrors: bringing one up, what a landed batch and the night ask for."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from suwen.domains.ingest.errors import UnknownFeed
from suwen.domains.ingest.events import BatchLanded
from suwen.domains.ingest.mirror.errors import MirrorBusy
from suwen.domains.ingest.mirror.models import Moment
from suwen.domains.ingest.mirror.repository import MirrorRepository
from suwen.domains.ingest.mirror.setting import SYNC, defer_sync, mirrors_of
from suwen.domains.ingest.mirror.syncing import MirrorSync
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.lake.public import WriteConflict, open_lake
from suwen.kernel.database import UnitOfWork
from suwen.kernel.events import handles
from suwen.kernel.jobs import JobContext, Retry, job
from suwen.kernel.scope import Scope

QUEUE = "mirror"
AGAIN = Retry(on=(MirrorBusy, WriteConflict), times=3, wait_seconds=30)


def _lock(args: Mapping[str, Any]) -> str:
    return f"mirror:{args['feed']}"


@job(SYNC, title=("同步镜像表", "Bring up a mirror"), queue=QUEUE, retry=AGAIN, lock=_lock)
async def sync_mirror(ctx: JobContext, feed: str, rebuild: bool = False) -> dict[str, Any]:
    """Bring the mirror of a feed's table up to the newest batch, or write all its rows anew."""
    return asdict(await MirrorSync(ctx.database, open_lake(ctx.settings), ctx.reporter).run(feed, rebuild=rebuild))


@job("ingest.mirror_nightly", title=("每夜同步镜像库", "Mirrors of the night"), queue=QUEUE, daily=True)
async def mirror_nightly(ctx: JobContext) -> int:
    """Queue a sync of each mirror that is behind, where the setting of its source asks for it; returns how many."""
    queued = 0
    async with ctx.uow() as uow:
        repository = MirrorRepository(uow.session)
        settings = await repository.settings_for_the_night()
        for setting in settings:
            await mirrors_of(uow, setting)
        sources = {setting.source_id for setting in settings}
        for mirror, behind in await repository.present(Scope.everything()):
            if mirror.included and behind and mirror.source_id in sources:
                defer_sync(uow, mirror)
                queued += 1
    return queued


@handles(BatchLanded, "ingest.mirror_after_landing")
async def mirror_after_landing(event: BatchLanded, uow: UnitOfWork) -> None:
    """Bring the mirror of a feed up whose batch has just landed, where the setting of its source says so."""
    try:
        feed = await IngestRepository(uow.session).feed(event.feed, Scope.everything())
    except UnknownFeed:
        # Removed since: nothing mirrors it any more.
        return
    setting = await MirrorRepository(uow.session).setting_of(feed.source_id)
    if setting is None or not setting.enabled or setting.moment != Moment.BATCH:
        return
    for mirror in await mirrors_of(uow, setting):
        if mirror.feed_id == feed.id and mirror.included:
            defer_sync(uow, mirror)
