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
    return await state_of(repository, await repository.feed(code, scope), at=at)


async def state_of(
    repository: IngestRepository, feed: IngestFeed, *, at: datetime | None = None, up_to: int | None = None
) -> RawState:
    """Return the state of a feed's source after all batches whose rows are in raw; see IngestRepository.landed_ends."""
    whole, last = await repository.landed_ends(feed.id, at=at, up_to=up_to)
    return RawState.between(table_of_feed(feed), str(whole or ""), str(last or ""))


async def landed_batches(repository: IngestRepository, feed: IngestFeed, after: int = 0) -> list[LandedBatch]:
    """Return the batches whose rows are in raw, in their order. after: only those beyond this number."""
    return [
        LandedBatch(str(batch.id), batch.number, batch.mode, batch.started_at)
        for batch in await repository.landed(feed.id, after)
    ]


def table_of_feed(feed: IngestFeed) -> str:
    """Return the raw table of a stored feed, without its layer."""
    return raw_table(*feed.code.split(".", 1))
