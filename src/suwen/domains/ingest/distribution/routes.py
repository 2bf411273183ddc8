"""HTTP of distributions: begun by hand, as they changed, all anew, since a version, or what was refused."""

from typing import Annotated
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Depends

from suwen.domains.ingest.distribution import sending
from suwen.domains.ingest.distribution.errors import InvalidDistribution
from suwen.domains.ingest.distribution.ledger import LedgerRepository
from suwen.domains.ingest.distribution.models import DistributedRow, Distribution
from suwen.domains.ingest.distribution.repository import DistributionRepository
from suwen.domains.ingest.distribution.resources import DISTRIBUTED_ROWS
from suwen.domains.ingest.distribution.schemas import LakeVersion, Since
from suwen.domains.ingest.distribution.selecting import version_at
from suwen.domains.ingest.permissions import READ, RUN
from suwen.domains.ingest.schemas import Deferred
from suwen.domains.lake.public import LakeOf
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work

Runner = Annotated[Principal, Depends(require(RUN.code))]
Reader = Annotated[Principal, Depends(require(READ.code))]
VERSIONS = 50
router = APIRouter(prefix="/api/ingest", tags=["ingest"])


@router.post("/distributions/{key}/run", status_code=202)
async def run_distribution(key: UUID, uow: Work, principal: Runner) -> Deferred:
    """Queue a run that brings the target what has changed since its position. 409 while one runs."""
    return await _queued(uow, principal, key, anew=False)


@router.post("/distributions/{key}/anew", status_code=202)
async def run_distribution_anew(key: UUID, uow: Work, principal: Runner) -> Deferred:
    """Queue a run that writes every row, whatever the target says of itself. 409 while one runs."""
    return await _queued(uow, principal, key, anew=True)


@router.post("/distributions/{key}/refused", status_code=202)
async def send_refused_again(key: UUID, uow: Work, principal: Runner) -> Deferred:
    """Queue a run that sends what the target refused once more. 422 where nothing was; 409 while one runs."""
    distribution = await DistributionRepository(uow.session).distribution(key, principal.scope, lock=True)
    return await _again(uow, distribution, None)


@router.post("/distributed_rows/{key}/again", status_code=202)
async def send_row_again(key: UUID, uow: Work, principal: Runner) -> Deferred:
    """Queue a run that sends a refused row once more. 422 for a row that was not refused; 409 while one runs."""
    row = await DISTRIBUTED_ROWS.source.get(uow, principal.scope, str(key))
    assert isinstance(row, DistributedRow)
    distribution = await DistributionRepository(uow.session).distribution(
        row.distribution_id, principal.scope, lock=True
    )
    return await _again(uow, distribution, row.id)


@router.get("/distributions/{key}/versions")
async def list_versions(key: UUID, uow: Work, lake: LakeOf, principal: Reader) -> list[LakeVersion]:
    """Return the versions of the rows that a distribution sends, the newest first, at most 50."""
    distribution = await DistributionRepository(uow.session).distribution(key, principal.scope)
    ref = f"std.{distribution.dataset}"
    if not await to_thread.run_sync(lake.exists, ref):
        return []
    entries = await to_thread.run_sync(lake.history, ref, VERSIONS)
    return [LakeVersion(version=one.version, at=one.committed_at, rows=one.rows) for one in entries]


@router.post("/distributions/{key}/since", status_code=202)
async def run_distribution_since(key: UUID, wanted: Since, uow: Work, lake: LakeOf, principal: Runner) -> Deferred:
    """Queue a run that also sends what has changed since a version or moment, sent before or not.

    422 for a version that the lake does not hold any more; 409 while one runs.
    """
    distribution = await DistributionRepository(uow.session).distribution(key, principal.scope, lock=True)
    asked = wanted.at if wanted.at is not None else wanted.version
    assert asked is not None
    version = await to_thread.run_sync(version_at, lake, distribution.dataset, asked)
    run = await sending.queue(uow, distribution, "hand", since=version)
    return Deferred(job_run_ids=[run.job_run_id] if run.job_run_id else [])


async def _again(uow: Work, distribution: Distribution, row: UUID | None) -> Deferred:
    if not await LedgerRepository(uow.session).want_again(distribution.id, row):
        raise InvalidDistribution("nothing of it was refused", received=distribution.title)
    run = await sending.queue(uow, distribution, "hand")
    return Deferred(job_run_ids=[run.job_run_id] if run.job_run_id else [])


async def _queued(uow: Work, principal: Principal, key: UUID, *, anew: bool) -> Deferred:
    distribution = await DistributionRepository(uow.session).distribution(key, principal.scope, lock=True)
    run = await sending.queue(uow, distribution, "hand", anew=anew)
    return Deferred(job_run_ids=[run.job_run_id] if run.job_run_id else [])
