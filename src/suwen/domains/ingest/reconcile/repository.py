"""The queries of reconciliation on PostgreSQL."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select

from suwen.domains.ingest.models import IngestFeed
from suwen.domains.ingest.reconcile.errors import UnknownCheck, UnknownDifference
from suwen.domains.ingest.reconcile.indicators.models import Indicator, IndicatorCheck
from suwen.domains.ingest.reconcile.models import (
    Check,
    CheckDay,
    CheckSetting,
    CheckStatus,
    Difference,
    DifferenceKey,
    DifferenceStatus,
)
from suwen.domains.ingest.repository import IngestRepository
from suwen.kernel.repository import Repository
from suwen.kernel.scope import Scope

C = TypeVar("C", Check, IndicatorCheck)
OPEN = DifferenceStatus.OPEN.value


class CheckRepository(Repository):
    """Settings, checks with their days, differences."""

    async def setting(self, feed: UUID) -> CheckSetting | None:  # unscoped: of a feed read by scope before
        """Return how a feed is checked, None where nobody has said."""
        return await self.one_or_none(select(CheckSetting).where(CheckSetting.feed_id == feed))

    async def follow_source(self, source: UUID, org_code: str) -> None:  # unscoped: of a source read by scope before
        """Bring the settings of a source's feeds, and its indicators, to its institution."""
        of_feeds = select(CheckSetting).join(IngestFeed, IngestFeed.id == CheckSetting.feed_id)
        settings = await self.all(of_feeds.where(IngestFeed.source_id == source))
        indicators = await self.all(select(Indicator).where(Indicator.source_id == source))
        for each in (*settings, *indicators):
            each.org_code = org_code

    async def check(self, key: UUID, scope: Scope) -> Check:
        """Return a check; raise UnknownCheck."""
        found = await self.find(Check, key)
        if found is None or not scope.allows(found.org_code):
            raise UnknownCheck(key)
        return found

    async def running(
        self, kind: type[C], of: ColumnElement[bool]
    ) -> C | None:  # unscoped: of a feed or an indicator read by scope before
        """Return the newest check (`of` whom) that has not ended."""
        query = select(kind).where(of, kind.status.in_((CheckStatus.RUNNING.value, CheckStatus.WAITING.value)))
        return await self.one_or_none(query.order_by(kind.started_at.desc()).limit(1))

    async def days(self, check: UUID) -> list[CheckDay]:  # unscoped: of a check read by scope before
        """Return the days of a check."""
        return await self.all(select(CheckDay).where(CheckDay.check_id == check).order_by(CheckDay.day))

    async def difference(self, key: UUID, scope: Scope) -> Difference:
        """Return a difference; raise UnknownDifference."""
        found = await self.find(Difference, key)
        if found is None or not scope.allows(found.org_code):
            raise UnknownDifference(key)
        return found

    async def open_of(self, feed: UUID) -> list[Difference]:  # unscoped: of a feed read by scope before
        """Return the open differences of a feed."""
        return await self.all(select(Difference).where(Difference.feed_id == feed, Difference.status == OPEN))

    async def waiting_for(self, what: UUID) -> list[Difference]:  # unscoped: of a delivery or a check held
        """Return the open differences whose settling waits for a delivery or a check."""
        return await self.all(select(Difference).where(Difference.waits_for == what, Difference.status == OPEN))

    async def goes_on(self, key: UUID) -> bool:  # unscoped: the platform's own
        """Say whether a check, or the settling of a difference, is under way."""
        check = await self.find(Check, key)
        if check is not None:
            return check.status in (CheckStatus.RUNNING, CheckStatus.WAITING)
        difference = await self.find(Difference, key)
        if difference is None or difference.status != OPEN:
            return False
        return difference.step is not None or await IngestRepository(self.session).runs_still(difference.job_run_id)

    async def forget_keys(self, difference: UUID) -> None:  # unscoped: of a difference read by scope before
        """Remove the keys of a difference, which are about to be looked for anew."""
        await self.session.execute(delete(DifferenceKey).where(DifferenceKey.difference_id == difference))

    async def key_counts(self, difference: UUID) -> dict[str, int]:  # unscoped: of a difference read by scope before
        """Return how many keys of each kind a difference has."""
        query = select(DifferenceKey.kind, func.count()).where(DifferenceKey.difference_id == difference)
        return {str(kind): int(count) for kind, count in await self.session.execute(query.group_by(DifferenceKey.kind))}

    async def keys_of(
        self, difference: UUID, kinds: Sequence[str], limit: int | None = None
    ) -> list[DifferenceKey]:  # unscoped: of a difference read by scope before
        """Return the (first) keys of some kinds of a difference."""
        query = select(DifferenceKey).where(DifferenceKey.difference_id == difference, DifferenceKey.kind.in_(kinds))
        # Ids rise in the order in which the keys were found, which is the keys' own.
        return await self.all(query.order_by(DifferenceKey.kind, DifferenceKey.id).limit(limit))

    async def key(self, key: UUID, scope: Scope) -> DifferenceKey:
        """Return a key of a difference; raise UnknownDifference."""
        found = await self.find(DifferenceKey, key)
        if found is None or not scope.allows(found.org_code):
            raise UnknownDifference(key)
        return found

    async def open_count(self, scope: Scope) -> int:
        """Return how many differences are open."""
        query = select(Difference).where(Difference.status == OPEN)
        return await self.count(query if scope.orgs is None else query.where(Difference.org_code.in_(scope.orgs)))

    async def nightly(self) -> Sequence[CheckSetting]:  # unscoped: the platform's own
        """Return the settings of the feeds that are checked each night."""
        return await self.all(select(CheckSetting).where(CheckSetting.nightly).order_by(CheckSetting.feed))
