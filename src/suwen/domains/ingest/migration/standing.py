"""How far a migration has come: what the platform has, whose it is, and what of it was read and found equal."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from suwen.domains.ingest.migration.models import Migration, MigrationPart, MigrationTally, PartStatus
from suwen.domains.ingest.migration.repository import MigrationRepository, Read
from suwen.domains.ingest.models import IngestBatch, IngestFeed
from suwen.domains.ingest.reconcile.models import Check, CheckStatus
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope

_WORST = (PartStatus.MADE, PartStatus.DIFFERENT, PartStatus.MOVED, PartStatus.PROVEN)


@dataclass(frozen=True)
class Table:
    """A table of an institution: what the platform had when it was counted, and what its newest check found.

    there: None where the platform was counted without this table. since: when its feed last became another.
    """

    feed: IngestFeed
    there: int | None
    batch: IngestBatch | None
    check: Check | None
    since: datetime | None = None

    @property
    def own_code(self) -> str:
        """The feed's code without its source's."""
        return self.feed.code.partition(".")[2]

    @property
    def status(self) -> PartStatus:
        """Where the table stands; a check counts only for what was read, and for a feed that was made, before it."""
        if self.batch is None:
            return PartStatus.MADE
        read = self.batch.finished_at or self.batch.started_at
        if self.check is None or self.check.started_at < max(read, self.since or read):
            return PartStatus.MOVED
        found = {CheckStatus.EQUAL: PartStatus.PROVEN, CheckStatus.DIFFERENT: PartStatus.DIFFERENT}
        return found.get(CheckStatus(self.check.status), PartStatus.MOVED)

    @property
    def checked_at(self) -> datetime | None:
        """When it was last checked."""
        return self.check.finished_at if self.check is not None else None

    def found(self, name: str) -> int | None:
        """Return a figure of its newest check that ended."""
        ended = self.check is not None and self.check.status in (CheckStatus.EQUAL, CheckStatus.DIFFERENT)
        return getattr(self.check, name) if ended else None


@dataclass(frozen=True)
class Standing:
    """An institution with its tables."""

    part: MigrationPart
    tables: list[Table] = field(default_factory=list[Table])
    there: int = 0

    @property
    def status(self) -> PartStatus:
        """Where it stands: as its worst table does, unless it is settled or not made."""
        if self.part.reason is not None:
            return PartStatus.LEFT
        if self.part.accepted_at is not None:
            return PartStatus.ACCEPTED
        if self.part.made_at is None:
            return PartStatus.READY
        held = {table.status for table in self.tables}
        return next((one for one in _WORST if one in held), PartStatus.MADE)

    def sum(self, name: str) -> int:
        """Return the sum of a figure of the tables' checks."""
        return sum(table.found(name) or 0 for table in self.tables)

    def lacking(self) -> dict[str, str]:
        """Return the tables that are not proven, and where they stand."""
        return {one.own_code: one.status.value for one in self.tables if one.status != PartStatus.PROVEN}


@dataclass(frozen=True)
class Balance:
    """A table of the platform: its rows are an institution's, left behind, or nobody's yet.

    column: that names the institution; None: the table is one for all, read once by the pattern.
    """

    feed: str
    origin: str
    column: str | None
    rows: int
    assigned: int
    left: int

    @property
    def unassigned(self) -> int:
        """How many rows belong to no part."""
        return 0 if self.column is None else self.rows - self.assigned - self.left


@dataclass(frozen=True)
class Overview:
    """A migration with the balance of its tables, its parts, the codes that nobody has yet, the shared tables."""

    migration: Migration
    tables: list[Balance]
    parts: list[Standing]
    unassigned: dict[str, int]
    shared: list[Table]


async def overviews(uow: UnitOfWork, scope: Scope) -> list[Overview]:
    """Return all migrations of the scope's institutions."""
    found = await MigrationRepository(uow.session).migrations(scope)
    return await _overviews(uow, found)


async def overview(uow: UnitOfWork, scope: Scope, key: UUID) -> Overview:
    """Return a migration whole, with the parts of every institution. Raises UnknownMigration."""
    migration = await MigrationRepository(uow.session).migration(key, scope)
    return (await _overviews(uow, [migration]))[0]


async def standings(uow: UnitOfWork, scope: Scope, parts: Sequence[MigrationPart] | None = None) -> list[Standing]:
    """Return the parts of the scope's institutions, or those given, with their tables."""
    repository = MigrationRepository(uow.session)
    held = await repository.parts(scope) if parts is None else parts
    tallies = await repository.tallies(sorted({part.migration_id for part in held}))
    read = await repository.read([str(part.source) for part in held if part.made_at is not None])
    return _standings(held, tallies, read)


async def _overviews(uow: UnitOfWork, migrations: Sequence[Migration]) -> list[Overview]:
    repository = MigrationRepository(uow.session)
    tallies = await repository.tallies([one.id for one in migrations])
    told: list[Overview] = []
    for migration in migrations:
        own = [one for one in tallies if one.migration_id == migration.id]
        parts = await standings(uow, Scope.everything(), await repository.parts(Scope.everything(), migration.id))
        counted = {one.feed: one.rows for one in own if one.column is None}
        pattern = await repository.read([migration.source])
        shared = [Table(f, counted[c], b, k) for _, f, b, k in pattern if (c := f.code.partition(".")[2]) in counted]
        tables, unassigned = _balance(own, [one.part for one in parts])
        told.append(Overview(migration, tables, parts, unassigned, shared))
    return told


def _standings(
    parts: Iterable[MigrationPart], tallies: Iterable[MigrationTally], read: Iterable[Read]
) -> list[Standing]:
    counted: dict[tuple[UUID, str], dict[str, int]] = defaultdict(dict)
    for one in tallies:
        if one.column is not None:
            counted[one.migration_id, one.feed][one.code] = one.rows
    of_source: dict[str, list[Read]] = defaultdict(list)
    for each in read:
        of_source[each[0]].append(each)
    told: list[Standing] = []
    for part in parts:
        codes = set(part.codes)
        there = {
            feed: sum(rows.get(code, 0) for code in codes)
            for (key, feed), rows in counted.items()
            if key == part.migration_id
        }
        tables = [
            Table(feed, there.get(feed.code.partition(".")[2]), batch, check, part.made_at)
            for _, feed, batch, check in of_source.get(str(part.source), [])
        ]
        told.append(Standing(part, tables, sum(there.values())))
    return told


def _balance(tallies: Sequence[MigrationTally], parts: Iterable[MigrationPart]) -> tuple[list[Balance], dict[str, int]]:
    left = {code: part.reason is not None for part in parts for code in part.codes}
    by_feed: dict[str, list[MigrationTally]] = defaultdict(list)
    unassigned: dict[str, int] = defaultdict(int)
    for one in tallies:
        by_feed[one.feed].append(one)
        if one.column is not None and one.rows and one.code not in left:
            unassigned[one.code] += one.rows
    balances = [
        Balance(
            feed=feed,
            origin=rows[0].origin,
            column=rows[0].column,
            rows=sum(one.rows for one in rows),
            assigned=sum(one.rows for one in rows if rows[0].column is not None and left.get(one.code) is False),
            left=sum(one.rows for one in rows if rows[0].column is not None and left.get(one.code) is True),
        )
        for feed, rows in by_feed.items()
    ]
    return balances, dict(unassigned)
