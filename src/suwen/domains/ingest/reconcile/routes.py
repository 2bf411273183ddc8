"""HTTP of reconciliation: checks asked for, a check in full."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from suwen.domains.ingest.permissions import READ, ROWS, RUN
from suwen.domains.ingest.reconcile import calendar, looking
from suwen.domains.ingest.reconcile.checking import request_check
from suwen.domains.ingest.reconcile.repository import CheckRepository
from suwen.domains.ingest.reconcile.resources import CHECK_SETTINGS
from suwen.domains.ingest.reconcile.schemas import CheckDetail, DifferenceDetail
from suwen.domains.ingest.reconcile.schemas_calendar import By, Calendar, DayBrief
from suwen.domains.ingest.reconcile.settling import request_settling
from suwen.domains.ingest.schemas import Deferred, RowHistory
from suwen.domains.lake.public import LakeOf
from suwen.kernel.permissions import Principal, require
from suwen.kernel.resource_routes import Paging
from suwen.kernel.web import Work, settings_of

Reader = Annotated[Principal, Depends(require(READ.code))]
Runner = Annotated[Principal, Depends(require(RUN.code))]
RowReader = Annotated[Principal, Depends(require(ROWS.code))]
Month = Annotated[date | None, Query(description="any day of the month; left out: the newest one compared")]
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


@router.post("/differences/{key}/settle", status_code=202)
async def settle_difference(key: UUID, uow: Work, principal: Runner) -> Deferred:
    """Queue the settling of a difference: its keys are found and brought in again, then the day is compared anew."""
    difference = await request_settling(uow, principal.scope, key)
    return Deferred(job_run_ids=[difference.job_run_id] if difference.job_run_id else [])


@router.get("/differences/{key}/detail")
async def read_difference(request: Request, key: UUID, uow: Work, principal: RowReader) -> DifferenceDetail:
    """Show a difference with its evidence and the keys that it comes down to, masked like quarantined rows."""
    return await looking.difference_detail(uow, principal.scope, settings_of(request), key)


@router.get("/difference_keys/{key}/history")
async def read_key(request: Request, key: UUID, uow: Work, lake: LakeOf, principal: RowReader) -> RowHistory:
    """Show what the platform knows of the row behind a key, masked; empty for one that never came in."""
    return await looking.key_history(uow, lake, principal.scope, settings_of(request), key)


@router.get("/checks/{key}/detail")
async def read_check(key: UUID, uow: Work, principal: Reader) -> CheckDetail:
    """Show a check with its statements and, while it runs, how far it is."""
    return await looking.check_detail(uow, principal.scope, key)


@router.get("/calendar")
async def read_calendar(uow: Work, principal: Reader, paging: Paging, month: Month = None) -> Calendar:
    """Show a month of reconciliation, day by day and together: what the filters let through of the caller's scope."""
    return await calendar.month_of(uow, principal.scope, month, paging)


@router.get("/calendar/{day}")
async def read_calendar_day(day: date, uow: Work, principal: Reader, paging: Paging, by: By = By.ORG) -> DayBrief:
    """Show a business day of reconciliation by institution, dataset or feed, filtered as the month is."""
    return await calendar.day_of(uow, principal.scope, day, by, paging)


async def _begun(uow: Work, principal: Principal, feed: str) -> Deferred:
    check = await request_check(uow, principal.scope, feed, principal.username)
    return Deferred(job_run_ids=[check.job_run_id] if check.job_run_id else [])
