"""Which node reads which source."""

from uuid import UUID

from suwen.domains.ingest.connector import connector_class
from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.models import IngestSource
from suwen.domains.ingest.nodes.errors import DeliveryClosed, NodeRevoked, NotForNodes
from suwen.domains.ingest.nodes.models import UNDER_WAY, IngestDelivery, IngestNode, NodeStatus
from suwen.domains.ingest.nodes.ordering import abandon
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.nodes.schemas import NodeSource
from suwen.domains.ingest.repository import IngestRepository
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope


async def assign(uow: UnitOfWork, scope: Scope, code: str, node: UUID | None) -> IngestSource:
    """Have a source read by a node, or by the platform itself; what another was bringing of it is given up.

    Raises UnknownSource, UnknownNode, NodeRevoked, NotForNodes for a source that sends or tells its changes.
    """
    repository = IngestRepository(uow.session)
    source = await repository.source(code, scope)
    if node is not None:
        await _check(uow, scope, source, node)
    if source.node_id != node:
        for feed in await repository.all_feeds_of(source.id):
            for held in await NodeRepository(uow.session).all_of(feed.id):
                await abandon(uow, held)
        source.node_id = node
        await uow.session.flush()
    return source


async def _check(uow: UnitOfWork, scope: Scope, source: IngestSource, node: UUID) -> None:
    found = await NodeRepository(uow.session).node(node, scope)
    if found.status == NodeStatus.REVOKED:
        raise NodeRevoked("前置机已停用", received=str(node))
    if found.org_code != source.org_code:
        raise NotForNodes("前置机与数据源须属于同一机构", received=found.org_code, allowed=source.org_code)
    if not connector_class(source.connector).capabilities.whole:
        raise NotForNodes("该数据源自行推送数据", received=source.connector)
    for feed in await IngestRepository(uow.session).feeds(scope, source.id):
        if FeedDefinition.model_validate(feed.definition).capture.told is not None:
            raise NotForNodes(f"采集任务 {feed.code} 由源端告知变更，前置机暂不支持", received=feed.mode)


async def sources_of(uow: UnitOfWork, scope: Scope, node: UUID) -> list[NodeSource]:
    """Return the sources of a node's institution that it reads, or that it could read. Raises UnknownNode."""
    found = await NodeRepository(uow.session).node(node, scope)
    return [
        NodeSource(code=one.code, title=one.title, connector=one.connector, node_id=one.node_id)
        for one in await IngestRepository(uow.session).sources(scope)
        if one.org_code == found.org_code and connector_class(one.connector).capabilities.whole
    ]


async def let_go(uow: UnitOfWork, node: IngestNode) -> None:
    """Let a node that is sent away read nothing any more: its sources wait for another."""
    repository = NodeRepository(uow.session)
    for delivery in await repository.open_of(node.id):
        await abandon(uow, delivery)


async def give_up(uow: UnitOfWork, held: IngestDelivery) -> None:
    """Give a delivery up at somebody's word. Raises DeliveryClosed."""
    if held.state not in UNDER_WAY:
        raise DeliveryClosed("该批次已结束", received=held.state, allowed=UNDER_WAY)
    await abandon(uow, held)
