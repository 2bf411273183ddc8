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

from suwen.domains.ingest.connector import ReadRequest
from suwen.domains.ingest.errors import FeedBusy
from suwen.domains.ingest.pieces import Piece
from suwen.domains.ingest.reconcile.checking import CheckRun, new_check
from suwen.domains.ingest.reconcile.comparing import copy_platform
from suwen.domains.ingest.reconcile.findings import EVERYTHING, count, counted, keep_keys, tell
from suwen.domains.ingest.reconcile.locating import LocatedKey, locate
from suwen.domains.ingest.reconcile.models import Check, Difference, DifferenceStatus
from suwen.domains.ingest.reconcile.names import SETTLE
from suwen.domains.ingest.reconcile.planning import CheckPlan, plan_check
from suwen.domains.ingest.reconcile.repairing import requests
from suwen.domains.ingest.reconcile.repository import CheckRepository
from suwen.domains.ingest.reconcile.settling_behind import SettlingBehind
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.run import FeedRun
from suwen.domains.ingest.vault import master_key
from suwen.domains.lake.public import Lake
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.progress import NullProgress, Progress
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings


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
        """Settle a difference and return it: closed, open with the reason, or waiting for the node of its source.

        Raises FeedBusy, SourceUnavailable.
        """
        difference = await self._difference(key)
        if difference.status == DifferenceStatus.CLOSED.value:
            return difference
        if difference.step is not None or (await self._plan(difference)).node is not None:
            return await SettlingBehind(self.database, self.lake, self.settings, self.progress, self.by).run(key)
        await self._locate(difference)
        async with self.database.unit_of_work() as uow:
            counts = await counted(uow, key)
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
        return await self._told(key, plan.feed.capture.mode)

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
        async with self.database.unit_of_work() as uow:
            await count(uow, await CheckRepository(uow.session).difference(key, EVERYTHING))

    async def _keep(self, key: UUID, left: Sequence[Piece], found: Sequence[LocatedKey]) -> None:
        async with self.database.unit_of_work() as uow:
            difference = await CheckRepository(uow.session).difference(key, EVERYTHING)
            difference.pending = [asdict(piece) for piece in left]
            await keep_keys(uow, difference, found, master_key(self.settings))

    async def _requests(self, plan: CheckPlan, key: UUID) -> list[ReadRequest]:
        rows = ReadRequest(table=plan.feed.table, query=plan.feed.query)
        async with self.database.unit_of_work() as uow:
            return await requests(uow, self.settings, key, plan.connected(), rows, plan.feed.key)

    async def _told(self, key: UUID, mode: str) -> Difference:
        async with self.database.unit_of_work() as uow:
            difference = await CheckRepository(uow.session).difference(key, EVERYTHING)
            await tell(uow, difference, mode)
            return difference
