"""States of a feed's source as raw holds them: which batches make them up."""

from datetime import datetime

from suwen.domains.ingest.models import IngestFeed
from suwen.domains.ingest.rawstate import LandedBatch, RawState
from suwen.domains.ingest.rawtable import raw_table
from suwen.domains.ingest.repository import IngestRepository
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope


async def raw_state(uow: UnitOfWork, scope: Scope, code: str, at: datetime | None = None) -> RawState:
    """Return the state of a feed's source now, or as it was known at a moment. Raises UnknownFeed."""
    repository = IngestRepository(uow.session)
    feed = await repository.feed(code, scope)
    return RawState.after(table_of_feed(feed), await landed_batches(repository, feed, at))


async def landed_batches(
    repository: IngestRepository, feed: IngestFeed, at: datetime | None = None
) -> list[LandedBatch]:
    """Return the batches whose rows are in raw (and had been read by a moment), in their order."""
    found = await repository.landed(feed.id)
    return [
        LandedBatch(str(batch.id), batch.number, batch.mode, batch.started_at)
        for batch in found
        if at is None or batch.started_at <= at
    ]


def table_of_feed(feed: IngestFeed) -> str:
    """Return the raw table of a stored feed, without its layer."""
    return raw_table(*feed.code.split(".", 1))
