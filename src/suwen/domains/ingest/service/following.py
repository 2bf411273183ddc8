"""Following feeds whose source tells its changes: looked at again and again, run when there is something."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from anyio import sleep, to_thread

from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.errors import FeedBusy, SourceUnavailable, UnknownFeed
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.run import FeedRun
from suwen.domains.ingest.service.sources import changes_of_feed
from suwen.kernel.database import UnitOfWork
from suwen.kernel.jobs import timetable
from suwen.kernel.scope import Scope

FOLLOW, FOLLOW_QUEUE = "ingest.follow_feed", "follow"
SECONDS = 3600.0
"""How long one job follows a feed."""
PAUSE = 0.5
"""Seconds between looks: with a batch's own time they make the way from a commit to std."""
MUCH = 1_000
"""Changes of a batch behind which is looked again at once: as many wait already, and a pause only adds to them."""
LONGEST_PAUSE = 60.0
MOVED_ON = 30.0
"""Seconds after which a source that had nothing for a feed is told so, for it keeps its log until then."""


@dataclass
class Followed:
    """What a job of following did."""

    batches: int = 0
    rows: int = 0


@dataclass
class _Follower:
    run: FeedRun
    feed: str
    told: Followed = field(default_factory=Followed)
    moved_on: float = field(default_factory=monotonic)

    async def look(self) -> int:
        """Run the feed if its source has something for it; returns how many changes were read.

        Raises UnknownFeed when the feed is to be followed no longer.
        """
        async with self.run.database.unit_of_work() as uow:
            repository = IngestRepository(uow.session)
            feed = await repository.feed(self.feed, Scope.everything())
            definition = FeedDefinition.model_validate(feed.definition)
            if not definition.capture.follow or feed.high_water is None:
                raise UnknownFeed(self.feed)
            changes = await changes_of_feed(repository, feed, self.run.settings)
            position = feed.high_water
        if changes is None:
            raise UnknownFeed(self.feed)
        nothing_until = await to_thread.run_sync(changes.waiting, position)
        if nothing_until is None:
            batch = await self.run.run(self.feed)
            self.told.batches += 1
            self.told.rows += batch.rows_in
            return batch.rows_in
        if monotonic() - self.moved_on > MOVED_ON and await self._move_on(position, nothing_until):
            self.moved_on = monotonic()
            await to_thread.run_sync(changes.confirm, nothing_until)
        return 0

    async def _move_on(self, position: str, further: str) -> bool:
        """Note that there is nothing up to a position; False when somebody else has read meanwhile, or is reading."""
        async with self.run.database.unit_of_work() as uow:
            repository = IngestRepository(uow.session)
            if not await repository.try_lock(self.feed):
                return False
            feed = await repository.feed(self.feed, Scope.everything())
            if feed.high_water != position:
                return False
            feed.high_water = further
            return True


async def follow(run: FeedRun, feed: str, check: Callable[[], None], seconds: float = SECONDS) -> Followed:
    """Follow a feed for some time, or until it is no longer to be followed; `check` raises when the work is to stop.

    A source that is away is asked again after ever longer pauses. What else goes wrong is raised: the feed's next run,
    begun by a person, says whether it is mended.
    """
    follower, ends, pause = _Follower(run, feed), monotonic() + seconds, PAUSE
    while monotonic() < ends:
        check()
        try:
            pause = 0.0 if await follower.look() >= MUCH else PAUSE
        except (SourceUnavailable, FeedBusy):
            pause = min(2 * max(pause, PAUSE), LONGEST_PAUSE)
        except UnknownFeed:
            break
        await _paused(pause, check)
    return follower.told


async def _paused(seconds: float, check: Callable[[], None]) -> None:
    ends = monotonic() + seconds
    while (left := ends - monotonic()) > 0:
        check()
        await sleep(min(left, 1.0))


@timetable("ingest.following")
async def begin_following(uow: UnitOfWork) -> int:
    """Queue a job for each feed that is to be followed and that none follows; returns how many."""
    begun = 0
    for feed in await IngestRepository(uow.session).to_follow(FOLLOW):
        if FeedDefinition.model_validate(feed.definition).capture.follow:
            uow.defer(FOLLOW, {"feed": feed.code})
            begun += 1
    return begun
