"""Every query of the room on PostgreSQL."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, String, cast, delete, exists, func, select, true, update
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import flag_modified

from suwen.domains.ingest.changelog import KINDS
from suwen.domains.ingest.errors import SourceUnavailable, UnknownBatch, UnknownFeed, UnknownSource
from suwen.domains.ingest.models import (
    BatchStatus,
    IngestBatch,
    IngestBatchDay,
    IngestFeed,
    IngestPlan,
    IngestPreparation,
    IngestRejection,
    IngestSource,
)
from suwen.domains.ingest.newest import newest_batch
from suwen.domains.ingest.rawstate import WHOLE_MODE
from suwen.kernel.clock import now
from suwen.kernel.copying import copy_rows
from suwen.kernel.ids import new_id
from suwen.kernel.jobs import FINAL, JobRun
from suwen.kernel.repository import Field, PageRequest, Repository, among, narrowed
from suwen.kernel.scope import Scope

DONE = (BatchStatus.STANDARDISED.value, BatchStatus.UNCHANGED.value)
STUCK = (BatchStatus.FAILED.value, BatchStatus.HELD.value)
_DAY_COLUMNS = ("id", "batch_id", "number", "feed", "dataset", "org_code", "algorithm", "landed_at",
                "day", "rows", "key_sum", "key_xor", "amounts")  # fmt: skip
DayRow = tuple[date | None, int, str, str, Mapping[str, str | None]]
"""Sums of a business day: the day, rows, sum and xor of the keys' digests, amounts by column."""


@dataclass(frozen=True)
class Delivery:
    """What feeds bring of a dataset from an institution.

    feeds: present ones; failing: those of them whose newest batch failed or is held. arrived: batches that ended well,
    also of feeds since removed; first_at, last_at: when the first and the last of them did. connected_at: when the
    first feed was set up.
    """

    dataset: str
    org_code: str
    feeds: int
    failing: int
    arrived: int
    connected_at: datetime | None
    first_at: datetime | None
    last_at: datetime | None


class IngestRepository(Repository):
    """Sources, feeds, batches and rejections."""

    async def source(self, code: str, scope: Scope) -> IngestSource:
        """Return a source by code or id; raise UnknownSource."""
        found = await self.one_or_none(select(IngestSource).where(_named(IngestSource, code)))
        if found is None or found.removed_at is not None or not scope.allows(found.org_code):
            raise UnknownSource(code)
        return found

    async def source_or_none(self, code: str) -> IngestSource | None:  # unscoped: an import is the platform's own
        """Return a source, a removed one too, or None."""
        return await self.one_or_none(select(IngestSource).where(IngestSource.code == code))

    async def sources(self, scope: Scope) -> list[IngestSource]:
        """Return the sources that were not removed."""
        query = select(IngestSource).where(IngestSource.removed_at.is_(None)).order_by(IngestSource.code)
        return [source for source in await self.all(query) if scope.allows(source.org_code)]

    @property
    def dsn(self) -> str:
        """How the database that this speaks to is reached by a plain connection."""
        url = self.session.get_bind().engine.url
        return url.set(drivername="postgresql").render_as_string(hide_password=False)

    async def feed(self, code: str, scope: Scope) -> IngestFeed:
        """Return a feed by full code or id; raise UnknownFeed."""
        found = await self.one_or_none(select(IngestFeed).where(_named(IngestFeed, code)))
        if found is None or found.removed_at is not None or not scope.allows(found.org_code):
            raise UnknownFeed(code)
        return found

    async def feeds(self, scope: Scope, source: UUID | None = None) -> list[IngestFeed]:
        """Return the feeds (of a source) in their order."""
        query = select(IngestFeed).join(IngestSource, IngestSource.id == IngestFeed.source_id)
        query = query.where(IngestFeed.removed_at.is_(None)).order_by(IngestSource.code, IngestFeed.position)
        if source is not None:
            query = query.where(IngestFeed.source_id == source)
        return [feed for feed in await self.all(query) if scope.allows(feed.org_code)]

    async def source_of(self, feed: IngestFeed) -> IngestSource:
        """Return the source of a feed."""
        return await self.get(IngestSource, feed.source_id)

    async def feed_of(self, batch: IngestBatch) -> IngestFeed:
        """Return the feed of a batch."""
        return await self.get(IngestFeed, batch.feed_id)

    async def all_feeds_of(self, source: UUID) -> list[IngestFeed]:  # unscoped: an import is the platform's own
        """Return every feed of a source, removed ones too."""
        return await self.all(select(IngestFeed).where(IngestFeed.source_id == source))

    async def batch(self, batch_id: UUID, scope: Scope) -> IngestBatch:
        """Return a batch; raise UnknownBatch."""
        found = await self.find(IngestBatch, batch_id)
        if found is None or not scope.allows(found.org_code):
            raise UnknownBatch(batch_id)
        return found

    async def newest(self, feed: UUID, *, done: bool = False) -> IngestBatch | None:  # unscoped: a run's own feed
        """Return a feed's newest batch, or its newest one that ended well."""
        query = select(IngestBatch).where(IngestBatch.feed_id == feed).order_by(IngestBatch.number.desc()).limit(1)
        return await self.one_or_none(query.where(IngestBatch.status.in_(DONE)) if done else query)

    async def landed(self, feed: UUID, after: int = 0) -> list[IngestBatch]:  # unscoped: of a feed read by scope before
        """Return the batches of a feed that put rows of their own into raw, oldest first. after: beyond this number."""
        query = self._landed(feed).where(IngestBatch.number > after)
        return await self.all(query.order_by(IngestBatch.number))

    async def landed_ends(  # unscoped: of a feed read by scope before
        self, feed: UUID, *, at: datetime | None = None, up_to: int | None = None
    ) -> tuple[UUID | None, UUID | None]:
        """Return the newest batch of all rows, and the newest of any, that put rows of their own into raw.

        at: only batches whose read had begun by then. up_to: only those up to this number.
        """
        query = self._landed(feed).with_only_columns(IngestBatch.id).order_by(IngestBatch.number.desc()).limit(1)
        query = query if at is None else query.where(IngestBatch.started_at <= at)
        query = query if up_to is None else query.where(IngestBatch.number <= up_to)
        whole = await self.session.scalar(query.where(IngestBatch.mode == WHOLE_MODE))
        return whole, await self.session.scalar(query)

    @staticmethod
    def _landed(feed: UUID) -> Select[IngestBatch]:  # unscoped: of a feed read by scope before
        query = select(IngestBatch).where(IngestBatch.feed_id == feed, IngestBatch.landed_at.is_not(None))
        return query.where(IngestBatch.raw_batch_id == cast(IngestBatch.id, String))

    async def forget_content(self, feed: UUID) -> None:  # unscoped: of a feed read by scope before
        """Make a feed's batches no reason to skip the next: what they brought is no longer in the lake."""
        unknown: dict[str, None] = {"digest": None, "mapping_digest": None, "stamp": None}
        await self.session.execute(update(IngestBatch).where(IngestBatch.feed_id == feed).values(**unknown))

    async def newest_by_feed(self, scope: Scope) -> list[IngestBatch]:
        """Return the newest batch of each feed that ended well."""
        newest = aliased(IngestBatch, newest_batch(IngestBatch.status.in_(DONE)))
        query = select(newest).select_from(IngestFeed).join(newest, true()).order_by(newest.feed_id)
        return [batch for batch in await self.all(query) if scope.allows(batch.org_code)]

    async def rejections(self, batch: UUID) -> list[IngestRejection]:  # unscoped: of a batch read by scope before
        """Return a batch's reasons, most rows first."""
        query = select(IngestRejection).where(IngestRejection.batch_id == batch)
        return await self.all(query.order_by(IngestRejection.rows.desc(), IngestRejection.reason))

    async def note_data(self, batch: IngestBatch) -> None:  # unscoped: a run's own feed
        """Note on its feed when a batch brought rows that were new, changed or gone."""
        if batch.rows_in + batch.rows_deleted:
            feed = await self.feed_of(batch)
            feed.data_at = batch.finished_at
            # Written as it is: nobody has changed the feed itself.
            flag_modified(feed, "updated_at")

    async def put_rejections(self, batch: UUID, reasons: dict[tuple[str, str], int]) -> None:
        """Keep how many rows were refused, by reason and element, in place of what was kept."""
        await self.session.execute(delete(IngestRejection).where(IngestRejection.batch_id == batch))
        for (reason, element), rows in sorted(reasons.items()):
            self.add(IngestRejection(batch_id=batch, reason=reason, element=element, rows=rows))

    async def put_days(self, batch: IngestBatch, days: Iterable[DayRow], algorithm: str) -> None:
        """Keep a batch's sums by business day, in place of what was kept. algorithm: that of the keys' digests."""
        await self.session.execute(delete(IngestBatchDay).where(IngestBatchDay.batch_id == batch.id))
        # A first batch may tell of every day of a century.
        await copy_rows(self.session, IngestBatchDay.__tablename__, _DAY_COLUMNS, _day_rows(batch, days, algorithm))

    async def runs_of(self, job: str, source: str) -> Sequence[JobRun]:  # unscoped: of a source read by scope before
        """Return the newest runs of a job of a source, and the newest that left a result, newest first."""
        query = select(JobRun).where(JobRun.name == job, JobRun.args["source"].astext == source)
        newest = query.order_by(JobRun.created_at.desc()).limit(1)
        finished = query.where(JobRun.result.is_not(None)).order_by(JobRun.created_at.desc()).limit(1)
        return [*(await self.session.scalars(newest)), *(await self.session.scalars(finished))]

    async def job_run(self, run: UUID) -> JobRun | None:  # unscoped: of a batch read by scope before
        """Return the job run behind a batch."""
        return await self.find(JobRun, run)

    async def due_plans(self, moment: datetime) -> list[IngestPlan]:  # unscoped: the workers' own
        """Return the plans that are due, taken for this transaction; those that another worker has are left out."""
        query = select(IngestPlan).where(IngestPlan.enabled, IngestPlan.next_at <= moment).order_by(IngestPlan.next_at)
        return await self.all(query.with_for_update(skip_locked=True))

    async def runs_still(self, run: UUID | None) -> bool:  # unscoped: of a plan's own run
        """Say whether a job run has not ended."""
        found = await self.find(JobRun, run) if run is not None else None
        return found is not None and found.status not in FINAL

    async def forget_plans(self, source: UUID) -> None:  # unscoped: of a source read by scope before
        """Remove the plans of a source."""
        for plan in await self.all(select(IngestPlan).where(IngestPlan.source_id == source)):
            await self.session.delete(plan)

    async def to_follow(self, job: str) -> list[IngestFeed]:  # unscoped: the workers' own
        """Return the feeds whose source tells its changes, and that stand somewhere, without those that a job follows.

        Taken for this transaction; those that another worker has are left out, and those whose last run failed for a
        reason that does not go away by itself.
        """
        live = exists().where(
            JobRun.name == job, JobRun.args["feed"].astext == IngestFeed.code, JobRun.status.not_in(FINAL)
        )
        told = IngestFeed.mode.in_(KINDS), IngestFeed.high_water.is_not(None), IngestFeed.removed_at.is_(None)
        query = select(IngestFeed).where(*told, ~live).order_by(IngestFeed.code)
        found: list[IngestFeed] = []
        for feed in await self.all(query.with_for_update(skip_locked=True)):
            newest = await self.newest(feed.id)
            failed = newest is not None and newest.status == BatchStatus.FAILED.value
            if not (failed and newest and newest.error_code != SourceUnavailable.code):
                found.append(feed)
        return found

    async def try_lock(self, feed: str) -> bool:  # unscoped: a lock
        """Take the feed for the rest of this transaction; False when another worker has it."""
        key = func.hashtextextended(f"ingest:{feed}", 0)
        return bool(await self.session.scalar(select(func.pg_try_advisory_xact_lock(key))))

    async def to_examine(self, scope: Scope) -> list[IngestBatch]:
        """Return the newest standardised batch of each present feed, without those counted already."""
        newest = aliased(IngestBatch, newest_batch(IngestBatch.status == BatchStatus.STANDARDISED.value))
        counted = exists().where(IngestPreparation.batch_id == newest.id)
        query = select(newest).select_from(IngestFeed).join(newest, true()).order_by(newest.feed_id)
        found = await self.all(query.where(IngestFeed.removed_at.is_(None), ~counted))
        return [batch for batch in found if scope.allows(batch.org_code)]

    async def put_preparation(self, batch: IngestBatch, rows: Sequence[IngestPreparation]) -> None:
        """Keep the counts of a batch in place of its former ones; they are its feed's newest from now on."""
        counted = IngestPreparation
        await self.session.execute(delete(counted).where(counted.batch_id == batch.id))
        former = update(counted).where(counted.feed == batch.feed, counted.newest)
        await self.session.execute(former.values(newest=False))
        self.session.add_all(rows)

    async def preparation_sums(self, scope: Scope, request: PageRequest) -> dict[str, int]:
        """Return the sums of the counts, and how many batches and feeds they are of."""
        counted = IngestPreparation
        whole = ("missing", "filled", "duplicates", "unreadable", "blanked", "quarantined", "outside")
        made = ("mapped", "emptied", "defaulted", "converted")
        columns = {
            "batches": func.count(counted.batch_id.distinct()),
            "feeds": func.count(counted.feed.distinct()),
            "values": func.coalesce(func.sum(counted.rows), 0),
            **{name: func.coalesce(func.sum(getattr(counted, name)), 0) for name in (*whole, *made)},
        }
        query = select(*(column.label(name) for name, column in columns.items()))
        if scope.orgs is not None:
            query = query.where(among(counted.org_code, sorted(scope.orgs)))
        wanted = replace(request, sort=())
        fields = {c.key: Field(getattr(counted, c.key), c.type.python_type) for c in counted.__table__.columns}
        searched = [fields[name].column for name in ("feed", "element", "dataset")]
        row = (await self.session.execute(narrowed(query, wanted, fields, searched))).mappings().one()
        return {str(name): int(value) for name, value in row.items()}

    async def arrivals(self) -> Sequence[tuple[str, str, date, int, int]]:  # unscoped: for quality's own runs
        """Return dataset, institution, day (of China), rows received and rows quarantined of batches that ended well.

        Of a feed read in full only the newest batch counts: it stands for all of the feed's rows.
        """
        counted = (IngestBatch.dataset, IngestBatch.org_code, _DAY)
        sums = func.sum(IngestBatch.rows_in), func.sum(IngestBatch.rows_quarantined)
        rows = await self.session.execute(
            select(*counted, *sums).where(IngestBatch.id.in_(_counting())).group_by(*counted)
        )
        return [(str(d), str(o), when, int(n), int(q)) for d, o, when, n, q in rows]

    async def last_arrivals(self, scope: Scope) -> dict[tuple[str, str], datetime]:
        """Return when the newest batch that ended well began, by institution and dataset."""
        batch = IngestBatch
        query = select(batch.org_code, batch.dataset, func.max(batch.started_at)).where(batch.status.in_(DONE))
        if scope.orgs is not None:
            query = query.where(batch.org_code.in_(sorted(scope.orgs)))
        rows = await self.session.execute(query.group_by(batch.org_code, batch.dataset))
        return {(str(org), str(dataset)): moment for org, dataset, moment in rows}

    async def deliveries(self, scope: Scope) -> list[Delivery]:
        """Return what feeds bring, by dataset and institution."""
        feed, batch = IngestFeed, IngestBatch
        newest = newest_batch(columns=(batch.status,))
        ended = (
            select(
                batch.feed_id,
                func.count().label("arrived"),
                func.min(batch.finished_at).label("first_at"),
                func.max(batch.finished_at).label("last_at"),
            )
            .where(batch.status.in_(DONE))
            .group_by(batch.feed_id)
            .subquery()
        )
        present = feed.removed_at.is_(None)
        query = (
            select(
                feed.dataset,
                feed.org_code,
                func.count().filter(present),
                func.count().filter(present, newest.c.status.in_(STUCK)),
                func.coalesce(func.sum(ended.c.arrived), 0),
                func.min(feed.created_at),
                func.min(ended.c.first_at),
                func.max(ended.c.last_at),
            )
            .select_from(feed)
            .outerjoin(newest, true())
            .outerjoin(ended, ended.c.feed_id == feed.id)
            .group_by(feed.dataset, feed.org_code)
        )
        if scope.orgs is not None:
            query = query.where(feed.org_code.in_(sorted(scope.orgs)))
        return [Delivery(*row) for row in await self.session.execute(query)]

    async def refused(self, org: str, dataset: str) -> list[tuple[str, str, int]]:  # unscoped: of a place seen before
        """Return reason, element and number of the rows refused in the batches that `arrivals` counts."""
        kind = (IngestRejection.reason, IngestRejection.element)
        query = (
            select(*kind, func.sum(IngestRejection.rows))
            .join(IngestBatch, IngestBatch.id == IngestRejection.batch_id)
            .where(IngestBatch.org_code == org, IngestBatch.dataset == dataset, IngestBatch.id.in_(_counting()))
            .group_by(*kind)
        )
        return [(reason, element, int(rows)) for reason, element, rows in await self.session.execute(query)]


_DAY = cast(func.timezone("Asia/Shanghai", IngestBatch.started_at), Date)
"""Day of China on which a batch began."""


def _counting() -> Select[UUID]:  # unscoped: part of queries that are
    """Return the ids of the batches that stand for the rows of their feeds."""
    newest = (
        select(IngestBatch.feed_id, func.max(IngestBatch.number).label("number"))
        .where(IngestBatch.status.in_(DONE))
        .group_by(IngestBatch.feed_id)
        .subquery()
    )
    return (
        select(IngestBatch.id)
        .join(IngestFeed, IngestFeed.id == IngestBatch.feed_id)
        .join(newest, newest.c.feed_id == IngestBatch.feed_id)
        .where(IngestBatch.status.in_(DONE))
        .where((IngestFeed.mode != WHOLE_MODE) | (IngestBatch.number == newest.c.number))
    )


def _named(model: type[IngestSource] | type[IngestFeed], code: str) -> ColumnElement[bool]:
    try:
        return model.id == UUID(code)
    except ValueError:
        return model.code == code


def _day_rows(batch: IngestBatch, days: Iterable[DayRow], algorithm: str) -> Iterator[tuple[object, ...]]:
    whose = (batch.id, batch.number, batch.feed, batch.dataset, batch.org_code, algorithm, now())
    return ((new_id(), *whose, *sums, json.dumps(dict(amounts))) for *sums, amounts in days)
