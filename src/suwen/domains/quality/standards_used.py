"""What the quality room has to do with standards: its rules are made from them, its scores say how far data conform."""

from datetime import UTC, date, datetime
from urllib.parse import urlencode

from suwen.domains.quality.repository import ReportRepository, RuleRepository, Selection
from suwen.domains.quality.rule import compile_dataset
from suwen.domains.quality.schemas import ScoreOut
from suwen.domains.quality.service import overview, trend
from suwen.domains.standards.public import (
    Figure,
    Finding,
    Part,
    Place,
    Touched,
    Usage,
    conforms,
    conforms_daily,
    dataset_versions,
    explains,
    load_catalog,
    uses_standards,
)
from suwen.kernel.clock import today
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope

NEVER = datetime.min.replace(tzinfo=UTC)


@uses_standards("quality")
async def rules_using(uow: UnitOfWork, touched: Touched, _scope: Scope) -> list[Usage]:
    """Return the rules that judge a touched column."""
    catalog = await load_catalog(uow)
    return [
        Usage(
            kind="rule",
            code=rule.code,
            title=rule.title,
            title_en=rule.title_en,
            path=f"/quality/rules?q={rule.code}",
            datasets=[code],
        )
        for code in sorted(touched.datasets & catalog.datasets.keys())
        for rule in compile_dataset(catalog.dataset(code), catalog)
        if (code, rule.column) in touched.columns
    ]


@conforms("quality")
async def scores(uow: UnitOfWork, scope: Scope) -> list[Figure]:
    """Return the score of every dataset of every institution in the scope, and by which version it was judged."""
    catalog, versions = await load_catalog(uow), await dataset_versions(uow)
    judged = await RuleRepository(uow.session).judged_at()
    state = await overview(uow, catalog, scope)
    return [
        _figure(cell, cell.org_code, cell.dataset, versions.at(cell.dataset, judged.get(cell.dataset, NEVER)))
        for cell in state.cells
    ]


@conforms_daily("quality")
async def scores_by_day(uow: UnitOfWork, scope: Scope, part: Part, since: date) -> list[Figure]:
    """Return the score of what happened on each day; where nothing did since then, of the newest days with data.

    All days are judged by the rules of the latest run.
    """
    selection = Selection(org=part.org_code, dataset=part.dataset)
    points = await trend(uow, scope, selection, since, today()) or await trend(uow, scope, selection)
    return [
        _figure(point, part.org_code or "", part.dataset or "", None).model_copy(update={"day": point.day})
        for point in points
    ]


@explains("quality")
async def rules_behind(uow: UnitOfWork, scope: Scope, place: Place) -> list[Finding]:
    """Return the outcome of every rule in use on one institution's rows of a dataset."""
    catalog = await load_catalog(uow)
    if place.dataset not in catalog.datasets:
        return []
    rules = {rule.code: rule for rule in compile_dataset(catalog.dataset(place.dataset), catalog)}
    selection = Selection(org=place.org_code, dataset=place.dataset)
    found: list[Finding] = []
    for total in await ReportRepository(uow.session).totals(scope, selection):
        rule = rules.get(total.rule)
        if rule is None:
            continue
        query = urlencode({"f.org_code": total.org_code, "f.rule": total.rule})
        found.append(
            Finding(
                source="rule",
                code=total.rule,
                title=rule.title,
                title_en=rule.title_en,
                element=rule.column if rule.column in catalog.dataset(place.dataset).by_name else None,
                severity=total.severity,
                checked=total.checked,
                failed=total.failed,
                value=None if total.score is None else float(total.score),
                path=f"/quality/totals?{query}",
            )
        )
    return found


def _figure(score: ScoreOut, org: str, dataset: str, version: int | None) -> Figure:
    return Figure(
        org_code=org,
        dataset=dataset,
        measure="score",
        value=score.score,
        met=score.checked - score.failed,
        of=score.checked,
        version=version,
    )
