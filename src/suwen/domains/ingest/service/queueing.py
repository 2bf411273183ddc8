"""Runs of feeds put into the queue, each with the priority of its feed."""

from uuid import UUID

from suwen.domains.ingest.models import IngestFeed, Priority
from suwen.domains.ingest.repository import IngestRepository
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope

RUN_FEED, REPLAY_FEED, RUN_SOURCE = "ingest.run_feed", "ingest.replay_feed", "ingest.run_source"


def weight_of(feed: IngestFeed) -> int:
    """Return the priority of a feed's jobs."""
    return Priority(feed.priority).weight


async def queue_run(uow: UnitOfWork, scope: Scope, code: str, *, anew: bool = False) -> UUID:
    """Queue a run of a feed, by code or id. Raises UnknownFeed."""
    feed = await IngestRepository(uow.session).feed(code, scope)
    return uow.defer(RUN_FEED, {"feed": feed.code, **({"anew": True} if anew else {})}, priority=weight_of(feed))


async def queue_replay(uow: UnitOfWork, scope: Scope, code: str) -> UUID:
    """Queue a replay of a feed, by code or id. Raises UnknownFeed."""
    feed = await IngestRepository(uow.session).feed(code, scope)
    return uow.defer(REPLAY_FEED, {"feed": feed.code}, priority=weight_of(feed))


async def queue_source(uow: UnitOfWork, scope: Scope, code: str) -> UUID:
    """Queue a run of all feeds of a source, as urgent as the most urgent of them. Raises UnknownSource."""
    repository = IngestRepository(uow.session)
    source = await repository.source(code, scope)
    weights = [weight_of(feed) for feed in await repository.feeds(scope, source.id)]
    return uow.defer(RUN_SOURCE, {"source": source.code}, priority=max(weights, default=0))
