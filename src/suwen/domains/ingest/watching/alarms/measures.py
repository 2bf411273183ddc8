"""What alarm rules measure of feeds, on PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, and_, case, cast, func, select, true

from suwen.domains.ingest.models import BatchStatus, IngestBatch, IngestFeed, IngestReceiver, IngestSource
from suwen.domains.ingest.newest import newest_batch
from suwen.domains.ingest.rawstate import WHOLE_MODE
from suwen.domains.ingest.watching.repository import midnight
from suwen.kernel.clock import LOCAL_ZONE
from suwen.kernel.repository import Repository, among

RUNNING = (BatchStatus.CAPTURING.value, BatchStatus.LANDED.value)
_GONE_ON = (BatchStatus.STANDARDISED.value, BatchStatus.UNCHANGED.value, BatchStatus.HELD.value)
_NOT_OF_THE_DAY = ("replay", "repair")


@dataclass(frozen=True)
class Streak:
    """Runs of a feed that failed one after another up to now, and whether one is under way."""

    feed_id: UUID
    failed: int
    since: datetime | None
    error_code: str | None
    running: bool


@dataclass(frozen=True)
class Lateness:
    """Latency of a feed's newest batches, seconds; since: when the first of them began."""

    feed_id: UUID
    batches: int
    p95: float
    since: datetime


@dataclass(frozen=True)
class Refused:
    """Rows of a feed's newest batch that brought any; since: when it ended."""

    feed_id: UUID
    rows: int
    quarantined: int
    since: datetime


@dataclass(frozen=True)
class Sending:
    """A source that sends. feed_id: the first of its feeds that were asked about; last_at: when one of all brought rows
    last; created_at: of that feed. options: the source's, secrets sealed.
    """

    source: str
    feed_id: UUID
    created_at: datetime
    last_at: datetime | None
    options: dict[str, Any]


class MeasureRepository(Repository):
    """Measures of feeds that were chosen by a rule."""

    async def sending(
        self, feeds: Sequence[UUID], connectors: Sequence[str]
    ) -> list[Sending]:  # unscoped: of feeds that a rule watches
        """Return the sources of feeds that send by some connectors."""
        feed, source = IngestFeed, IngestSource
        last = select(func.max(feed.data_at)).where(feed.source_id == source.id, feed.removed_at.is_(None))
        newest = last.correlate(source).scalar_subquery()
        columns: list[Any] = [source.code, feed.id, feed.created_at, newest, source.options]
        query = select(*columns).join(source, source.id == feed.source_id).where(among(feed.id, feeds))
        query = query.where(source.removed_at.is_(None), source.connector.in_(connectors))
        found: dict[str, Sending] = {}
        for row in map(tuple, await self.session.execute(query.order_by(source.code, feed.code))):
            found.setdefault(row[0], Sending(*row))
        return list(found.values())

    async def receivers(self, sources: Sequence[str]) -> dict[str, list[IngestReceiver]]:  # unscoped: as above
        """Return what takes messages in for sources, by source."""
        found: dict[str, list[IngestReceiver]] = {}
        for one in await self.all(select(IngestReceiver).where(among(IngestReceiver.source, sources))):
            found.setdefault(one.source, []).append(one)
        return found

    async def failures(self, feeds: Sequence[UUID]) -> list[Streak]:  # unscoped: of feeds that a rule watches
        """Return the feeds whose newest runs failed, or one of whose runs is under way."""
        batch = IngestBatch
        last = select(batch.number).where(batch.feed_id == IngestFeed.id, batch.status.in_(_GONE_ON))
        good = func.coalesce(last.order_by(batch.number.desc()).limit(1).correlate(IngestFeed).scalar_subquery(), 0)
        failed = batch.status == BatchStatus.FAILED.value
        codes = func.array_agg(batch.error_code).filter(failed)
        columns: list[Any] = [
            IngestFeed.id,
            func.count().filter(failed),
            func.min(batch.started_at).filter(failed),
            codes,
            func.coalesce(func.bool_or(batch.status.in_(RUNNING)), False),
        ]
        query = select(*columns).join(batch, and_(batch.feed_id == IngestFeed.id, batch.number > good))
        query = query.where(among(IngestFeed.id, feeds)).group_by(IngestFeed.id)
        rows = await self.session.execute(query)
        return [
            Streak(feed, count, since, known[-1] if known else None, running)
            for feed, count, since, known, running in map(tuple, rows)
        ]

    async def latencies(
        self, feeds: Sequence[UUID], since: datetime, batches: int
    ) -> list[Lateness]:  # unscoped: of feeds that a rule watches
        """Return the p95 of the newest batches since a moment, of the feeds that had any."""
        batch = IngestBatch
        newest = select(batch.latency, batch.started_at).where(
            batch.feed_id == IngestFeed.id, batch.started_at >= since
        )
        newest = newest.where(batch.latency.is_not(None)).order_by(batch.number.desc()).limit(batches)
        one = newest.correlate(IngestFeed).lateral()
        p95 = func.percentile_cont(0.95).within_group(one.c.latency)
        columns: list[Any] = [IngestFeed.id, func.count(), p95, func.min(one.c.started_at)]
        query = select(*columns).join(one, true()).where(among(IngestFeed.id, feeds)).group_by(IngestFeed.id)
        return [Lateness(*row) for row in map(tuple, await self.session.execute(query))]

    async def newest_standardised(self, feeds: Sequence[UUID]) -> list[Refused]:  # unscoped: of feeds of a rule
        """Return how much was refused of each feed's newest batch with rows."""
        batch = IngestBatch
        ended = func.coalesce(batch.finished_at, batch.started_at).label("ended")
        with_rows = batch.status == BatchStatus.STANDARDISED.value, batch.rows_in > 0
        one = newest_batch(*with_rows, columns=(batch.rows_in, batch.rows_quarantined, ended))
        columns: list[Any] = [IngestFeed.id, one.c.rows_in, one.c.rows_quarantined, one.c.ended]
        query = select(*columns).join(one, true()).where(among(IngestFeed.id, feeds))
        return [Refused(*row) for row in map(tuple, await self.session.execute(query))]

    async def volumes(
        self, feeds: Sequence[UUID], days: Sequence[date]
    ) -> dict[tuple[UUID, date], int]:  # unscoped: of feeds that a rule watches
        """Return the rows of each feed on each of some days (of China, by when the batch began).

        Of a feed read in full that is how large its table was, else how many rows were new, changed or gone.
        """
        batch = IngestBatch
        day = cast(func.timezone(str(LOCAL_ZONE), batch.started_at), Date)
        whole = batch.status.in_(_GONE_ON[:2]) & (batch.mode == WHOLE_MODE)
        brought = (batch.status == BatchStatus.STANDARDISED.value) & batch.mode.not_in((WHOLE_MODE, *_NOT_OF_THE_DAY))
        size = func.max(batch.rows_in).filter(whole)
        changes = func.sum(batch.rows_in + batch.rows_deleted).filter(brought)
        volume = cast(func.coalesce(case((IngestFeed.mode == WHOLE_MODE, size), else_=changes), 0), BigInteger)
        columns: list[Any] = [batch.feed_id, day, volume]
        query = select(*columns).join(IngestFeed, IngestFeed.id == batch.feed_id).where(among(IngestFeed.id, feeds))
        query = query.where(batch.started_at >= midnight(min(days)), among(day, days))
        query = query.where(batch.started_at < midnight(max(days) + timedelta(days=1)))
        query = query.group_by(batch.feed_id, IngestFeed.mode, day)
        return {(feed, when): int(rows) for feed, when, rows in map(tuple, await self.session.execute(query))}
