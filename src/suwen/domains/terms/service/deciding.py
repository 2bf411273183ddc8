"""What people decide: tasks, single entries, reviews."""

import uuid

from suwen.domains.terms.errors import EntryChanged, NotAwaitingReview, OwnReview, UnknownEntry
from suwen.domains.terms.models import State, TermDictionary, TermEntry
from suwen.domains.terms.names import JOIN
from suwen.domains.terms.repository.dictionaries import DictionaryRepository
from suwen.domains.terms.repository.entries import EntryRepository
from suwen.domains.terms.repository.reports import ReportRepository
from suwen.domains.terms.schemas_asking import Decision, ReviewIn
from suwen.domains.terms.service.access import (
    check_claim,
    dictionary_of,
    entry_of,
    standard_names,
    target_of,
    target_with,
    who,
)
from suwen.domains.terms.service.applying import have_published
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Invalid
from suwen.kernel.scope import Scope

_ACTIONS = {"none": State.NONE, "ask": State.ASKED, "reopen": State.OPEN}


async def claim(uow: UnitOfWork, scope: Scope, key: uuid.UUID) -> TermDictionary:
    """Make a dictionary the caller's task. Raises TaskTaken while it is another's."""
    held = await dictionary_of(uow, scope, key, lock=True)
    check_claim(uow, held)
    held.claimed_by, held.claimed_name = who(uow)
    held.claimed_at = now()
    await uow.session.flush()
    return held


async def release(uow: UnitOfWork, scope: Scope, key: uuid.UUID, *, force: bool) -> TermDictionary:
    """Give a task back. force: another's task, too. Raises TaskTaken."""
    held = await dictionary_of(uow, scope, key, lock=True)
    if not force:
        check_claim(uow, held)
    held.claimed_by = held.claimed_name = held.claimed_at = None
    await uow.session.flush()
    return held


async def decide(uow: UnitOfWork, scope: Scope, key: uuid.UUID, decision: Decision) -> TermEntry:
    """Record what somebody decides on an entry.

    Raises EntryChanged when the entry is no longer as it was read, TaskTaken, UnknownStandardTerm,
    RetiredStandardTerm.
    """
    entry, held = await _taken(uow, scope, key, decision.version)
    policy = await DictionaryRepository(uow.session).policy(held.kind)
    target = target_with(held, policy)
    terms: dict[str, str] = {}
    if decision.action == "map":
        if not decision.codes:
            raise Invalid("请至少选择一个标准术语", received=0, allowed="1 至 20 个标准代码")
        terms = await standard_names(uow, target, decision.codes)
    elif decision.codes:
        raise Invalid("此操作不带标准代码", received=decision.action, allowed="map")
    wanted = State.MAPPED if decision.action == "map" else _ACTIONS[decision.action]
    state = wanted
    if wanted in (State.MAPPED, State.NONE) and policy.review:
        state = State.REVIEW
    await _forget(uow, held, entry, target)
    before, was = entry.state, entry.mapped
    entry.state = state.value
    entry.mapped, entry.mapped_name = (JOIN.join(terms), JOIN.join(terms.values())) if terms else (None, None)
    entry.note = decision.note
    entry.decided_by, entry.decided_name = who(uow)
    entry.decided_at, entry.reviewed_name, entry.batch_id = now(), None, None
    await _settle(uow, held, entry, (before, was), target, terms)
    return entry


async def review(uow: UnitOfWork, scope: Scope, key: uuid.UUID, said: ReviewIn) -> TermEntry:
    """Have a second person agree or send an entry back. Raises NotAwaitingReview, OwnReview, EntryChanged."""
    entry, held = await _taken(uow, scope, key, said.version, claim_needed=False)
    if entry.state != State.REVIEW:
        raise NotAwaitingReview("条目不在待审核状态", received=entry.state, allowed=[State.REVIEW.value])
    me, name = who(uow)
    if entry.decided_by is not None and entry.decided_by == me:
        raise OwnReview("须由标化人以外的第二人审核")
    codes = entry.mapped.split(JOIN) if entry.mapped else []
    target = await target_of(uow, held)
    terms = await standard_names(uow, target, codes) if codes and said.approve else {}
    entry.reviewed_name = name
    was = entry.mapped
    if said.note is not None or not said.approve:
        entry.note = said.note
    if said.approve:
        entry.state = (State.MAPPED if terms else State.NONE).value
    else:
        entry.state = State.OPEN.value
        entry.mapped = entry.mapped_name = None
    await _settle(uow, held, entry, (State.REVIEW.value, was), target, terms)
    return entry


async def _taken(
    uow: UnitOfWork, scope: Scope, key: uuid.UUID, version: int, *, claim_needed: bool = True
) -> tuple[TermEntry, TermDictionary]:
    """Return an entry with its dictionary, both held until the commit: in this order, as by whoever writes many."""
    repository = EntryRepository(uow.session)
    held = await repository.dictionary_of_entry(key, scope)
    entry = await entry_of(uow, scope, key, lock=True)
    if held is None:
        raise UnknownEntry(key)
    if claim_needed:
        check_claim(uow, held)
    if entry.version != version:
        raise EntryChanged(entry.decided_name, entry.decided_at, entry.state, entry.version)
    return entry, held


async def _forget(uow: UnitOfWork, held: TermDictionary, entry: TermEntry, target: str) -> None:
    """Take back what a decision that is now replaced has taught."""
    if entry.state == State.MAPPED and entry.mapped and entry.batch_id is None and entry.decided_by is not None:
        await ReportRepository(uow.session).learn(
            held.kind, target, entry.name, entry.mapped, entry.mapped_name or "", sign=-1
        )


async def _settle(
    uow: UnitOfWork,
    held: TermDictionary,
    entry: TermEntry,
    before: tuple[str, str | None],
    target: str,
    terms: dict[str, str],
) -> None:
    """Store the terms of an entry whose state and mapping were others before, count it, and learn from it."""
    repository = EntryRepository(uow.session)
    entry.version += 1
    mapped = entry.state == State.MAPPED
    await uow.session.flush()
    if mapped or before[0] == State.MAPPED:
        await repository.put_terms(held, entry, target, terms if mapped else {})
    # What is no longer in the list is not counted, but still stands for something in the data.
    state = State(before[0]) if entry.present else State(entry.state)
    await repository.count_moves(held.id, {(state, entry.state): (1, entry.records)})
    if entry.mapped != before[1]:
        await repository.recheck_name(entry.kind, entry.name_key)
    await have_published(uow)
    if mapped and entry.mapped and entry.batch_id is None:
        await ReportRepository(uow.session).learn(held.kind, target, entry.name, entry.mapped, entry.mapped_name or "")
