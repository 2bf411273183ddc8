"""HTTP of changed tables: what is open of a feed with its proposals, taken by a person."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from suwen.domains.ingest.permissions import READ, WRITE
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.watching.drift import accepting
from suwen.domains.ingest.watching.drift.schemas import DriftAcceptance, DriftProposal, DriftRow
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work, settings_of

Reader = Annotated[Principal, Depends(require(READ.code))]
Writer = Annotated[Principal, Depends(require(WRITE.code))]
router = APIRouter(prefix="/api/ingest", tags=["ingest"])


@router.get("/feeds/{code}/drifts")
async def list_drifts(code: str, uow: Work, principal: Reader) -> list[DriftProposal]:
    """Show the columns of a feed's table that are not as it knew them, each with the mapping change proposed."""
    feed = await IngestRepository(uow.session).feed(code, principal.scope)
    return await accepting.proposals(uow, feed)


@router.post("/feeds/{code}/drifts/accept")
async def accept_drifts(
    request: Request, code: str, wanted: DriftAcceptance, uow: Work, principal: Writer
) -> list[DriftRow]:
    """Take changed columns as they are now, with or without the mapping changes proposed; runs go on from then."""
    settings = settings_of(request)
    taken = await accepting.accept(uow, principal, settings, code, wanted.drifts, apply=wanted.apply)
    return [DriftRow.model_validate(drift) for drift in taken]
