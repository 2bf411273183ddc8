"""HTTP of making sources and feeds: looked at, tried, stored, removed, taken along as YAML."""

from typing import Annotated, Any, cast

import yaml
from fastapi import APIRouter, Depends, Request, Response

from suwen.domains.ingest.connector import connect
from suwen.domains.ingest.definition import FeedDefinition, SourceInfo
from suwen.domains.ingest.errors import InvalidDefinition
from suwen.domains.ingest.permissions import ROWS, WRITE
from suwen.domains.ingest.schemas import (
    Deferred,
    FeedPreview,
    ImportReport,
    OriginColumns,
    OriginWanted,
    SourceDocument,
    TableSeen,
    YamlText,
)
from suwen.domains.ingest.service import overview, storing, trying
from suwen.domains.ingest.service.definitions import import_definition
from suwen.domains.ingest.service.proposing import PROPOSE, ProposalState, latest
from suwen.domains.lake.public import LakeOf
from suwen.kernel.errors import Invalid
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work, settings_of

Writer = Annotated[Principal, Depends(require(WRITE.code))]
router = APIRouter(prefix="/api/ingest", tags=["ingest"])


@router.post("/definitions")
async def import_source(request: Request, definition: dict[str, Any], uow: Work, principal: Writer) -> ImportReport:
    """Store a source and its feeds; every feed is compiled against the source's columns first."""
    _without_references(definition)
    return await import_definition(uow, definition, settings_of(request), scope=principal.scope)


@router.post("/definitions/yaml")
async def import_yaml(request: Request, text: YamlText, uow: Work, principal: Writer) -> ImportReport:
    """Store a source and its feeds from a definition file; secrets that it leaves out stay as they are."""
    try:
        loaded: object = yaml.safe_load(text.yaml)
    except yaml.YAMLError as error:
        raise InvalidDefinition(f"no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(loaded, dict):
        raise InvalidDefinition("a mapping with source and feeds is needed")
    definition = cast("dict[str, Any]", loaded)
    _without_references(definition)
    return await import_definition(uow, definition, settings_of(request), scope=principal.scope)


@router.put("/sources/{code}")
async def save_source(request: Request, code: str, info: SourceInfo, uow: Work, principal: Writer) -> SourceDocument:
    """Make a source or change it; a secret given as `******` stays as it is. Its feeds are not touched."""
    if info.code != code:
        raise Invalid("编码与地址不一致", received=info.code, allowed=(code,))
    _without_references(info.options)
    settings = settings_of(request)
    full = await storing.full_info(uow, info, settings, principal.scope)
    connect(full.connector, full.options)
    await storing.store_source(uow, full, settings)
    return await overview.document(uow, principal.scope, code)


@router.get("/sources/{code}/definition")
async def read_source(code: str, uow: Work, principal: Writer) -> SourceDocument:
    """Show a source and its feeds as they are defined, without secrets."""
    return await overview.document(uow, principal.scope, code)


@router.get("/sources/{code}/definition/export", response_class=Response)
async def export_source(code: str, uow: Work, principal: Writer) -> Response:
    """Download a source and its feeds as a YAML file, without secrets; it can be brought in elsewhere."""
    document = await overview.document(uow, principal.scope, code, secrets=False)
    body = document.model_dump(mode="json", exclude_defaults=True)
    text = yaml.safe_dump(body, allow_unicode=True, sort_keys=False)
    headers = {"Content-Disposition": f'attachment; filename="{document.source.code}.yaml"'}
    return Response(text, media_type="application/yaml; charset=utf-8", headers=headers)


@router.delete("/sources/{code}", status_code=204)
async def remove_source(
    request: Request,
    code: str,
    uow: Work,
    lake: LakeOf,
    principal: Writer,
    with_data: bool = False,
    leave: bool = False,
) -> None:
    """Remove a source and its feeds; `with_data` also deletes what they brought into std and quarantine.

    leave: though the source cannot be reached and goes on keeping its log for them.
    """
    settings = settings_of(request)
    await storing.remove_source(uow, lake, principal.scope, settings, code, with_data=with_data, leave=leave)


@router.get("/sources/{code}/tables")
async def list_tables(request: Request, code: str, uow: Work, principal: Writer) -> list[TableSeen]:
    """Show the tables, views or files of a source, and which feeds read them."""
    return await trying.tables(uow, principal.scope, settings_of(request), code)


@router.post("/sources/{code}/columns")
async def list_columns(
    request: Request, code: str, wanted: OriginWanted, uow: Work, principal: Writer
) -> OriginColumns:
    """Show the columns of a table or query and, for a dataset, a first mapping by equal names or comments."""
    return await trying.columns(uow, principal.scope, settings_of(request), code, wanted)


@router.post("/sources/{code}/proposal", status_code=202)
async def propose_mapping(code: str, uow: Work, principal: Writer) -> Deferred:
    """Queue the reading of a whole source and a proposal of its mapping."""
    source = await overview.source_code(uow, principal.scope, code)
    return Deferred(job_run_ids=[uow.defer(PROPOSE, {"source": source})])


@router.get("/sources/{code}/proposal")
async def read_proposal(code: str, uow: Work, principal: Writer) -> ProposalState:
    """Show the newest proposal of a source, and how far one is that is being made."""
    return await latest(uow, principal.scope, code)


@router.post("/sources/{code}/preview")
async def preview_feed(
    request: Request, code: str, feed: dict[str, Any], uow: Work, lake: LakeOf, principal: Writer
) -> FeedPreview:
    """Try a feed that is being written: what is wrong with it, or what its source's first rows would become."""
    may_see = principal.may(ROWS.code)
    return await trying.preview(uow, lake, settings_of(request), principal.scope, code, feed, rows=may_see)


@router.put("/sources/{code}/feeds/{feed}")
async def save_feed(
    request: Request, code: str, feed: str, wanted: FeedDefinition, uow: Work, principal: Writer
) -> ImportReport:
    """Make a feed or change it; it is compiled against the source's columns first."""
    if wanted.code != feed:
        raise Invalid("编码与地址不一致", received=wanted.code, allowed=(feed,))
    return await overview.save_feed(uow, principal.scope, settings_of(request), code, wanted)


@router.delete("/feeds/{code}", status_code=204)
async def remove_feed(
    request: Request,
    code: str,
    uow: Work,
    lake: LakeOf,
    principal: Writer,
    with_data: bool = False,
    leave: bool = False,
) -> None:
    """Remove a feed; `with_data` also deletes what it brought into std and quarantine.

    leave: though the source cannot be reached and goes on keeping its log for it.
    """
    settings = settings_of(request)
    await storing.remove_feed(uow, lake, principal.scope, settings, code, with_data=with_data, leave=leave)


def _without_references(value: object) -> None:
    # A reference such as ${package:…} names a file of the server: only definitions kept there may hold one.
    if "${" in str(value):
        raise Invalid("接口提交的配置不得引用服务器文件", received="${…}")
