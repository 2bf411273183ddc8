"""Every query of the standards room."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, delete, func, or_, select, update

from suwen.domains.standards.definitions import MODELS, Item, Kind
from suwen.domains.standards.dictionary import TABLES
from suwen.domains.standards.models import DictionaryCode, InstalledPack, StandardItem
from suwen.kernel.copying import copy_rows
from suwen.kernel.database import Base, UnitOfWork
from suwen.kernel.repository import Repository
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.scope import Scope

Key = tuple[str, str]
"""Kind and code of an item."""


class LivingItems(ModelSource[StandardItem]):
    """The living items of one kind; standards belong to no institution."""

    def __init__(self, kind: str) -> None:
        super().__init__(StandardItem, search=("code", "title", "title_en", "initials"), default_sort=("code",))
        self.kind = kind

    def query(self, uow: UnitOfWork, scope: Scope) -> Select[StandardItem]:
        """Return the items of this kind that are in force."""
        living = StandardItem.valid_to.is_(None)
        return super().query(uow, scope).where(StandardItem.kind == self.kind, living)


class Former(NamedTuple):
    """The version of an item that is in force."""

    id: UUID
    version: int
    digest: str
    pack: str


class StandardsRepository(Repository):  # unscoped: standards belong to no institution
    """Versions of items, and the dictionary rows of the living ones."""

    async def living(self) -> dict[Key, Former]:
        """Return the versions in force, by kind and code."""
        item = StandardItem
        query = select(item.kind, item.code, item.id, item.version, item.digest, item.pack).where(
            item.valid_to.is_(None)
        )
        return {
            (kind, code): Former(key, version, digest, pack)
            for kind, code, key, version, digest, pack in await self.session.execute(query)
        }

    async def living_count(self) -> int:
        """Return the number of items in force."""
        return await self.count(select(StandardItem).where(StandardItem.valid_to.is_(None)))

    async def pack_digests(self) -> dict[str, str]:
        """Return the digests of the packs as last installed, by code."""
        return {pack.code: pack.digest for pack in await self.all(select(InstalledPack))}

    async def note_packs(self, digests: Mapping[str, str], moment: datetime) -> None:
        """Remember the packs as installed now."""
        for code, digest in digests.items():
            await self.session.merge(InstalledPack(code=code, digest=digest, installed_at=moment))

    async def items(self, kind: Kind, codes: Collection[str] | None = None) -> list[Item]:
        """Return the items of a kind in force, all or those of `codes`."""
        item = StandardItem
        query = select(item.body).where(item.kind == kind, item.valid_to.is_(None)).order_by(item.code)
        if codes is not None:
            query = query.where(item.code.in_(sorted(codes)))
        return [MODELS[kind].model_validate(body) for body in await self.session.scalars(query)]

    async def codes(self, value_set: str, codes: Collection[str]) -> list[DictionaryCode]:
        """Return those of some codes that a living value set has."""
        code = DictionaryCode
        return await self.all(select(code).where(code.value_set == value_set, code.code.in_(sorted(codes))))

    async def search_codes(self, value_set: str, text: str, limit: int) -> list[DictionaryCode]:
        """Return codes of a living value set by part of code, title or pinyin initials, the shortest titles first."""
        code = DictionaryCode
        found = or_(*(column.icontains(text, autoescape=True) for column in (code.code, code.title, code.initials)))
        query = select(code).where(code.value_set == value_set, found)
        return await self.all(query.order_by(func.length(code.title), code.position).limit(limit))

    async def former(self, kind: Kind, item: str) -> list[Item]:
        """Return the versions of an item that are no longer in force, newest first."""
        ended = StandardItem.valid_to.is_not(None)
        query = select(StandardItem.body).where(StandardItem.kind == kind, StandardItem.code == item, ended)
        bodies = await self.session.scalars(query.order_by(StandardItem.version.desc()))
        return [MODELS[kind].model_validate(body) for body in bodies]

    async def end(self, versions: Collection[Former], moment: datetime) -> None:
        """End the versions: what is in force of an item is at most one."""
        ended = StandardItem.id.in_([version.id for version in versions])
        await self.session.execute(update(StandardItem).where(ended).values(valid_to=moment))

    async def clear(self, kind: Kind, codes: Collection[str]) -> None:
        """Remove the dictionary rows of items."""
        for table, owner in TABLES[kind]:
            await self.session.execute(delete(table).where(getattr(table, owner).in_(sorted(codes))))

    async def append(self, rows: Iterable[tuple[type[Base], dict[str, Any]]]) -> None:
        """Write rows of any table by COPY, which takes thousands in the time of a few inserts."""
        by_table: dict[type[Base], list[dict[str, Any]]] = {}
        for table, row in rows:
            by_table.setdefault(table, []).append(row)
        for table, held in by_table.items():
            columns = tuple(held[0])
            values = ([row[column] for column in columns] for row in held)
            await copy_rows(self.session, table.__tablename__, columns, values)
