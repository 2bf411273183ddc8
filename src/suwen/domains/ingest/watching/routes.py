"""HTTP of watching: the overview of collection."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from suwen.domains.ingest.permissions import READ
from suwen.domains.ingest.watching import overview
from suwen.domains.ingest.watching.schemas import Overview, Part
from suwen.kernel.permissions import Principal, require
from suwen.kernel.resource_routes import Paging
from suwen.kernel.web import Work

Reader = Annotated[Principal, Depends(require(READ.code))]
Days = Annotated[int, Query(ge=1, le=92, description="so many days, today the last of them")]
Hours = Annotated[int, Query(ge=1, le=8760, description="a feed without data for so many hours is silent")]
router = APIRouter(prefix="/api/ingest", tags=["ingest"])


@router.get("/overview")
async def read_overview(
    uow: Work, principal: Reader, paging: Paging, days: Days = 14, by: Part = Part.ORG, silent_hours: Hours = 24
) -> Overview:
    """Show how collection does in the caller's institutions: filters `f.org_code`, `f.source`."""
    return await overview.overview(uow, principal.scope, paging, days=days, by=by, silent_hours=silent_hours)
