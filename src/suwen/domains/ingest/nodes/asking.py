"""Asking a node: what a check or a settling needs of a source travels as a delivery, like a feed's rows."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from suwen.domains.ingest.models import IngestFeed
from suwen.domains.ingest.nodes.models import DeliveryState, IngestDelivery, Purpose
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope


async def ask(
    uow: UnitOfWork,
    feed: IngestFeed,
    node: UUID,
    purpose: Purpose,
    about: UUID,
    *,
    wanted: Mapping[str, Any],
    context: Mapping[str, Any],
) -> IngestDelivery:
    """Have a node bring what a check or a difference (`about`) needs. wanted: fields of the order."""
    found = await NodeRepository(uow.session).node(node, Scope.everything(), locked=True)
    made = IngestDelivery(
        node_id=found.id,
        feed_id=feed.id,
        node=found.title,
        source=feed.code.partition(".")[0],
        feed=feed.code,
        org_code=feed.org_code,
        purpose=purpose.value,
        about=about,
        wanted=dict(wanted),
        context=dict(context),
    )
    uow.session.add(made)
    await uow.session.flush()
    return made


async def close(uow: UnitOfWork, held: IngestDelivery, state: DeliveryState = DeliveryState.LANDED) -> None:
    """Note that an answer was used, or is not wanted any more; its files are the caller's to remove after the commit.

    Nobody is told: who waits for it closes it.
    """
    held.state, held.error = state.value, None
    held.landed_at = now() if state == DeliveryState.LANDED else None
    await NodeRepository(uow.session).forget_chunks(held.id)


async def close_asked(uow: UnitOfWork, asked: UUID | None, state: DeliveryState = DeliveryState.LANDED) -> None:
    """Close a delivery by its id; nothing happens where there is none, or it is gone."""
    held = await NodeRepository(uow.session).delivery(asked, locked=True) if asked is not None else None
    if held is not None:
        await close(uow, held, state)
