"""What waits for a node or for a check goes on: its job is queued again, and finds by itself where it stands."""

from uuid import UUID

from suwen.domains.ingest.nodes.models import IngestDelivery, Purpose
from suwen.domains.ingest.reconcile.indicators.models import IndicatorCheck
from suwen.domains.ingest.reconcile.models import Check
from suwen.domains.ingest.reconcile.names import CHECK, CHECK_INDICATOR, SETTLE
from suwen.domains.ingest.reconcile.repository import CheckRepository
from suwen.kernel.database import UnitOfWork


async def wake(uow: UnitOfWork, held: IngestDelivery) -> None:
    """Let go on what waits for a delivery: it is here, it has landed, or it is given up."""
    if held.purpose == Purpose.CHECK:
        check = await CheckRepository(uow.session).find(Check, held.about)
        if check is not None:
            check.job_run_id = uow.defer(CHECK, {"feed": check.feed, "check": str(check.id)})
    elif held.purpose == Purpose.INDICATOR:
        figures = await CheckRepository(uow.session).find(IndicatorCheck, held.about)
        if figures is not None:
            told = {"indicator": str(figures.indicator_id), "check": str(figures.id)}
            figures.job_run_id = uow.defer(CHECK_INDICATOR, told)
    else:
        await wake_settlings(uow, held.id)


async def wake_settlings(uow: UnitOfWork, waited_for: UUID) -> None:
    """Let the settlings go on that wait for a delivery or a check."""
    for difference in await CheckRepository(uow.session).waiting_for(waited_for):
        difference.job_run_id = uow.defer(SETTLE, {"feed": difference.feed, "difference": str(difference.id)})
