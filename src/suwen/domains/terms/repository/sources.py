"""Where the rows of the room's lists come from."""

from collections.abc import AsyncIterator
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Select, func, select

from suwen.domains.standards.public import value_set_head
from suwen.domains.terms.kinds import KINDS, kind_of
from suwen.domains.terms.models import TermCollection, TermDictionary, TermEntry, TermPolicy
from suwen.domains.terms.repository.dictionaries import DictionaryRepository, seen
from suwen.domains.terms.repository.entries import EntryRepository
from suwen.domains.terms.schemas import SUGGEST
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Forbidden, Invalid, NotFound
from suwen.kernel.repository import Field, Page, PageRequest, narrowed
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.scope import Scope

SHARED = ("dictionary_id", "org_code", "system", "kind")
"""Columns that all entries of a dictionary have in common."""
PERSONAL = tuple(kind.code for kind in KINDS.values() if kind.personal)


class EntrySource(ModelSource[TermEntry]):
    """Entries of all kinds but those that name persons."""

    def __init__(self) -> None:
        super().__init__(TermEntry, scope_column="org_code", search=("search",))

    def query(self, uow: UnitOfWork, scope: Scope) -> Select[TermEntry]:
        """Return entries that name no persons."""
        return super().query(uow, scope).where(TermEntry.kind.not_in(PERSONAL))

    async def list(self, uow: UnitOfWork, scope: Scope, request: PageRequest) -> Page[TermEntry]:
        """Return a page; how many there are the dictionaries tell, unless entries themselves are asked about."""
        if request.q or any(key.partition(".")[0] not in SHARED for key in request.filters):
            return await super().list(uow, scope, request)
        held = TermDictionary
        columns: dict[str, Any] = {
            "dictionary_id": held.id,
            "org_code": held.org_code,
            "system": held.system,
            "kind": held.kind,
        }
        counted = select(func.coalesce(func.sum(held.entries + held.vanished_entries), 0))
        counted = counted.where(held.kind.not_in(PERSONAL), seen(held.org_code, scope))
        fields = {name: Field(column, self.fields()[name].type) for name, column in columns.items()}
        filtered = narrowed(counted, PageRequest(filters=request.filters), fields)
        query = self._narrowed(uow, scope, request).offset(request.offset).limit(request.page_size)
        items = list(await uow.session.scalars(query))
        total = int(await uow.session.scalar(filtered) or 0)
        return Page(items, total, request.page, request.page_size)


class StaffSource(ModelSource[TermEntry]):
    """Entries that name persons; found by code only."""

    def __init__(self) -> None:
        super().__init__(TermEntry, scope_column="org_code", search=("code",))

    def query(self, uow: UnitOfWork, scope: Scope) -> Select[TermEntry]:
        """Return entries that name persons."""
        return super().query(uow, scope).where(TermEntry.kind.in_(PERSONAL))


class DictionarySource(ModelSource[TermDictionary]):
    """Dictionaries; they come by loads, people adjust their title and terminology."""

    def __init__(self) -> None:
        super().__init__(TermDictionary, scope_column="org_code", search=("title", "topic", "system"))

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> object:
        """Refuse: a dictionary comes by a load."""
        raise Forbidden("源端字典由导入或提取产生")

    async def update(self, uow: UnitOfWork, scope: Scope, key: str, data: BaseModel) -> object:
        """Change title or terminology; another terminology has the open entries matched anew."""
        held = await self.get(uow, scope, key)
        before = held.target
        target = getattr(data, "target", None)
        if "target" in data.model_fields_set and target:
            await value_set_head(uow, target)
        if not getattr(data, "title", ""):
            data = data.model_copy()
            data.model_fields_set.discard("title")
        changed = await super().update(uow, scope, key, data)
        if held.target != before:
            await EntryRepository(uow.session).forget_suggestions([held.id])
        return changed


class CollectionSource(ModelSource[TermCollection]):
    """What is to be collected."""

    def __init__(self) -> None:
        super().__init__(TermCollection, scope_column="org_code", search=("system", "note"))

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> object:
        """Store what is owed. Raises UnknownKind, Conflict when it is listed already."""
        kind_of(getattr(data, "kind", ""))
        return await super().create(uow, scope, data)


class PolicySource:
    """One policy for each kind that is mapped, stored once somebody has changed it."""

    scope_column = None

    async def list(self, uow: UnitOfWork, scope: Scope, request: PageRequest) -> Page[Any]:
        """Return the policies that the request lets through; there are a handful."""
        rows = _narrowed(await self._all(uow), request)
        shown = rows[request.offset : request.offset + request.page_size]
        return Page(shown, len(rows), request.page, request.page_size)

    async def get(self, uow: UnitOfWork, scope: Scope, key: str) -> object:
        """Return a kind's policy. Raises NotFound."""
        found = next((row for row in await self._all(uow) if row.kind == key), None)
        if found is None:
            raise NotFound("没有此类别", received=key, allowed=[kind for kind in KINDS if kind not in PERSONAL])
        return found

    async def iterate(self, uow: UnitOfWork, scope: Scope, request: PageRequest) -> AsyncIterator[object]:
        """Yield the policies that the request lets through."""
        for row in _narrowed(await self._all(uow), request):
            yield row

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> object:
        """Refuse: each kind has its policy."""
        raise Forbidden("类别由平台声明")

    async def update(self, uow: UnitOfWork, scope: Scope, key: str, data: BaseModel) -> object:
        """Change a policy; it holds for the whole region, so only who sees all institutions may."""
        if scope.orgs is not None:
            raise Forbidden("标化设置对全区域生效，须有全部机构的数据范围")
        await self.get(uow, scope, key)
        repository = DictionaryRepository(uow.session)
        policy = await repository.policy(key)
        before, stated = policy.target, policy.precision
        values = data.model_dump(exclude_unset=True)
        if target := values.get("target"):
            await value_set_head(uow, target)
        for name, value in values.items():
            setattr(policy, name, value)
        uow.session.add(policy)
        await uow.session.flush()
        if policy.target != before:
            held = await repository.dictionaries(Scope.everything(), [key])
            await EntryRepository(uow.session).forget_suggestions([each.id for each in held if each.target is None])
        if policy.precision != stated:
            uow.defer(SUGGEST, {"kind": key, "again": True})
        return policy

    async def delete(self, uow: UnitOfWork, scope: Scope, key: str) -> None:
        """Refuse: each kind has its policy."""
        raise Forbidden("类别由平台声明")

    async def _all(self, uow: UnitOfWork) -> "list[TermPolicy]":  # unscoped: policies hold for the region
        repository = DictionaryRepository(uow.session)
        return [await repository.policy(kind) for kind in KINDS if kind not in PERSONAL]


def _narrowed(rows: list[TermPolicy], request: PageRequest) -> list[TermPolicy]:
    """Return policies as a request wants them: values as given or absent, searched by kind and target, sorted."""

    def text(row: TermPolicy, name: str) -> str:
        value = getattr(row, name)
        return str(value).lower() if isinstance(value, bool) else str(value or "")

    for key, value in request.filters.items():
        name, _, operator = key.partition(".")
        if operator not in ("", "eq", "in", "null"):
            raise Invalid("此列表不支持该筛选运算", received=operator, allowed=("eq", "in", "null"))
        if operator == "null":
            rows = [row for row in rows if (getattr(row, name) is None) == (value == "true")]
            continue
        wanted = value.split(",") if operator == "in" else [value]
        rows = [row for row in rows if text(row, name) in wanted]
    if request.q:
        rows = [row for row in rows if request.q in row.kind or request.q in (row.target or "")]
    for name in reversed(request.sort):
        rows = sorted(rows, key=lambda row, n=name: text(row, n.removeprefix("-")), reverse=name.startswith("-"))
    return rows
