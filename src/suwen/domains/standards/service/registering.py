"""Terms registered one by one: an application adds a code to a value set in force, changes it or takes it out."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import StringConstraints

from suwen.domains.orgs.public import (
    SAME_NAME,
    Content,
    Form,
    Problem,
    RegistryKind,
    Similar,
    Wanted,
    keep,
    registers,
)
from suwen.domains.standards.definitions import Code, ValueSet
from suwen.domains.standards.permissions import PUBLISH
from suwen.domains.standards.repository import StandardsRepository
from suwen.domains.standards.service.installing import LOCAL, bring_item
from suwen.domains.standards.service.looking import living_item
from suwen.kernel.database import UnitOfWork
from suwen.kernel.resources import Column
from suwen.kernel.scope import Scope
from suwen.kernel.words import Words

_SIMILAR = 5
_HAS_CHILDREN = Words("仍有下级术语，请先变更或注销", "terms stand below it; change or cancel them first")
_OWN_PARENT = Words("上级不能是自己", "a term is not above itself")
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class TermIn(Form):
    """A term of a dictionary."""

    value_set: Annotated[Line, Column("术语字典代码", "Value set", help="值域代码，如 GB/T 2261.1")]
    code: Annotated[Line, Column("术语代码", "Code")]
    title: Annotated[Title, Column("术语名称", "Title")]
    title_en: Annotated[Line | None, Column("英文名称", "English title")] = None
    parent: Annotated[Line | None, Column("上级代码", "Parent")] = None


@registers
class Terms(RegistryKind):
    """术语: a code of a value set in force; a batch makes one version of each value set that it touches."""

    code = "term"
    title = "术语"
    title_en = "Term"
    form = TermIn
    keys = ("value_set", "code")
    org_field = None
    name_field = "title"
    review = PUBLISH.code

    async def present(self, uow: UnitOfWork, wanted: Sequence[Wanted]) -> dict[str, Content]:
        """Return the terms in force."""
        found: dict[str, Content] = {}
        for code, value_set in (await _value_sets(uow, wanted)).items():
            for item in value_set.items if value_set else ():
                values = {"title": item.title, "title_en": item.title_en, "parent": item.parent}
                content = {"value_set": code, "code": item.code, **values}
                found[self.target_of(content)] = content
        targets = {one.target for one in wanted}
        return {target: content for target, content in found.items() if target in targets}

    async def problems(self, uow: UnitOfWork, wanted: Sequence[Wanted]) -> list[list[Problem]]:
        """Say what is wrong: no such dictionary, one that is being revised, a parent that is not there or is left."""
        sets = await _value_sets(uow, wanted)
        repository = StandardsRepository(uow.session)
        revised = {code for code in sets if await repository.open_proposal("value_set", code) is not None}
        codes = {code: {item.code for item in one.items} if one else set[str]() for code, one in sets.items()}
        parents = {
            code: {item.parent for item in one.items} if one else set[str | None]() for code, one in sets.items()
        }
        coming = {(_set(one), str(one.content["code"])) for one in wanted if one.operation == "register"}
        found: list[list[Problem]] = []
        for one in wanted:
            mine: list[Problem] = []
            name, parent = _set(one), one.content.get("parent")
            if sets[name] is None:
                mine.append(Problem("value_set", Words(f"没有术语字典 {name}", f"there is no value set {name}")))
            if name in revised:
                mine.append(Problem("value_set", _revised(name)))
            if one.operation == "cancel" and one.content["code"] in parents[name]:
                mine.append(Problem("code", _HAS_CHILDREN))
            if parent and parent == one.content["code"]:
                mine.append(Problem("parent", _OWN_PARENT))
            elif parent and parent not in codes[name] and (name, parent) not in coming:
                mine.append(Problem("parent", Words(f"上级代码 {parent} 不在字典中", f"the value set has no {parent}")))
            found.append(mine)
        return found

    async def similar(self, uow: UnitOfWork, scope: Scope, wanted: Wanted) -> list[Similar]:
        """Return terms of the same name in the same dictionary."""
        title = str(wanted.content.get("title") or "").strip()
        name = _set(wanted)
        value_set = (await _value_sets(uow, [wanted])).get(name)
        if not title or value_set is None or wanted.operation == "cancel":
            return []
        same = [item for item in value_set.items if item.title == title and item.code != wanted.content.get("code")]
        return [Similar(f"{name}/{item.code}", item.title, SAME_NAME) for item in same[:_SIMILAR]]

    async def apply(self, uow: UnitOfWork, wanted: Sequence[Wanted]) -> None:
        """Bring the next version of each dictionary into force."""
        sets = await _value_sets(uow, wanted)
        for name, value_set in sets.items():
            assert value_set is not None
            items = {item.code: item for item in value_set.items}
            for one in (each for each in wanted if _set(each) == name):
                code = str(one.content["code"])
                if one.operation == "cancel":
                    del items[code]
                    continue
                given = {field: one.content[field] for field in ("title", "title_en", "parent") if field in one.content}
                former = items.get(code)
                items[code] = former.model_copy(update=given) if former else Code(code=code, **given)
            await bring_item(uow, value_set.model_copy(update={"items": tuple(items.values())}), LOCAL)
        now_there = await self.present(uow, wanted)
        orgs = {one.target: one.org_code for one in wanted}
        coming: dict[str, Content | None] = {
            one.target: now_there.get(one.target) or {**one.content, "active": False} for one in wanted
        }
        await keep(uow, self, coming, orgs=orgs)


def _revised(name: str) -> Words:
    return Words(f"{name} 正在修订，待其结束后再审", f"{name} is being revised; review this when that has ended")


def _set(wanted: Wanted) -> str:
    return str(wanted.content.get("value_set") or "")


async def _value_sets(uow: UnitOfWork, wanted: Sequence[Wanted]) -> dict[str, ValueSet | None]:
    found: dict[str, ValueSet | None] = {}
    for name in dict.fromkeys(_set(one) for one in wanted):
        living = await living_item(uow, "value_set", name) if name else None
        found[name] = living[0] if living is not None and isinstance(living[0], ValueSet) else None
    return found
