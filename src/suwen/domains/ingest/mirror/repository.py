"""The queries of mirrors on PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import String, cast, func, select

from suwen.domains.ingest.mirror.errors import UnknownMirror
from suwen.domains.ingest.mirror.models import Mirror, MirrorSetting, Moment
from suwen.domains.ingest.models import IngestBatch, IngestFeed
from suwen.kernel.repository import Repository
from suwen.kernel.scope import Scope

BEHIND = (
    select(func.count())
    .where(
        IngestBatch.feed_id == Mirror.feed_id,
        IngestBatch.landed_at.is_not(None),
        IngestBatch.raw_batch_id == cast(IngestBatch.id, String),
        IngestBatch.number > Mirror.number,
    )
    .correlate(Mirror)
    .scalar_subquery()
)
"""How many batches have landed that a mirror does not hold yet."""


class MirrorRepository(Repository):
    """Settings and mirrors."""

    async def mirror(self, key: str, scope: Scope) -> Mirror:
        """Return a mirror by its id or its feed's code; raise UnknownMirror."""
        query = select(Mirror).join(IngestFeed, IngestFeed.id == Mirror.feed_id).where(IngestFeed.removed_at.is_(None))
        try:
            query = query.where(Mirror.id == UUID(key))
        except ValueError:
            query = query.where(Mirror.feed == key)
        found = await self.one_or_none(query)
        if found is None or not scope.allows(found.org_code):
            raise UnknownMirror(key)
        return found

    async def setting_of(self, source: UUID) -> MirrorSetting | None:  # unscoped: of a source read by scope before
        """Return how a source is mirrored, None where nobody has said."""
        return await self.one_or_none(select(MirrorSetting).where(MirrorSetting.source_id == source))

    async def of_source(self, source: UUID) -> list[Mirror]:  # unscoped: of a source read by scope before
        """Return the mirrors of a source, those that are switched off or whose feed was removed too."""
        return await self.all(select(Mirror).where(Mirror.source_id == source).order_by(Mirror.feed))

    async def of_feed(self, feed: UUID) -> Mirror | None:  # unscoped: of a feed read by scope before
        """Return the mirror of a feed, None when it has none."""
        return await self.one_or_none(select(Mirror).where(Mirror.feed_id == feed))

    async def present(self, scope: Scope) -> list[tuple[Mirror, int]]:
        """Return the mirrors of the feeds that were not removed, each with how many batches it is behind."""
        query = select(Mirror, BEHIND).join(IngestFeed, IngestFeed.id == Mirror.feed_id)
        found = await self.session.execute(query.where(IngestFeed.removed_at.is_(None)).order_by(Mirror.feed))
        return [(mirror, int(behind)) for mirror, behind in found if scope.allows(mirror.org_code)]

    async def settings_for_the_night(self) -> Sequence[MirrorSetting]:  # unscoped: the platform's own
        """Return the settings whose mirrors are brought up each night; those kept in step too, for what had failed."""
        query = select(MirrorSetting).where(MirrorSetting.enabled, MirrorSetting.moment != Moment.ASKED.value)
        return await self.all(query.order_by(MirrorSetting.source))
