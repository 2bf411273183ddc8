"""Days whose data is held back 暂缓发布: an open difference, and a setting that says so.

Whoever publishes figures of a day asks first, through the room's door: `held_days`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Select, func, literal, select, union_all

from suwen.domains.ingest.models import IngestFeed
from suwen.domains.ingest.reconcile.indicators.models import Indicator, IndicatorDifference
from suwen.domains.ingest.reconcile.models import CheckSetting, Difference, DifferenceStatus
from suwen.kernel.repository import Repository, among
from suwen.kernel.scope import Scope

OPEN = DifferenceStatus.OPEN.value


@dataclass(frozen=True)
class HeldDay:
    """A day of an institution's dataset that is held back, and why.

    kind: which reconciliation found the difference. name: the feed's code, or what the indicator is called. since: when
    it was found. A day with several open differences is told once for each.
    """

    org_code: str
    dataset: str
    day: date
    kind: Literal["quantity", "indicator"]
    name: str
    since: datetime


class HeldRepository(Repository):
    """What is held back by open differences."""

    async def days(
        self, scope: Scope, datasets: Collection[str] | None, first: date | None, last: date | None
    ) -> list[HeldDay]:
        """Return the held days of the scope's institutions, in order of day, institution and dataset."""
        told = union_all(_quantities(), _indicators()).subquery()
        query = select(told).order_by(told.c.day, told.c.org_code, told.c.dataset, told.c.since)
        if scope.orgs is not None:
            query = query.where(among(told.c.org_code, scope.orgs))
        if datasets is not None:
            query = query.where(among(told.c.dataset, datasets))
        if first is not None:
            query = query.where(told.c.day >= first)
        if last is not None:
            query = query.where(told.c.day <= last)
        return [HeldDay(**row) for row in (await self.session.execute(query)).mappings()]


def _quantities() -> Select[*tuple[Any, ...]]:
    """Return the open differences of feeds; rows without a day are in no figure of a day."""
    query = select(
        IngestFeed.org_code, IngestFeed.dataset, Difference.day, literal("quantity").label("kind"),
        IngestFeed.code.label("name"), Difference.found_at.label("since"),
    )  # fmt: skip
    query = query.join(IngestFeed, IngestFeed.id == Difference.feed_id)
    query = query.join(CheckSetting, CheckSetting.feed_id == Difference.feed_id)
    query = query.where(Difference.status == OPEN, CheckSetting.hold, Difference.day.is_not(None))
    return query.where(IngestFeed.removed_at.is_(None))


def _indicators() -> Select[*tuple[Any, ...]]:
    """Return the open differences of indicators, once for each dataset that they are about."""
    query = select(
        IngestFeed.org_code, IngestFeed.dataset, IndicatorDifference.day, literal("indicator").label("kind"),
        Indicator.name, IndicatorDifference.found_at.label("since"),
    ).distinct()  # fmt: skip
    query = query.join(Indicator, Indicator.id == IndicatorDifference.indicator_id)
    query = query.join(IngestFeed, Indicator.feeds.contains(func.jsonb_build_array(IngestFeed.code)))
    query = query.where(IndicatorDifference.status == OPEN, Indicator.hold, Indicator.removed_at.is_(None))
    return query.where(IngestFeed.removed_at.is_(None))
