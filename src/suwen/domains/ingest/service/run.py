"""A run of a feed: capture → land → standardise, each step committed, so that a killed run goes on where it was.

capturing     rows go to files of the batch's own folder; a finished capture has a manifest and is not repeated
landed        the files are in raw, by a lake commit that carries the batch's number and so happens once
standardised  std and quarantine are written, likewise; counts, high-water mark and event in one commit
"""

import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from time import monotonic
from typing import TypeVar
from uuid import UUID

from anyio import to_thread

from suwen.domains.ingest.batchsums import DaySums
from suwen.domains.ingest.capture import Captured
from suwen.domains.ingest.connector import ReadRequest, connector_class
from suwen.domains.ingest.division import Division
from suwen.domains.ingest.errors import FeedBusy, SourceUnavailable
from suwen.domains.ingest.events import BatchFailed, BatchLanded, BatchStandardised
from suwen.domains.ingest.mapping.compiler import CompiledMapping
from suwen.domains.ingest.models import BatchStatus, IngestBatch
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.schemas import BatchResult
from suwen.domains.ingest.service import steps
from suwen.domains.ingest.service.plan import Plan, open_plan
from suwen.domains.ingest.standardise import Outcome
from suwen.domains.ingest.watching.drift.noting import note_columns
from suwen.domains.lake.public import Lake
from suwen.kernel.clock import now
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.durable import is_full
from suwen.kernel.errors import NoRoom, SuwenError
from suwen.kernel.jobs import JobCancelled, JobPaused
from suwen.kernel.logs import get_logger
from suwen.kernel.progress import NullProgress, Progress
from suwen.kernel.settings import Settings

T = TypeVar("T")
Change = Callable[[UnitOfWork, IngestBatch], Awaitable[None]]
_log = get_logger()


@dataclass
class FeedRun:
    """One run of one feed, under a lock that ends with the process."""

    database: Database
    lake: Lake
    settings: Settings
    progress: Progress = field(default_factory=NullProgress)
    job_run_id: UUID | None = None

    async def run(
        self,
        code: str,
        *,
        replay: bool = False,
        only: ReadRequest | None = None,
        anew: bool = False,
        delivered: UUID | None = None,
    ) -> BatchResult:
        """Run a feed and return its batch. Raises FeedBusy, UnknownFeed, or what the source or mapping got wrong.

        replay: make the rows that are in raw standard again, with the mapping of today, and read nothing. only: read
        these rows of a feed of changes, whenever they changed, put them over what is held of them (a repair), and leave
        the feed's high-water mark where it is; nothing counts as deleted for not being among them. anew: read all rows
        of a feed whose source tells its changes, and have these told from then on. delivered: land what an edge node
        has brought as this delivery; raises BehindNode where none is given of a source that only a node reaches.
        """
        async with self.database.unit_of_work() as guard:
            # The lock lasts as long as this transaction, so a killed process gives it back.
            if not await IngestRepository(guard.session).try_lock(code):
                raise FeedBusy(code)
            async with self.database.unit_of_work() as uow:
                plan = await open_plan(
                    uow,
                    self.lake,
                    self.settings,
                    code,
                    replay=replay,
                    only=only,
                    anew=anew,
                    delivery=delivered,
                    job_run_id=self.job_run_id,
                )
            try:
                return await _Steps(self, plan).take()
            except JobPaused:
                # As after a kill: the batch is gone on with when the job is resumed.
                raise
            except JobCancelled:
                await self._failed(plan, "the run was called off", "cancelled")
                raise
            except Exception as error:
                if is_full(error, self.settings.lake.absolute()):
                    told = NoRoom("中心的磁盘已满，腾出空间后继续（the center's disk is full）", feed=code)
                    await self._failed(plan, told.detail, told.code)
                    raise told from error
                if isinstance(error, SuwenError):
                    await self._failed(plan, error.detail, error.code)
                    raise
                # The text of an unexpected error may hold values of a row.
                await self._failed(plan, f"unexpected error: {type(error).__name__}", "internal")
                raise

    async def change(self, plan: Plan, change: Change) -> IngestBatch:
        """Change the batch in a unit of work of its own."""
        async with self.database.unit_of_work() as uow:
            batch = await IngestRepository(uow.session).get(IngestBatch, plan.batch_id)
            await change(uow, batch)
            return batch

    async def _failed(self, plan: Plan, detail: str, code: str) -> None:
        async def fail(uow: UnitOfWork, batch: IngestBatch) -> None:
            batch.status, batch.error, batch.error_code = BatchStatus.FAILED.value, detail, code
            batch.finished_at = now()
            await _note_columns(uow, plan, batch)
            uow.announce(BatchFailed(str(batch.id), plan.source, plan.code, plan.org_code, code))

        await self.change(plan, fail)
        # What was read in pieces is kept for the next run, which goes on with it.
        if plan.landed or not Division.begun(plan.folder):
            await to_thread.run_sync(clean_up, plan)
        _log.warning("batch_failed", feed=plan.code, batch=str(plan.batch_id), code=code)


@dataclass
class _Steps:
    run: FeedRun
    plan: Plan
    seconds: dict[str, float] = field(default_factory=dict[str, float])

    async def take(self) -> BatchResult:
        plan, lake = self.plan, self.run.lake
        captured: Captured | None = None
        if not plan.landed:
            # Before the source is touched: does its stamp say that nothing has changed?
            stamp, mapping = await self._timed("check", lambda: steps.check(plan, lake))
            if mapping is not None:
                return await self._unchanged(stamp, mapping, None)
            captured = await self._timed("capture", lambda: steps.capture_rows(plan, lake, self.run.progress))
            if steps.vanished(plan, captured):
                return await self._held(captured)
            mapping = await to_thread.run_sync(steps.compiled, plan, lake, captured)
            if steps.same_content(plan, captured, mapping):
                return await self._unchanged(stamp, mapping, captured)
            sums = await self._timed("sums", lambda: steps.sum_up(plan, captured))
            raw_batch = await self._timed("land", lambda: steps.land_rows(plan, lake, captured))
            await self._landed(
                captured, raw_batch, stamp, sums, await to_thread.run_sync(steps.oldest_commit, plan, captured)
            )
        else:
            raw_batch = plan.raw_batch_id
            mapping = await to_thread.run_sync(steps.compiled, plan, lake, None)
        refused = captured.refused if captured else plan.refused
        outcome = await self._timed(
            "standardise", lambda: steps.standardise_rows(plan, lake, mapping, raw_batch, refused, self.run.progress)
        )
        return await self._standardised(outcome, mapping, raw_batch)

    async def _timed(self, name: str, step: Callable[[], T]) -> T:
        began = monotonic()
        result = await to_thread.run_sync(step)
        self.seconds[name] = round(monotonic() - began, 3)
        return result

    async def _landed(
        self,
        captured: Captured,
        raw_batch: str,
        stamp: str | None,
        sums: Sequence[DaySums],
        committed_at: datetime | None,
    ) -> None:
        plan = self.plan

        async def landed(uow: UnitOfWork, batch: IngestBatch) -> None:
            batch.status, batch.landed_at, batch.raw_batch_id = BatchStatus.LANDED.value, now(), raw_batch
            batch.rows_in = captured.rows - captured.deleted + captured.refused
            batch.rows_deleted, batch.committed_at = captured.deleted, committed_at
            batch.digest, batch.digest_algorithm = captured.digest, captured.algorithm
            batch.high_water, batch.stamp, batch.steps = captured.high_water, stamp, dict(self.seconds)
            batch.context = {"refused": captured.refused, "definition": plan.feed.model_dump(mode="json")}
            await self._note_position(uow, batch, captured)
            await _note_columns(uow, plan, batch)
            told = ((each.day, each.figures) for each in sums)
            days = ((day, of.rows, of.sum, of.xor, of.amounts) for day, of in told)
            await IngestRepository(uow.session).put_days(batch, days, captured.algorithm)
            uow.announce(BatchLanded(str(batch.id), plan.source, plan.code, plan.org_code, captured.rows))

        await self.run.change(plan, landed)
        await self._confirm(captured)

    async def _note_position(self, uow: UnitOfWork, batch: IngestBatch, captured: Captured) -> None:
        """Note how far the source has told its changes, in the commit that makes them count here."""
        if captured.told:
            feed = await IngestRepository(uow.session).feed_of(batch)
            feed.high_water = batch.high_water = captured.high_water

    async def _confirm(self, captured: Captured) -> None:
        """Let the source forget what is here. That it cannot be told so is no failure: it will be the next time."""
        position = captured.high_water if captured.told else None
        changes = self.plan.changes()
        if changes is None or position is None:
            return
        try:
            await to_thread.run_sync(changes.confirm, position)
        except SourceUnavailable as error:
            _log.warning("position_not_confirmed", feed=self.plan.code, reason=error.detail)

    async def _held(self, captured: Captured) -> BatchResult:
        async def held(_: UnitOfWork, batch: IngestBatch) -> None:
            batch.status, batch.finished_at, batch.steps = BatchStatus.HELD.value, now(), dict(self.seconds)
            batch.context = {"known": captured.known, "seen": captured.seen}
            batch.error = f"of {captured.known} rows {captured.seen} are left at the source"

        batch = await self.run.change(self.plan, held)
        await to_thread.run_sync(clean_up, self.plan)
        return self._result(batch)

    async def _unchanged(self, stamp: str | None, mapping: CompiledMapping, captured: Captured | None) -> BatchResult:
        plan, past = self.plan, self.plan.past

        async def unchanged(uow: UnitOfWork, batch: IngestBatch) -> None:
            batch.status, batch.finished_at, batch.steps = BatchStatus.UNCHANGED.value, now(), dict(self.seconds)
            batch.stamp, batch.mapping_digest = stamp, mapping.digest
            if past is not None:
                batch.raw_batch_id, batch.digest = past.raw_batch_id, past.digest
                batch.context = {"refused": past.refused, "definition": plan.feed.model_dump(mode="json")}
                if plan.whole:
                    batch.rows_in, batch.rows_std = past.rows_in, past.rows_std
                    batch.rows_quarantined = past.rows_quarantined
            if captured is not None and plan.incremental:
                batch.high_water = captured.high_water
            if captured is not None:
                await self._note_position(uow, batch, captured)
                await _note_columns(uow, plan, batch)

        batch = await self.run.change(plan, unchanged)
        if captured is not None:
            await self._confirm(captured)
        await to_thread.run_sync(clean_up, plan)
        return self._result(batch)

    async def _standardised(self, outcome: Outcome, mapping: CompiledMapping, raw_batch: str) -> BatchResult:
        plan = self.plan

        async def standardised(uow: UnitOfWork, batch: IngestBatch) -> None:
            repository = IngestRepository(uow.session)
            done = now()
            batch.status, batch.finished_at = BatchStatus.STANDARDISED.value, done
            batch.rows_in, batch.rows_std = outcome.rows_in, outcome.rows_std
            batch.rows_quarantined, batch.mapping_digest = outcome.rows_quarantined, mapping.digest
            batch.raw_batch_id, batch.steps = raw_batch, {**batch.steps, **self.seconds}
            if not plan.replay:
                batch.latency = (done - (batch.committed_at or batch.started_at)).total_seconds()
                await repository.note_data(batch)
            await repository.put_rejections(batch.id, outcome.reasons)
            feed = await repository.feed_of(batch)
            if plan.feed.capture.told is None:
                feed.high_water = batch.high_water or feed.high_water
            uow.announce(
                BatchStandardised(
                    str(batch.id), plan.source, plan.code, plan.dataset.code, plan.org_code, **_counts(outcome)
                )
            )

        batch = await self.run.change(plan, standardised)
        await to_thread.run_sync(clean_up, plan)
        return self._result(batch)

    def _result(self, batch: IngestBatch) -> BatchResult:
        return BatchResult(
            str(batch.id),
            batch.source,
            batch.feed,
            batch.origin,
            batch.dataset,
            batch.org_code,
            batch.status,
            batch.rows_in,
            batch.rows_std,
            batch.rows_quarantined,
            round(sum(self.seconds.values()), 3),
            batch.digest,
        )


async def _note_columns(uow: UnitOfWork, plan: Plan, batch: IngestBatch) -> None:
    """Note the columns that the source showed, if the run came so far."""
    if plan.seen:
        typed = connector_class(plan.connector).capabilities.typed
        await note_columns(uow, await IngestRepository(uow.session).feed_of(batch), plan.seen, typed=typed)


def clean_up(plan: Plan) -> None:
    """Remove the files of a finished capture, and what a killed run left of the one before."""
    for folder in (plan.folder, plan.leftover):
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _counts(outcome: Outcome) -> dict[str, int]:
    counts = asdict(outcome)
    return {name: counts[name] for name in ("rows_in", "rows_std", "rows_quarantined")}
