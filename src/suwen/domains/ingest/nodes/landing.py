"""Landing what a node has brought, once, by the run of its feed."""

from uuid import UUID

from anyio import to_thread

from suwen.domains.ingest.connector import ReadRequest
from suwen.domains.ingest.models import BatchStatus, IngestBatch, IngestFeed
from suwen.domains.ingest.nodes.models import DeliveryState, Purpose
from suwen.domains.ingest.nodes.ordering import HELD, abandon, order, wanted_of
from suwen.domains.ingest.nodes.places import clear
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.reconcile.waking import wake
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.schemas import BatchResult
from suwen.domains.ingest.service.plan import REPAIR
from suwen.domains.ingest.service.run import FeedRun
from suwen.kernel.clock import now
from suwen.kernel.errors import SuwenError

_ROUNDS = 3
"""A batch that was interrupted is ended first, and may be another delivery's."""


async def land(run: FeedRun, delivery: UUID) -> BatchResult | None:
    """Land a complete delivery; None where that was done, or it is not wanted any more. Raises what the run raises."""
    found = await _feed_of(run, delivery)
    if found is None:
        return None
    code, only = found
    result = None
    for _ in range(_ROUNDS):
        try:
            result = await run.run(code, only=only, delivered=delivery)
        except SuwenError as error:
            await _note(run, delivery, error.detail)
            raise
        if await _ended(run, delivery, result):
            break
    return result


async def _feed_of(run: FeedRun, delivery: UUID) -> tuple[str, ReadRequest | None] | None:
    """Return the feed of a delivery that is to be landed, and of a repair what it has read."""
    async with run.database.unit_of_work() as uow:
        repository = NodeRepository(uow.session)
        held = await repository.delivery(delivery, locked=True)
        if held is None or held.state != DeliveryState.COMPLETE:
            return None
        feed = await repository.get(IngestFeed, held.feed_id)
        if feed.removed_at is not None:
            await abandon(uow, held)
            return None
        done = await repository.batch_of(delivery)
        batch = held.purpose == Purpose.BATCH
        if done is None and batch and held.wanted != wanted_of(feed):
            # The feed is read otherwise by now: what was brought is not what is wanted.
            source = await IngestRepository(uow.session).source_of(feed)
            await (order(uow, source, feed) if source.node_id is not None else abandon(uow, held))
            return None
        code, only = feed.code, None if batch else ReadRequest(table=REPAIR)
    if done is not None:
        await _landed(run, delivery, done)
        return None
    return code, only


async def _ended(run: FeedRun, delivery: UUID, result: BatchResult) -> bool:
    """Note what became of a delivery; False when the run ended a batch that was another's."""
    async with run.database.unit_of_work() as uow:
        batch = await NodeRepository(uow.session).get(IngestBatch, UUID(result.batch_id))
        if batch.delivery_id != delivery:
            return False
    if batch.status == BatchStatus.HELD:
        await _note(run, delivery, HELD)
    else:
        await _landed(run, delivery, batch)
    return True


async def _landed(run: FeedRun, delivery: UUID, batch: IngestBatch) -> None:
    async with run.database.unit_of_work() as uow:
        repository = NodeRepository(uow.session)
        held = await repository.delivery(delivery, locked=True)
        assert held is not None
        held.state, held.batch_id, held.landed_at, held.error = DeliveryState.LANDED.value, batch.id, now(), None
        await repository.forget_chunks(delivery)
        await wake(uow, held)
    await to_thread.run_sync(clear, run.settings, delivery)


async def _note(run: FeedRun, delivery: UUID, error: str) -> None:
    async with run.database.unit_of_work() as uow:
        held = await NodeRepository(uow.session).delivery(delivery, locked=True)
        assert held is not None
        held.error = error
