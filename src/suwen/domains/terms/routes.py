"""Routes of the room: loading dictionaries, and what the screens read."""

import json
import uuid
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any, cast

from anyio import to_thread
from fastapi import APIRouter, Depends, Form, Query, Request, UploadFile
from fastapi.responses import StreamingResponse

from suwen.domains.standards.public import terminologies
from suwen.domains.terms.kinds import kind_of
from suwen.domains.terms.permissions import MANAGE, READ
from suwen.domains.terms.reading import fields_of, preview
from suwen.domains.terms.schemas import APPLY, SUGGEST, EntryOut
from suwen.domains.terms.schemas_asking import (
    ColumnsOut,
    ConflictPage,
    DictionaryRef,
    HarvestIn,
    JobStarted,
    LoadIn,
    LoadReport,
    MergeReport,
    ProgressOut,
    RenewIn,
    ReversePage,
    TerminologyOut,
)
from suwen.domains.terms.service.access import dictionary_of
from suwen.domains.terms.service.knowledge import merge_pairs
from suwen.domains.terms.service.loading import load_entries, load_file
from suwen.domains.terms.service.renewing import have_renewed
from suwen.domains.terms.service.starting import have_harvested
from suwen.domains.terms.service.views import (
    CONFLICT_HEADER,
    REVERSE_HEADER,
    conflict_lines,
    conflicts,
    entries_of_term,
    progress,
    reverse,
    reverse_lines,
)
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Forbidden, Invalid
from suwen.kernel.permissions import Principal, require
from suwen.kernel.resource_export import streamed, table_stream
from suwen.kernel.tabular import media_type
from suwen.kernel.uploads import Placed, content_of, sheets_of
from suwen.kernel.web import Work, client_address, database_of

router = APIRouter(prefix="/api/terms", tags=["terms"])
Reader = Annotated[Principal, Depends(require(READ.code))]
Manager = Annotated[Principal, Depends(require(MANAGE.code))]
PageNumber = Annotated[int, Query(ge=1)]
PageSize = Annotated[int, Query(ge=1, le=200)]


@router.get("/progress")
async def read_progress(work: Work, principal: Reader) -> ProgressOut:
    """Return how far the mapping is by institution and kind, weighted by records, with what is still owed."""
    return await progress(work, principal.scope)


@router.get("/conflicts")
async def read_conflicts(
    work: Work,
    principal: Reader,
    kind: str | None = None,
    q: str = "",
    page: PageNumber = 1,
    page_size: PageSize = 20,
) -> ConflictPage:
    """Return names that institutions mapped differently, the most used first."""
    return await conflicts(work, principal.scope, kind, q, page, page_size)


@router.get("/conflicts/export", response_class=StreamingResponse)
async def export_conflicts(
    request: Request, principal: Reader, kind: str | None = None, q: str = "", format: str = "csv"
) -> StreamingResponse:
    """Download each mapping of the names that institutions mapped differently, as csv or xlsx."""
    media_type(format)
    if kind is not None:
        kind_of(kind)
    lines = conflict_lines(_own_work(request, principal), principal.scope, kind, q)
    return await streamed(table_stream(format, "对照冲突", CONFLICT_HEADER, lines), "terms.conflicts", format)


@router.get("/terminologies")
async def list_terminologies(work: Work, principal: Reader) -> list[TerminologyOut]:
    """Return the value sets that may be mapped to, by code and name."""
    return [TerminologyOut.model_validate(each) for each in await terminologies(work)]


@router.get("/reverse")
async def read_reverse(
    work: Work,
    principal: Reader,
    target: str | None = None,
    q: str = "",
    page: PageNumber = 1,
    page_size: PageSize = 20,
) -> ReversePage:
    """Return the standard terms that source entries stand for, the most used first."""
    return await reverse(work, principal.scope, target, q, page, page_size)


@router.get("/reverse/export", response_class=StreamingResponse)
async def export_reverse(
    request: Request, principal: Reader, target: str | None = None, q: str = "", format: str = "csv"
) -> StreamingResponse:
    """Download the standard terms that source entries stand for, as csv or xlsx."""
    media_type(format)
    lines = reverse_lines(_own_work(request, principal), principal.scope, target, q)
    return await streamed(table_stream(format, "反向查询", REVERSE_HEADER, lines), "terms.reverse", format)


@router.get("/reverse/entries")
async def read_entries_of_term(
    work: Work, principal: Reader, target: str, code: str, page: PageNumber = 1, page_size: PageSize = 100
) -> list[EntryOut]:
    """Return the source entries that stand for one standard term."""
    return await entries_of_term(work, principal.scope, target, code, page, page_size)


@router.post("/uploads/columns")
async def read_columns(file: UploadFile, kind: Annotated[str, Form()], place: Placed, principal: Manager) -> ColumnsOut:
    """Return a file's sheets and columns, which field each seems to be, and its first lines; nothing is stored."""
    found = kind_of(kind)
    content = await content_of(file)
    sheets = await to_thread.run_sync(sheets_of, content)
    header, guess, lines = await to_thread.run_sync(preview, content, found, place)
    fields = [{"name": name, "title": title.zh, "title_en": title.en} for name, title in fields_of(found).items()]
    return ColumnsOut(sheets=sheets, header=header, guess=guess, fields=fields, lines=lines)


@router.post("/uploads")
async def upload(
    work: Work,
    principal: Manager,
    file: UploadFile,
    org_code: Annotated[str, Form()],
    system: Annotated[str, Form()],
    kind: Annotated[str, Form()],
    place: Placed,
    topic: Annotated[str, Form()] = "",
    title: Annotated[str, Form()] = "",
    target: Annotated[str | None, Form()] = None,
    columns: Annotated[str, Form(description="JSON: field → column of the file")] = "",
    preview_only: Annotated[bool, Form()] = False,
) -> LoadReport:
    """Bring a dictionary to what a csv or xlsx file says; with preview_only say what would change."""
    ref = DictionaryRef(org_code=org_code, system=system, kind=kind, topic=topic, title=title, target=target or None)
    content = await content_of(file)
    return await load_file(
        work,
        principal.scope,
        ref,
        content,
        _columns(columns),
        place=place,
        file_name=file.filename,
        preview=preview_only,
    )


@router.post("/dictionaries/load")
async def load_dictionary(work: Work, principal: Manager, given: LoadIn) -> LoadReport:
    """Bring a dictionary to the list that a system sends."""
    ref = DictionaryRef.model_validate(given.model_dump(exclude={"entries"}))
    return await load_entries(work, principal.scope, ref, given.entries)


@router.post("/harvest", status_code=202)
async def start_harvest(work: Work, principal: Manager, wish: HarvestIn) -> JobStarted:
    """Start to bring the dictionaries to what the landed data hold."""
    for kind in wish.kinds:
        kind_of(kind)
    return JobStarted(job_id=have_harvested(work, wish.kinds, _orgs(principal)))


@router.post("/suggest", status_code=202)
async def start_suggest_all(work: Work, principal: Manager, again: bool = False) -> JobStarted:
    """Start to make candidates for the open entries of all dictionaries within the caller's scope."""
    return JobStarted(job_id=work.defer(SUGGEST, {"again": again, "orgs": _orgs(principal)}))


@router.post("/dictionaries/{key}/suggest", status_code=202)
async def start_suggest(work: Work, principal: Manager, key: uuid.UUID, again: bool = False) -> JobStarted:
    """Start to make candidates for the open entries of one dictionary."""
    held = await dictionary_of(work, principal.scope, key)
    return JobStarted(job_id=work.defer(SUGGEST, {"dictionary": str(held.id), "again": again}))


@router.post("/apply", status_code=202)
async def start_apply(work: Work, principal: Manager) -> JobStarted:
    """Start to bring the confirmed mapping to the rows of the standard datasets, of all institutions."""
    if principal.scope.orgs is not None:
        raise Forbidden("应用对照对全区域生效，须有全部机构的数据范围")
    return JobStarted(job_id=work.defer(APPLY, {}))


@router.post("/renew", status_code=202)
async def start_renewal(work: Work, principal: Manager, wish: RenewIn) -> JobStarted:
    """Start to look at the mappings to a terminology again: what its edition in force does not carry over is listed."""
    if principal.scope.orgs is not None:
        raise Forbidden("核对新版对全区域生效，须有全部机构的数据范围")
    return JobStarted(job_id=await have_renewed(work, wish.target))


@router.post("/pairs/import")
async def import_pairs(
    work: Work,
    principal: Manager,
    file: UploadFile,
    kind: Annotated[str, Form()],
    target: Annotated[str, Form()],
    region: Annotated[str, Form(min_length=1, max_length=60)],
) -> MergeReport:
    """Merge another region's knowledge base into this one, all or nothing."""
    if principal.scope.orgs is not None:
        raise Forbidden("知识库对全区域生效，须有全部机构的数据范围")
    return await merge_pairs(work, kind, target, region, await content_of(file))


def _own_work(request: Request, principal: Principal) -> AbstractAsyncContextManager[UnitOfWork]:
    """Return a unit of work that spans a whole download, longer than the request's own."""
    return database_of(request).unit_of_work(principal, origin=client_address(request))


def _orgs(principal: Principal) -> list[str] | None:
    return None if principal.scope.orgs is None else sorted(principal.scope.orgs)


def _columns(text: str) -> dict[str, str] | None:
    if not text:
        return None
    try:
        held = json.loads(text)
    except ValueError as error:
        raise Invalid("列对应关系不是 JSON", allowed='{"code": "列名", "name": "列名"}') from error
    if not isinstance(held, dict):
        raise Invalid("列对应关系不是 JSON 对象", allowed='{"code": "列名", "name": "列名"}')
    return {str(name): str(column or "") for name, column in cast("dict[object, Any]", held).items()}
