"""The queries of migrations on PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select, true
from sqlalchemy.orm import aliased

from suwen.domains.ingest.migration.errors import UnknownMigration, UnknownPart
from suwen.domains.ingest.migration.models import Migration, MigrationPart, MigrationTally
from suwen.domains.ingest.models import BatchStatus, IngestBatch, IngestFeed, IngestPlan, IngestSource
from suwen.domains.ingest.newest import newest_batch
from suwen.domains.ingest.reconcile.models import Check
from suwen.kernel.repository import Repository
from suwen.kernel.scope import Scope

READ = (BatchStatus.STANDARDISED, BatchStatus.UNCHANGED)
Read = tuple[str, IngestFeed, IngestBatch | None, Check | None]
"""A source's code, a feed of it, its newest batch that ended well, its newest check."""


class MigrationRepository(Repository):
    """Migrations, what was counted, and the institutions that they are divided into."""

    async def migration(self, key: UUID, scope: Scope) -> Migration:
        """Return a migration. Raises UnknownMigration."""
        found = await self.find(Migration, key)
        if found is None or not scope.allows(found.org_code):
            raise UnknownMigration(key)
        return found

    async def migrations(self, scope: Scope) -> list[Migration]:
        """Return the migrations of the scope's institutions, by title."""
        return [
            one for one in await self.all(select(Migration).order_by(Migration.title)) if scope.allows(one.org_code)
        ]

    async def lock(self, migration: UUID) -> None:  # unscoped: of a migration held
        """Let one unit of work at a time give a migration's codes, so that none is given twice."""
        await self.session.execute(select(Migration.id).where(Migration.id == migration).with_for_update())

    async def part(self, key: UUID, scope: Scope) -> MigrationPart:
        """Return a part of a migration. Raises UnknownPart."""
        found = await self.find(MigrationPart, key)
        if found is None or not scope.allows(found.org_code):
            raise UnknownPart(key)
        return found

    async def parts(self, scope: Scope, migration: UUID | None = None) -> list[MigrationPart]:
        """Return the parts (of a migration) of the scope's institutions, by title."""
        query = select(MigrationPart).order_by(MigrationPart.title, MigrationPart.id)
        query = query if migration is None else query.where(MigrationPart.migration_id == migration)
        return [one for one in await self.all(query) if scope.allows(one.org_code)]

    async def of_source(self, source: str) -> MigrationPart | None:  # unscoped: of a source held
        """Return the part whose source this is, or None."""
        return await self.one_or_none(select(MigrationPart).where(MigrationPart.source == source))

    async def tallies(self, migrations: Sequence[UUID]) -> list[MigrationTally]:  # unscoped: of migrations held
        """Return what was counted in platforms, by feed and code."""
        query = select(MigrationTally).where(MigrationTally.migration_id.in_(migrations))
        return await self.all(query.order_by(MigrationTally.feed, MigrationTally.code))

    async def put_tallies(self, migration: Migration, counted: Sequence[MigrationTally]) -> None:
        """Put what was counted in the place of what had been."""
        await self.session.execute(delete(MigrationTally).where(MigrationTally.migration_id == migration.id))
        self.session.add_all(counted)

    async def read(self, sources: Sequence[str]) -> list[Read]:  # unscoped: of parts read by scope before
        """Return how far the feeds of sources were read and checked, in their order."""
        batch = aliased(IngestBatch, newest_batch(IngestBatch.status.in_(READ)))
        newest = select(Check).where(Check.feed_id == IngestFeed.id).order_by(Check.started_at.desc()).limit(1)
        check = aliased(Check, newest.correlate(IngestFeed).lateral())
        query = (
            select(IngestSource.code, IngestFeed, batch, check)
            .join(IngestFeed, IngestFeed.source_id == IngestSource.id)
            .outerjoin(batch, true())
            .outerjoin(check, true())
            .where(IngestSource.code.in_(sources), IngestFeed.removed_at.is_(None))
            .order_by(IngestSource.code, IngestFeed.position)
        )
        return [(code, feed, read, told) for code, feed, read, told in (await self.session.execute(query)).all()]

    async def plans(self, source: str) -> list[IngestPlan]:  # unscoped: of a part read by scope before
        """Return the plans of a part's source."""
        return await self.all(select(IngestPlan).where(IngestPlan.source == source))

    async def present(self, source: str) -> bool:  # unscoped: of a part read by scope before
        """Say whether a source is there and not removed."""
        found = select(IngestSource.id).where(IngestSource.code == source, IngestSource.removed_at.is_(None))
        return await self.one_or_none(found) is not None
