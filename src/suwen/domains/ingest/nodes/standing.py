"""How nodes stand at one moment, for those who watch."""

from datetime import datetime, timedelta

from suwen.domains.ingest.nodes.models import IngestDelivery, IngestNode, NodeStatus
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.nodes.schemas import EdgeState, EdgeTask, EdgeThread
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope

LOST = timedelta(minutes=5)
"""A node calls every few seconds; after so long without a call something is wrong with it or with the line."""


async def standing(uow: UnitOfWork, scope: Scope) -> list[EdgeThread]:
    """Return the nodes of the scope that were not sent away, those with trouble first."""
    repository, moment = NodeRepository(uow.session), now()
    brings: dict[object, list[IngestDelivery]] = {}
    for one in await repository.all_under_way(scope):
        brings.setdefault(one.node_id, []).append(one)
    told = [_told(node, brings.get(node.id, []), moment) for node in await repository.present(scope)]
    order = (EdgeState.LOST, EdgeState.FULL, EdgeState.FAILING, EdgeState.BUSY, EdgeState.IDLE, EdgeState.PENDING)
    return sorted(told, key=lambda one: (order.index(one.state), one.org_code, one.title))


def _told(node: IngestNode, brings: list[IngestDelivery], moment: datetime) -> EdgeThread:
    return EdgeThread(
        id=node.id, title=node.title, org_code=node.org_code, state=_state(node, brings, moment), seen_at=node.seen_at,
        version=node.version, buffered_chunks=node.buffered_chunks, buffered_bytes=node.buffered_bytes,
        buffer_limit=node.buffer_limit, error=node.error, tasks=[EdgeTask.model_validate(one) for one in brings],
    )  # fmt: skip


def _state(node: IngestNode, brings: list[IngestDelivery], moment: datetime) -> EdgeState:
    if node.status == NodeStatus.PENDING:
        return EdgeState.PENDING
    if (node.seen_at or node.enrolled_at or node.created_at) < moment - LOST:
        return EdgeState.LOST
    if node.waiting:
        return EdgeState.FULL
    if node.error:
        return EdgeState.FAILING
    return EdgeState.BUSY if brings else EdgeState.IDLE
