"""HTTP of the assessment: institutions and sources in five dimensions, and what is behind a feed's."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from suwen.domains.ingest.assessing import assessing
from suwen.domains.ingest.assessing.resources import MOST_DAYS
from suwen.domains.ingest.assessing.schemas import SPAN, AssessedDetail, Assessment
from suwen.domains.ingest.permissions import READ
from suwen.domains.ingest.watching.schemas import Part
from suwen.kernel.permissions import Principal, require
from suwen.kernel.resource_routes import Paging
from suwen.kernel.web import Work

Reader = Annotated[Principal, Depends(require(READ.code))]
Days = Annotated[int, Query(ge=1, le=MOST_DAYS, description="so many days, today the last of them")]
router = APIRouter(prefix="/api/ingest/assessment", tags=["ingest"])


@router.get("")
async def read_assessment(
    uow: Work, principal: Reader, paging: Paging, days: Days = SPAN, by: Part = Part.ORG
) -> Assessment:
    """Assess what the caller's institutions delivered, by institution or source: filters `f.org_code`, `f.source`."""
    return await assessing.assessment(uow, principal.scope, paging, days=days, by=by)


@router.get("/feeds/{code}")
async def read_assessed_feed(code: str, uow: Work, principal: Reader, days: Days = SPAN) -> AssessedDetail:
    """Show the elements, refusals, differences and late batches behind a feed's figures. Raises UnknownFeed."""
    return await assessing.detail(uow, principal.scope, code, days)
