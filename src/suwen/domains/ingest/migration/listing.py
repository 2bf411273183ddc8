"""Migrations, institutions and tables as rows of lists."""

from typing import cast

from pydantic import BaseModel

from suwen.domains.ingest.migration.errors import InUse
from suwen.domains.ingest.migration.models import Migration, MigrationPart, PartStatus
from suwen.domains.ingest.migration.repository import MigrationRepository
from suwen.domains.ingest.migration.schemas import (
    MigrationChange,
    MigrationIn,
    MigrationReport,
    MigrationRow,
    PartRow,
    PartTableRow,
    PlatformCode,
    PlatformTable,
)
from suwen.domains.ingest.migration.standing import Overview, Standing, Table, overview, overviews, standings
from suwen.domains.ingest.repository import IngestRepository
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Conflict
from suwen.kernel.resource_computed import ComputedSource
from suwen.kernel.scope import Scope

_FIGURES = ("rows_source", "rows_raw", "rows_std", "rows_quarantined")


class Migrations(ComputedSource[MigrationRow]):
    """The migrations of the scope's institutions."""

    scope_column = "org_code"

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> object:
        """Store a migration of a source that is there. Raises UnknownSource, Conflict for a title that is taken."""
        wanted = cast(MigrationIn, data)
        source = await IngestRepository(uow.session).source(wanted.source, scope)
        await _free(uow, wanted.title)
        columns = list(dict.fromkeys(wanted.columns))
        migration = Migration(title=wanted.title, source=source.code, org_code=source.org_code, columns=columns)
        uow.session.add(migration)
        await uow.session.flush()
        return row_of(Overview(migration, [], [], {}, []))

    async def update(self, uow: UnitOfWork, scope: Scope, key: str, data: BaseModel) -> object:
        """Change title and columns; new columns count once the platform is counted again. Raises NotFound, Conflict."""
        change = cast(MigrationChange, data)
        migration = await self._held(uow, scope, key)
        if change.title is not None and change.title != migration.title:
            await _free(uow, change.title)
            migration.title = change.title
            for part in await MigrationRepository(uow.session).parts(Scope.everything(), migration.id):
                part.migration = change.title
        migration.columns = change.columns or migration.columns
        await uow.session.flush()
        return row_of(await overview(uow, scope, migration.id))

    async def delete(self, uow: UnitOfWork, scope: Scope, key: str) -> None:
        """Remove a migration whose sources are removed; what was taken over stays. Raises NotFound, InUse."""
        repository = MigrationRepository(uow.session)
        migration = await self._held(uow, scope, key)
        for part in await repository.parts(Scope.everything(), migration.id):
            if part.made_at is not None and part.source is not None and await repository.present(part.source):
                raise InUse(migration.title)
            await uow.session.delete(part)
        await repository.put_tallies(migration, [])
        await uow.session.flush()
        await uow.session.delete(migration)

    async def _held(self, uow: UnitOfWork, scope: Scope, key: str) -> Migration:
        row = await self.get(uow, scope, key)
        return await MigrationRepository(uow.session).migration(row.id, scope)


async def _free(uow: UnitOfWork, title: str) -> None:
    held = await MigrationRepository(uow.session).migrations(Scope.everything())
    if title in {one.title for one in held}:
        raise Conflict("名称已存在", received=title)


async def migration_rows(uow: UnitOfWork, scope: Scope) -> list[MigrationRow]:
    """Return the migrations of the scope's institutions."""
    return [row_of(one) for one in await overviews(uow, scope)]


async def part_rows(uow: UnitOfWork, scope: Scope) -> list[PartRow]:
    """Return the institutions of all migrations that the scope holds."""
    return [part_row(one) for one in await standings(uow, scope)]


async def table_rows(uow: UnitOfWork, scope: Scope) -> list[PartTableRow]:
    """Return the tables of these institutions."""
    return [_table_row(one.part, table) for one in await standings(uow, scope) for table in one.tables]


def row_of(told: Overview) -> MigrationRow:
    """Return a migration as a row."""
    held = told.migration
    moving = [one for one in told.parts if one.part.reason is None]
    return MigrationRow(
        id=held.id,
        title=held.title,
        source=held.source,
        org_code=held.org_code,
        columns=held.columns,
        tables=len(told.tables),
        rows=sum(one.rows for one in told.tables),
        assigned=sum(one.assigned for one in told.tables),
        left=sum(one.left for one in told.tables),
        unassigned=sum(one.unassigned for one in told.tables),
        institutions=len(moving),
        accepted=sum(one.status == PartStatus.ACCEPTED for one in moving),
        tallied_at=held.tallied_at,
        error=held.error,
    )


def part_row(told: Standing) -> PartRow:
    """Return an institution as a row."""
    standing = {
        "status": told.status.value,
        "tables": len(told.tables),
        "proven": sum(one.status == PartStatus.PROVEN for one in told.tables),
        "there": told.there,
        **{name: told.sum(name) for name in _FIGURES},
    }
    own = {name: getattr(told.part, name) for name in PartRow.model_fields if name not in standing}
    return PartRow.model_validate(own | standing)


def report_of(told: Overview) -> MigrationReport:
    """Return a migration whole."""
    migration = told.migration
    return MigrationReport(
        migration=row_of(told),
        tables=[PlatformTable.model_validate(one) for one in told.tables],
        unassigned=[PlatformCode(code=code, rows=rows) for code, rows in sorted(told.unassigned.items())],
        parts=[part_row(one) for one in told.parts],
        shared=[_shared_row(migration, one) for one in told.shared],
    )


def _table_row(part: MigrationPart, table: Table) -> PartTableRow:
    return _row(table, id=f"{part.id}.{table.own_code}", part_id=part.id, title=part.title, migration=part.migration)


def _shared_row(migration: Migration, table: Table) -> PartTableRow:
    key = f"{migration.id}.{table.own_code}"
    return _row(table, id=key, part_id=migration.id, title=migration.title, migration=migration.title)


def _row(table: Table, **place: object) -> PartTableRow:
    feed, batch = table.feed, table.batch
    return PartTableRow.model_validate(
        {
            **place,
            "org_code": feed.org_code,
            "feed": feed.code,
            "origin": feed.origin,
            "dataset": feed.dataset,
            "status": table.status.value,
            "there": table.there,
            **{name: table.found(name) for name in _FIGURES},
            "read_at": batch.finished_at if batch is not None else None,
            "checked_at": table.checked_at,
        }
    )
