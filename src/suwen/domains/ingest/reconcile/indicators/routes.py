"""HTTP of indicator-level reconciliation: statements tried, checks asked for, differences explained."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from suwen.domains.ingest.permissions import READ, ROWS, RUN, WRITE
from suwen.domains.ingest.reconcile.indicators import looking
from suwen.domains.ingest.reconcile.indicators.checking import request_check
from suwen.domains.ingest.reconcile.indicators.defining import try_statement
from suwen.domains.ingest.reconcile.indicators.figures import Span
from suwen.domains.ingest.reconcile.indicators.repository import IndicatorRepository
from suwen.domains.ingest.reconcile.indicators.schemas import (
    DaySpan,
    Explanation,
    IndicatorCheckDetail,
    IndicatorDifferenceRow,
    StatementIn,
    StatementTried,
)
from suwen.domains.ingest.schemas import Deferred
from suwen.domains.lake.public import LakeOf
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work, settings_of

Reader = Annotated[Principal, Depends(require(READ.code))]
Runner = Annotated[Principal, Depends(require(RUN.code))]
Writer = Annotated[Principal, Depends(require(WRITE.code))]
router = APIRouter(prefix="/api/ingest", tags=["ingest"])


@router.post("/indicators/try")
async def try_indicator(
    request: Request, wanted: StatementIn, uow: Work, lake: LakeOf, principal: Writer
) -> StatementTried:
    """Run one statement of an indicator that is being written; its first lines for those who may see rows."""
    may_see = principal.may(ROWS.code)
    return await try_statement(uow, lake, settings_of(request), principal.scope, wanted, lines=may_see)


@router.post("/indicators/{key}/check", status_code=202)
async def check_indicator(key: UUID, uow: Work, principal: Runner, days: DaySpan | None = None) -> Deferred:
    """Queue a check of an indicator, of its usual days or of some; one that is under way is not doubled."""
    span = Span(days.first, days.last) if days else None
    return await _begun(uow, principal, key, span)


@router.post("/indicator_differences/{key}/check", status_code=202)
async def check_indicator_day(key: UUID, uow: Work, principal: Runner) -> Deferred:
    """Queue a check of the day that a difference is of; it closes the difference if the figures agree now."""
    difference = await IndicatorRepository(uow.session).difference(key, principal.scope)
    return await _begun(uow, principal, difference.indicator_id, Span(difference.day, difference.day))


@router.post("/indicator_differences/{key}/explain")
async def explain_indicator_day(
    key: UUID, explanation: Explanation, uow: Work, principal: Runner
) -> IndicatorDifferenceRow:
    """Close a difference with a reason; it stays closed as long as its figures stay as they are."""
    return IndicatorDifferenceRow.model_validate(await looking.explain(uow, principal, key, explanation.reason))


@router.get("/indicator_checks/{key}/detail")
async def read_indicator_check(key: UUID, uow: Work, principal: Reader) -> IndicatorCheckDetail:
    """Show a check with its statements as they were run, what differs and, while it runs, how far it is."""
    return await looking.check_detail(uow, principal.scope, key)


async def _begun(uow: Work, principal: Principal, key: UUID, span: Span | None) -> Deferred:
    check = await request_check(uow, principal.scope, key, principal.username, span)
    return Deferred(job_run_ids=[check.job_run_id] if check.job_run_id else [])
