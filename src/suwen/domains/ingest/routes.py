"""HTTP of the room: connectors, connection tests, definitions, runs and replays, batches, quarantine."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any
from uuid import UUID

import yaml
from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from suwen.domains.identity.public import record_access
from suwen.domains.ingest.permissions import READ, ROWS, RUN, WRITE
from suwen.domains.ingest.schemas import (
    BatchDetail,
    ConnectionReport,
    ConnectionTest,
    ConnectorInfo,
    Deferred,
    FeedText,
    HistoryWanted,
    QuarantineRow,
    RowHistory,
)
from suwen.domains.ingest.service import history, overview, planning, quarantined
from suwen.domains.ingest.service.queueing import queue_replay, queue_run, queue_source
from suwen.domains.lake.public import LakeOf
from suwen.domains.standards.public import load_catalog
from suwen.kernel.permissions import Principal, require
from suwen.kernel.repository import Page
from suwen.kernel.resource_routes import Paging
from suwen.kernel.resources import declared
from suwen.kernel.tabular import media_type, table_file
from suwen.kernel.web import Work, settings_of

Reader = Annotated[Principal, Depends(require(READ.code))]
Runner = Annotated[Principal, Depends(require(RUN.code))]
Writer = Annotated[Principal, Depends(require(WRITE.code))]
RowReader = Annotated[Principal, Depends(require(ROWS.code))]
router = APIRouter(prefix="/api/ingest", tags=["ingest"])


@router.get("/connectors")
async def list_connectors(_: Reader) -> list[ConnectorInfo]:
    """Show every connector: what it can do and the JSON schema of its options."""
    return await to_thread.run_sync(overview.list_connectors)


@router.post("/connections/test")
async def test_connection(request: Request, wanted: ConnectionTest, uow: Work, principal: Writer) -> ConnectionReport:
    """Try the options of a source out: what answers, and which tables it shows."""
    return await overview.test_connection(uow, principal.scope, wanted, settings_of(request))


@router.get("/sources/{code}/options")
async def read_options(code: str, uow: Work, principal: Writer) -> dict[str, Any]:
    """Show the options of a source, without its secrets."""
    return await overview.source_options(uow, principal.scope, code)


@router.post("/plans/{key}/run", status_code=202)
async def run_plan(key: str, uow: Work, principal: Runner) -> Deferred:
    """Begin a plan's run now; its next moment stays as it is."""
    plan = await planning.begin_now(uow, principal.scope, key)
    return Deferred(job_run_ids=[plan.last_run_id] if plan.last_run_id else [])


@router.post("/sources/{code}/run", status_code=202)
async def run_source(code: str, uow: Work, principal: Runner) -> Deferred:
    """Queue a run of every feed of a source; the job ends after the last of them, with the sums."""
    return Deferred(job_run_ids=[await queue_source(uow, principal.scope, code)])


@router.get("/feeds/{code}/definition")
async def read_definition(code: str, uow: Work, principal: Reader) -> FeedText:
    """Show a feed's definition as YAML, and what names a row of its source."""
    feed = await overview.feed_code(uow, principal.scope, code)
    definition = (await overview.feed_definitions(uow, principal.scope))[feed]
    text = yaml.safe_dump(
        definition.model_dump(mode="json", exclude_defaults=True), allow_unicode=True, sort_keys=False
    )
    return FeedText(code=feed, title=definition.title or feed, yaml=text, key=list(definition.key))


@router.post("/feeds/{code}/run", status_code=202)
async def run_feed(code: str, uow: Work, principal: Runner, anew: bool = False) -> Deferred:
    """Queue a run of a feed; `anew`: where the source tells changes, with all rows read again before them."""
    return Deferred(job_run_ids=[await queue_run(uow, principal.scope, code, anew=anew)])


@router.post("/feeds/{code}/replay", status_code=202)
async def replay_feed(code: str, uow: Work, principal: Runner) -> Deferred:
    """Queue a replay: the rows received so far are made standard again with the mapping of today."""
    return Deferred(job_run_ids=[await queue_replay(uow, principal.scope, code)])


@router.post("/feeds/{code}/history")
async def read_history(code: str, wanted: HistoryWanted, uow: Work, lake: LakeOf, principal: RowReader) -> RowHistory:
    """Show what happened to one source row, with before and after of each change; masked unless `unmask`."""
    scope = principal.scope
    found = await history.row_history(uow, lake, scope, code, wanted.key, at=wanted.at, unmask=wanted.unmask)
    if wanted.unmask and scope.unmask and found.changes:
        seen = [f"{found.feed}:{change.batch_id}" for change in found.changes]
        await record_access(uow, "ingest.history", seen, ["row"])
    return found


@router.get("/batches/{batch_id}/progress")
async def read_batch(batch_id: UUID, uow: Work, principal: Reader) -> BatchDetail:
    """Show a batch with its reasons, seconds by step and, while it runs, how far it is."""
    return await overview.batch_detail(uow, principal.scope, batch_id)


@router.post("/batches/{batch_id}/confirm", status_code=202)
async def confirm_batch(batch_id: UUID, uow: Work, principal: Runner) -> Deferred:
    """Confirm that rows which vanished at the source are gone, and queue the run that carries it out."""
    feed = await overview.confirm(uow, principal.scope, batch_id)
    return Deferred(job_run_ids=[await queue_run(uow, principal.scope, feed)])


@router.get("/quarantine")
async def list_quarantine(
    uow: Work, lake: LakeOf, principal: RowReader, paging: Paging, unmask: bool = False
) -> Page[QuarantineRow]:
    """Show a page of refused rows: filters `f.<column>`, `sort`; identifiers are masked unless `unmask`."""
    catalog, feeds = await load_catalog(uow), await overview.feed_definitions(uow, principal.scope)
    found = await to_thread.run_sync(
        lambda: quarantined.page_of_rows(lake, catalog, feeds, principal.scope, paging, unmask=unmask)
    )
    if unmask and principal.scope.unmask and found.items:
        await record_access(uow, "ingest.quarantine", [row.id for row in found.items], ["row"])
    return found


@router.get("/quarantine/export", response_class=StreamingResponse)
async def export_quarantine(
    uow: Work, lake: LakeOf, principal: RowReader, paging: Paging, format: str = "csv"
) -> StreamingResponse:
    """Download all refused rows that the filters let through, as csv or xlsx; identifiers are masked."""
    kind = media_type(format)
    catalog, feeds = await load_catalog(uow), await overview.feed_definitions(uow, principal.scope)
    names = [name for name in QuarantineRow.model_fields if name not in ("id", "reason")]
    header = [declared(QuarantineRow.model_fields[name]).label or name for name in names]

    def begin() -> Iterator[bytes]:
        found = quarantined.all_rows(lake, catalog, feeds, principal.scope, paging)
        rows = ([_text(getattr(row, name)) for name in names] for row in found)
        body = table_file(format, "隔离数据", header, rows)
        # The first piece is made before the response begins, so that an error is still told as a problem.
        return chain([next(body)], body)

    headers = {"Content-Disposition": f'attachment; filename="quarantine.{format}"'}
    return StreamingResponse(await to_thread.run_sync(begin), media_type=kind, headers=headers)


def _text(value: object) -> object:
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict) else value
