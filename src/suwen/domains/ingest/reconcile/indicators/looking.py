"""What indicator-level reconciliation shows beside its lists, and a difference explained by a person."""

from uuid import UUID

from suwen.domains.ingest.nodes.models import Purpose
from suwen.domains.ingest.reconcile.indicators.errors import AlreadyClosed
from suwen.domains.ingest.reconcile.indicators.models import IndicatorDifference
from suwen.domains.ingest.reconcile.indicators.repository import OPEN, IndicatorRepository
from suwen.domains.ingest.reconcile.indicators.schemas import IndicatorCheckDetail, IndicatorCheckRow, IndicatorLineRow
from suwen.domains.ingest.reconcile.looking import standing
from suwen.domains.ingest.reconcile.models import DifferenceStatus
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.permissions import Principal
from suwen.kernel.scope import Scope

LINES_SHOWN = 200
"""Figures of a check on the screen; the list has all of them."""


async def check_detail(uow: UnitOfWork, scope: Scope, key: UUID) -> IndicatorCheckDetail:
    """Return a check with its statements and what differs. Raises UnknownIndicatorCheck."""
    repository = IndicatorRepository(uow.session)
    check = await repository.check(key, scope)
    differing = [IndicatorLineRow.model_validate(line) for line in await repository.differing(check.id, LINES_SHOWN)]
    return IndicatorCheckDetail(
        **IndicatorCheckRow.model_validate(check).model_dump(),
        source_sql=check.source_sql,
        platform_sql=check.platform_sql,
        differing=differing,
        **await standing(uow, check, check.id, Purpose.INDICATOR),
    )


async def explain(uow: UnitOfWork, principal: Principal, key: UUID, reason: str) -> IndicatorDifference:
    """Close a difference for a reason that somebody gives; it stays closed while its figures stay.

    Raises UnknownIndicatorDifference, AlreadyClosed.
    """
    difference = await IndicatorRepository(uow.session).difference(key, principal.scope)
    if difference.status != OPEN:
        raise AlreadyClosed
    difference.status, difference.closed_at = DifferenceStatus.CLOSED.value, now()
    difference.explanation, difference.closed_by = reason, principal.username
    await uow.session.flush()
    return difference


async def waiting(uow: UnitOfWork, principal: Principal) -> int:
    """Return how many differences of indicators are open in the caller's institutions."""
    return await IndicatorRepository(uow.session).open_count(principal.scope)
