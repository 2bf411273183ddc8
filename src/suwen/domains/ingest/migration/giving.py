"""Codes of a platform given to institutions, or left behind for a reason; institutions accepted and reopened."""

import re
from collections.abc import Sequence
from uuid import UUID

from suwen.domains.ingest.errors import CodeTaken
from suwen.domains.ingest.migration.errors import CodesTaken, InUse, NotProven
from suwen.domains.ingest.migration.making import open_still, wanted_feeds
from suwen.domains.ingest.migration.models import Migration, MigrationPart, PartStatus
from suwen.domains.ingest.migration.repository import MigrationRepository
from suwen.domains.ingest.migration.schemas import PartChange, PartIn
from suwen.domains.ingest.migration.standing import standings
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.standards.public import load_catalog
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Invalid
from suwen.kernel.scope import Scope

LONGEST = 40


async def give(uow: UnitOfWork, scope: Scope, key: UUID, given: Sequence[PartIn]) -> list[MigrationPart]:
    """Give codes to institutions, all of the rows or none.

    Raises UnknownMigration, CodesTaken, CodeTaken for a source that is there, Invalid for an institution outside the
    scope.
    """
    repository = MigrationRepository(uow.session)
    migration = await repository.migration(key, scope)
    await repository.lock(migration.id)
    held = await repository.parts(Scope.everything(), migration.id)
    taken = {code for part in held for code in part.codes}
    made: list[MigrationPart] = []
    for one in given:
        if one.reason is None and not scope.allows(one.org_code):
            raise Invalid("该机构不在数据范围内", received=one.org_code)
        if doubled := taken & set(one.codes):
            raise CodesTaken(doubled)
        taken |= set(one.codes)
        source = None if one.reason is not None else await _free(uow, migration, one)
        part = MigrationPart(
            migration_id=migration.id, migration=migration.title, title=one.title, codes=list(dict.fromkeys(one.codes)),
            org_code=one.org_code or migration.org_code, source=source, until=one.until, reason=one.reason,
        )  # fmt: skip
        uow.session.add(part)
        await uow.session.flush()
        made.append(part)
    return made


async def change(uow: UnitOfWork, scope: Scope, key: UUID, wanted: PartChange) -> MigrationPart:
    """Change codes, day or title of a part; its source follows when it is made again.

    Raises UnknownPart, Settled, CodesTaken.
    """
    repository = MigrationRepository(uow.session)
    part = await repository.part(key, scope)
    if part.reason is None:
        open_still(part)
    await repository.lock(part.migration_id)
    others = await repository.parts(Scope.everything(), part.migration_id)
    if doubled := {code for one in others if one.id != part.id for code in one.codes} & set(wanted.codes):
        raise CodesTaken(doubled)
    part.title, part.codes, part.until = wanted.title, list(dict.fromkeys(wanted.codes)), wanted.until
    await uow.session.flush()
    return part


async def remove(uow: UnitOfWork, scope: Scope, key: UUID) -> None:
    """Take codes from an institution that has nothing yet, or that stays behind. Raises UnknownPart, InUse."""
    repository = MigrationRepository(uow.session)
    part = await repository.part(key, scope)
    if part.source is not None and part.made_at is not None and await repository.present(part.source):
        raise InUse(part.title)
    await uow.session.delete(part)


async def accept(uow: UnitOfWork, scope: Scope, key: UUID, by: str, note: str) -> MigrationPart:
    """Note that an institution's data is taken over, with the figures that prove it; its plans end.

    Raises UnknownPart, Settled, NotProven naming the tables that were not found equal since they were read, or that are
    not as pattern and codes say now.
    """
    repository = MigrationRepository(uow.session)
    part = await repository.part(key, scope)
    open_still(part)
    standing = (await standings(uow, scope, [part]))[0]
    wanted = await wanted_feeds(uow, part, await load_catalog(uow))
    held = {table.own_code: table.feed.definition for table in standing.tables}
    stale = {code: PartStatus.READY.value for code, feed in wanted.items() if held.get(code) != feed}
    if lacking := standing.lacking() | stale:
        raise NotProven(lacking)
    if not standing.tables:
        raise NotProven({str(part.source): "no tables"})
    part.evidence = {
        table.own_code: {
            "there": table.there,
            **{name: table.found(name) for name in ("rows_source", "rows_raw", "rows_std", "rows_quarantined")},
            "check": str(table.check.id) if table.check is not None else None,
            "checked_at": table.checked_at.isoformat() if table.checked_at is not None else None,
        }
        for table in standing.tables
    }
    for plan in await repository.plans(str(part.source)):
        plan.enabled, plan.next_at = False, None
    part.accepted_at, part.accepted_by, part.note = now(), by, note or None
    await uow.session.flush()
    return part


async def reopen(uow: UnitOfWork, scope: Scope, key: UUID) -> MigrationPart:
    """Take an acceptance back; plans stay off until somebody turns them on. Raises UnknownPart."""
    part = await MigrationRepository(uow.session).part(key, scope)
    part.accepted_at = part.accepted_by = part.note = None
    part.evidence = {}
    await uow.session.flush()
    return part


async def _free(uow: UnitOfWork, migration: Migration, wanted: PartIn) -> str:
    """Return the code of a part's source: the one wanted, or one made of the platform's and the institution's."""
    ingest, repository = IngestRepository(uow.session), MigrationRepository(uow.session)
    first = wanted.source or _fitting(migration.source, wanted.codes[0])
    for number in range(1, 1000):
        code = first if number == 1 else f"{first[: LONGEST - 4]}_{number}"
        free = await ingest.source_or_none(code) is None and await repository.of_source(code) is None
        if free:
            return code
        if wanted.source is not None:
            break
    raise CodeTaken(first)


def _fitting(source: str, code: str) -> str:
    return f"{source}_{re.sub(r'[^a-z0-9]+', '_', code.lower()).strip('_')}"[:LONGEST].rstrip("_")
