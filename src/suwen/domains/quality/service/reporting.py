"""Scores as a scope sees them: overview, trend, samples."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from suwen.domains.orgs.public import institutions
from suwen.domains.quality.errors import InvalidPeriod
from suwen.domains.quality.models import UNDATED, QualityTotal
from suwen.domains.quality.repository import ReportRepository, RuleRepository, Selection
from suwen.domains.quality.rule_type import DIMENSION_TITLES
from suwen.domains.quality.schemas import CellScore, NamedScore, OverviewOut, RunOut, SampleOut, ScoreOut, TrendPoint
from suwen.domains.quality.scoring import Score, Tally, score, scores_by
from suwen.domains.standards.public import Catalog
from suwen.kernel import clock
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope

LONGEST_TREND = 400
"""Days of a trend at most."""


async def overall_score(uow: UnitOfWork, scope: Scope, selection: Selection | None = None) -> Score:
    """Return the one score of what a scope sees."""
    return score(map(tally, await ReportRepository(uow.session).totals(scope, selection or Selection())))


async def overview(uow: UnitOfWork, catalog: Catalog, scope: Scope) -> OverviewOut:
    """Return the scores over all days: in all, by institution, dataset, dimension, and institution × dataset."""
    totals = await ReportRepository(uow.session).totals(scope, Selection())
    names = {row.org_code: row.name for row in await institutions(uow, scope)}
    overall = _out(score(map(tally, totals)))
    latest = await RuleRepository(uow.session).latest_run()
    run = RunOut.model_validate(latest) if latest is not None else None
    if run is not None and scope.orgs is not None:
        # When it ran is for everybody, what it found elsewhere is not.
        run = run.model_copy(update=overall.model_dump())
    cells = scores_by(totals, lambda total: (total.org_code, total.dataset), tally)
    datasets = scores_by(totals, lambda total: total.dataset, tally)
    dimensions = scores_by(totals, lambda total: total.dimension, tally)
    return OverviewOut(
        overall=overall,
        orgs=_named(
            scores_by(totals, lambda total: total.org_code, tally),
            ((code, (name, name)) for code, name in names.items()),
        ),
        datasets=_named(datasets, ((d.code, (d.title, d.title_en)) for d in catalog if d.code in datasets)),
        # A dimension without any rule stays in the list, with no score.
        dimensions=_named(dimensions, ((each.value, titles) for each, titles in DIMENSION_TITLES.items())),
        cells=[CellScore(org_code=key[0], dataset=key[1], **vars(each)) for key, each in sorted(cells.items())],
        latest_run=run,
    )


async def trend(
    uow: UnitOfWork, scope: Scope, selection: Selection, first: date | None = None, last: date | None = None
) -> list[TrendPoint]:
    """Return the score of each day with judged rows; without a period, of the newest 90 days with data.

    Raises InvalidPeriod.
    """
    reports = ReportRepository(uow.session)
    last = last or await reports.last_day(scope, selection, clock.today()) or clock.today()
    first = first or last - timedelta(days=89)
    if not 0 <= (last - first).days < LONGEST_TREND:
        raise InvalidPeriod(f"{first} .. {last}", f"first <= last, at most {LONGEST_TREND} days")
    tallies = await reports.trend(scope, selection, first, last)
    days = scores_by(tallies, lambda item: item[0], lambda item: item[2])
    return [TrendPoint(day=day, **vars(each)) for day, each in sorted(days.items())]


async def samples(uow: UnitOfWork, scope: Scope, result_id: uuid.UUID) -> list[SampleOut]:
    """Return some failing rows behind a result, by their keys. Raises UnknownResult."""
    found = await ReportRepository(uow.session).samples(scope, result_id)
    return [
        SampleOut(
            rule=each.rule,
            org_code=each.org_code,
            day=None if each.day == UNDATED else each.day,
            feed=each.feed,
            source_key=each.source_key,
            keys=each.keys,
        )
        for each in found
    ]


def tally(total: QualityTotal) -> Tally:
    """Return the counts of a rule's total as scores are made of them."""
    return Tally(total.rule, total.weight, total.checked, total.failed)


def _out(each: Score) -> ScoreOut:
    return ScoreOut(**vars(each))


def _named(scores: Mapping[str, Score], titles: Iterable[tuple[str, tuple[str, str]]]) -> list[NamedScore]:
    """Return all titled codes, then those without a title, with their scores."""
    known = dict(titles)
    codes = [*known, *(code for code in sorted(scores) if code not in known)]
    nothing = score([])
    return [
        NamedScore(
            code=code,
            title=known.get(code, (code, code))[0],
            title_en=known.get(code, (code, code))[1],
            **vars(scores.get(code, nothing)),
        )
        for code in codes
    ]
