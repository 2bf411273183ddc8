"""Every query of the room: whole tables out of and into the database, and what is kept of backups."""

import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, MetaData, Table, Text, bindparam, column, func, select, table, text
from sqlalchemy.sql.ddl import DDL

from suwen.domains.ops.models import Backup, BackupStatus, Restoration
from suwen.kernel.copying import copy_in, copy_out
from suwen.kernel.repository import Repository

_REVISION = table("alembic_version", column("version_num", Text))
_SEQUENCES = table("pg_sequences", column("schemaname"), column("sequencename"), column("last_value"))


@dataclass(frozen=True)
class TableShape:
    """A table and those of its columns that hold data (none that the database computes)."""

    name: str
    columns: tuple[str, ...]


class StateRepository(Repository):  # unscoped: the whole installation, for who may back it up
    """All tables of the database, its queue's included, as rows to keep and to bring back."""

    async def pin(self) -> None:
        """Have this unit of work see the database as it is now, whatever is committed meanwhile."""
        options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        await self.session.connection(execution_options=options)
        await self.session.execute(select(1))

    async def shapes(self) -> list[TableShape]:
        """Return every table but the revision's, each after those that it refers to."""
        connection = await self.session.connection()
        return [
            TableShape(each.name, tuple(c.name for c in each.columns if c.computed is None))
            for each in await connection.run_sync(_reflected)
        ]

    async def revision(self) -> str:
        """Return the revision of the tables."""
        return (await self.session.scalars(select(_REVISION.c.version_num))).one()

    def rows(self, shape: TableShape) -> AsyncIterator[bytes]:
        """Yield a table's rows in COPY's text format, a piece a row."""
        return copy_out(self.session, shape.name, shape.columns)

    async def sequences(self) -> dict[str, int]:
        """Return the last value that each sequence has given out; one that gave none is left out."""
        query = select(_SEQUENCES.c.sequencename, _SEQUENCES.c.last_value).where(
            _SEQUENCES.c.schemaname == func.current_schema(), _SEQUENCES.c.last_value.is_not(None)
        )
        return {str(name): int(last) for name, last in await self.session.execute(query)}

    async def filled(self) -> list[str]:
        """Return the names of the tables that hold a row."""
        return [
            shape.name
            for shape in await self.shapes()
            if await self.session.scalar(select(1).select_from(table(shape.name)).limit(1)) is not None
        ]

    async def load(self, name: str, columns: Sequence[str], pieces: Iterable[bytes]) -> None:
        """Append rows to a table as they are; its triggers stay silent, for what they would do is among the rows."""
        connection = await self.session.connection()
        place = Table(name, MetaData())
        await connection.execute(DDL("ALTER TABLE %(fullname)s DISABLE TRIGGER USER").against(place))
        await copy_in(self.session, name, columns, pieces)
        await connection.execute(DDL("ALTER TABLE %(fullname)s ENABLE TRIGGER USER").against(place))

    async def set_sequences(self, last: dict[str, int]) -> None:
        """Have each sequence go on after the last value that it has given out."""
        for name, value in last.items():
            await self.session.execute(
                text("SELECT setval(quote_ident(:name)::regclass, :value)").bindparams(
                    bindparam("name", name), bindparam("value", value)
                )
            )

    async def restoration(self, digest: str) -> Restoration | None:
        """Return the note that this database was filled from the backup of that digest."""
        return await self.one_or_none(select(Restoration).where(Restoration.digest == digest))


class BackupRepository(Repository):  # unscoped: a backup belongs to no institution
    """What is kept of backups."""

    async def backup(self, key: uuid.UUID) -> Backup:
        """Return a backup, locked until the end of the unit of work. Raises NotFound."""
        await self.get(Backup, key)
        return (await self.session.scalars(select(Backup).where(Backup.id == key).with_for_update())).one()

    async def daily(self) -> list[Backup]:
        """Return the whole backups that were made day by day, newest first."""
        whole = Backup.status.in_([BackupStatus.WHOLE.value, BackupStatus.BROKEN.value])
        return await self.all(select(Backup).where(Backup.daily, whole).order_by(Backup.started_at.desc()))


def _reflected(connection: Connection) -> list[Table]:
    found = MetaData()
    found.reflect(connection)
    return [each for each in found.sorted_tables if each.name != _REVISION.name]
