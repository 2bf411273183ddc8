"""HTTP of the room patients. Searches are posted, so that no identifier enters a URL."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from suwen.domains.patients.schemas import (
    DecidedOut,
    DecisionIn,
    HistoryOut,
    JobStarted,
    PatientCounts,
    PersonDetail,
    PersonPage,
    PersonSearch,
    SplitIn,
    SuspectPage,
)
from suwen.domains.patients.service import decisions, views
from suwen.kernel.permissions import Principal, require
from suwen.kernel.repository import PageRequest
from suwen.kernel.web import Work

router = APIRouter(prefix="/api/patients", tags=["patients"])
Reader = Annotated[Principal, Depends(require("patients.read"))]
Reviewer = Annotated[Principal, Depends(require("patients.review"))]


@router.get("/counts")
async def read_counts(uow: Work, principal: Reader) -> PatientCounts:
    """Count identities, persons, shared persons and open suspects in the caller's scope."""
    return await views.counts(uow, principal.scope)


@router.post("/persons/search")
async def search_persons(uow: Work, principal: Reader, wanted: PersonSearch) -> PersonPage:
    """Find persons by name or number."""
    return await views.search(uow, principal.scope, wanted)


@router.get("/persons/{person_id}")
async def read_person(uow: Work, principal: Reader, person_id: UUID, unmask: bool = False) -> PersonDetail:
    """Show one person with its identities; ``unmask`` needs the right to and is recorded."""
    return await views.person(uow, principal.scope, person_id, unmask=unmask)


@router.get("/persons/{person_id}/history")
async def read_history(uow: Work, principal: Reader, person_id: UUID) -> list[HistoryOut]:
    """Show what happened to a person: created, attached, moved, merged, split."""
    return await views.history(uow, principal.scope, person_id)


@router.post("/persons/{person_id}/split")
async def split_person(uow: Work, principal: Reviewer, person_id: UUID, wanted: SplitIn) -> PersonDetail:
    """Take one identity out of a person into a person of its own."""
    new = await decisions.split(uow, principal.scope, person_id, wanted.patient_key, wanted.reason)
    return await views.person(uow, principal.scope, new)


@router.get("/suspects")
async def list_suspects(
    uow: Work,
    principal: Reviewer,
    status: Literal["open", "same", "different"] | None = "open",
    page: Annotated[int, Query(ge=1)] = 1,
    page_size: Annotated[int, Query(ge=1, le=200)] = 20,
    unmask: bool = False,
) -> SuspectPage:
    """List suspected pairs, both identities side by side, best score first; ``unmask`` needs the right to."""
    return await views.suspects(uow, principal.scope, PageRequest(page, page_size), status, unmask=unmask)


@router.post("/suspects/{suspect_id}/decision")
async def decide_suspect(uow: Work, principal: Reviewer, suspect_id: UUID, wanted: DecisionIn) -> DecidedOut:
    """Decide a pair: ``same`` merges the persons, ``different`` keeps them apart for good."""
    suspect = await decisions.decide(uow, principal.scope, suspect_id, wanted.verdict, wanted.reason)
    return DecidedOut.model_validate(suspect, from_attributes=True)


@router.post("/link")
async def run_linkage(uow: Work, principal: Reviewer) -> JobStarted:
    """Queue a linkage run over all identities."""
    return JobStarted(job_id=uow.defer("patients.link"))
