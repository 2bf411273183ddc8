"""HTTP of data preparation: count what the latest batches needed, and the sums of what was counted."""

from typing import Annotated

from fastapi import APIRouter, Depends

from suwen.domains.ingest.permissions import READ, RUN
from suwen.domains.ingest.schemas import Deferred
from suwen.domains.ingest.schemas_preparing import EXAMINE, ExamineIn, PreparationSums
from suwen.domains.ingest.service import overview, preparing
from suwen.kernel.permissions import Principal, require
from suwen.kernel.resource_routes import Paging
from suwen.kernel.web import Work

Reader = Annotated[Principal, Depends(require(READ.code))]
Runner = Annotated[Principal, Depends(require(RUN.code))]
router = APIRouter(prefix="/api/ingest/preparation", tags=["ingest"])


@router.get("/sums")
async def read_preparation_sums(uow: Work, principal: Reader, paging: Paging) -> PreparationSums:
    """Add up what the filters of the list let through, within the caller's institutions."""
    return await preparing.sums(uow, principal.scope, paging)


@router.post("/examine", status_code=202)
async def examine_batches(asked: ExamineIn, uow: Work, principal: Runner) -> Deferred:
    """Begin to count the latest batches of the caller's institutions that were not counted yet. Raises UnknownFeed."""
    feed = await overview.feed_code(uow, principal.scope, asked.feed) if asked.feed else None
    orgs = None if principal.scope.orgs is None else sorted(principal.scope.orgs)
    return Deferred(job_run_ids=[uow.defer(EXAMINE, {"feed": feed, "orgs": orgs})])
