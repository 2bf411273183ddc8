"""A new edition of a terminology: what agrees in code and name is carried over, the rest is listed and open again."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from suwen.domains.standards.public import UnknownValueSet, load_value_set, value_set_changes
from suwen.domains.terms.names import JOIN
from suwen.domains.terms.repository.dictionaries import DictionaryRepository
from suwen.domains.terms.repository.renewals import Renewal, RenewalRepository, Term
from suwen.domains.terms.schemas import APPLY, RENEW, SUGGEST
from suwen.domains.terms.service.applying import have_published
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.errors import NotFound
from suwen.kernel.permissions import Principal
from suwen.kernel.progress import Progress
from suwen.kernel.scope import Scope

PORTION = 1000


@dataclass(frozen=True)
class Edition:
    """A terminology as it is in force: code → name, and the codes that the edition before did not have."""

    name: str
    titles: Mapping[str, str]
    added: frozenset[str]
    by_title: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        seen: dict[str, int] = {}
        for title in self.titles.values():
            seen[title] = seen.get(title, 0) + 1
        self.by_title.update({title: code for code, title in self.titles.items() if seen[title] == 1})

    def carries(self, term: Term) -> bool:
        """Say whether a term is in force under the same code and name."""
        return self.titles.get(term[0]) == term[1]

    def follows(self, term: Term) -> tuple[str, Term | None]:
        """Return what became of a term that is not carried over, and the term that the edition has instead, if any."""
        code, name = term
        if code in self.titles:
            return "renamed", (code, self.titles[code])
        if (found := self.by_title.get(name)) is not None:
            return ("recoded" if found in self.added else "merged"), (found, name)
        return "retired", None

    def renewal(self, entry: Any) -> Renewal | None:
        """Return what becomes of a mapped entry; None when all its terms are carried over."""
        terms = list(zip(entry.mapped.split(JOIN), entry.mapped_name.split(JOIN), strict=True))
        if all(self.carries(term) for term in terms):
            return None
        became = [("", term) if self.carries(term) else self.follows(term) for term in terms]
        instead = [term for _, term in became if term is not None]
        whole = len(instead) == len(terms)
        return Renewal(
            entry,
            next(reason for reason, _ in became if reason),
            JOIN.join(code for code, _ in instead) if whole else None,
            JOIN.join(name for _, name in instead) if whole else None,
        )


async def concerns(uow: UnitOfWork, target: str) -> bool:
    """Say whether anything is mapped to a terminology, or is to be."""
    repository = RenewalRepository(uow.session)
    return bool(await repository.mapped_to(target) or await repository.named(target))


async def have_renewed(
    uow: UnitOfWork, target: str, former: int | None = None, version: int | None = None
) -> uuid.UUID:
    """Have the mappings to a terminology looked at again. Raises NotFound when nothing is mapped to it."""
    if not await concerns(uow, target):
        raise NotFound("没有对照到此标准术语集的字典", received=target)
    return uow.defer(RENEW, {"target": target, "former": former, "version": version})


async def renew(
    database: Database,
    progress: Progress,
    requester: Principal | None,
    target: str,
    former: int | None = None,
    version: int | None = None,
) -> dict[str, int]:
    """Carry the mappings to a terminology over to its edition in force; list the rest and open it again.

    former, version: the versions before and after, as an event told them; they only tell new codes from old. What is
    looked at is the edition in force, so it does not matter how many editions came meanwhile. A portion of a
    dictionary is one commit; started again, the rest is done. Then the rows in std lose what is no longer in force.
    """
    async with database.unit_of_work(requester) as uow:
        edition = await _edition(uow, target, former, version)
        repository = RenewalRepository(uow.session)
        lost = {term for term in await repository.named(target) if not edition.carries(term)}
        mapped = await repository.mapped_to(target)
        holding = await repository.holding(target, lost) if lost else []
    keys = sorted({*mapped, *holding})
    progress.stage(f"核对新版 {target}", len(keys))
    sums = {"dictionaries": len(keys), "entries": 0}
    for key in keys:
        while count := await _portion(database, requester, key, target, edition, lost):
            sums["entries"] += count
        progress.advance()
    async with database.unit_of_work(requester) as uow:
        await RenewalRepository(uow.session).forget_answers(mapped)
        await have_published(uow)
        if mapped:
            uow.defer(SUGGEST, {"target": target})
        if sums["entries"]:
            uow.defer(APPLY, {})
    return sums


async def _portion(
    database: Database, requester: Principal | None, key: uuid.UUID, target: str, edition: Edition, lost: set[Term]
) -> int:
    async with database.unit_of_work(requester) as uow:
        repository = RenewalRepository(uow.session)
        dictionaries = DictionaryRepository(uow.session)
        held = await dictionaries.dictionary(key, Scope.everything(), lock=True)
        if held is None:
            return 0
        entries = list(await repository.standing_for(key, target, lost, PORTION)) if lost else []
        if len(entries) < PORTION and await dictionaries.target_of(held) == target:
            entries += await repository.awaiting(key)
        found = _gone(edition, entries)
        if found:
            await repository.bring_back(held, target, edition.name, found)
        return len(found)


def _gone(edition: Edition, entries: Iterable[Any]) -> list[Renewal]:
    found = (edition.renewal(entry) for entry in entries)
    return [each for each in found if each is not None]


async def _edition(uow: UnitOfWork, target: str, former: int | None, version: int | None) -> Edition:
    try:
        living = await load_value_set(uow, target)
    except UnknownValueSet:
        return Edition("", {}, frozenset())
    added: frozenset[str] = frozenset()
    if former is not None and version is not None:
        added = (await value_set_changes(uow, target, former, version)).added
    return Edition(living.edition, {} if living.status == "retired" else living.titles, added)
