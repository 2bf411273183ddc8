"""The queries of the overview on PostgreSQL: sums of the batches' own figures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, RowMapping, Select, cast, func, or_, select

from suwen.domains.ingest.models import BatchStatus, IngestBatch, IngestFeed, IngestSource
from suwen.domains.ingest.watching.schemas import Part
from suwen.kernel.clock import LOCAL_ZONE
from suwen.kernel.repository import Field, PageRequest, Repository, among, narrowed
from suwen.kernel.scope import Scope

SILENT_SHOWN = 20
_DAY = cast(func.timezone(str(LOCAL_ZONE), IngestBatch.started_at), Date)
"""Day of China on which a batch began."""
_BROUGHT = (IngestBatch.status == BatchStatus.STANDARDISED.value) & (IngestBatch.mode != "replay")


def _rows(name: str) -> ColumnElement[Any]:
    column: ColumnElement[Any] = getattr(IngestBatch, name)
    return cast(func.coalesce(func.sum(column).filter(_BROUGHT), 0), BigInteger).label(name)


_ROWS = [_rows(name) for name in ("rows_in", "rows_std", "rows_quarantined", "rows_deleted")]
_FIGURES: list[ColumnElement[Any]] = [
    func.count().label("batches"),
    func.count().filter(IngestBatch.status == BatchStatus.FAILED.value).label("failed"),
    *_ROWS,
    func.percentile_cont(0.5).within_group(IngestBatch.latency).label("p50"),
    func.percentile_cont(0.95).within_group(IngestBatch.latency).label("p95"),
]


@dataclass(frozen=True)
class Chosen:
    """Which batches: those that began from the day `first` to the day `last`, of the scope, let through by `asked`."""

    scope: Scope
    first: date
    last: date
    asked: PageRequest

    def batches(self, query: Select[Any]) -> Select[Any]:
        """Return a query over batches, for these alone."""
        begins, ends = midnight(self.first), midnight(self.last + timedelta(days=1))
        return self.of(query.where(IngestBatch.started_at >= begins, IngestBatch.started_at < ends))

    def of(self, query: Select[Any]) -> Select[Any]:
        """Return a query over batches, whenever they began."""
        return self._narrowed(query, IngestBatch.org_code, IngestBatch.source)

    def feeds(self, query: Select[Any]) -> Select[Any]:
        """Return a query over feeds that were not removed, joined with their sources."""
        query = query.join(IngestSource, IngestSource.id == IngestFeed.source_id)
        return self._narrowed(query.where(IngestFeed.removed_at.is_(None)), IngestFeed.org_code, IngestSource.code)

    def _narrowed(self, query: Select[Any], org: Any, source: Any) -> Select[Any]:
        if self.scope.orgs is not None:
            query = query.where(among(org, sorted(self.scope.orgs)))
        fields: dict[str, Field] = {"org_code": Field(org), "source": Field(source)}
        return narrowed(query, replace(self.asked, sort=(), q=""), fields)


def midnight(day: date) -> datetime:
    """Return the moment at which a day of China begins."""
    return datetime.combine(day, time(), LOCAL_ZONE)


class WatchRepository(Repository):
    """Sums of batches and feeds."""

    async def figures(self, chosen: Chosen) -> RowMapping:  # unscoped: the scope is in `chosen`
        """Return `BatchFigures` of the chosen batches together."""
        return (await self.session.execute(chosen.batches(select(*_FIGURES)))).mappings().one()

    async def by_day(self, chosen: Chosen) -> Sequence[RowMapping]:  # unscoped: the scope is in `chosen`
        """Return `DayFigures` of each day with batches, in order."""
        query = chosen.batches(select(_DAY.label("day"), *_FIGURES)).group_by(_DAY).order_by(_DAY)
        return (await self.session.execute(query)).mappings().all()

    async def by_part(self, chosen: Chosen, by: Part) -> Sequence[RowMapping]:  # unscoped: the scope is in `chosen`
        """Return `PartFigures` of each institution or source, most rows first."""
        of = {Part.ORG: IngestBatch.org_code, Part.SOURCE: IngestBatch.source}[by]
        query = chosen.batches(select(of.label("code"), *_FIGURES)).group_by(of)
        query = query.order_by(_ROWS[0].desc(), of)
        return (await self.session.execute(query)).mappings().all()

    async def states(self, chosen: Chosen) -> Sequence[RowMapping]:  # unscoped: the scope is in `chosen`
        """Return `StateCount` of each state."""
        columns: list[ColumnElement[Any]] = [IngestBatch.status.expression, func.count().label("batches")]
        query = chosen.batches(select(*columns)).group_by(columns[0]).order_by(columns[0])
        return (await self.session.execute(query)).mappings().all()

    async def totals(self, chosen: Chosen) -> RowMapping:  # unscoped: the scope is in `chosen`
        """Return `Totals` of all batches, whenever they began."""
        return (await self.session.execute(chosen.of(select(*_ROWS[:3])))).mappings().one()

    async def present(self, chosen: Chosen) -> tuple[int, int, int]:  # unscoped: the scope is in `chosen`
        """Return how many institutions, sources and feeds there are."""
        orgs, sources = IngestFeed.org_code.distinct(), IngestFeed.source_id.distinct()
        counts: list[ColumnElement[Any]] = [func.count(orgs), func.count(sources), func.count()]
        found = await self.session.execute(chosen.feeds(select(*counts).select_from(IngestFeed)))
        institutions, systems, tables = map(int, tuple(found.one()))
        return institutions, systems, tables

    async def silent(
        self, chosen: Chosen, since: datetime
    ) -> tuple[int, int, Sequence[RowMapping]]:  # unscoped: the scope is in `chosen`
        """Return how many feeds have brought nothing since a moment, how many of them never have, and the first."""
        feed = IngestFeed
        quiet = or_(feed.data_at < since, feed.data_at.is_(None) & (feed.created_at < since))
        counts: list[ColumnElement[Any]] = [func.count(), func.count().filter(feed.data_at.is_(None))]
        counted = await self.session.execute(chosen.feeds(select(*counts).select_from(feed)).where(quiet))
        total, never = map(int, tuple(counted.one()))
        columns: list[ColumnElement[Any]] = [
            *(getattr(feed, name).expression for name in ("code", "title", "org_code", "data_at", "created_at")),
            IngestSource.code.label("source"),
        ]
        query = chosen.feeds(select(*columns).select_from(feed)).where(quiet)
        query = query.order_by(func.coalesce(feed.data_at, feed.created_at), feed.code).limit(SILENT_SHOWN)
        return total, never, (await self.session.execute(query)).mappings().all()

    async def feeds_of(self, chosen: Chosen) -> list[str]:  # unscoped: the scope is in `chosen`
        """Return the codes of the feeds, for a query that knows feeds and no sources."""
        return list(await self.session.scalars(chosen.feeds(select(IngestFeed.code))))
