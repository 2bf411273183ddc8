"""Members that an edge node reads: ordered, waited for, and ended by what became of the delivery.

No worker waits for a node: the member's job ends with the order, and the run is brought on when the delivery has
landed, or by the timetable.
"""

from datetime import timedelta

from suwen.domains.ingest.groups.ending import CANCELLED, UNCONFIRMED, WORKING, end, fail, succeed
from suwen.domains.ingest.groups.models import GroupRun, GroupStep
from suwen.domains.ingest.models import IngestBatch
from suwen.domains.ingest.nodes.models import OPEN, DeliveryState, IngestDelivery, IngestNode
from suwen.domains.ingest.nodes.ordering import HELD, abandon, order
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.repository import IngestRepository
from suwen.kernel.clock import LOCAL_ZONE, now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.jobs import FINAL, JobRun, JobStatus, cancel
from suwen.kernel.scope import Scope

WAITS = timedelta(hours=12)
"""So long a member is waited for that its node does not bring."""


async def ordered(uow: UnitOfWork, step: GroupStep) -> IngestDelivery | None:
    """Have the node of a member's source read it; None for a member that the platform reads itself."""
    repository = IngestRepository(uow.session)
    feed = await repository.feed(step.feed, Scope.everything())
    source = await repository.source_of(feed)
    if source.node_id is None:
        return None
    delivery = await order(uow, source, feed)
    # Each try is waited for as long.
    step.delivery_id, step.started_at = delivery.id, now()
    return delivery


async def look(uow: UnitOfWork, run: GroupRun, step: GroupStep) -> None:
    """End a member whose delivery has landed, cannot, or is waited for no longer."""
    repository = NodeRepository(uow.session)
    held = await repository.delivery(step.delivery_id) if step.delivery_id is not None else None
    if step.status != WORKING or held is None:
        return
    if held.state == DeliveryState.ABANDONED:
        # The feed is read otherwise by now, so that it was ordered anew; or somebody has given it up.
        anew = await repository.under_way(held.feed_id)
        if anew is None:
            fail(run, step, "the delivery of the edge node was given up")
            return
        step.delivery_id, held = anew.id, anew
    if held.state == DeliveryState.LANDED and held.batch_id is not None:
        batch = await repository.get(IngestBatch, held.batch_id)
        succeed(step, {"batch_id": batch.id, "rows_in": batch.rows_in, "rows_std": batch.rows_std})
    elif held.state == DeliveryState.COMPLETE and (reason := await _not_landed(repository, held)) is not None:
        fail(run, step, reason)
    elif step.started_at is not None and now() - step.started_at > WAITS:
        fail(run, step, await _late(repository, held))


async def call_off(uow: UnitOfWork, step: GroupStep) -> None:
    """Have a node read no further for a member that is called off, and nothing be landed of it."""
    if step.status != WORKING or step.delivery_id is None:
        return
    held = await NodeRepository(uow.session).delivery(step.delivery_id, locked=True)
    if held is not None and held.state in OPEN:
        await abandon(uow, held)
    elif held is not None and held.state == DeliveryState.COMPLETE and held.job_run_id is not None:
        await cancel(uow, held.job_run_id)
    end(step, CANCELLED)


async def _not_landed(repository: NodeRepository, held: IngestDelivery) -> str | None:
    """Return why what has arrived did not land; None while that may still be."""
    if held.error == HELD:
        return UNCONFIRMED
    job = await repository.find(JobRun, held.job_run_id) if held.job_run_id is not None else None
    if job is None or JobStatus(job.status) not in FINAL:
        return None
    return held.error or job.error or "what the edge node brought was not landed"


async def _late(repository: NodeRepository, held: IngestDelivery) -> str:
    node = await repository.get(IngestNode, held.node_id)
    seen = f"{node.seen_at.astimezone(LOCAL_ZONE):%Y-%m-%d %H:%M}" if node.seen_at is not None else "never"
    hours = WAITS.total_seconds() / 3600
    told = f"the edge node {held.node} did not bring it within {hours:g} hours; last seen: {seen}"
    return f"{told}; {reason}" if (reason := held.error or node.error) else told
