"""Queries about nodes and deliveries."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from suwen.domains.ingest.models import IngestBatch, IngestFeed, IngestSource
from suwen.domains.ingest.nodes.errors import UnknownDelivery, UnknownNode
from suwen.domains.ingest.nodes.models import (
    OPEN,
    UNDER_WAY,
    IngestCenterKey,
    IngestDelivery,
    IngestDeliveryChunk,
    IngestLook,
    IngestNode,
    NodeStatus,
    Purpose,
)
from suwen.domains.ingest.repository import DONE
from suwen.kernel.repository import Repository, among
from suwen.kernel.scope import Scope

_ONLY = 1


class NodeRepository(Repository):
    """Nodes, deliveries, chunks, and the center's key."""

    async def node(self, node: UUID, scope: Scope, *, locked: bool = False) -> IngestNode:
        """Return a node; raise UnknownNode. locked: nobody else changes it until the commit."""
        query = select(IngestNode).where(IngestNode.id == node)
        found = await self.one_or_none(query.with_for_update() if locked else query)
        if found is None or not scope.allows(found.org_code):
            raise UnknownNode(node)
        return found

    async def known(self, node: UUID) -> IngestNode | None:  # unscoped: a machine that says who it is
        """Return a node, or None."""
        return await self.find(IngestNode, node)

    async def sources(self, node: UUID) -> list[IngestSource]:  # unscoped: of a node seen before
        """Return the sources that a node reads."""
        present = IngestSource.removed_at.is_(None)
        query = select(IngestSource).where(IngestSource.node_id == node, present).order_by(IngestSource.code)
        return await self.all(query)

    async def center_key(self) -> IngestCenterKey | None:
        """Return the center's key pair, None before the first node."""
        return await self.find(IngestCenterKey, _ONLY)

    async def keep_center_key(self, public: str, private: str) -> None:
        """Keep a key pair unless there is one."""
        made = insert(IngestCenterKey).values(id=_ONLY, public_key=public, private_key=private)
        await self.session.execute(made.on_conflict_do_nothing())

    async def delivery(self, delivery: UUID, *, locked: bool = False) -> IngestDelivery | None:  # unscoped: a job's own
        """Return a delivery, or None. locked: nobody else changes it until the commit."""
        query = select(IngestDelivery).where(IngestDelivery.id == delivery)
        return await self.one_or_none(query.with_for_update() if locked else query)

    async def delivery_of(self, node: UUID, delivery: UUID) -> IngestDelivery:  # unscoped: the node's own
        """Return a delivery of a node, locked; raise UnknownDelivery."""
        found = await self.delivery(delivery, locked=True)
        if found is None or found.node_id != node:
            raise UnknownDelivery(delivery)
        return found

    async def under_way(self, feed: UUID) -> IngestDelivery | None:  # unscoped: of a feed seen before
        """Return the delivery of a feed's rows that is under way, locked."""
        query = select(IngestDelivery).where(IngestDelivery.feed_id == feed, IngestDelivery.state.in_(UNDER_WAY))
        return await self.one_or_none(query.where(IngestDelivery.purpose == Purpose.BATCH.value).with_for_update())

    async def all_of(self, feed: UUID) -> list[IngestDelivery]:  # unscoped: of a feed seen before
        """Return the deliveries of a feed that are under way, whatever they are for, locked."""
        query = select(IngestDelivery).where(IngestDelivery.feed_id == feed, IngestDelivery.state.in_(UNDER_WAY))
        return await self.all(query.with_for_update())

    async def about(
        self, about: UUID, purpose: Purpose, *, locked: bool = True
    ) -> IngestDelivery | None:  # unscoped: of a check held
        """Return the newest delivery for a check or a difference; None where nothing was asked."""
        query = select(IngestDelivery).where(IngestDelivery.about == about, IngestDelivery.purpose == purpose.value)
        newest = query.order_by(IngestDelivery.ordered_at.desc(), IngestDelivery.id.desc()).limit(1)
        return await self.one_or_none(newest.with_for_update() if locked else newest)

    async def open_of(self, node: UUID) -> list[IngestDelivery]:  # unscoped: the node's own
        """Return the deliveries that a node is to bring, the oldest order first."""
        query = select(IngestDelivery).where(IngestDelivery.node_id == node, IngestDelivery.state.in_(OPEN))
        return await self.all(query.order_by(IngestDelivery.ordered_at, IngestDelivery.id))

    async def looks(self, node: UUID, since: datetime) -> list[IngestLook]:  # unscoped: the node's own
        """Return the looks that a node was asked for since a moment, answered or not."""
        query = select(IngestLook).where(IngestLook.node_id == node, IngestLook.asked_at >= since)
        return await self.all(query.order_by(IngestLook.asked_at))

    async def look(self, node: UUID, look: UUID) -> IngestLook | None:  # unscoped: the node's own
        """Return a look that a node was asked for, or None."""
        found = await self.find(IngestLook, look)
        return found if found is not None and found.node_id == node else None

    async def tell_looked(self) -> None:  # unscoped: tells of nobody's rows
        """Say, once this is committed, that a look was answered."""
        await self.session.execute(select(func.pg_notify("ingest_look", "")))

    async def forget_looks(self, before: datetime) -> None:  # unscoped: the platform's own
        """Remove looks that were asked for before a moment."""
        await self.session.execute(delete(IngestLook).where(IngestLook.asked_at < before))

    async def present(self, scope: Scope) -> list[IngestNode]:
        """Return the nodes of the scope that were not sent away."""
        query = select(IngestNode).where(IngestNode.status != NodeStatus.REVOKED.value)
        return await self.all(query if scope.orgs is None else query.where(among(IngestNode.org_code, scope.orgs)))

    async def all_under_way(self, scope: Scope) -> list[IngestDelivery]:
        """Return the deliveries of the scope that are under way, the oldest order first."""
        delivery = IngestDelivery
        query = select(delivery).where(delivery.state.in_(UNDER_WAY)).order_by(delivery.ordered_at, delivery.id)
        return await self.all(query if scope.orgs is None else query.where(among(delivery.org_code, scope.orgs)))

    async def chunk(self, delivery: UUID, sequence: int) -> IngestDeliveryChunk | None:  # unscoped: of a delivery held
        """Return a chunk that is here, or None."""
        return await self.find(IngestDeliveryChunk, (delivery, sequence))

    async def chunks(self, delivery: UUID) -> list[IngestDeliveryChunk]:  # unscoped: of a delivery held
        """Return the chunks that are here, in their order."""
        query = select(IngestDeliveryChunk).where(IngestDeliveryChunk.delivery_id == delivery)
        return await self.all(query.order_by(IngestDeliveryChunk.sequence))

    async def forget_chunks(self, delivery: UUID) -> None:
        """Delete what is known of a delivery's chunks."""
        await self.session.execute(delete(IngestDeliveryChunk).where(IngestDeliveryChunk.delivery_id == delivery))

    async def batch_of(self, delivery: UUID) -> IngestBatch | None:  # unscoped: of a delivery held
        """Return the batch that landed a delivery and ended well, or None."""
        query = select(IngestBatch).where(IngestBatch.delivery_id == delivery, IngestBatch.status.in_(DONE))
        return await self.one_or_none(query.order_by(IngestBatch.number.desc()).limit(1))

    async def feeds_by_id(self, ids: Sequence[UUID]) -> dict[UUID, tuple[IngestFeed, IngestSource]]:  # unscoped: ditto
        """Return feeds that were not removed, with their sources."""
        query = select(IngestFeed).where(IngestFeed.id.in_(ids), IngestFeed.removed_at.is_(None))
        feeds = await self.all(query)
        return {feed.id: (feed, await self.get(IngestSource, feed.source_id)) for feed in feeds}
