"""Registration: one application by form or by request, many by file, their review, what may be registered."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form
from fastapi.responses import StreamingResponse

from suwen.domains.orgs.models import Registration
from suwen.domains.orgs.permissions import READ, REGISTER, REVIEW
from suwen.domains.orgs.registering import kind_of
from suwen.domains.orgs.schemas_registering import (
    BatchReport,
    Checked,
    CheckIn,
    EditIn,
    KindOut,
    NoteIn,
    Operation,
    RegistrationIn,
    RegistrationReviewIn,
    RegistrationReviewOut,
    RegistrationView,
)
from suwen.domains.orgs.service import batches, looking, registering, reviewing
from suwen.kernel.database import UnitOfWork
from suwen.kernel.permissions import Principal, require
from suwen.kernel.tabular import media_type
from suwen.kernel.uploads import Content, Placed
from suwen.kernel.web import Work

Reader = Annotated[Principal, Depends(require(READ.code))]
Applicant = Annotated[Principal, Depends(require(REGISTER.code))]
Reviewer = Annotated[Principal, Depends(require(REVIEW.code))]
router = APIRouter(prefix="/api/orgs/registrations", tags=["orgs"])


def upload_of(
    content: Content,
    place: Placed,
    kind: Annotated[str, Form()],
    operation: Annotated[Operation, Form()],
    org_code: Annotated[str, Form()] = "",
) -> batches.Upload:
    """FastAPI dependency: the uploaded file of applications, and what it is said to be."""
    return batches.Upload(content, kind, operation, org_code, place)


Uploaded = Annotated[batches.Upload, Depends(upload_of)]


@router.get("/kinds")
async def registration_kinds(principal: Reader) -> list[KindOut]:
    """Return what can be registered, with the forms of each operation."""
    return looking.kinds_for(principal)


@router.post("/check")
async def check_registration(asked: CheckIn, work: Work, principal: Applicant) -> Checked:
    """Say of a form being filled in what is wrong with it and what is registered already; nothing is stored."""
    return await looking.check(work, principal, asked)


@router.post("", status_code=201)
async def register(asked: RegistrationIn, work: Work, principal: Applicant) -> RegistrationView:
    """Take in an application; the same number with the same content again gives the one that is there."""
    return await _shown(work, principal, await registering.apply_for(work, principal, asked))


@router.post("/review")
async def review_registrations(asked: RegistrationReviewIn, work: Work, principal: Reviewer) -> RegistrationReviewOut:
    """Approve, return or refuse some applications, or all of a batch that wait; all or none, many by a job."""
    return await reviewing.review(work, principal, asked)


@router.get("/template")
async def registration_template(
    kind: str, operation: Operation, _principal: Applicant, format: str = "xlsx"
) -> StreamingResponse:
    """Return the empty file for a batch of applications, as xlsx or csv."""
    kind_media = media_type(format)
    headers = {"Content-Disposition": f'attachment; filename="{kind}-{operation}.{format}"'}
    return StreamingResponse(batches.template(kind_of(kind), operation, format), media_type=kind_media, headers=headers)


@router.post("/batch/preview")
async def preview_batch(upload: Uploaded, work: Work, principal: Applicant) -> BatchReport:
    """Return what a file of applications holds, with each mistake by row and column; nothing is stored."""
    return await batches.preview(work, principal, upload)


@router.post("/batch", status_code=201)
async def take_in_batch(upload: Uploaded, work: Work, principal: Applicant) -> BatchReport:
    """Submit a file of applications, one a row: all of them or none."""
    return await batches.take_in(work, principal, upload)


@router.get("/{key}/view")
async def view_registration(key: UUID, work: Work, principal: Reader) -> RegistrationView:
    """Return an application in full."""
    return await looking.view(work, principal, key)


@router.put("/{key}")
async def edit_registration(key: UUID, asked: EditIn, work: Work, principal: Applicant) -> RegistrationView:
    """Keep a new draft of an application that is a draft or was returned."""
    return await _shown(work, principal, await registering.edit(work, principal, key, asked))


@router.post("/{key}/submit")
async def submit_registration(key: UUID, asked: NoteIn, work: Work, principal: Applicant) -> RegistrationView:
    """Hand an application in for review."""
    return await _shown(work, principal, await registering.submit(work, principal, key, asked.note))


@router.post("/{key}/withdraw")
async def withdraw_registration(key: UUID, asked: NoteIn, work: Work, principal: Applicant) -> RegistrationView:
    """Take an application back; it is kept."""
    return await _shown(work, principal, await registering.withdraw(work, principal, key, asked.note))


async def _shown(work: UnitOfWork, principal: Principal, registration: Registration) -> RegistrationView:
    return await looking.view(work, principal, registration.id)
