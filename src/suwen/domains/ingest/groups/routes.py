"""HTTP of job groups: begun, called off, continued, shown in their order."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from suwen.domains.ingest.groups import looking, running
from suwen.domains.ingest.groups.repository import GroupRepository
from suwen.domains.ingest.groups.schemas import GroupBegun, GroupPicture
from suwen.domains.ingest.permissions import READ, RUN
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work

Reader = Annotated[Principal, Depends(require(READ.code))]
Runner = Annotated[Principal, Depends(require(RUN.code))]
router = APIRouter(prefix="/api/ingest", tags=["ingest"])


@router.post("/groups/{key}/run", status_code=202)
async def run_group(key: UUID, uow: Work, principal: Runner) -> GroupBegun:
    """Begin a run of a group now; its next moment stays as it is. 409 while it runs."""
    repository = GroupRepository(uow.session)
    group = await repository.group(key, principal.scope, lock=True)
    run = await running.begin(uow, group, "hand", principal.username)
    queued = [step.job_run_id for step in await repository.steps(run.id) if step.job_run_id is not None]
    return GroupBegun(run=run.id, job_run_ids=queued)


@router.get("/groups/{key}/picture")
async def read_group(key: UUID, uow: Work, principal: Reader) -> GroupPicture:
    """Show a group's members in their order, each as it stands in the group's newest run."""
    return await looking.picture_of_group(uow, principal.scope, key)


@router.get("/group_runs/{key}/picture")
async def read_group_run(key: UUID, uow: Work, principal: Reader) -> GroupPicture:
    """Show a run's members in the order that it was begun with, and how they stand."""
    return await looking.picture_of_run(uow, principal.scope, key)


@router.post("/group_runs/{key}/cancel", status_code=204)
async def cancel_group_run(key: UUID, uow: Work, principal: Runner) -> None:
    """Call a run off: what waits never begins, what runs stops at its next report; one that has ended stays."""
    await running.cancel_run(uow, principal.scope, key)


@router.post("/group_runs/{key}/retry", status_code=202)
async def retry_group_run(key: UUID, uow: Work, principal: Runner) -> GroupBegun:
    """Try again what did not end well in a run, and go on from there; what did end well is not run again."""
    run, queued = await running.continue_run(uow, principal.scope, key)
    return GroupBegun(run=run.id, job_run_ids=queued)
