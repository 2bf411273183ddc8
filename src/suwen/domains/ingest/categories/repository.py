"""The queries of categories on PostgreSQL."""

from collections.abc import Mapping

from sqlalchemy import func, select, true

from suwen.domains.ingest.categories.models import FeedCategory
from suwen.domains.ingest.models import BatchStatus, IngestBatch, IngestFeed
from suwen.domains.ingest.newest import newest_batch
from suwen.kernel.repository import Repository, among
from suwen.kernel.scope import Scope

STATES: Mapping[str | None, str] = {
    None: "never",
    BatchStatus.CAPTURING.value: "running",
    BatchStatus.LANDED.value: "running",
    BatchStatus.STANDARDISED.value: "succeeded",
    BatchStatus.UNCHANGED.value: "succeeded",
    BatchStatus.FAILED.value: "failed",
    BatchStatus.HELD.value: "held",
}
"""How a feed stands, by the status of its newest batch."""


class CategoryRepository(Repository):
    """Categories, and the states of their feeds."""

    async def categories(self) -> list[FeedCategory]:  # unscoped: the same for all institutions
        """Return all categories in their order."""
        return await self.all(select(FeedCategory).order_by(FeedCategory.position, FeedCategory.code))

    async def named(self, code: str) -> FeedCategory | None:  # unscoped: the same for all institutions
        """Return the category of a code, or None."""
        return await self.one_or_none(select(FeedCategory).where(FeedCategory.code == code))

    async def states(self, scope: Scope) -> dict[str, dict[str, int]]:
        """Return how many present feeds of each category are in each of STATES."""
        last = newest_batch(columns=(IngestBatch.status,))
        query = select(IngestFeed.category, last.c.status, func.count())
        query = query.select_from(IngestFeed).outerjoin(last, true()).group_by(IngestFeed.category, last.c.status)
        query = query.where(IngestFeed.removed_at.is_(None), IngestFeed.category.is_not(None))
        if scope.orgs is not None:
            query = query.where(among(IngestFeed.org_code, sorted(scope.orgs)))
        found: dict[str, dict[str, int]] = {}
        for category, status, count in await self.session.execute(query):
            states = found.setdefault(str(category), {})
            states[STATES[status]] = states.get(STATES[status], 0) + int(count)
        return found

    async def in_use(self, code: str) -> int:  # unscoped: a category is not removed under other institutions' feeds
        """Return how many present feeds have a category."""
        return await self.count(select(IngestFeed).where(IngestFeed.category == code, IngestFeed.removed_at.is_(None)))

    async def forget(self, code: str) -> None:  # unscoped: of feeds that were removed
        """Take a category from the feeds that were removed."""
        for feed in await self.all(select(IngestFeed).where(IngestFeed.category == code)):
            feed.category = None
        # Before the category itself goes, which no object of the session refers to.
        await self.session.flush()
