"""HTTP of the catalogue: datasets, their rows to browse and download, their profile."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from suwen.domains.catalog import profiling, service
from suwen.domains.catalog.permissions import READ, ROWS
from suwen.domains.catalog.schemas import DatasetAsset, DatasetDetail, Profile
from suwen.domains.identity.public import record_access
from suwen.domains.lake.public import LakeOf, RowPage
from suwen.domains.orgs.public import institutions
from suwen.domains.standards.public import load_catalog
from suwen.kernel.permissions import Principal, require
from suwen.kernel.repository import MAX_PAGE_SIZE
from suwen.kernel.resource_routes import Paging
from suwen.kernel.scope import HIGHEST_GRADE
from suwen.kernel.tabular import media_type, table_file
from suwen.kernel.web import Work

Reader = Annotated[Principal, Depends(require(READ.code))]
RowReader = Annotated[Principal, Depends(require(ROWS.code))]
router = APIRouter(prefix="/api/catalog", tags=["catalog"])


@router.get("/datasets")
async def list_datasets(work: Work, lake: LakeOf, principal: Reader) -> list[DatasetAsset]:
    """Show every dataset with rows, institutions and times within the caller's scope."""
    return await to_thread.run_sync(service.assets, lake, await load_catalog(work), principal.scope)


@router.get("/datasets/{code}")
async def read_dataset(code: str, work: Work, lake: LakeOf, principal: Reader) -> DatasetDetail:
    """Show one dataset with the share of each institution."""
    dataset = (await load_catalog(work)).dataset(code)
    names = {row.org_code: row.name for row in await institutions(work, principal.scope)}
    return await to_thread.run_sync(service.detail, lake, dataset, principal.scope, names)


@router.get("/datasets/{code}/profile")
async def read_profile(code: str, work: Work, lake: LakeOf, principal: Reader) -> Profile:
    """Show how full each column is and what it holds; masked columns tell no value."""
    catalog = await load_catalog(work)
    return await to_thread.run_sync(profiling.profile, lake, catalog, catalog.dataset(code), principal.scope)


@router.get("/datasets/{code}/rows")
async def list_rows(
    code: str, work: Work, lake: LakeOf, principal: RowReader, paging: Paging, unmask: bool = False
) -> RowPage:
    """Show a page of rows: filters `f.<column>[.<operator>]`, `sort`, `q`; identifiers are masked unless `unmask`."""
    catalog = await load_catalog(work)
    dataset, viewer = catalog.dataset(code), service.Viewer.of(principal.scope, unmask=unmask)
    found = await to_thread.run_sync(service.page_of_rows, lake, catalog, dataset, viewer, paging)
    masks = [element.name for element in dataset.elements if viewer.revealed(element)]
    if unmask and masks and found.items:
        keys = ["/".join(str(row[name]) for name in ("org_code", *dataset.key)) for row in found.items]
        await record_access(work, f"catalog.{code}", keys, masks)
    return found


@router.get("/datasets/{code}/sample", response_class=StreamingResponse)
async def export_sample(
    code: str,
    work: Work,
    lake: LakeOf,
    principal: RowReader,
    grade: Annotated[int, Query(ge=1, le=HIGHEST_GRADE)] = 1,
    rows: Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE)] = 100,
    format: str = "csv",
) -> StreamingResponse:
    """Download a few rows for others to look at: identifiers masked, what is graded above `grade` masked or empty.

    grade: GB/T 39725 level of 1 to 5 up to which columns are shown; never more than the caller may see.
    """
    kind = media_type(format)
    dataset = (await load_catalog(work)).dataset(code)
    lowered = replace(principal.scope, grade=min(grade, principal.scope.grade))
    viewer = service.Viewer.of(lowered, unmask=False)
    columns, found = await to_thread.run_sync(service.sample_of_rows, lake, dataset, viewer, rows)
    values = ([row[column.name] for column in columns] for row in found)
    body = table_file(format, dataset.title, [column.title for column in columns], values)
    headers = {"Content-Disposition": f'attachment; filename="{code}-sample.{format}"'}
    return StreamingResponse(body, media_type=kind, headers=headers)


@router.get("/datasets/{code}/rows/export", response_class=StreamingResponse)
async def export_rows(
    code: str, work: Work, lake: LakeOf, principal: RowReader, paging: Paging, format: str = "csv"
) -> StreamingResponse:
    """Download all rows that the filters let through, as csv or xlsx; identifiers are masked."""
    kind = media_type(format)
    dataset = (await load_catalog(work)).dataset(code)
    viewer = service.Viewer.of(principal.scope, unmask=False)

    def begin() -> Iterator[bytes]:
        columns, portions = service.stream_of_rows(lake, dataset, viewer, paging)
        rows = ([row[column.name] for column in columns] for portion in portions for row in portion)
        body = table_file(format, dataset.title, [column.title for column in columns], rows)
        # The first rows are read before the response begins, so that an error is still told as a problem.
        return chain([next(body)], body)

    headers = {"Content-Disposition": f'attachment; filename="{code}.{format}"'}
    return StreamingResponse(await to_thread.run_sync(begin), media_type=kind, headers=headers)
