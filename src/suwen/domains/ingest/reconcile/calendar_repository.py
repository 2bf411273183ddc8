"""The queries of the calendar of reconciliation on PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, RowMapping, Select, cast, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.sql.selectable import Subquery

from suwen.domains.ingest.models import IngestBatchDay
from suwen.domains.ingest.reconcile.models import CheckDay, CheckSetting, Difference, DifferenceStatus
from suwen.domains.ingest.reconcile.schemas_calendar import By
from suwen.kernel.repository import Field, PageRequest, Repository, among, narrowed
from suwen.kernel.scope import Scope

NARROWED = ("org_code", "dataset", "feed")
_ROWS = ("rows_source", "rows_raw", "rows_std", "rows_quarantined", "lost", "stray")


@dataclass(frozen=True)
class Wanted:
    """Which days: from `first` to `last`, of the scope, and what the filters of `asked` let through (`NARROWED`)."""

    scope: Scope
    first: date
    last: date
    asked: PageRequest

    def of(self, query: Select[Any], table: type[CheckDay | IngestBatchDay | Difference]) -> Select[Any]:
        """Return a query over one of the tables of days, for these days alone."""
        query = query.where(table.day.between(self.first, self.last))
        if self.scope.orgs is not None:
            query = query.where(among(table.org_code, self.scope.orgs))
        fields = {name: Field(getattr(table, name), str) for name in NARROWED}
        return narrowed(query, PageRequest(filters=self.asked.filters), fields)


class CalendarRepository(Repository):
    """Sums of what the newest check of each feed says of each day."""

    async def newest_day(self, scope: Scope) -> date | None:
        """Return the newest business day that was compared."""
        query = select(func.max(CheckDay.day))
        if scope.orgs is not None:
            query = query.where(among(CheckDay.org_code, scope.orgs))
        return await self.session.scalar(query)

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
        return await self.session.scalar(query.where(Difference.status == DifferenceStatus.CLOSED.value)) or 0

    async def _sums(self, wanted: Wanted, column: str, name: str | None = None) -> Sequence[RowMapping]:
        every = union_all(*(_told(part) for part in (_compared(wanted), _received(wanted), _open(wanted)))).subquery()
        of = every.c[column].label(name or column)
        sums = (func.sum(every.c[figure]).label(figure) for figure in _FIGURES)
        query = select(of, *sums).group_by(of).order_by(of)
        return (await self.session.execute(query)).mappings().all()


_FIGURES = ("checked", "different", "unchecked", "open", "held", *_ROWS)


def _told(part: tuple[Subquery, Mapping[str, ColumnElement[Any]]]) -> Select[Any]:
    """Return the rows of a part with all figures, 0 where it has none."""
    table, figures = part
    columns: list[ColumnElement[Any]] = [table.c[name] for name in ("day", *NARROWED)]
    return select(*columns, *(figures.get(name, literal(0)).label(name) for name in _FIGURES))


def _places(table: type[IngestBatchDay | Difference]) -> Select[Any]:
    columns: list[ColumnElement[Any]] = [getattr(table, name) for name in ("day", *NARROWED)]
    return select(*columns)


def _compared(wanted: Wanted) -> tuple[Subquery, Mapping[str, ColumnElement[Any]]]:
    newest = wanted.of(select(CheckDay), CheckDay).ext(distinct_on(CheckDay.feed, CheckDay.day))
    table = newest.order_by(CheckDay.feed, CheckDay.day, CheckDay.checked_at.desc()).subquery()
    rows = {name: table.c[name] for name in _ROWS}
    return table, {"checked": literal(1), "different": cast(~table.c.equal, Integer), **rows}


def _received(wanted: Wanted) -> tuple[Subquery, Mapping[str, ColumnElement[Any]]]:
    compared = select(CheckDay.id).where(CheckDay.feed == IngestBatchDay.feed, CheckDay.day == IngestBatchDay.day)
    table = wanted.of(_places(IngestBatchDay).distinct(), IngestBatchDay).where(~compared.exists()).subquery()
    return table, {"unchecked": literal(1)}


def _open(wanted: Wanted) -> tuple[Subquery, Mapping[str, ColumnElement[Any]]]:
    hold = func.coalesce(CheckSetting.hold, False).label("hold")
    query = _places(Difference).add_columns(hold).outerjoin(CheckSetting, CheckSetting.feed_id == Difference.feed_id)
    table = wanted.of(query, Difference).where(Difference.status == DifferenceStatus.OPEN.value).subquery()
    return table, {"open": literal(1), "held": cast(table.c.hold, Integer)}
