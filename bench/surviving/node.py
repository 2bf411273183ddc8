"""The edge node of the hospital: made one, and asked at the end for what is left."""

import anyio

from bench.surviving.hospital import ORG
from bench.surviving.processes import node_folder
from suwen.domains.ingest.edge.client import enrol
from suwen.domains.ingest.edge.errors import CenterUnavailable
from suwen.domains.ingest.models import BatchStatus
from suwen.domains.ingest.nodes.assigning import assign
from suwen.domains.ingest.nodes.enrolling import new_code
from suwen.domains.ingest.nodes.landing import land
from suwen.domains.ingest.nodes.models import OPEN, IngestNode
from suwen.domains.ingest.nodes.ordering import order
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.run import FeedRun
from suwen.domains.lake.public import Lake
from suwen.kernel.database import Database
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

BEHIND = "behind"
"""The source that the node reads."""


async def enrolled(settings: Settings, port: int) -> None:
    """Make a node and have it read its source."""
    database = Database(settings.database_url or "")
    async with database.unit_of_work() as uow:
        node = IngestNode(title="node", org_code=ORG)
        uow.session.add(node)
        await uow.session.flush()
        code = new_code(node, settings)
        await assign(uow, Scope.everything(), BEHIND, node.id)
    folder = node_folder(settings.workspace)
    while True:
        try:
            await anyio.to_thread.run_sync(enrol, folder, f"http://127.0.0.1:{port}", code)
            break
        except CenterUnavailable:
            # It takes a while to begin.
            await anyio.sleep(0.1)
    await database.close()


async def brought(database: Database, lake: Lake, settings: Settings) -> None:
    """Have the node bring what is left."""
    status = ""
    while status != BatchStatus.UNCHANGED:
        async with database.unit_of_work() as uow:
            repository = IngestRepository(uow.session)
            feed = await repository.feed(f"{BEHIND}.node", Scope.everything())
            delivery = (await order(uow, await repository.source_of(feed), feed)).id
        while True:
            async with database.unit_of_work() as uow:
                held = await NodeRepository(uow.session).delivery(delivery)
            if held is None or held.state not in OPEN:
                break
            await anyio.sleep(0.05)
        landed = await land(FeedRun(database, lake, settings), delivery)
        status = landed.status if landed is not None else ""
