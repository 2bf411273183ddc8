"""HTTP of reconciliation: checks asked for, a check in full."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from suwen.domains.ingest.permissions import READ, RUN
from suwen.domains.ingest.reconcile import looking
from suwen.domains.ingest.reconcile.checking import request_check
from suwen.domains.ingest.reconcile.repository import CheckRepository
from suwen.domains.ingest.reconcile.resources import CHECK_SETTINGS
from suwen.domains.ingest.reconcile.schemas import CheckDetail
from suwen.domains.ingest.schemas import Deferred
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work

Reader = Annotated[Principal, Depends(require(READ.code))]
Runner = Annotated[Principal, Depends(require(RUN.code))]
router = APIRouter(prefix="/api/ingest", tags=["ingest"])


@router.post("/feeds/{code}/check", status_code=202)
async def check_feed(code: str, uow: Work, principal: Runner) -> Deferred:
    """Queue a comparison of a feed's source with the platform; one that is under way is not doubled."""
    return await _begun(uow, principal, code)


@router.post("/check_settings/{key}/check", status_code=202)
async def check_setting(key: str, uow: Work, principal: Runner) -> Deferred:
    """Queue a check of the feed that a setting is of."""
    setting = await CHECK_SETTINGS.get(uow, principal.scope, key)
    return await _begun(uow, principal, str(setting.feed_id))


@router.post("/differences/{key}/check", status_code=202)
async def check_difference(key: UUID, uow: Work, principal: Runner) -> Deferred:
    """Queue a check of the feed that a difference is of; it closes the difference if the day is equal now."""
    difference = await CheckRepository(uow.session).difference(key, principal.scope)
    return await _begun(uow, principal, str(difference.feed_id))


@router.get("/checks/{key}/detail")
async def read_check(key: UUID, uow: Work, principal: Reader) -> CheckDetail:
    """Show a check with its statements and, while it runs, how far it is."""
    return await looking.check_detail(uow, principal.scope, key)


async def _begun(uow: Work, principal: Principal, feed: str) -> Deferred:
    check = await request_check(uow, principal.scope, feed, principal.username)
    return Deferred(job_run_ids=[check.job_run_id] if check.job_run_id else [])
