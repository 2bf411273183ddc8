"""HTTP of distributions: begun by hand, as they changed or all anew."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from suwen.domains.ingest.distribution import sending
from suwen.domains.ingest.distribution.repository import DistributionRepository
from suwen.domains.ingest.permissions import RUN
from suwen.domains.ingest.schemas import Deferred
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work

Runner = Annotated[Principal, Depends(require(RUN.code))]
router = APIRouter(prefix="/api/ingest", tags=["ingest"])


@router.post("/distributions/{key}/run", status_code=202)
async def run_distribution(key: UUID, uow: Work, principal: Runner) -> Deferred:
    """Queue a run that brings the target what has changed since its position. 409 while one runs."""
    return await _queued(uow, principal, key, anew=False)


@router.post("/distributions/{key}/anew", status_code=202)
async def run_distribution_anew(key: UUID, uow: Work, principal: Runner) -> Deferred:
    """Queue a run that writes every row, whatever the target says of itself. 409 while one runs."""
    return await _queued(uow, principal, key, anew=True)


async def _queued(uow: Work, principal: Principal, key: UUID, *, anew: bool) -> Deferred:
    distribution = await DistributionRepository(uow.session).distribution(key, principal.scope, lock=True)
    run = await sending.queue(uow, distribution, "hand", anew=anew)
    return Deferred(job_run_ids=[run.job_run_id] if run.job_run_id else [])
