"""A value set as a terminology that other rooms map to: its codes by number, searched, or whole."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import cast

from suwen.domains.standards.definitions import ValueSet
from suwen.domains.standards.errors import UnknownValueSet
from suwen.domains.standards.models import DictionaryCode
from suwen.domains.standards.repository import StandardsRepository
from suwen.kernel.database import UnitOfWork


@dataclass(frozen=True)
class Term:
    """One code of a value set; `parent` is the broader code, `attributes` what it says beside its name."""

    code: str
    title: str
    title_en: str | None
    parent: str | None
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class ValueSetHead:
    """A value set in force without its codes; `size` says how many it has."""

    code: str
    title: str
    edition: str
    status: str
    version: int
    size: int


async def value_set_head(uow: UnitOfWork, code: str) -> ValueSetHead:
    """Return what a value set in force is, however many codes it has. Raises `UnknownValueSet`."""
    rows = await StandardsRepository(uow.session).version_heads("value_set", code)
    row = next((row for row in rows if row.valid_to is None), None)
    if row is None:
        raise UnknownValueSet(code, ())
    return ValueSetHead(row.code, row.title, row.edition, row.status, row.version, row.size)


@dataclass(frozen=True)
class Terminology:
    """A value set in force that has codes, by name."""

    code: str
    title: str
    title_en: str


async def terminologies(uow: UnitOfWork) -> list[Terminology]:
    """Return the value sets that may be mapped to, by code."""
    heads = await StandardsRepository(uow.session).heads("value_set")
    return [Terminology(head.code, head.title, head.title_en) for head in heads if head.size]


async def load_value_set(uow: UnitOfWork, code: str) -> ValueSet:
    """Return a value set in force with all its codes; see `value_set_head`, `terms_of`. Raises `UnknownValueSet`."""
    found = cast("list[ValueSet]", await StandardsRepository(uow.session).items("value_set", [code]))
    if not found:
        raise UnknownValueSet(code, ())
    return found[0]


async def terms_of(uow: UnitOfWork, value_set: str, codes: Collection[str]) -> dict[str, Term]:
    """Return those of some codes that are in force, by code."""
    rows = await StandardsRepository(uow.session).codes(value_set, codes)
    return {row.code: _term(row) for row in rows}


async def search_terms(uow: UnitOfWork, value_set: str, text: str, limit: int = 50) -> list[Term]:
    """Return codes in force by part of code, title or pinyin initials, the shortest titles first."""
    rows = await StandardsRepository(uow.session).search_codes(value_set, text, limit)
    return [_term(row) for row in rows]


def _term(row: DictionaryCode) -> Term:
    return Term(row.code, row.title, row.title_en, row.parent, row.attributes)


async def retired_codes(uow: UnitOfWork, value_set: str, codes: Collection[str]) -> frozenset[str]:
    """Return those of some codes that only earlier versions of the value set had."""
    former = cast("list[ValueSet]", await StandardsRepository(uow.session).former("value_set", value_set))
    known = {code for version in former for code in version.codes}
    return frozenset(known & set(codes)) - frozenset(await terms_of(uow, value_set, codes))
