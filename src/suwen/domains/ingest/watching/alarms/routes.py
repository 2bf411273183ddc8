"""HTTP of alarms: one acknowledged, a rule evaluated now."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from suwen.domains.ingest.permissions import RUN
from suwen.domains.ingest.schemas import Deferred
from suwen.domains.ingest.watching.alarms.evaluating import acknowledge
from suwen.domains.ingest.watching.alarms.rules import request_evaluation
from suwen.domains.ingest.watching.alarms.schemas import AlarmRow, Note
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work

Runner = Annotated[Principal, Depends(require(RUN.code))]
router = APIRouter(prefix="/api/ingest", tags=["ingest"])


@router.post("/alarms/{key}/acknowledge")
async def acknowledge_alarm(key: UUID, wanted: Note, uow: Work, principal: Runner) -> AlarmRow:
    """Note who has seen an alarm and what is done about it; it clears by itself once its condition is gone."""
    return AlarmRow.model_validate(await acknowledge(uow, principal, key, wanted.note))


@router.post("/alarm_rules/{key}/evaluate", status_code=202)
async def evaluate_rule(key: str, uow: Work, principal: Runner) -> Deferred:
    """Queue an evaluation of a rule."""
    return Deferred(job_run_ids=[await request_evaluation(uow, principal.scope, key)])
