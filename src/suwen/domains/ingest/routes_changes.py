"""HTTP of sources that tell their changes: whether they can, and what they keep meanwhile."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from suwen.domains.ingest.permissions import READ, WRITE
from suwen.domains.ingest.schemas_changes import KeptInfo, ReadinessInfo, ReadinessWanted
from suwen.domains.ingest.service import readiness
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work, settings_of

Reader = Annotated[Principal, Depends(require(READ.code))]
Writer = Annotated[Principal, Depends(require(WRITE.code))]
router = APIRouter(prefix="/api/ingest", tags=["ingest"])


@router.post("/sources/{code}/changes")
async def check_changes(
    request: Request, code: str, wanted: ReadinessWanted, uow: Work, principal: Writer
) -> ReadinessInfo:
    """Show whether a source can tell a table's changes, and the SQL for its administrator; nothing is run there."""
    return await readiness.readiness(uow, principal.scope, settings_of(request), code, wanted)


@router.get("/sources/{code}/kept")
async def list_kept(request: Request, code: str, uow: Work, principal: Reader) -> list[KeptInfo]:
    """Show what a source keeps of its log for this installation, and how much it cannot free because of it."""
    return await readiness.kept(uow, principal.scope, settings_of(request), code)


@router.delete("/sources/{code}/kept/{name}", status_code=204)
async def give_up_kept(request: Request, code: str, name: str, uow: Work, principal: Writer) -> None:
    """Have a source no longer keep what belongs to no feed."""
    await readiness.give_up(uow, principal.scope, settings_of(request), code, name)


@router.get("/feeds/{code}/changes")
async def read_changes(request: Request, code: str, uow: Work, principal: Reader) -> ReadinessInfo:
    """Show how the source of a feed stands that tells its changes."""
    return await readiness.readiness_of_feed(uow, principal.scope, settings_of(request), code)
