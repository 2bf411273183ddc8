"""Dictionaries and entries as a caller may touch them."""

import uuid

from suwen.domains.standards.public import retired_codes, terms_of, value_set_head
from suwen.domains.terms.errors import (
    NoTarget,
    RetiredStandardTerm,
    TaskTaken,
    UnknownDictionary,
    UnknownEntry,
    UnknownStandardTerm,
)
from suwen.domains.terms.kinds import KINDS
from suwen.domains.terms.models import TermAcceptance, TermDictionary, TermEntry, TermPolicy
from suwen.domains.terms.repository.dictionaries import DictionaryRepository
from suwen.domains.terms.repository.entries import EntryRepository
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope


async def dictionary_of(uow: UnitOfWork, scope: Scope, key: uuid.UUID, *, lock: bool = False) -> TermDictionary:
    """Return a dictionary whose entries are mapped. Raises UnknownDictionary, also for lists of persons."""
    found = await DictionaryRepository(uow.session).dictionary(key, scope, lock=lock)
    if found is None or KINDS[found.kind].personal:
        raise UnknownDictionary(key)
    return found


async def entry_of(uow: UnitOfWork, scope: Scope, key: uuid.UUID, *, lock: bool = False) -> TermEntry:
    """Return an entry that is mapped. Raises UnknownEntry, also for persons."""
    found = await EntryRepository(uow.session).entry(key, scope, lock=lock)
    if found is None or KINDS[found.kind].personal:
        raise UnknownEntry(key)
    return found


async def target_of(uow: UnitOfWork, held: TermDictionary) -> str:
    """Return the terminology that a dictionary is mapped to. Raises NoTarget."""
    return target_with(held, await DictionaryRepository(uow.session).policy(held.kind))


def target_with(held: TermDictionary, policy: TermPolicy) -> str:
    """Return the terminology of a dictionary: its own, else that of its kind's policy. Raises NoTarget."""
    target = held.target or policy.target
    if not target:
        raise NoTarget("该字典没有指定标准术语集，请先在「标化设置」中指定", received=held.kind)
    return target


async def acceptance_of(uow: UnitOfWork, held: TermDictionary, policy: TermPolicy) -> TermAcceptance | None:
    """Return what the scores of a dictionary's candidates are worth; None when that is of another target or precision.

    Then the candidates are to be made anew first.
    """
    found = await DictionaryRepository(uow.session).acceptance(held)
    fits = found is not None and (found.target, found.precision) == (held.target or policy.target, policy.precision)
    return found if fits else None


async def standard_names(uow: UnitOfWork, target: str, codes: list[str]) -> dict[str, str]:
    """Return code → name of standard terms, in the order given.

    Raises UnknownStandardTerm, or RetiredStandardTerm for codes that only an earlier edition had.
    """
    wanted = list(dict.fromkeys(codes))
    found = await terms_of(uow, target, wanted)
    missing = [code for code in wanted if code not in found]
    if missing:
        retired = await retired_codes(uow, target, missing)
        if retired:
            raise RetiredStandardTerm(target, sorted(retired))
        raise UnknownStandardTerm(target, missing)
    if (await value_set_head(uow, target)).status == "retired":
        raise RetiredStandardTerm(target, wanted)
    return {code: found[code].title for code in wanted}


def check_claim(uow: UnitOfWork, held: TermDictionary) -> None:
    """Raise TaskTaken when the mapping task is somebody else's."""
    me = uow.principal.user_id if uow.principal else None
    if held.claimed_by is not None and held.claimed_by != me:
        raise TaskTaken(held.claimed_name)


def who(uow: UnitOfWork) -> tuple[uuid.UUID | None, str | None]:
    """Return id and name of whoever acts."""
    caller = uow.principal
    return (caller.user_id, caller.display_name or caller.username) if caller else (None, None)
