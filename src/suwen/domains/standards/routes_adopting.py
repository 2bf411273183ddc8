"""Adopting a dataset of the catalogue as a dataset of the platform."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from suwen.domains.standards.permissions import WRITE
from suwen.domains.standards.schemas_adopting import AdoptionDraft, AdoptionIn, AdoptionJudged
from suwen.domains.standards.schemas_revising import ProposalRow
from suwen.domains.standards.service import adopting
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work

Writer = Annotated[Principal, Depends(require(WRITE.code))]
router = APIRouter(prefix="/api/standards/adoptions", tags=["standards"])


@router.get("/draft")
async def read_adoption(
    work: Work, _principal: Writer, code: Annotated[str, Query(min_length=1, max_length=200)]
) -> AdoptionDraft:
    """Return the declaration that a dataset of the catalogue would come to, to be adjusted."""
    return await adopting.draft_of(work, code)


@router.post("/check")
async def check_adoption(wanted: AdoptionIn, work: Work, _principal: Writer) -> AdoptionJudged:
    """Say what stands in the way of adopting a declaration; nothing is kept."""
    return AdoptionJudged(problems=await adopting.problems(work, wanted))


@router.post("", status_code=201)
async def adopt(wanted: AdoptionIn, work: Work, _principal: Writer) -> ProposalRow:
    """Propose the declaration for approval; approved by another, it is a dataset like any other."""
    return ProposalRow.model_validate(await adopting.adopt(work, wanted))
