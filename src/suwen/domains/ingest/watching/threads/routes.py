"""HTTP of the view of threads: what runs, and tasks called off, paused and resumed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from suwen.domains.ingest.permissions import READ, RUN
from suwen.domains.ingest.watching.threads import looking
from suwen.domains.ingest.watching.threads.schemas import Threads
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work

Reader = Annotated[Principal, Depends(require(READ.code))]
Runner = Annotated[Principal, Depends(require(RUN.code))]
router = APIRouter(prefix="/api/ingest", tags=["ingest"])


@router.get("/threads")
async def read_threads(uow: Work, principal: Reader) -> Threads:
    """Show what collection does at this moment: workers, tasks with their readers, receivers, edge nodes."""
    return await looking.threads(uow, principal.scope)


@router.post("/tasks/{key}/cancel", status_code=204)
async def cancel_task(key: UUID, uow: Work, principal: Runner) -> None:
    """Cancel a task of collection; it stops at its next report."""
    await looking.call_off(uow, principal.scope, key)


@router.post("/tasks/{key}/pause", status_code=204)
async def pause_task(key: UUID, uow: Work, principal: Runner) -> None:
    """Have a task of collection wait until it is resumed; its plan begins no other one meanwhile."""
    await looking.halt(uow, principal.scope, key)


@router.post("/tasks/{key}/resume", status_code=204)
async def resume_task(key: UUID, uow: Work, principal: Runner) -> None:
    """Let a paused task of collection go on where it stopped."""
    await looking.go_on(uow, principal.scope, key)
