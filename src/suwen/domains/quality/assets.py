"""What the quality room knows of every dataset: its score, the rules it breaks, its codes, and when it was judged."""

from collections import defaultdict
from collections.abc import Sequence

from suwen.domains.lake.public import AssetFigure, AssetMeasure, AssetMoment, Lake, knows_assets, recalls_assets
from suwen.domains.quality.models import QualityTotal
from suwen.domains.quality.repository import ReportRepository, RuleRepository, Selection
from suwen.domains.quality.rule_types.value_set import ValueSetRule
from suwen.domains.quality.scoring import score
from suwen.domains.quality.service.reporting import tally
from suwen.domains.standards.public import Dataset
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope

RECALLED = 5
"""Newest runs over a dataset that are told, besides the first."""


@knows_assets("quality")
async def outcomes(uow: UnitOfWork, _lake: Lake, datasets: Sequence[Dataset], scope: Scope) -> list[AssetFigure]:
    """Return score, broken rules, values within their value sets and checks, of each institution and of all in scope.

    From the latest outcome of every rule in use; a dataset that no run has judged has none.
    """
    codes = {each.code for each in datasets}
    runs = await RuleRepository(uow.session).judged_at()
    groups: defaultdict[tuple[str, str | None], list[QualityTotal]] = defaultdict(list)
    for total in await ReportRepository(uow.session).totals(scope, Selection()):
        if total.dataset in codes:
            groups[total.dataset, None].append(total)
            groups[total.dataset, total.org_code].append(total)
    return [
        figure.model_copy(update={"dataset": dataset, "org_code": org, "at": runs.get(dataset)})
        for (dataset, org), totals in groups.items()
        for figure in _figures(totals)
    ]


@recalls_assets("quality")
async def judgements(uow: UnitOfWork, dataset: str, scope: Scope) -> list[AssetMoment]:
    """Return the first and the newest runs that judged a dataset in some institution of the scope."""
    return [
        AssetMoment(
            at=run.started_at,
            kind="judged",
            title="质量评价" if number else "首次质量评价",
            title_en="Judged" if number else "Judged for the first time",
            path="/quality/runs",
        )
        for number, run in enumerate(await RuleRepository(uow.session).runs_over(dataset, scope, RECALLED))
    ]


def _figures(totals: Sequence[QualityTotal]) -> list[AssetFigure]:
    overall = score(map(tally, totals))
    coded = [total for total in totals if total.type == ValueSetRule.code]
    broken = {total.rule for total in totals if total.failed}

    def figure(measure: AssetMeasure, value: float | None = None, met: int = 0, of: int = 0) -> AssetFigure:
        return AssetFigure(dataset="", measure=measure, value=value, met=met, of=of)

    return [
        figure("score", overall.score),
        figure("problems", len(broken)),
        figure("judged", overall.checked),
        figure("coded", None, sum(t.checked - t.failed for t in coded), sum(t.checked for t in coded)),
    ]
