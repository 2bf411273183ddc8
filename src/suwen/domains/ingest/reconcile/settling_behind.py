"""Settling a difference whose source only an edge node reaches: each step asks, and the answer brings on the next.

locate  the node tells the day's keys with their digests; those that differ are kept
read    the rows come in again: a run of a feed read in full, else the rows behind the keys (a repair)
check   a new check, whose end closes the difference or leaves it open with its reason

No job waits for a node. Where a settling stands is committed with the question that it waits for, so that it goes on
from there whatever is killed, and however long the node is out of reach.
"""

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

from anyio import to_thread

from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.errors import FeedBusy
from suwen.domains.ingest.models import IngestFeed, IngestSource
from suwen.domains.ingest.nodes.asking import ask, close
from suwen.domains.ingest.nodes.models import OPEN, DeliveryState, IngestDelivery, Purpose
from suwen.domains.ingest.nodes.ordering import order, wanted_of
from suwen.domains.ingest.nodes.places import clear
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.reconcile.answers import NodeAnswer, locate_answer
from suwen.domains.ingest.reconcile.asking import as_asked, ask_source, call_off, copy_is_here
from suwen.domains.ingest.reconcile.checking import new_check
from suwen.domains.ingest.reconcile.comparing import copy_platform
from suwen.domains.ingest.reconcile.findings import EVERYTHING, count, counted, keep_keys, tell
from suwen.domains.ingest.reconcile.models import Check, CheckStatus, Difference, DifferenceStatus
from suwen.domains.ingest.reconcile.names import CHECK
from suwen.domains.ingest.reconcile.planning import check_folder, plan_check
from suwen.domains.ingest.reconcile.repairing import repaired_chunks
from suwen.domains.ingest.reconcile.repository import CheckRepository
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.run import FeedRun
from suwen.domains.ingest.vault import master_key
from suwen.domains.lake.public import Lake
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.progress import NullProgress, Progress
from suwen.kernel.settings import Settings

LOCATE, READ, RECHECK = "locate", "read", "check"
GIVEN_UP, UNCHECKED = "given_up", "unchecked"


@dataclass
class SettlingBehind:
    """The settling of a difference behind a node, one step or several at a time."""

    database: Database
    lake: Lake
    settings: Settings
    progress: Progress = field(default_factory=NullProgress)
    by: str | None = None

    async def run(self, key: UUID) -> Difference:
        """Take the steps that can be taken now, and return the difference. Raises FeedBusy, SourceUnreadable."""
        steps: dict[str | None, Callable[[Difference], Awaitable[bool]]] = {
            None: self._ask, LOCATE: self._locate, READ: self._read, RECHECK: self._told,
        }  # fmt: skip
        difference = await self._difference(key)
        while difference.status == DifferenceStatus.OPEN.value and await steps[difference.step](difference):
            difference = await self._difference(key)
        return await self._difference(key)

    async def _ask(self, difference: Difference) -> bool:
        """Copy what the platform holds, and ask for the keys of the day."""
        async with self.database.unit_of_work() as guard:
            repository = IngestRepository(guard.session)
            if not await repository.try_lock(difference.feed):
                raise FeedBusy(difference.feed)
            plan = await plan_check(guard, self.lake, self.settings, difference.feed, str(difference.id))
            await to_thread.run_sync(copy_platform, plan, self.lake)
            feed = await repository.feed(difference.feed, EVERYTHING)
            held = await CheckRepository(guard.session).difference(difference.id, EVERYTHING)
            # One that was asked for before and is not wanted any more would be in the way.
            if (before := await NodeRepository(guard.session).about(held.id, Purpose.LOCATE)) is not None:
                held.waits_for = before.id
                await call_off(guard, held)
            asked = await ask_source(guard, plan, feed, Purpose.LOCATE, held.id, day=held.day)
            held.step, held.waits_for, held.reason = LOCATE, asked.id, None
        return False

    async def _locate(self, difference: Difference) -> bool:
        """Keep the keys that the answer brings to light, and have their rows read again."""
        asked = await self._delivery(difference)
        if asked is None or asked.state == DeliveryState.ABANDONED:
            return await self._leave(difference, GIVEN_UP)
        if asked.state in OPEN:
            return False
        if not await to_thread.run_sync(copy_is_here, self.settings, difference.id):
            return await self._leave(difference, None, anew=True)
        async with self.database.unit_of_work() as uow:
            planned = await plan_check(uow, self.lake, self.settings, difference.feed, str(difference.id))
        plan, _ = as_asked(planned, asked)
        try:
            answer = NodeAnswer.of(asked, self.settings)
            found = await to_thread.run_sync(locate_answer, plan, difference.day, answer)
        except Exception:
            await self._leave(difference, GIVEN_UP)
            raise
        async with self.database.unit_of_work() as uow:
            repository = CheckRepository(uow.session)
            held = await repository.difference(difference.id, EVERYTHING)
            await repository.forget_keys(held.id)
            await keep_keys(uow, held, found, master_key(self.settings))
            counts = await count(uow, held)
            closed = await NodeRepository(uow.session).delivery(asked.id, locked=True)
            assert closed is not None
            await close(uow, closed)
            held.step, held.waits_for = READ, None
            await self._order(uow, held, counts)
        await to_thread.run_sync(clear, self.settings, asked.id)
        await to_thread.run_sync(plan.clean_up)
        return True

    async def _order(self, uow: UnitOfWork, held: Difference, counts: dict[str, int]) -> None:
        """Have read again what the keys ask for."""
        feed, source = await _feed_of(uow, held)
        if FeedDefinition.model_validate(feed.definition).capture.mode == "full":
            held.waits_for = (await order(uow, source, feed)).id
        elif counts["missing"] or counts["differing"]:
            held.waits_for = (await self._repair(uow, held, feed, source, 0)).id

    async def _repair(
        self, uow: UnitOfWork, held: Difference, feed: IngestFeed, source: IngestSource, chunk: int
    ) -> IngestDelivery:
        assert source.node_id is not None
        wanted = wanted_of(feed) | {"changing": None, "high_water": None}
        return await ask(uow, feed, source.node_id, Purpose.REPAIR, held.id, wanted=wanted, context={"chunk": chunk})

    async def _read(self, difference: Difference) -> bool:
        """Go on when the rows have landed: with further keys, a replay where std lacks rows, and a new check."""
        read = await self._delivery(difference)
        if difference.waits_for is not None:
            if read is None:
                return await self._leave(difference, GIVEN_UP)
            if read.state == DeliveryState.ABANDONED:
                return await self._anew(difference, read)
            if read.state != DeliveryState.LANDED:
                return False
        if read is not None and read.purpose == Purpose.REPAIR and await self._next_chunk(difference, read):
            return False
        async with self.database.unit_of_work() as uow:
            counts = await counted(uow, difference.id)
        if counts["lost"] or counts["stray"]:
            runs = FeedRun(self.database, self.lake, self.settings, self.progress)
            await runs.run(difference.feed, replay=True)
        async with self.database.unit_of_work() as uow:
            held = await CheckRepository(uow.session).difference(difference.id, EVERYTHING)
            check = await new_check(uow, EVERYTHING, held.feed, self.by)
            check.job_run_id = uow.defer(CHECK, {"feed": held.feed, "check": str(check.id)})
            held.step, held.waits_for = RECHECK, check.id
        return False

    async def _anew(self, difference: Difference, read: IngestDelivery) -> bool:
        """Wait for what was ordered instead of a delivery that was given up, if anything was."""
        async with self.database.unit_of_work() as uow:
            instead = await NodeRepository(uow.session).under_way(read.feed_id)
            if instead is not None and read.purpose == Purpose.BATCH:
                held = await CheckRepository(uow.session).difference(difference.id, EVERYTHING)
                held.waits_for = instead.id
                return False
        return await self._leave(difference, GIVEN_UP)

    async def _next_chunk(self, difference: Difference, read: IngestDelivery) -> bool:
        """Order the next of a repair's keys; False when all were read."""
        chunk = int((read.context or {})["chunk"]) + 1
        async with self.database.unit_of_work() as uow:
            if chunk >= await repaired_chunks(uow, difference.id):
                return False
            held = await CheckRepository(uow.session).difference(difference.id, EVERYTHING)
            feed, source = await _feed_of(uow, held)
            held.waits_for = (await self._repair(uow, held, feed, source, chunk)).id
            return True

    async def _told(self, difference: Difference) -> bool:
        """Note why the difference is open although it was checked anew."""
        async with self.database.unit_of_work() as uow:
            repository = CheckRepository(uow.session)
            held = await repository.difference(difference.id, EVERYTHING)
            check = await repository.find(Check, held.waits_for)
            if check is not None and check.status in (CheckStatus.RUNNING, CheckStatus.WAITING):
                return False
            held.step = held.waits_for = None
            if check is None or check.status == CheckStatus.FAILED:
                held.reason = UNCHECKED
            else:
                feed, _ = await _feed_of(uow, held)
                await tell(uow, held, FeedDefinition.model_validate(feed.definition).capture.mode)
        return False

    async def _leave(self, difference: Difference, reason: str | None, *, anew: bool = False) -> bool:
        """End the settling where it is; anew: and begin with it once more."""
        async with self.database.unit_of_work() as uow:
            held = await CheckRepository(uow.session).difference(difference.id, EVERYTHING)
            await call_off(uow, held)
            held.step, held.waits_for, held.reason = None, None, reason
        await to_thread.run_sync(_clear, self.settings, difference.id)
        return anew

    async def _difference(self, key: UUID) -> Difference:
        async with self.database.unit_of_work() as uow:
            return await CheckRepository(uow.session).difference(key, EVERYTHING)

    async def _delivery(self, difference: Difference) -> IngestDelivery | None:
        if difference.waits_for is None:
            return None
        async with self.database.unit_of_work() as uow:
            return await NodeRepository(uow.session).delivery(difference.waits_for)


async def _feed_of(uow: UnitOfWork, held: Difference) -> tuple[IngestFeed, IngestSource]:
    repository = IngestRepository(uow.session)
    feed = await repository.feed(held.feed, EVERYTHING)
    return feed, await repository.source_of(feed)


def _clear(settings: Settings, key: UUID) -> None:
    shutil.rmtree(check_folder(settings, key), ignore_errors=True)
