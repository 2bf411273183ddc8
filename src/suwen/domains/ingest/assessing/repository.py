"""The queries of the assessment on PostgreSQL: what batches, data preparation and checks have counted, added up."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    RowMapping,
    Select,
    Subquery,
    case,
    cast,
    extract,
    func,
    select,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.sql.selectable import TableValuedAlias

from suwen.domains.ingest.assessing.wanted import SECONDS, Wanted
from suwen.domains.ingest.groups.models import JobGroup
from suwen.domains.ingest.models import (
    BatchStatus,
    IngestBatch,
    IngestFeed,
    IngestPlan,
    IngestPreparation,
    IngestRejection,
    IngestSource,
)
from suwen.domains.ingest.reconcile.models import CheckDay, Difference
from suwen.kernel.clock import LOCAL_ZONE
from suwen.kernel.repository import Repository

_GONE_WRONG = (BatchStatus.FAILED.value, BatchStatus.HELD.value)
_RUN = cast(extract("epoch", IngestBatch.finished_at - IngestBatch.started_at), SECONDS)
"""Seconds that a batch took."""


class Key(StrEnum):
    """What counts are added up by."""

    ORG = "org_code"
    SOURCE = "source"
    FEED = "feed"
    DAY = "day"


class AssessingRepository(Repository):
    """Sums by institution, source, feed or day; each row has `key` beside what the method names."""

    async def feeds(self, wanted: Wanted) -> Sequence[RowMapping]:  # unscoped: the scope is in `wanted`
        """Return `Wanted.feeds` with title, created_at, system, and whether any batch began on the days (`ran`)."""
        feeds = wanted.feeds()
        ran = select(IngestBatch.id).where(IngestBatch.feed_id == feeds.c.id, wanted.during(_began(IngestBatch)))
        more: list[ColumnElement[Any]] = [
            IngestFeed.title.expression, IngestFeed.created_at.expression, IngestSource.system.expression
        ]  # fmt: skip
        query = (
            select(*feeds.c, *more, ran.exists().label("ran"))
            .join(IngestFeed, IngestFeed.id == feeds.c.id)
            .join(IngestSource, IngestSource.id == IngestFeed.source_id)
        )
        return (await self.session.execute(query.order_by(feeds.c.feed))).mappings().all()

    async def plans(self, sources: Collection[str]) -> list[IngestPlan]:  # unscoped: of sources read by scope before
        """Return the plans in force of some sources."""
        return await self.all(select(IngestPlan).where(IngestPlan.enabled, IngestPlan.source.in_(sources)))

    async def groups(self) -> list[JobGroup]:  # unscoped: matched to feeds read by scope
        """Return the job groups that begin by themselves."""
        present = JobGroup.enabled, JobGroup.cron.is_not(None), JobGroup.removed_at.is_(None)
        return await self.all(select(JobGroup).where(*present))

    async def values(self, wanted: Wanted, by: Key) -> Sequence[RowMapping]:  # unscoped: the scope is in `wanted`
        """Return required, present, coded, inside: values of the batches that data preparation has counted."""
        counted, feeds, standard = IngestPreparation, wanted.feeds(), wanted.standard()
        examined = _examined(wanted).subquery("examined")
        query = (
            select(_key(by, feeds, examined.c.started_at), *_values(examined, standard))
            .select_from(examined)
            .join(feeds, feeds.c.feed == examined.c.feed)
            .join(standard, standard.c.dataset == examined.c.dataset)
            .outerjoin(counted, (counted.batch_id == examined.c.batch_id) & (counted.element == standard.c.element))
            .group_by("key")
        )
        return (await self.session.execute(query)).mappings().all()

    async def rows(self, wanted: Wanted, by: Key) -> Sequence[RowMapping]:  # unscoped: the scope is in `wanted`
        """Return batches, examined, received and spoilt: of batches that reached std."""
        feeds, batch = wanted.feeds(), IngestBatch
        blanked = (
            select(IngestPreparation.batch_id, func.sum(IngestPreparation.blanked).label("blanked"))
            .where(wanted.during(_began(IngestPreparation)))
            .group_by(IngestPreparation.batch_id)
            .subquery("blanked")
        )
        spoilt = batch.rows_quarantined + func.coalesce(blanked.c.blanked, 0)
        query = (
            select(
                _key(by, feeds, batch.started_at),
                func.count().label("batches"),
                func.count(blanked.c.batch_id).label("examined"),
                _sum(batch.rows_in).label("received"),
                _sum(func.least(batch.rows_in, spoilt)).label("spoilt"),
            )
            .join(feeds, feeds.c.id == batch.feed_id)
            .outerjoin(blanked, blanked.c.batch_id == batch.id)
            .where(batch.status == BatchStatus.STANDARDISED.value, wanted.during(_began(batch)))
            .group_by("key")
        )
        return (await self.session.execute(query)).mappings().all()

    async def days(self, wanted: Wanted, by: Key) -> Sequence[RowMapping]:  # unscoped: the scope is in `wanted`
        """Return compared and equal: business days by their newest check on the days (by day: on that day)."""
        feeds = wanted.feeds()
        of: list[Any] = [CheckDay.feed, CheckDay.day]
        if by is Key.DAY:
            of.append(_day(CheckDay.checked_at))
        newest = select(CheckDay.feed, CheckDay.checked_at, CheckDay.equal).where(
            wanted.during(CheckDay.checked_at.expression)
        )
        newest = newest.join(feeds, feeds.c.feed == CheckDay.feed).ext(distinct_on(*of))
        table = newest.order_by(*of, CheckDay.checked_at.desc()).subquery("newest")
        query = (
            select(
                _key(by, feeds, table.c.checked_at),
                func.count().label("compared"),
                func.count().filter(table.c.equal).label("equal"),
            )
            .select_from(table)
            .join(feeds, feeds.c.feed == table.c.feed)
            .group_by("key")
        )
        return (await self.session.execute(query)).mappings().all()

    async def runs(self, wanted: Wanted, by: Key) -> Sequence[RowMapping]:  # unscoped: the scope is in `wanted`
        """Return due and kept: batches of which something is promised, and those that kept it."""
        feeds, promised = wanted.feeds(), wanted.promised()
        query = (
            select(
                _key(by, feeds, IngestBatch.started_at),
                func.count().label("due"),
                func.count().filter(~_late(promised)).label("kept"),
            )
            .join(feeds, feeds.c.id == IngestBatch.feed_id)
            .join(promised, promised.c.feed == feeds.c.feed)
            .where(_due(), wanted.during(_began(IngestBatch)))
            .group_by("key")
        )
        return (await self.session.execute(query)).mappings().all()

    async def elements(self, wanted: Wanted) -> Sequence[RowMapping]:  # unscoped: the scope is in `wanted`
        """Return what was counted of each element of a feed, and whether the standard requires it or gives codes."""
        counted, standard = IngestPreparation, wanted.standard()
        examined = _examined(wanted).where(counted.feed == wanted.feed).subquery("examined")
        names = ("filled", "blanked", "quarantined", "duplicates", "defaulted")
        query = (
            select(
                standard.c.element,
                func.bool_or(standard.c.required).label("is_required"),
                func.bool_or(standard.c.coded).label("is_coded"),
                func.bool_or(counted.id.is_not(None)).label("is_mapped"),
                *_values(examined, standard),
                *(_sum(getattr(counted, name)).label(name) for name in names),
            )
            .select_from(examined)
            .join(standard, standard.c.dataset == examined.c.dataset)
            .outerjoin(counted, (counted.batch_id == examined.c.batch_id) & (counted.element == standard.c.element))
            .group_by(standard.c.element)
            .order_by(standard.c.element)
        )
        return (await self.session.execute(query)).mappings().all()

    async def late(self, wanted: Wanted, limit: int) -> Sequence[RowMapping]:  # unscoped: the scope is in `wanted`
        """Return the newest batches that broke the promise: id, number, status, started_at, latency, seconds."""
        feeds, promised, batch = wanted.feeds(), wanted.promised(), IngestBatch
        shown = [getattr(batch, name).expression for name in ("id", "number", "status", "started_at", "latency")]
        query = (
            select(*shown, _RUN.label("seconds"))
            .join(feeds, feeds.c.id == batch.feed_id)
            .join(promised, promised.c.feed == feeds.c.feed)
            .where(_due(), wanted.during(_began(batch)), _late(promised))
        )
        return (await self.session.execute(query.order_by(batch.started_at.desc()).limit(limit))).mappings().all()

    async def refusals(self, wanted: Wanted) -> Sequence[RowMapping]:  # unscoped: the scope is in `wanted`
        """Return reason, element and rows of what was refused in the batches that `rows` counts, most first."""
        feeds, refused = wanted.feeds(), IngestRejection
        rows = _sum(refused.rows)
        query = (
            select(refused.reason, refused.element, rows.label("rows"))
            .join(IngestBatch, IngestBatch.id == refused.batch_id)
            .join(feeds, feeds.c.id == IngestBatch.feed_id)
            .where(IngestBatch.status == BatchStatus.STANDARDISED.value, wanted.during(_began(IngestBatch)))
            .group_by(refused.reason, refused.element)
            .order_by(rows.desc(), refused.reason, refused.element)
        )
        return (await self.session.execute(query)).mappings().all()

    async def differences(self, wanted: Wanted) -> dict[str, int]:  # unscoped: the scope is in `wanted`
        """Return how many differences are open, whenever found, and how many were closed on the days."""
        feeds = wanted.feeds()
        counts = (
            func.count().filter(Difference.closed_at.is_(None)),
            func.count().filter(wanted.during(Difference.closed_at.expression)),
        )
        query = select(*counts).select_from(Difference).join(feeds, feeds.c.id == Difference.feed_id)
        still, closed = (await self.session.execute(query)).one()
        return {"open": int(still), "closed": int(closed)}


def _key(by: Key, feeds: Subquery, moment: Any) -> ColumnElement[Any]:
    return (_day(moment) if by is Key.DAY else feeds.c[by.value]).label("key")


def _day(moment: Any) -> ColumnElement[Any]:
    return cast(func.timezone(str(LOCAL_ZONE), moment), Date)


def _began(table: type[IngestBatch] | type[IngestPreparation]) -> ColumnElement[Any]:
    return table.started_at.expression


def _sum(value: Any) -> ColumnElement[Any]:
    return cast(func.coalesce(func.sum(value), 0), BigInteger)


def _examined(wanted: Wanted) -> Select[Any]:  # unscoped: joined with the feeds of `wanted`
    """Return the batches that data preparation has counted: batch_id, feed, dataset, started_at, rows."""
    counted = IngestPreparation
    names = ("batch_id", "feed", "dataset", "started_at")
    of: list[ColumnElement[Any]] = [getattr(counted, name).expression for name in names]
    query = select(*of, func.max(counted.rows).label("rows")).where(wanted.during(_began(counted)))
    return query.group_by(*of)


def _values(examined: Subquery, standard: TableValuedAlias) -> list[ColumnElement[Any]]:
    """Return the sums over elements; one that the mapping leaves out has no counts, so every row of it is missing."""
    counted = IngestPreparation
    coded = counted.rows - counted.missing + counted.filled - counted.emptied - counted.unreadable

    def where(condition: Any, value: Any) -> ColumnElement[Any]:
        return _sum(case((condition, value), else_=0))

    return [
        where(standard.c.required, examined.c.rows).label("required"),
        where(standard.c.required, func.coalesce(counted.rows - counted.missing, 0)).label("present"),
        where(standard.c.coded, coded).label("coded"),
        where(standard.c.coded, coded - counted.outside).label("inside"),
    ]


def _due() -> ColumnElement[bool]:
    """Return the condition that a batch brought something, a replay apart, or should have."""
    return IngestBatch.latency.is_not(None) | IngestBatch.status.in_(_GONE_WRONG)


def _late(promised: TableValuedAlias) -> ColumnElement[bool]:
    """Return the condition that a batch failed, read a change too late, or took too long to bring it into std."""
    waited = IngestBatch.latency - _RUN
    slow = (waited > promised.c.allowed) | (promised.c.allowed < _RUN)
    return func.coalesce(IngestBatch.status.in_(_GONE_WRONG) | slow, True)
