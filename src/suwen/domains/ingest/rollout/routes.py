"""HTTP of batch rollout: templates, their institutions given, tested, made, compared."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from suwen.domains.ingest.permissions import READ, WRITE
from suwen.domains.ingest.rollout import making, templating
from suwen.domains.ingest.rollout.checking import Checking, read_sheet
from suwen.domains.ingest.rollout.models import RolloutStatus
from suwen.domains.ingest.rollout.repository import RolloutRepository
from suwen.domains.ingest.rollout.schemas import (
    CheckedInstitutions,
    GivenInstitutions,
    RolloutRow,
    TemplateColumn,
    TemplateComparison,
    TemplateRow,
)
from suwen.domains.ingest.schemas import Deferred
from suwen.kernel.permissions import Principal, require
from suwen.kernel.tabular import media_type, table_file
from suwen.kernel.uploads import Content
from suwen.kernel.web import Work, settings_of

Reader = Annotated[Principal, Depends(require(READ.code))]
Writer = Annotated[Principal, Depends(require(WRITE.code))]
router = APIRouter(prefix="/api/ingest", tags=["ingest"])


@router.post("/templates/{key}/refresh")
async def refresh_template(key: UUID, uow: Work, principal: Writer) -> TemplateRow:
    """Make a template of its source again as this stands now; a change makes a new revision."""
    template = await RolloutRepository(uow.session).template(key)
    await templating.refresh(uow, principal.scope, template)
    await uow.session.flush()
    return TemplateRow.model_validate(template)


@router.get("/templates/{key}/columns")
async def read_columns(key: UUID, uow: Work, _: Reader) -> list[TemplateColumn]:
    """Show the columns in which institutions of a template are given."""
    return templating.columns_of(await RolloutRepository(uow.session).template(key))


@router.get("/templates/{key}/sheet", response_class=StreamingResponse)
async def read_empty_sheet(key: UUID, uow: Work, _: Reader, format: str = "xlsx") -> StreamingResponse:
    """Download an empty sheet for the institutions of a template, as csv or xlsx."""
    kind = media_type(format)
    columns = templating.columns_of(await RolloutRepository(uow.session).template(key))
    body = table_file(format, "批量接入", [column.label for column in columns], [])
    headers = {"Content-Disposition": f'attachment; filename="institutions.{format}"'}
    return StreamingResponse(body, media_type=kind, headers=headers)


@router.post("/templates/{key}/institutions")
async def give_institutions(
    request: Request, key: UUID, given: GivenInstitutions, uow: Work, principal: Writer, keep: bool = True
) -> CheckedInstitutions:
    """Check rows of institutions and keep the right ones to be made; `keep=false` only checks."""
    template = await RolloutRepository(uow.session).template(key)
    return await Checking(uow, principal.scope, settings_of(request), template).check(given.rows, keep=keep)


@router.post("/templates/{key}/upload")
async def upload_institutions(
    request: Request, key: UUID, content: Content, uow: Work, principal: Writer, keep: bool = True
) -> CheckedInstitutions:
    """Check an uploaded sheet of institutions and keep its right rows to be made; `keep=false` only checks."""
    template = await RolloutRepository(uow.session).template(key)
    rows = read_sheet(template, content)
    return await Checking(uow, principal.scope, settings_of(request), template).check(rows, keep=keep)


@router.post("/templates/{key}/make", status_code=202)
async def make_institutions(key: UUID, uow: Work, principal: Writer) -> Deferred:
    """Queue the making of all institutions of a template that are not made yet, a job each."""
    repository = RolloutRepository(uow.session)
    template = await repository.template(key)
    ready = await repository.of_template(template.id, principal.scope, RolloutStatus.READY, RolloutStatus.FAILED)
    return Deferred(job_run_ids=[making.queue(uow, rollout) for rollout in ready])


@router.post("/templates/{key}/apply", status_code=202)
async def apply_template(key: UUID, uow: Work, principal: Writer) -> Deferred:
    """Queue the carrying over of a template's changes to its institutions that stand at an older revision."""
    repository = RolloutRepository(uow.session)
    template = await repository.template(key)
    made = await repository.of_template(template.id, principal.scope, RolloutStatus.CREATED)
    behind = [rollout for rollout in made if rollout.revision != template.revision]
    return Deferred(job_run_ids=[making.queue(uow, rollout) for rollout in behind])


@router.post("/rollouts/{key}/test")
async def test_rollout(request: Request, key: UUID, uow: Work, principal: Writer) -> RolloutRow:
    """Try an institution's connection out: who answers, and which tables of the template it does not show."""
    rollout = await RolloutRepository(uow.session).rollout(key, principal.scope)
    await making.test(uow, settings_of(request), rollout)
    await uow.session.flush()
    return RolloutRow.model_validate(rollout)


@router.post("/rollouts/{key}/make", status_code=202)
async def make_rollout(key: UUID, uow: Work, principal: Writer) -> Deferred:
    """Queue the making of an institution's source, or the carrying over of its template's changes."""
    rollout = await RolloutRepository(uow.session).rollout(key, principal.scope)
    return Deferred(job_run_ids=[making.queue(uow, rollout)])


@router.get("/rollouts/{key}/compare")
async def compare_rollout(key: UUID, uow: Work, principal: Reader) -> TemplateComparison:
    """Show where an institution's source differs from its template as it is now."""
    return await making.compare(uow, await RolloutRepository(uow.session).rollout(key, principal.scope))
