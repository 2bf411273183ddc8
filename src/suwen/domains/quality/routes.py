"""Routes of the quality room beside its lists."""

import uuid
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from suwen.domains.lake.public import LakeOf
from suwen.domains.quality.repository import Selection
from suwen.domains.quality.rule import rule_types
from suwen.domains.quality.schemas import RUN_PLAN, OverviewOut, RowsOut, RuleTypeOut, RunStarted, SampleOut, TrendPoint
from suwen.domains.quality.service import failing_rows, overview, samples, trend
from suwen.domains.standards.public import load_catalog
from suwen.kernel.permissions import Principal, require
from suwen.kernel.web import Work

router = APIRouter(prefix="/api/quality", tags=["quality"])
Reader = Annotated[Principal, Depends(require("quality.read"))]
Writer = Annotated[Principal, Depends(require("quality.write"))]


@router.get("/overview")
async def read_overview(work: Work, principal: Reader) -> OverviewOut:
    """Return the scores within the caller's scope: in all, by institution, dataset, dimension, and their cells."""
    return await overview(work, await load_catalog(work), principal.scope)


@router.get("/trend")
async def read_trend(
    work: Work,
    principal: Reader,
    first: date | None = None,
    last: date | None = None,
    org: str | None = None,
    dataset: str | None = None,
    dimension: str | None = None,
    rule: str | None = None,
) -> list[TrendPoint]:
    """Return the score of each day; without a period, of the newest 90 days that have data."""
    return await trend(work, principal.scope, Selection(org, dataset, dimension, rule), first, last)


@router.get("/results/{result_id}/samples")
async def read_samples(work: Work, principal: Reader, result_id: uuid.UUID) -> list[SampleOut]:
    """Return some failing rows behind a result (of a day, or in total), by their keys."""
    return await samples(work, principal.scope, result_id)


@router.get("/rows")
async def read_rows(
    work: Work,
    principal: Reader,
    lake: LakeOf,
    rule: str,
    org: str | None = None,
    first: date | None = None,
    last: date | None = None,
    page: Annotated[int, Query(ge=1)] = 1,
    page_size: Annotated[int, Query(ge=1, le=200)] = 20,
) -> RowsOut:
    """Return the rows that fail a rule now; identifiers are masked."""
    found = await failing_rows(
        lake,
        await load_catalog(work),
        rule,
        principal.scope,
        org=org,
        first=first,
        last=last,
        offset=(page - 1) * page_size,
        limit=page_size,
    )
    return RowsOut(
        dataset=found.dataset,
        rule=rule,
        columns=list(found.columns),
        items=list(found.rows),
        total=found.total,
        page=page,
        page_size=page_size,
    )


@router.get("/rule-types")
async def read_rule_types(principal: Reader) -> list[RuleTypeOut]:
    """Return the rule types with their texts."""
    return [
        RuleTypeOut(
            code=each.code,
            title=each.title,
            title_en=each.title_en,
            dimension=each.dimension,
            severity=each.severity,
            text=each.text,
        )
        for each in rule_types().values()
    ]


@router.post("/run", status_code=202)
async def start_run(work: Work, principal: Writer) -> RunStarted:
    """Start a run over all rows of the institutions within the caller's scope."""
    orgs = principal.scope.orgs
    return RunStarted(job_id=work.defer(RUN_PLAN, {"orgs": sorted(orgs) if orgs is not None else None}))
