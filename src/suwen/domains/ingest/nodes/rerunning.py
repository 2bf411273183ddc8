"""Having done again what a delivery was for."""

from uuid import UUID

from suwen.domains.ingest.nodes.models import IngestDelivery, Purpose
from suwen.domains.ingest.reconcile.checking import request_check
from suwen.domains.ingest.reconcile.indicators.checking import request_check as request_indicator
from suwen.domains.ingest.reconcile.indicators.figures import Span
from suwen.domains.ingest.reconcile.indicators.repository import IndicatorRepository
from suwen.domains.ingest.reconcile.settling import request_settling
from suwen.domains.ingest.service.queueing import queue_run
from suwen.kernel.database import UnitOfWork
from suwen.kernel.permissions import Principal


async def rerun(uow: UnitOfWork, principal: Principal, held: IngestDelivery) -> UUID:
    """Queue a run of a delivery's feed, a check, or the settling of its difference; returns the job's run.

    One that is under way is not doubled.
    """
    run = None
    if held.purpose == Purpose.CHECK:
        run = (await request_check(uow, principal.scope, held.feed, principal.username)).job_run_id
    elif held.purpose == Purpose.INDICATOR and held.about is not None:
        check = await IndicatorRepository(uow.session).check(held.about, principal.scope)
        span = Span(check.first, check.last)
        asked = await request_indicator(uow, principal.scope, check.indicator_id, principal.username, span)
        run = asked.job_run_id
    elif held.purpose != Purpose.BATCH and held.about is not None:
        run = (await request_settling(uow, principal.scope, held.about)).job_run_id
    return run if run is not None else await queue_run(uow, principal.scope, held.feed)
