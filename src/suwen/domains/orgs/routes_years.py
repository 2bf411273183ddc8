"""Yearly copies of institutions and divisions: copy, compare, import, statistics."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import StreamingResponse

from suwen.domains.orgs.permissions import READ, WRITE
from suwen.domains.orgs.schemas_years import (
    Change,
    CopyIn,
    Year,
    YearDifferences,
    YearKind,
    YearOut,
    YearReport,
    YearStatistics,
)
from suwen.domains.orgs.service import years
from suwen.kernel.permissions import Principal, require
from suwen.kernel.tabular import media_type
from suwen.kernel.uploads import Content, Placed
from suwen.kernel.web import Work

Reader = Annotated[Principal, Depends(require(READ.code))]
Writer = Annotated[Principal, Depends(require(WRITE.code))]
router = APIRouter(prefix="/api/orgs/years", tags=["orgs"])


@router.get("")
async def list_years(work: Work, principal: Reader) -> list[YearOut]:
    """Return the years that have a copy of institutions or divisions."""
    return await years.years(work, principal.scope)


@router.post("/{kind}/copy")
async def copy_year(kind: YearKind, wanted: CopyIn, work: Work, principal: Writer) -> YearReport:
    """Copy another year, or the register as it stands, into a year."""
    return await years.copy_year(work, principal.scope, kind, wanted)


@router.post("/{kind}/{year}/import")
async def import_year(
    kind: YearKind,
    year: Year,
    content: Content,
    place: Placed,
    work: Work,
    principal: Writer,
    preview_only: Annotated[bool, Form()] = False,
) -> YearReport:
    """Make a csv or xlsx file a year's copy, or say what that would do; all or nothing."""
    return await years.import_year(work, principal.scope, kind, year, content, place, preview=preview_only)


@router.get("/{kind}/differences")
async def compare_years(
    kind: YearKind,
    before: Year,
    after: Year,
    work: Work,
    principal: Reader,
    change: Change | None = None,
    page: Annotated[int, Query(ge=1)] = 1,
    page_size: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> YearDifferences:
    """Return what was added, removed and changed between two years."""
    return await years.differences(work, principal.scope, kind, before, after, change, page, page_size)


@router.get("/{kind}/differences/export")
async def export_differences(
    kind: YearKind, before: Year, after: Year, work: Work, principal: Reader, format: str = "xlsx"
) -> StreamingResponse:
    """Return how two years differ as csv or xlsx."""
    media = media_type(format)
    body = await years.differences_file(work, principal.scope, kind, before, after, format)
    headers = {"Content-Disposition": f'attachment; filename="{kind}-{before}-{after}.{format}"'}
    return StreamingResponse(body, media_type=media, headers=headers)


@router.get("/institutions/{year}/statistics")
async def year_statistics(year: Year, work: Work, principal: Reader, by: years.Grouping = "level") -> YearStatistics:
    """Return institutions and beds of a year, from that year's copy."""
    return await years.statistics(work, principal.scope, year, by)
