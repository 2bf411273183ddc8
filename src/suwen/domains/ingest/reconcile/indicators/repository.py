"""The queries of indicator-level reconciliation on PostgreSQL."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select

from suwen.domains.ingest.models import IngestSource
from suwen.domains.ingest.reconcile.indicators.errors import (
    UnknownIndicator,
    UnknownIndicatorCheck,
    UnknownIndicatorDifference,
)
from suwen.domains.ingest.reconcile.indicators.models import (
    Indicator,
    IndicatorCheck,
    IndicatorDifference,
    IndicatorLine,
)
from suwen.domains.ingest.reconcile.models import DifferenceStatus
from suwen.kernel.repository import Repository, among
from suwen.kernel.scope import Scope

OPEN, CLOSED = DifferenceStatus.OPEN.value, DifferenceStatus.CLOSED.value


class IndicatorRepository(Repository):
    """Indicators, their checks with figures, differences."""

    async def indicator(self, key: UUID, scope: Scope) -> Indicator:
        """Return an indicator; raise UnknownIndicator."""
        found = await self.find(Indicator, key)
        if found is None or found.removed_at is not None or not scope.allows(found.org_code):
            raise UnknownIndicator(key)
        return found

    async def check(self, key: UUID, scope: Scope) -> IndicatorCheck:
        """Return a check; raise UnknownIndicatorCheck."""
        found = await self.find(IndicatorCheck, key)
        if found is None or not scope.allows(found.org_code):
            raise UnknownIndicatorCheck(key)
        return found

    async def differing(
        self, check: UUID, limit: int
    ) -> list[IndicatorLine]:  # unscoped: of a check read by scope before
        """Return the first lines of a check whose figures do not agree."""
        query = select(IndicatorLine).where(IndicatorLine.check_id == check, ~IndicatorLine.equal)
        return await self.all(query.order_by(IndicatorLine.day, IndicatorLine.item).limit(limit))

    async def difference(self, key: UUID, scope: Scope) -> IndicatorDifference:
        """Return a difference; raise UnknownIndicatorDifference."""
        found = await self.find(IndicatorDifference, key)
        if found is None or not scope.allows(found.org_code):
            raise UnknownIndicatorDifference(key)
        return found

    async def open_of(self, indicator: UUID) -> list[IndicatorDifference]:  # unscoped: of an indicator read before
        """Return the open differences of an indicator."""
        of = IndicatorDifference.indicator_id == indicator
        return await self.all(select(IndicatorDifference).where(of, IndicatorDifference.status == OPEN))

    async def explained(
        self, indicator: UUID, days: Sequence[date]
    ) -> dict[date, IndicatorDifference]:  # unscoped: of an indicator read by scope before
        """Return, of these days, the newest difference that a person has explained."""
        of = IndicatorDifference.indicator_id == indicator
        query = select(IndicatorDifference).where(of, IndicatorDifference.explanation.is_not(None))
        query = query.where(among(IndicatorDifference.day, days)).order_by(IndicatorDifference.closed_at)
        return {difference.day: difference for difference in await self.all(query)}

    async def open_count(self, scope: Scope) -> int:
        """Return how many differences are open."""
        query = select(IndicatorDifference).where(IndicatorDifference.status == OPEN)
        if scope.orgs is not None:
            query = query.where(among(IndicatorDifference.org_code, scope.orgs))
        return await self.count(query)

    async def nightly(self) -> list[Indicator]:  # unscoped: the platform's own
        """Return the indicators that are checked each night."""
        return await self.all(_present().where(Indicator.nightly).order_by(Indicator.id))

    async def after_run(self, feed: str) -> list[Indicator]:  # unscoped: of a feed that has just run
        """Return the indicators that are checked after a run of this feed."""
        about = Indicator.feeds.contains([feed])
        return await self.all(_present().where(Indicator.after_run, about).order_by(Indicator.id))


def _present() -> Select[Indicator]:  # unscoped: the platform's own
    present = IngestSource.removed_at.is_(None)
    query = select(Indicator).join(IngestSource, IngestSource.id == Indicator.source_id)
    return query.where(Indicator.removed_at.is_(None), present)
