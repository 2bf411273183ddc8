"""Settling a difference: find its keys, bring them in again the normal way, compare anew.

Every step stands by itself: the ranges left and the keys found are kept after each range, a batch happens once, and
the check at the end closes what is equal. Killed anywhere, the job goes on with the step where it was.

What brings a key in again depends on how the feed reads: a feed read in full is run again, for its batch is its state;
of a feed of changes the keys that are missing or differ are read by a batch of their own (mode `repair`); rows that raw
has and std has not are made standard again by a replay.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from uuid import UUID

from anyio import from_thread, to_thread
from sqlalchemy import and_
from sqlglot import exp

from suwen.domains.ingest.connector import ReadRequest
from suwen.domains.ingest.errors import FeedBusy
from suwen.domains.ingest.pieces import Piece
from suwen.domains.ingest.reconcile.checking import CheckRun, new_check
from suwen.domains.ingest.reconcile.comparing import copy_platform
from suwen.domains.ingest.reconcile.keys import kept_key, located_key
from suwen.domains.ingest.reconcile.locating import LocatedKey, locate
from suwen.domains.ingest.reconcile.models import Check, Difference, DifferenceStatus
from suwen.domains.ingest.reconcile.planning import CheckPlan, plan_check
from suwen.domains.ingest.reconcile.repository import CheckRepository
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.run import FeedRun
from suwen.domains.ingest.vault import master_key
from suwen.domains.lake.public import Lake
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.progress import NullProgress, Progress
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

SETTLE = "ingest.settle_difference"
KINDS = ("missing", "extra", "differing", "lost", "stray")
KEYS_PER_BATCH = 1_000
BLIND = ("timestamp",)
"""Modes of capture that never learn of a row that is gone; all others bring the deletion with their next run."""
EVERYTHING = Scope.everything()


async def request_settling(uow: UnitOfWork, scope: Scope, key: UUID) -> Difference:
    """Queue the settling of a difference; one that goes on is not doubled. Raises UnknownDifference."""
    difference = await CheckRepository(uow.session).difference(key, scope)
    if difference.status == DifferenceStatus.CLOSED.value:
        return difference
    if difference.job_run_id is None or not await IngestRepository(uow.session).runs_still(difference.job_run_id):
        difference.job_run_id = uow.defer(SETTLE, {"feed": difference.feed, "difference": str(key)})
    return difference


@dataclass
class Settling:
    """The settling of one difference."""

    database: Database
    lake: Lake
    settings: Settings
    progress: Progress = field(default_factory=NullProgress)
    by: str | None = None
    job_run_id: UUID | None = None

    async def run(self, key: UUID) -> Difference:
        """Settle a difference and return it: closed, or open with the reason. Raises FeedBusy, SourceUnavailable."""
        difference = await self._difference(key)
        if difference.status == DifferenceStatus.CLOSED.value:
            return difference
        await self._locate(difference)
        counts = await self._counted(key)
        runs = FeedRun(self.database, self.lake, self.settings, self.progress, self.job_run_id)
        plan = await self._plan(difference)
        # Finishes what was interrupted; of a feed read in full this is what brings the keys in again.
        await runs.run(difference.feed)
        if plan.feed.capture.mode != "full" and (counts["missing"] or counts["differing"]):
            for request in await self._requests(plan, key):
                await runs.run(difference.feed, only=request)
        if counts["lost"] or counts["stray"]:
            await runs.run(difference.feed, replay=True)
        check = await self._check(difference)
        await CheckRun(self.database, self.lake, self.settings, self.progress).run(difference.feed, check)
        return await self._told(key, blind=plan.feed.capture.mode in BLIND and counts["extra"] > 0)

    async def _difference(self, key: UUID) -> Difference:
        async with self.database.unit_of_work() as uow:
            return await CheckRepository(uow.session).difference(key, EVERYTHING)

    async def _plan(self, difference: Difference) -> CheckPlan:
        async with self.database.unit_of_work() as uow:
            return await plan_check(uow, self.lake, self.settings, difference.feed, str(difference.id))

    async def _check(self, difference: Difference) -> UUID:
        """Return the check at the end: the one of an earlier attempt that was killed, else a new one."""
        async with self.database.unit_of_work() as uow:
            # A check without a job of its own is of a settling, and there is one at a time of a feed.
            of = and_(Check.feed_id == difference.feed_id, Check.job_run_id.is_(None))
            left = await CheckRepository(uow.session).running(Check, of)
            return (left or await new_check(uow, EVERYTHING, difference.feed, self.by)).id

    async def _locate(self, difference: Difference) -> None:
        if difference.missing is not None and difference.pending is None and not difference.reason:
            return
        key = difference.id
        pending = None if difference.pending is None else [Piece(**piece) for piece in difference.pending]
        if pending is None:
            async with self.database.unit_of_work() as uow:
                await CheckRepository(uow.session).forget_keys(key)
        async with self.database.unit_of_work() as guard:
            if not await IngestRepository(guard.session).try_lock(difference.feed):
                raise FeedBusy(difference.feed)
            plan = await plan_check(guard, self.lake, self.settings, difference.feed, str(key))
            await to_thread.run_sync(copy_platform, plan, self.lake)

        def report(left: Sequence[Piece], found: Sequence[LocatedKey]) -> None:
            from_thread.run(self._keep, key, left, found)

        try:
            await to_thread.run_sync(locate, plan, difference.day, pending, self.progress, report)
        finally:
            await to_thread.run_sync(plan.clean_up)
        await self._count(key)

    async def _keep(self, key: UUID, left: Sequence[Piece], found: Sequence[LocatedKey]) -> None:
        async with self.database.unit_of_work() as uow:
            repository = CheckRepository(uow.session)
            difference = await repository.difference(key, EVERYTHING)
            difference.pending = [asdict(piece) for piece in left]
            master = master_key(self.settings)
            for one in found:
                repository.add(kept_key(difference, one, master))

    async def _count(self, key: UUID) -> None:
        async with self.database.unit_of_work() as uow:
            repository = CheckRepository(uow.session)
            difference = await repository.difference(key, EVERYTHING)
            counts = await repository.key_counts(key)
            difference.missing, difference.differing = counts.get("missing", 0), counts.get("differing", 0)
            difference.lost, difference.pending = counts.get("lost", 0), None
            difference.extra = counts.get("extra", 0) + counts.get("stray", 0)

    async def _counted(self, key: UUID) -> dict[str, int]:
        async with self.database.unit_of_work() as uow:
            counts = await CheckRepository(uow.session).key_counts(key)
            return {kind: counts.get(kind, 0) for kind in KINDS}

    async def _requests(self, plan: CheckPlan, key: UUID) -> list[ReadRequest]:
        async with self.database.unit_of_work() as uow:
            keys = await CheckRepository(uow.session).keys_of(key, ("missing", "differing"))
            master = master_key(self.settings)
            parts = [one.parts for one in (located_key(stored, master) for stored in keys) if one.key is not None]
        chunks = [parts[start : start + KEYS_PER_BATCH] for start in range(0, len(parts), KEYS_PER_BATCH)]
        return [keys_request(plan, chunk) for chunk in chunks]

    async def _told(self, key: UUID, *, blind: bool) -> Difference:
        """Note why a difference is open still; blind: rows are gone at the source, which this capture cannot see."""
        async with self.database.unit_of_work() as uow:
            difference = await CheckRepository(uow.session).difference(key, EVERYTHING)
            if difference.status == DifferenceStatus.OPEN.value:
                difference.reason = "extra" if blind else "unsettled"
            return difference


def keys_request(plan: CheckPlan, keys: Sequence[tuple[str | None, ...]]) -> ReadRequest:
    """Return the request of the feed's rows with these keys (the values of the key's columns)."""
    connector = plan.connected()
    rows = connector.select(ReadRequest(table=plan.feed.table, query=plan.feed.query))
    if rows is None:
        return ReadRequest(table=plan.feed.table)
    columns = [exp.column(exp.to_identifier(name, quoted=True), table="q") for name in plan.feed.key]
    if len(columns) == 1:
        values = [exp.Literal.string(str(parts[0])) for parts in keys]
        wanted: exp.Expr = exp.In(this=columns[0], expressions=values)
    else:
        wanted = exp.or_(*(_equal(columns, parts) for parts in keys))
    return ReadRequest(query=rows.where(wanted).sql(connector.dialect))


def _equal(columns: Sequence[exp.Column], parts: Sequence[str | None]) -> exp.Expr:
    pairs = zip(columns, parts, strict=True)
    return exp.and_(
        *(column.is_(exp.null()) if part is None else column.eq(exp.Literal.string(part)) for column, part in pairs)
    )
