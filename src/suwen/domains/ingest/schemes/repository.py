"""The queries of schemes on PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, true
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import LateralFromClause

from suwen.domains.ingest.models import IngestBatch, IngestFeed, IngestSource
from suwen.domains.ingest.newest import newest_batch
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
        newest, check = aliased(IngestBatch, newest_batch()), _newest_check()
        query = select(IngestFeed, IngestSource, newest, check.c.status, check.c.started_at)
        query = query.select_from(IngestFeed).join(IngestSource, IngestSource.id == IngestFeed.source_id)
        query = query.outerjoin(newest, true()).outerjoin(check, true())
        query = query.where(IngestFeed.removed_at.is_(None)).order_by(IngestFeed.code)
        if scope.orgs is not None:
            query = query.where(among(IngestFeed.org_code, sorted(scope.orgs)))
        rows = await self._rows()
        return [
            Brought(feed, source, rows.get(feed.id, 0), batch, (status, at) if status else None)
            for feed, source, batch, status, at in await self.session.execute(query)
        ]

    async def _rows(self) -> dict[UUID, int]:  # unscoped: matched to feeds read by scope
        batch = IngestBatch
        own = batch.landed_at.is_not(None), batch.mode.not_in(("replay",))
        query = select(batch.feed_id, func.sum(batch.rows_in)).where(*own).group_by(batch.feed_id)
        return {feed: int(rows) for feed, rows in await self.session.execute(query)}


def _newest_check() -> LateralFromClause:  # unscoped: joined to feeds read by scope
    ended = Check.status.in_((CheckStatus.EQUAL.value, CheckStatus.DIFFERENT.value))
    query = select(Check.status, Check.started_at).where(Check.feed_id == IngestFeed.id, ended)
    return query.order_by(Check.started_at.desc()).limit(1).correlate(IngestFeed).lateral()
