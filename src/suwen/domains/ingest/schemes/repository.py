"""The queries of schemes on PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from suwen.domains.ingest.models import IngestBatch, IngestFeed, IngestSource
from suwen.domains.ingest.reconcile.models import Check, CheckStatus
from suwen.domains.ingest.schemes.errors import UnknownScheme
from suwen.domains.ingest.schemes.models import IngestScheme
from suwen.kernel.repository import Repository, among
from suwen.kernel.scope import Scope


@dataclass(frozen=True)
class Brought:
    """A feed, the source that it reads, and what it has brought: rows ever, its newest batch, its newest check."""

    feed: IngestFeed
    source: IngestSource
    rows: int
    newest: IngestBatch | None
    check: tuple[str, datetime] | None


class SchemeRepository(Repository):
    """Schemes, and what has come of their systems."""

    async def scheme(self, key: UUID, scope: Scope) -> IngestScheme:
        """Return a scheme; raise UnknownScheme."""
        found = await self.find(IngestScheme, key)
        if found is None or not scope.allows(found.org_code):
            raise UnknownScheme(key)
        return found

    async def schemes(self, scope: Scope) -> list[IngestScheme]:
        """Return the schemes of the scope."""
        query = select(IngestScheme).order_by(IngestScheme.org_code, IngestScheme.system)
        if scope.orgs is not None:
            query = query.where(among(IngestScheme.org_code, sorted(scope.orgs)))
        return await self.all(query)

    async def sources(self, org: str) -> Sequence[IngestSource]:  # unscoped: of a scheme read by scope before
        """Return the present sources of an institution."""
        present = IngestSource.org_code == org, IngestSource.removed_at.is_(None)
        return await self.all(select(IngestSource).where(*present).order_by(IngestSource.code))

    async def brought(self, scope: Scope) -> list[Brought]:
        """Return the present feeds of the scope with what they have brought."""
        query = select(IngestFeed, IngestSource).join(IngestSource, IngestSource.id == IngestFeed.source_id)
        query = query.where(IngestFeed.removed_at.is_(None)).order_by(IngestFeed.code)
        if scope.orgs is not None:
            query = query.where(among(IngestFeed.org_code, sorted(scope.orgs)))
        feeds = (await self.session.execute(query)).all()
        rows, newest, checks = await self._rows(), await self._newest(), await self._checks()
        return [
            Brought(feed, source, rows.get(feed.id, 0), newest.get(feed.id), checks.get(feed.id))
            for feed, source in feeds
        ]

    async def _rows(self) -> dict[UUID, int]:  # unscoped: matched to feeds read by scope
        batch = IngestBatch
        own = batch.landed_at.is_not(None), batch.mode.not_in(("replay",))
        query = select(batch.feed_id, func.sum(batch.rows_in)).where(*own).group_by(batch.feed_id)
        return {feed: int(rows) for feed, rows in await self.session.execute(query)}

    async def _newest(self) -> dict[UUID, IngestBatch]:  # unscoped: matched to feeds read by scope
        query = select(IngestBatch).ext(distinct_on(IngestBatch.feed_id))
        return {
            one.feed_id: one for one in await self.all(query.order_by(IngestBatch.feed_id, IngestBatch.number.desc()))
        }

    async def _checks(self) -> dict[UUID, tuple[str, datetime]]:  # unscoped: matched to feeds read by scope
        query = select(Check.feed_id, Check.status, Check.started_at).ext(distinct_on(Check.feed_id))
        ended = Check.status.in_((CheckStatus.EQUAL.value, CheckStatus.DIFFERENT.value))
        found = await self.session.execute(query.where(ended).order_by(Check.feed_id, Check.started_at.desc()))
        return {feed: (status, at) for feed, status, at in found}
