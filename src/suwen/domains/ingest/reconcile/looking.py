"""What reconciliation shows beside its lists."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.models import IngestFeed
from suwen.domains.ingest.nodes.models import UNDER_WAY, IngestDelivery, Purpose
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.reconcile.findings import KINDS
from suwen.domains.ingest.reconcile.keys import located_key
from suwen.domains.ingest.reconcile.models import Checking, CheckStatus, Difference
from suwen.domains.ingest.reconcile.repository import CheckRepository
from suwen.domains.ingest.reconcile.schemas import CheckDetail, DifferenceDetail, DifferenceRow, KeyOut, NodeAsked
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.rowmasks import masked_key, row_masker
from suwen.domains.ingest.schemas import RowHistory
from suwen.domains.ingest.service.history import row_history
from suwen.domains.ingest.vault import master_key
from suwen.domains.lake.public import Lake
from suwen.domains.standards.public import load_catalog
from suwen.kernel.database import UnitOfWork
from suwen.kernel.permissions import Principal
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

KEYS_SHOWN = 200
"""Keys of a difference on the screen; where there are more, something greater than single rows is wrong."""


async def check_detail(uow: UnitOfWork, scope: Scope, key: UUID) -> CheckDetail:
    """Return a check with its statements. Raises UnknownCheck."""
    check = await CheckRepository(uow.session).check(key, scope)
    told = await standing(uow, check, check.id, Purpose.CHECK)
    return CheckDetail.model_validate(check).model_copy(update=told)


async def _asked(uow: UnitOfWork, held: IngestDelivery | None) -> NodeAsked | None:
    """Return what a node has not brought yet."""
    if held is None or held.state not in UNDER_WAY:
        return None
    node = await NodeRepository(uow.session).known(held.node_id)
    return NodeAsked.model_validate(held).model_copy(update={"seen_at": node.seen_at if node is not None else None})


async def standing(uow: UnitOfWork, check: Checking, key: UUID, purpose: Purpose) -> dict[str, Any]:
    """Return how far the job of a running check is: stage, done, total; of one that waits for a node what was asked.

    Nothing of one that has ended.
    """
    if check.status == CheckStatus.WAITING:
        return {"asked": await _asked(uow, await NodeRepository(uow.session).about(key, purpose, locked=False))}
    running = check.status == CheckStatus.RUNNING.value and check.job_run_id is not None
    run = await IngestRepository(uow.session).job_run(check.job_run_id) if running and check.job_run_id else None
    return {"stage": run.stage, "done": run.done, "total": run.total} if run is not None else {}


async def difference_detail(uow: UnitOfWork, scope: Scope, settings: Settings, key: UUID) -> DifferenceDetail:
    """Return a difference with its evidence and its first keys. Raises UnknownDifference."""
    repository = CheckRepository(uow.session)
    difference = await repository.difference(key, scope)
    feed = await repository.get(IngestFeed, difference.feed_id)
    definition = FeedDefinition.model_validate(feed.definition)
    mask = row_masker(feed.code, definition, await load_catalog(uow), replace(scope, unmask=False))
    keys = await repository.keys_of(key, KINDS, limit=KEYS_SHOWN)
    master = master_key(settings)
    shown = [(one, masked_key(definition, mask, located_key(one, master).key)) for one in keys]
    return DifferenceDetail(
        **DifferenceRow.model_validate(difference).model_dump(),
        evidence=difference.evidence,
        keys=[
            KeyOut(id=one.id, kind=one.kind, digest=one.digest, key=None if text is None else str(text))
            for one, text in shown
        ],
        pending=len(difference.pending or ()),
        asked=await _asked(uow, await _waited_for(uow, difference)),
    )


async def _waited_for(uow: UnitOfWork, difference: Difference) -> IngestDelivery | None:
    """Return the delivery that the settling of a difference waits for, itself or by its check."""
    nodes = NodeRepository(uow.session)
    if difference.waits_for is None:
        return None
    found = await nodes.delivery(difference.waits_for)
    return found or await nodes.about(difference.waits_for, Purpose.CHECK, locked=False)


async def key_history(uow: UnitOfWork, lake: Lake, scope: Scope, settings: Settings, key: UUID) -> RowHistory:
    """Return what raw tells of the row behind a key. Raises UnknownDifference."""
    repository = CheckRepository(uow.session)
    found = await repository.key(key, scope)
    difference = await repository.difference(found.difference_id, scope)
    return await row_history(uow, lake, scope, difference.feed, [located_key(found, master_key(settings)).key or ""])


async def waiting(uow: UnitOfWork, principal: Principal) -> int:
    """Return how many differences are open in the caller's institutions."""
    return await CheckRepository(uow.session).open_count(principal.scope)
