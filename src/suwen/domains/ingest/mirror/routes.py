"""HTTP of mirrors: syncs asked for, the rows of a mirrored table to browse and download."""

from collections.abc import Iterator
from itertools import chain
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from suwen.domains.identity.public import record_access
from suwen.domains.ingest.mirror.looking import view_mirror
from suwen.domains.ingest.mirror.resources import MIRROR_SETTINGS
from suwen.domains.ingest.mirror.setting import defer_sync, mirrors_of, request_sync
from suwen.domains.ingest.mirror.table import BATCH, PLACE
from suwen.domains.ingest.permissions import ROWS, RUN
from suwen.domains.ingest.schemas import Deferred
from suwen.domains.lake.public import LakeOf, RowPage
from suwen.kernel.masking import asking
from suwen.kernel.permissions import Principal, require
from suwen.kernel.resource_routes import Paging
from suwen.kernel.tabular import media_type, table_file
from suwen.kernel.web import Work

Runner = Annotated[Principal, Depends(require(RUN.code))]
RowReader = Annotated[Principal, Depends(require(ROWS.code))]
router = APIRouter(prefix="/api/ingest", tags=["ingest"])


@router.post("/mirrors/{key}/sync", status_code=202)
async def sync_mirror(key: str, uow: Work, principal: Runner) -> Deferred:
    """Queue a sync: what has landed since is put in place of what the mirror holds of the same keys."""
    mirror = await request_sync(uow, principal.scope, key, rebuild=False)
    return Deferred(job_run_ids=[mirror.job_run_id] if mirror.job_run_id else [])


@router.post("/mirrors/{key}/rebuild", status_code=202)
async def rebuild_mirror(key: str, uow: Work, principal: Runner) -> Deferred:
    """Queue a rebuild: all rows of the mirror are written anew from raw."""
    mirror = await request_sync(uow, principal.scope, key, rebuild=True)
    return Deferred(job_run_ids=[mirror.job_run_id] if mirror.job_run_id else [])


@router.post("/mirror_settings/{key}/sync", status_code=202)
async def sync_source(key: str, uow: Work, principal: Runner) -> Deferred:
    """Queue a sync of every mirror of the source that a setting is of."""
    setting = await MIRROR_SETTINGS.get(uow, principal.scope, key)
    mirrors = [mirror for mirror in await mirrors_of(uow, setting) if mirror.included]
    for mirror in mirrors:
        defer_sync(uow, mirror)
    return Deferred(job_run_ids=[mirror.job_run_id for mirror in mirrors if mirror.job_run_id])


@router.get("/mirrors/{key}/rows")
async def list_rows(
    key: str, uow: Work, lake: LakeOf, principal: RowReader, paging: Paging, unmask: bool = False
) -> RowPage:
    """Show a page of a mirror's rows: filters `f.<column>[.<operator>]`, `sort`, `q`; masked unless `unmask`."""
    view = await view_mirror(uow, asking(principal.scope, unmask=unmask), key)
    found = await to_thread.run_sync(view.page, lake, paging)
    if unmask and found.items:
        seen = [f"{view.feed}:{row[BATCH]}:{row[PLACE]}" for row in found.items]
        await record_access(uow, "ingest.mirror", seen, ["row"])
    return found


@router.get("/mirrors/{key}/rows/export", response_class=StreamingResponse)
async def export_rows(
    key: str, uow: Work, lake: LakeOf, principal: RowReader, paging: Paging, format: str = "csv"
) -> StreamingResponse:
    """Download all rows that the filters let through, as csv or xlsx; identifiers are masked."""
    kind = media_type(format)
    view = await view_mirror(uow, asking(principal.scope, unmask=False), key)

    def begin() -> Iterator[bytes]:
        columns, portions = view.stream(lake, paging)
        rows = ([row[column.name] for column in columns] for portion in portions for row in portion)
        body = table_file(format, view.feed, [column.title for column in columns], rows)
        # The first rows are read before the response begins, so that an error is still told as a problem.
        return chain([next(body)], body)

    headers = {"Content-Disposition": f'attachment; filename="{view.table}.{format}"'}
    return StreamingResponse(await to_thread.run_sync(begin), media_type=kind, headers=headers)
