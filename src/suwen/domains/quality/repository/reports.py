"""What the overview, the trend and the drill read: outcomes within a scope."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, ColumnElement, column, func, select, true
from sqlalchemy.orm import InstrumentedAttribute

from suwen.domains.quality.errors import UnknownResult
from suwen.domains.quality.models import (
    UNDATED,
    QualityDay,
    QualityLayout,
    QualityResult,
    QualityRule,
    QualitySample,
    QualityTotal,
)
from suwen.domains.quality.repository.outcomes import ARRIVAL
from suwen.domains.quality.rule_type import WEIGHTS, Severity
from suwen.domains.quality.scoring import Tally
from suwen.kernel.repository import Repository
from suwen.kernel.scope import Scope


@dataclass(frozen=True)
class Selection:
    """Which outcomes: None = not narrowed."""

    org: str | None = None
    dataset: str | None = None
    dimension: str | None = None
    rule: str | None = None


class ReportRepository(Repository):
    """Outcomes as a scope lets them be seen."""

    async def totals(self, scope: Scope, selection: Selection) -> list[QualityTotal]:
        """Return the totals of the enabled rules."""
        enabled = select(QualityRule.code).where(QualityRule.enabled, ~QualityRule.retired)
        wanted = _narrowed(QualityTotal, scope, selection)
        return await self.all(select(QualityTotal).where(*wanted, QualityTotal.rule.in_(enabled)))

    async def trend(self, scope: Scope, selection: Selection, first: date, last: date) -> list[tuple[date, str, Tally]]:
        """Return (day, dataset, tally) of each rule on each day of a period within the scope."""
        rules = {rule.code: rule for rule in await self.all(select(QualityRule)) if rule.enabled and not rule.retired}
        checked = await self._checked(scope, selection, first, last)
        failed: dict[tuple[date, str], int] = {}
        query = (
            select(
                QualityResult.day, QualityResult.rule,
                func.sum(QualityResult.checked), func.sum(QualityResult.failed),
            )
            .where(*_narrowed(QualityResult, scope, selection), QualityResult.day.between(first, last))
            .group_by(QualityResult.day, QualityResult.rule)
        )  # fmt: skip
        for day, rule, checks, count in (await self.session.execute(query)).all():
            failed[day, rule] = int(count)
            if f".{ARRIVAL}." in rule:
                checked[day, rule] = int(checks)
        found: list[tuple[date, str, Tally]] = []
        for (day, code), count in sorted(checked.items()):
            rule = rules.get(code)
            if rule is None or (selection.dimension and rule.dimension != selection.dimension):
                continue
            if selection.rule and code != selection.rule:
                continue
            weight = WEIGHTS[Severity(rule.severity)]
            found.append((day, rule.dataset, Tally(code, weight, count, failed.get((day, code), 0))))
        return found

    async def _checked(
        self, scope: Scope, selection: Selection, first: date, last: date
    ) -> dict[tuple[date, str], int]:
        place = (
            func.unnest(QualityDay.checked)
            .table_valued(column("value", BigInteger), with_ordinality="ord", name="place")
            .render_derived()
        )
        query = (
            select(QualityDay.day, QualityDay.dataset, place.c.ord, func.sum(place.c.value))
            .select_from(QualityDay)
            .join(place, true())
            .where(*_in_scope(QualityDay.org_code, scope), QualityDay.day.between(first, last))
            .group_by(QualityDay.day, QualityDay.dataset, place.c.ord)
        )
        if selection.org:
            query = query.where(QualityDay.org_code == selection.org)
        if selection.dataset:
            query = query.where(QualityDay.dataset == selection.dataset)
        layouts: Mapping[str, Sequence[str]] = {
            layout.dataset: layout.rules for layout in await self.all(select(QualityLayout))
        }
        rows = (await self.session.execute(query)).all()
        return {(day, layouts[dataset][int(ord_) - 1]): int(count) for day, dataset, ord_, count in rows}

    async def last_day(self, scope: Scope, selection: Selection, before: date) -> date | None:
        """Return the newest day with judged rows not after `before`, or None."""
        query = select(func.max(QualityDay.day)).where(
            *_in_scope(QualityDay.org_code, scope), QualityDay.day <= before, QualityDay.day > UNDATED
        )
        if selection.org:
            query = query.where(QualityDay.org_code == selection.org)
        if selection.dataset:
            query = query.where(QualityDay.dataset == selection.dataset)
        return await self.session.scalar(query)

    async def samples(self, scope: Scope, key: uuid.UUID) -> list[QualitySample]:
        """Return the samples behind a result (its day's first) or a total. Raises UnknownResult, also out of scope."""
        result: QualityResult | QualityTotal | None = await self.find(QualityResult, key)
        result = result or await self.find(QualityTotal, key)
        if result is None or not scope.allows(result.org_code):
            raise UnknownResult(key)
        query = select(QualitySample).where(
            QualitySample.rule == result.rule, QualitySample.org_code == result.org_code
        )
        found = await self.all(query.order_by(QualitySample.day, QualitySample.id))
        day = result.day if isinstance(result, QualityResult) else None
        return sorted(found, key=lambda sample: sample.day != day)


def _in_scope(org: InstrumentedAttribute[str], scope: Scope) -> Iterator[ColumnElement[bool]]:
    if scope.orgs is not None:
        yield org.in_(sorted(scope.orgs))


def _narrowed(
    model: type[QualityTotal] | type[QualityResult], scope: Scope, selection: Selection
) -> Iterator[ColumnElement[bool]]:
    yield from _in_scope(model.org_code, scope)
    if selection.org:
        yield model.org_code == selection.org
    if selection.dataset:
        yield model.dataset == selection.dataset
    if selection.dimension:
        yield model.dimension == selection.dimension
    if selection.rule:
        yield model.rule == selection.rule
