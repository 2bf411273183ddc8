"""The queries of changed tables on PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from suwen.domains.ingest.watching.drift.models import Drift, DriftStatus
from suwen.kernel.repository import Repository, among

OPEN = DriftStatus.OPEN.value


class DriftRepository(Repository):
    """Columns that are not as feeds knew them."""

    async def open_of(self, feed: UUID) -> list[Drift]:  # unscoped: of a feed read by scope before
        """Return what is open of a feed, oldest first."""
        query = select(Drift).where(Drift.feed_id == feed, Drift.status == OPEN)
        return await self.all(query.order_by(Drift.found_at, Drift.column))

    async def standing(self, feeds: Sequence[UUID]) -> list[Drift]:  # unscoped: of feeds that a rule watches
        """Return what is open of some feeds."""
        return await self.all(select(Drift).where(Drift.status == OPEN, among(Drift.feed_id, feeds)))

    async def taken(self, feed: UUID) -> list[Drift]:  # unscoped: of a feed read by scope before
        """Return what is open of a feed, taken for this transaction."""
        query = select(Drift).where(Drift.feed_id == feed, Drift.status == OPEN)
        return await self.all(query.order_by(Drift.found_at, Drift.column).with_for_update())

    async def of_source(self, source: str) -> list[Drift]:  # unscoped: of a source read by scope before
        """Return all of a source."""
        return await self.all(select(Drift).where(Drift.source == source))
