"""HTTP of the room records."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from suwen.domains.lake.public import LakeOf
from suwen.domains.records import service
from suwen.domains.records.schemas import EventRow, SectionRows, TimelineOut, TrendItem, TrendOut
from suwen.domains.standards.public import load_catalog
from suwen.kernel.permissions import Principal, require
from suwen.kernel.repository import PageRequest
from suwen.kernel.web import Work

router = APIRouter(prefix="/api/records", tags=["records"])
Reader = Annotated[Principal, Depends(require("records.read"))]
PageNumber = Annotated[int, Query(ge=1)]
PageSize = Annotated[int, Query(ge=1, le=200)]


@router.get("/persons/{person_id}/timeline")
async def read_timeline(
    uow: Work, lake: LakeOf, principal: Reader, person_id: UUID, page: PageNumber = 1, page_size: PageSize = 20
) -> TimelineOut:
    """Show a person's encounters, newest first, each with what happened in it."""
    catalog = await load_catalog(uow)
    return await service.timeline(lake, uow, catalog, principal.scope, person_id, PageRequest(page, page_size))


@router.get("/persons/{person_id}/sections/{dataset}")
async def read_section(
    uow: Work,
    lake: LakeOf,
    principal: Reader,
    person_id: UUID,
    dataset: str,
    page: PageNumber = 1,
    page_size: PageSize = 50,
) -> SectionRows:
    """Show a person's rows of one dataset, newest first."""
    catalog = await load_catalog(uow)
    request = PageRequest(page, page_size)
    return await service.section(lake, uow, catalog, principal.scope, person_id, dataset, request)


@router.get("/persons/{person_id}/events/{dataset}/{event}")
async def read_event(uow: Work, lake: LakeOf, principal: Reader, person_id: UUID, dataset: str, event: str) -> EventRow:
    """Show the whole row of one event of a person's timeline."""
    catalog = await load_catalog(uow)
    return await service.event(lake, uow, catalog, principal.scope, person_id, dataset, event)


@router.get("/persons/{person_id}/trends")
async def list_trends(uow: Work, lake: LakeOf, principal: Reader, person_id: UUID) -> list[TrendItem]:
    """List the person's laboratory items and vital signs that have numbers to draw."""
    return await service.trend_items(lake, uow, await load_catalog(uow), principal.scope, person_id)


@router.get("/persons/{person_id}/trend")
async def read_trend(
    uow: Work,
    lake: LakeOf,
    principal: Reader,
    person_id: UUID,
    item: Annotated[str, Query(max_length=200)],
    dataset: str = "lab_result",
    unit: str | None = None,
) -> TrendOut:
    """Show the course of one item in one unit with the reference range of each result."""
    catalog = await load_catalog(uow)
    return await service.trend(lake, uow, catalog, principal.scope, person_id, dataset, item, unit)
