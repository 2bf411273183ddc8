"""The queries of the calendar of reconciliation on PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, RowMapping, Select, Text, cast, func, literal, null, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.sql.selectable import Subquery

from suwen.domains.ingest.models import IngestBatchDay, IngestFeed
from suwen.domains.ingest.reconcile.indicators.models import Indicator, IndicatorDifference, IndicatorLine
from suwen.domains.ingest.reconcile.models import CheckDay, CheckSetting, Difference, DifferenceStatus
from suwen.domains.ingest.reconcile.schemas_calendar import By
from suwen.kernel.repository import Field, PageRequest, Repository, among, narrowed
from suwen.kernel.scope import Scope

NARROWED = ("org_code", "dataset", "feed")
OPEN, CLOSED = DifferenceStatus.OPEN.value, DifferenceStatus.CLOSED.value
Told = CheckDay | IngestBatchDay | Difference | IndicatorLine | IndicatorDifference
_ROWS = ("rows_source", "rows_raw", "rows_std", "rows_quarantined", "lost", "stray")


@dataclass(frozen=True)
class Wanted:
    """Which days: from `first` to `last`, of the scope, and what the filters of `asked` let through (`NARROWED`)."""

    scope: Scope
    first: date
    last: date
    asked: PageRequest

    def of(self, query: Select[Any], table: type[CheckDay | IngestBatchDay | Difference]) -> Select[Any]:
        """Return a query over a table of days of feeds, for these days and what the filters let through."""
        query = self.within(query, table)
        fields = {name: Field(getattr(table, name), str) for name in NARROWED}
        return narrowed(query, PageRequest(filters=self.asked.filters), fields)

    def within(self, query: Select[Any], table: type[Told]) -> Select[Any]:
        """Return a query over one of the tables of days, for the days and institutions alone."""
        query = query.where(table.day.between(self.first, self.last))
        return query if self.scope.orgs is None else query.where(among(table.org_code, self.scope.orgs))

    def related(self, days: Subquery, by: str) -> Subquery:
        """Return the days of indicators once for each `by`: day, dataset or feed, with what the filters let through.

        days: indicator_id, org_code, day, and figures. An indicator has a place in each dataset and feed it is about.
        """
        about = Indicator.feeds.contains(func.jsonb_build_array(IngestFeed.code))
        named: dict[str, ColumnElement[Any]] = {
            "org_code": days.c.org_code, "dataset": IngestFeed.dataset.expression, "feed": IngestFeed.code.expression
        }  # fmt: skip
        kept = {name: named[name] if name in ("org_code", by) else cast(null(), Text) for name in NARROWED}
        rest = [column for column in days.c if column.name != "org_code"]
        query = select(*rest, *(column.label(name) for name, column in kept.items())).distinct()
        query = query.join(Indicator, Indicator.id == days.c.indicator_id).join(IngestFeed, about)
        fields = {name: Field(column, str) for name, column in named.items()}
        return narrowed(query, PageRequest(filters=self.asked.filters), fields).subquery()


class CalendarRepository(Repository):
    """Sums of what the newest check of each feed says of each day."""

    async def newest_day(self, scope: Scope) -> date | None:
        """Return the newest business day that was compared."""
        found: list[date] = []
        for table in (CheckDay, IndicatorLine):
            query = select(func.max(table.day))
            if scope.orgs is not None:
                query = query.where(among(table.org_code, scope.orgs))
            found.extend(filter(None, [await self.session.scalar(query)]))
        return max(found, default=None)

    async def by_day(self, wanted: Wanted) -> Sequence[RowMapping]:
        """Return `CheckFigures` with `day` for each day, in order."""
        return await self._sums(wanted, "day")

    async def by_part(self, wanted: Wanted, by: By) -> Sequence[RowMapping]:
        """Return `CheckFigures` with `code` for each institution, dataset or feed, in order of the codes."""
        return await self._sums(wanted, {By.ORG: "org_code", By.DATASET: "dataset", By.FEED: "feed"}[by], "code")

    async def feeds(self, wanted: Wanted) -> int:
        """Return how many feeds were compared."""
        query = wanted.of(select(func.count(CheckDay.feed.distinct())), CheckDay)
        return await self.session.scalar(query) or 0

    async def closed(self, wanted: Wanted) -> int:
        """Return how many differences of these days are closed."""
        query = wanted.of(select(func.count()).select_from(Difference), Difference)
        quantities = await self.session.scalar(query.where(Difference.status == CLOSED)) or 0
        days = select(IndicatorDifference.id, IndicatorDifference.indicator_id, *_places(IndicatorDifference))
        days = wanted.within(days, IndicatorDifference).where(IndicatorDifference.status == CLOSED)
        related = wanted.related(days.subquery(), "day")
        return quantities + (await self.session.scalar(select(func.count()).select_from(related)) or 0)

    async def _sums(self, wanted: Wanted, column: str, name: str | None = None) -> Sequence[RowMapping]:
        parts = (
            _compared(wanted),
            _received(wanted),
            _open(wanted),
            _indicated(wanted, column),
            _open_indicators(wanted, column),
        )
        every = union_all(*(_told(part) for part in parts)).subquery()
        of = every.c[column].label(name or column)
        sums = (func.sum(every.c[figure]).label(figure) for figure in _FIGURES)
        query = select(of, *sums).group_by(of).order_by(of)
        return (await self.session.execute(query)).mappings().all()


_FIGURES = ("checked", "different", "unchecked", "open", "held", *_ROWS, "indicators", "indicators_different")


def _told(part: tuple[Subquery, Mapping[str, ColumnElement[Any]]]) -> Select[Any]:
    """Return the rows of a part with all figures, 0 where it has none."""
    table, figures = part
    columns: list[ColumnElement[Any]] = [table.c[name] for name in ("day", *NARROWED)]
    return select(*columns, *(figures.get(name, literal(0)).label(name) for name in _FIGURES))


def _places(table: type[Told]) -> list[ColumnElement[Any]]:
    return [getattr(table, name) for name in ("day", *NARROWED) if hasattr(table, name)]


def _compared(wanted: Wanted) -> tuple[Subquery, Mapping[str, ColumnElement[Any]]]:
    newest = wanted.of(select(CheckDay), CheckDay).ext(distinct_on(CheckDay.feed, CheckDay.day))
    table = newest.order_by(CheckDay.feed, CheckDay.day, CheckDay.checked_at.desc()).subquery()
    rows = {name: table.c[name] for name in _ROWS}
    return table, {"checked": literal(1), "different": cast(~table.c.equal, Integer), **rows}


def _received(wanted: Wanted) -> tuple[Subquery, Mapping[str, ColumnElement[Any]]]:
    compared = select(CheckDay.id).where(CheckDay.feed == IngestBatchDay.feed, CheckDay.day == IngestBatchDay.day)
    table = wanted.of(select(*_places(IngestBatchDay)).distinct(), IngestBatchDay).where(~compared.exists()).subquery()
    return table, {"unchecked": literal(1)}


def _open(wanted: Wanted) -> tuple[Subquery, Mapping[str, ColumnElement[Any]]]:
    hold = func.coalesce(CheckSetting.hold, False).label("hold")
    query = select(*_places(Difference), hold).outerjoin(CheckSetting, CheckSetting.feed_id == Difference.feed_id)
    table = wanted.of(query, Difference).where(Difference.status == OPEN).subquery()
    return table, {"open": literal(1), "held": cast(table.c.hold, Integer)}


def _indicated(wanted: Wanted, by: str) -> tuple[Subquery, Mapping[str, ColumnElement[Any]]]:
    places = (IndicatorLine.indicator_id, *_places(IndicatorLine))
    checks = select(
        *places, func.max(IndicatorLine.checked_at).label("at"), func.bool_and(IndicatorLine.equal).label("equal")
    )
    each = wanted.within(checks, IndicatorLine).group_by(*places, IndicatorLine.check_id).subquery()
    newest = select(each.c.indicator_id, each.c.org_code, each.c.day, each.c.equal)
    newest = newest.ext(distinct_on(each.c.indicator_id, each.c.day))
    newest = newest.order_by(each.c.indicator_id, each.c.day, each.c.at.desc())
    table = wanted.related(newest.subquery(), by)
    return table, {"indicators": literal(1), "indicators_different": cast(~table.c.equal, Integer)}


def _open_indicators(wanted: Wanted, by: str) -> tuple[Subquery, Mapping[str, ColumnElement[Any]]]:
    hold = Indicator.hold.label("hold")
    query = select(IndicatorDifference.indicator_id, *_places(IndicatorDifference), hold)
    query = query.join(Indicator, Indicator.id == IndicatorDifference.indicator_id)
    open_ = wanted.within(query, IndicatorDifference).where(IndicatorDifference.status == OPEN)
    table = wanted.related(open_.subquery(), by)
    return table, {"open": literal(1), "held": cast(table.c.hold, Integer)}
