"""Orders: a feed of a node's source is run by having the node read it."""

from typing import Any
from uuid import UUID

from suwen.domains.ingest.connector import connect
from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.edge.protocol import Order, Report, Work
from suwen.domains.ingest.models import BatchStatus, IngestFeed, IngestSource
from suwen.domains.ingest.nodes.looking import looks_of
from suwen.domains.ingest.nodes.models import OPEN, DeliveryState, IngestDelivery, IngestNode, Purpose
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.nodes.taking import LAND
from suwen.domains.ingest.reconcile.repairing import repair_wanted
from suwen.domains.ingest.reconcile.waking import wake
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.vault import master_key, unseal
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

POLL_SECONDS, LOOKING_SECONDS = 5.0, 0.5
CHUNK_ROWS = 100_000
"""Rows that a chunk is to have."""
HELD = "held"
OUTDATED = "前置机版本过旧，不能回答对账，请升级（the node is too old to answer, upgrade it）"


def wanted_of(feed: IngestFeed) -> dict[str, Any]:
    """Return what a feed is read by; when that is another, what was read before is not what is wanted."""
    definition = FeedDefinition.model_validate(feed.definition)
    incremental = definition.capture.mode == "timestamp"
    return {
        "table": definition.table,
        "query": definition.query,
        "key": list(definition.key),
        "changing": definition.capture.column if incremental else None,
        "overlap_seconds": definition.capture.overlap_seconds if incremental else 0,
        "high_water": feed.high_water if incremental else None,
        "leaves": definition.leaves.model_dump(mode="json") if definition.leaves is not None else None,
    }


async def order(uow: UnitOfWork, source: IngestSource, feed: IngestFeed) -> IngestDelivery:
    """Have the node of a feed's source read it, and return the delivery that is under way.

    One that has arrived and could not be landed is tried again, unless the feed is read otherwise by now.
    """
    repository = NodeRepository(uow.session)
    node = await repository.node(_node(source), Scope.everything(), locked=True)
    wanted, held = wanted_of(feed), await repository.under_way(feed.id)
    if held is not None and held.node_id == node.id and held.wanted == wanted:
        if held.state in OPEN:
            return held
        if not await _given_up(uow, held):
            held.error, held.job_run_id = None, uow.defer(LAND, {"delivery": str(held.id)})
            return held
    if held is not None:
        await abandon(uow, held)
    made = IngestDelivery(
        node_id=node.id,
        feed_id=feed.id,
        node=node.title,
        source=source.code,
        feed=feed.code,
        org_code=feed.org_code,
        wanted=wanted,
    )
    uow.session.add(made)
    await uow.session.flush()
    return made


async def abandon(uow: UnitOfWork, held: IngestDelivery) -> None:
    """Give a delivery up, and let go on who waits for it; its files are removed by the daily job."""
    held.state = DeliveryState.ABANDONED.value
    await NodeRepository(uow.session).forget_chunks(held.id)
    await uow.session.flush()
    await wake(uow, held)


async def work_of(uow: UnitOfWork, settings: Settings, node: IngestNode, report: Report) -> Work:
    """Note how a node is, and return what it has to do."""
    repository = NodeRepository(uow.session)
    node.seen_at, node.version, node.waiting = now(), report.version, report.waiting
    node.buffered_chunks, node.buffered_bytes = report.buffered_chunks, report.buffered_bytes
    node.buffer_limit, node.error = report.buffer_limit, report.error or None
    deliveries = await repository.open_of(node.id)
    told = {one.delivery: one for one in report.orders}
    for delivery in deliveries:
        if (said := told.get(delivery.id)) is not None:
            delivery.rows_read, delivery.error = said.rows, said.error or None
    found = await repository.feeds_by_id([one.feed_id for one in deliveries])
    orders: list[Order] = []
    for delivery in deliveries:
        if delivery.feed_id not in found or found[delivery.feed_id][1].node_id != node.id:
            await abandon(uow, delivery)
            continue
        feed, source = found[delivery.feed_id]
        if "question" in delivery.wanted and not report.answers:
            delivery.error = OUTDATED
            continue
        if delivery.purpose == Purpose.BATCH and delivery.state == DeliveryState.ORDERED:
            # Not begun: as the feed is read now.
            delivery.wanted = wanted_of(feed)
        options = unseal(source.options, master_key(settings))
        wanted = delivery.wanted
        if delivery.purpose == Purpose.REPAIR:
            # The keys lie sealed, and are told to nobody but the node.
            wanted = await repair_wanted(uow, settings, delivery, connect(source.connector, options))
        orders.append(
            Order(
                delivery=delivery.id,
                feed=feed.code,
                connector=source.connector,
                options=options,
                chunk_rows=CHUNK_ROWS,
                **wanted,
            )
        )
    looks, lately = await looks_of(uow, settings, node, answers=report.answers)
    # Whoever looks once looks again.
    return Work(orders=tuple(orders), looks=looks, poll_seconds=LOOKING_SECONDS if lately else POLL_SECONDS)


def _node(source: IngestSource) -> UUID:
    assert source.node_id is not None
    return source.node_id


async def _given_up(uow: UnitOfWork, held: IngestDelivery) -> bool:
    """Say whether so many rows were gone in a delivery that a person was asked, who has not said that this is so."""
    newest = await IngestRepository(uow.session).newest(held.feed_id)
    waits = newest is not None and newest.status == BatchStatus.HELD and newest.delivery_id == held.id
    return waits and newest is not None and "confirmed" not in (newest.context or {})
