"""What people decide: tasks, single entries, reviews, batches."""

import uuid

from suwen.domains.standards.public import terms_of
from suwen.domains.terms.errors import AlreadyUndone, EntryChanged, NotAwaitingReview, OwnReview
from suwen.domains.terms.models import State, TermBatch, TermDictionary, TermEntry
from suwen.domains.terms.names import JOIN
from suwen.domains.terms.repository.dictionaries import DictionaryRepository
from suwen.domains.terms.repository.entries import EntryRepository
from suwen.domains.terms.repository.reports import ReportRepository
from suwen.domains.terms.schemas import AcceptIn, AcceptOut, Decision, EntryOut, ReviewIn, UndoOut
from suwen.domains.terms.service.access import check_claim, dictionary_of, entry_of, standard_names, target_of, who
from suwen.domains.terms.service.applying import have_published
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Invalid, NotFound
from suwen.kernel.ids import new_id
from suwen.kernel.scope import Scope

SAMPLE = 50
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
    target = await target_of(uow, held)
    terms: dict[str, str] = {}
    if decision.action == "map":
        if not decision.codes:
            raise Invalid("请至少选择一个标准术语", received=0, allowed="1 至 20 个标准代码")
        terms = await standard_names(uow, target, decision.codes)
    elif decision.codes:
        raise Invalid("此操作不带标准代码", received=decision.action, allowed="map")
    wanted = State.MAPPED if decision.action == "map" else _ACTIONS[decision.action]
    state = wanted
    if wanted in (State.MAPPED, State.NONE) and (await DictionaryRepository(uow.session).policy(held.kind)).review:
        state = State.REVIEW
    await _forget(uow, held, entry)
    before = entry.state
    entry.state = state.value
    entry.mapped, entry.mapped_name = (JOIN.join(terms), JOIN.join(terms.values())) if terms else (None, None)
    entry.note = decision.note
    entry.decided_by, entry.decided_name = who(uow)
    entry.decided_at, entry.reviewed_name, entry.batch_id = now(), None, None
    await _settle(uow, held, entry, before, target, terms)
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
    if said.note is not None or not said.approve:
        entry.note = said.note
    if said.approve:
        entry.state = (State.MAPPED if terms else State.NONE).value
    else:
        entry.state = State.OPEN.value
        entry.mapped = entry.mapped_name = None
    await _settle(uow, held, entry, State.REVIEW.value, target, terms)
    return entry


async def accept(uow: UnitOfWork, scope: Scope, key: uuid.UUID, wish: AcceptIn) -> AcceptOut:
    """Map every open entry whose best answer scores high enough, or say which those are (preview).

    Answers that name codes no longer in force are left out and matched anew. Batches teach the knowledge base nothing:
    nobody looked at each pair.
    """
    held = await dictionary_of(uow, scope, key, lock=not wish.preview)
    check_claim(uow, held)
    target = await target_of(uow, held)
    repository = EntryRepository(uow.session)
    await _leave_out_gone(uow, repository, held, target, wish)
    entries, records, sample = await repository.acceptable(
        held.id, wish.min_score, only_accepted=wish.only_accepted, limit=SAMPLE
    )
    shown = [EntryOut.model_validate(entry) for entry in sample]
    if wish.preview or not entries:
        return AcceptOut(batch_id=None, entries=entries, records=records, sample=shown)
    held.target = target
    batch = repository.add(
        TermBatch(
            id=new_id(),
            dictionary_id=held.id,
            org_code=held.org_code,
            system=held.system,
            kind=held.kind,
            min_score=wish.min_score,
            entries=entries,
            records=records,
            accepted_by=who(uow)[1],
        )
    )
    await uow.session.flush()
    policy = await DictionaryRepository(uow.session).policy(held.kind)
    state = State.REVIEW if policy.review else State.MAPPED
    batch.entries = await repository.accept(held, batch, who(uow), only_accepted=wish.only_accepted, state=state)
    await uow.session.flush()
    await have_published(uow)
    return AcceptOut(batch_id=batch.id, entries=batch.entries, records=records, sample=shown)


async def undo(uow: UnitOfWork, scope: Scope, key: uuid.UUID) -> UndoOut:
    """Open the entries of a batch again; those that somebody has decided on since are kept. Raises AlreadyUndone."""
    repository = EntryRepository(uow.session)
    batch = await repository.batch(key, scope)
    if batch is None:
        raise NotFound("没有此批次", received=str(key))
    held = await dictionary_of(uow, scope, batch.dictionary_id, lock=True)
    check_claim(uow, held)
    if batch.undone_at is not None:
        raise AlreadyUndone("该批次已撤销", received=str(key))
    undone = await repository.undo(held, batch.id)
    batch.undone = undone
    batch.undone_by, batch.undone_at = who(uow)[1], now()
    await uow.session.flush()
    await have_published(uow)
    return UndoOut(undone=undone, kept=batch.entries - undone)


async def _taken(
    uow: UnitOfWork, scope: Scope, key: uuid.UUID, version: int, *, claim_needed: bool = True
) -> tuple[TermEntry, TermDictionary]:
    """Return an entry, held until the commit, with its dictionary."""
    entry = await entry_of(uow, scope, key, lock=True)
    held = await dictionary_of(uow, scope, entry.dictionary_id)
    if claim_needed:
        check_claim(uow, held)
    if entry.version != version:
        raise EntryChanged(entry.decided_name, entry.decided_at, entry.state, entry.version)
    return entry, held


async def _forget(uow: UnitOfWork, held: TermDictionary, entry: TermEntry) -> None:
    """Take back what a decision that is now replaced has taught."""
    if entry.state == State.MAPPED and entry.mapped and entry.batch_id is None and entry.decided_by is not None:
        target = await target_of(uow, held)
        await ReportRepository(uow.session).learn(
            held.kind, target, entry.name, entry.mapped, entry.mapped_name or "", sign=-1
        )


async def _settle(
    uow: UnitOfWork, held: TermDictionary, entry: TermEntry, before: str, target: str, terms: dict[str, str]
) -> None:
    """Store the terms of a mapped entry, count it, and learn from it."""
    repository = EntryRepository(uow.session)
    entry.version += 1
    mapped = entry.state == State.MAPPED
    await repository.put_terms(held, entry, target, terms if mapped else {})
    # What is no longer in the list is not counted, but still stands for something in the data.
    await repository.moved(held, before if entry.present else entry.state, entry.state, entry.records)
    await have_published(uow)
    if mapped and entry.mapped and entry.batch_id is None:
        await ReportRepository(uow.session).learn(held.kind, target, entry.name, entry.mapped, entry.mapped_name or "")


async def _leave_out_gone(
    uow: UnitOfWork, repository: EntryRepository, held: TermDictionary, target: str, wish: AcceptIn
) -> None:
    answers = await repository.top_codes(held.id, wish.min_score, only_accepted=wish.only_accepted)
    codes = {code for answer in answers for code in answer.split(JOIN)}
    gone = codes - set(await terms_of(uow, target, codes)) if codes else set[str]()
    if gone:
        await repository.drop_answers(held.id, [answer for answer in answers if gone & set(answer.split(JOIN))])
