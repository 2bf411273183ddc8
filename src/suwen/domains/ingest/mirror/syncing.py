"""Bringing a mirror up: what the batches landed since tell is put in place of what it held of the same keys.

A write is planned and stored, made in the lake as one commit that carries its number, then entered as made. A process
that dies in between leaves the plan, and the next sync repeats it as it was: a commit that was made is left as it is.
"""

from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from anyio import to_thread

from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.mirror.errors import MirrorBusy, MirrorOff
from suwen.domains.ingest.mirror.models import Mirror, MirrorStatus
from suwen.domains.ingest.mirror.repository import MirrorRepository
from suwen.domains.ingest.mirror.schemas import SyncResult
from suwen.domains.ingest.mirror.table import mirror_spec, placed, stored_columns
from suwen.domains.ingest.rawstate import LandedBatch, RawState, changed_keys, changed_rows
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.rowmasks import Rules, column_rules
from suwen.domains.ingest.service.rawstates import landed_batches, state_of, table_of_feed
from suwen.domains.lake.public import CommitTag, Lake, Leaving, WriteResult
from suwen.domains.standards.public import load_catalog
from suwen.kernel.clock import now
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.jobs import JobLost, told_failure
from suwen.kernel.progress import NullProgress, Progress
from suwen.kernel.scope import Scope

EVERYTHING = Scope.everything()


@dataclass(frozen=True)
class SyncPlan:
    """One write of a mirror.

    table: without its layer, in raw and among the mirrors. whole: all rows are written anew, as `state` has them; else
    what the batches after `after` tell of their keys. last: the newest batch that is in it then. write: version of the
    commit. batches: how many it takes in.
    """

    feed: str
    table: str
    rules: Rules
    state: RawState
    whole: bool
    after: str
    last: LandedBatch
    write: int
    batches: int

    def take(self, lake: Lake) -> tuple[WriteResult, int]:
        """Write the mirror; returns what was written and how many rows it has then. Blocks."""
        spec = mirror_spec(self.table, lake.snapshot("raw", self.table).spec.columns, self.rules)
        lake.ensure(spec)
        tag = CommitTag(f"mirror:{self.feed}", self.write)
        if self.whole:
            rows = placed(self.state.rows(*stored_columns(spec)))
            written = lake.replace(spec, rows, commit=tag, params=self.state.params)
        else:
            params = {"after": self.after, "last": self.last.batch_id, "whole": ""}
            keys = lake.select(changed_keys(self.table), scope=EVERYTHING, params=params)
            rows = placed(changed_rows(self.table, stored_columns(spec)))
            written = lake.upsert(spec, rows, tag, params=params, leaving=Leaving("_source_key", keys))
        return written, lake.snapshot(spec).rows


async def plan_sync(uow: UnitOfWork, code: str, *, rebuild: bool) -> SyncPlan | None:
    """Store and return the next write of a mirror; None when it holds all that has landed.

    rebuild: all rows are to be written anew, whatever it holds. Raises UnknownMirror, MirrorOff.
    """
    repository = IngestRepository(uow.session)
    mirror = await MirrorRepository(uow.session).mirror(code, EVERYTHING)
    if not mirror.included:
        raise MirrorOff(mirror.feed)
    feed = await repository.feed(mirror.feed, EVERYTHING)
    new = await landed_batches(repository, feed, mirror.number)
    if mirror.pending is None or rebuild:
        if not (new or (rebuild and mirror.number)):
            mirror.status = (MirrorStatus.SYNCED if mirror.number else MirrorStatus.EMPTY).value
            mirror.error = None
            return None
        whole = rebuild or mirror.number == 0 or any(batch.whole for batch in new)
        mirror.writes += 1
        mirror.pending = {"last": new[-1].number if new else mirror.number, "whole": whole}
    mirror.status, mirror.error = MirrorStatus.RUNNING.value, None
    wanted: dict[str, Any] = mirror.pending
    within = [batch for batch in new if batch.number <= wanted["last"]]
    catalog = await load_catalog(uow)
    return SyncPlan(
        feed=mirror.feed,
        table=table_of_feed(feed),
        rules=column_rules(feed.code, FeedDefinition.model_validate(feed.definition), catalog),
        state=await state_of(repository, feed, up_to=wanted["last"]),
        whole=wanted["whole"],
        after=mirror.batch_id or "",
        last=within[-1] if within else _held(mirror),
        write=mirror.writes,
        batches=len(within),
    )


def _held(mirror: Mirror) -> LandedBatch:
    """Return the newest batch that is in a mirror."""
    return LandedBatch(mirror.batch_id or "", mirror.number, "", mirror.as_of or now())


@dataclass
class MirrorSync:
    """A sync of one mirror, under a lock that ends with the process."""

    database: Database
    lake: Lake
    progress: Progress = field(default_factory=NullProgress)

    async def run(self, code: str, *, rebuild: bool = False) -> SyncResult:
        """Bring a mirror up to the newest batch that has landed, and return what was done.

        rebuild: write all its rows anew first. Raises UnknownMirror, MirrorOff, MirrorBusy.
        """
        async with self.database.unit_of_work() as guard:
            # The lock lasts as long as this transaction, so a killed process gives it back.
            if not await IngestRepository(guard.session).try_lock(f"mirror:{code}"):
                raise MirrorBusy(code)
            try:
                return await self._bring_up(code, rebuild=rebuild)
            except (MirrorOff, JobLost):
                raise
            except Exception as error:
                await self._failed(code, told_failure(error))
                raise

    async def _bring_up(self, code: str, *, rebuild: bool) -> SyncResult:
        done = SyncResult(feed=code)
        while True:
            async with self.database.unit_of_work() as uow:
                plan = await plan_sync(uow, code, rebuild=rebuild)
            if plan is None:
                return done
            self.progress.stage(f"{plan.feed} 镜像{'重建' if plan.whole else '同步'}", plan.batches)
            began = monotonic()
            written, rows = await to_thread.run_sync(plan.take, self.lake)
            seconds = round(monotonic() - began, 3)
            async with self.database.unit_of_work() as uow:
                _enter(await MirrorRepository(uow.session).mirror(code, EVERYTHING), plan, written, rows, seconds)
            done = done.after(plan.last.number, plan.batches, rows, written)
            self.progress.advance(plan.batches)
            rebuild = False

    async def _failed(self, code: str, detail: str) -> None:
        async with self.database.unit_of_work() as uow:
            mirror = await MirrorRepository(uow.session).mirror(code, EVERYTHING)
            mirror.status, mirror.error = MirrorStatus.FAILED.value, detail


def _enter(mirror: Mirror, plan: SyncPlan, written: WriteResult, rows: int, seconds: float) -> None:
    mirror.number, mirror.batch_id, mirror.as_of = plan.last.number, plan.last.batch_id, plan.last.arrived_at
    mirror.pending, mirror.rows = None, rows
    mirror.rows_put, mirror.rows_removed = written.rows, written.rows_removed
    mirror.seconds, mirror.synced_at = seconds, now()
    mirror.status = MirrorStatus.SYNCED.value
