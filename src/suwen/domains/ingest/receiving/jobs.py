"""Background work of receiving: the inbox forgets what has landed."""

from datetime import timedelta

from suwen.domains.ingest.receiving.declared import ReceivingConnector
from suwen.domains.ingest.receiving.repository import InboxRepository
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.sources import connected
from suwen.kernel.clock import now
from suwen.kernel.jobs import JobContext, job
from suwen.kernel.scope import Scope


@job("ingest.tidy_inbox", title=("清理收件箱", "Tidy the inbox"), queue="receive", daily=True)
async def tidy_inbox(ctx: JobContext) -> int:
    """Delete what has landed longer ago than its source says; returns how many entries. Refused ones stay."""
    deleted = 0
    async with ctx.uow() as uow:
        for source in await IngestRepository(uow.session).sources(Scope.everything()):
            connector = connected(source, ctx.settings) if source.node_id is None else None
            if isinstance(connector, ReceivingConnector):
                before = now() - timedelta(days=connector.options.keep_days)
                deleted += await InboxRepository(uow.session).forget(source.code, before)
    return deleted
