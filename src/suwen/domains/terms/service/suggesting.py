"""Candidates for entries, made ahead by a job and kept, so that the bench only reads."""

import uuid
from dataclasses import dataclass
from pathlib import Path

from anyio import to_thread

from suwen.domains.standards.public import UnknownValueSet, load_value_set
from suwen.domains.terms.kinds import KINDS
from suwen.domains.terms.matching import Acceptance
from suwen.domains.terms.models import TermAcceptance, TermDictionary
from suwen.domains.terms.repository.dictionaries import DictionaryRepository
from suwen.domains.terms.repository.entries import EntryRepository
from suwen.domains.terms.repository.reports import ReportRepository
from suwen.domains.terms.service.matchers import MATCHERS, in_force
from suwen.domains.terms.service.proposing import Proposer, pairs_for
from suwen.kernel.clock import now
from suwen.kernel.database import Database
from suwen.kernel.ids import new_id
from suwen.kernel.permissions import Principal
from suwen.kernel.progress import Progress
from suwen.kernel.scope import Scope

PORTION = 500


@dataclass(frozen=True)
class Which:
    """The dictionaries whose entries are meant: all within a scope, of one kind or one target, or a single one."""

    scope: Scope
    dictionary: uuid.UUID | None = None
    kind: str | None = None
    target: str | None = None


async def suggest(
    database: Database,
    progress: Progress,
    which: Which,
    *,
    requester: Principal | None = None,
    again: bool = False,
    sentences: Path | None = None,
) -> dict[str, int]:
    """Make candidates for the open entries that have none, and keep what their scores are worth.

    again: for all open entries, as the matcher has learnt since. A dictionary is made anew as a whole in any case when
    its candidates are of another matcher: its scores then all mean the same. Portions are committed one by one.
    sentences: a sentence model for the matcher.
    """
    async with database.unit_of_work(requester) as uow:
        groups = await _groups(DictionaryRepository(uow.session), which, again=again)
    done = 0
    for target, kinds in groups.items():
        async with database.unit_of_work(requester) as uow:
            try:
                standard = await load_value_set(uow, target)
            except UnknownValueSet:
                # Retired since, or its pack is not installed here: nothing to propose from it.
                continue
            pairs = in_force(standard, await ReportRepository(uow.session).pairs(target))
        if not standard.items:
            continue
        learnt = await to_thread.run_sync(MATCHERS.of, standard, pairs, sentences, progress)
        for kind, dictionaries in kinds.items():
            async with database.unit_of_work(requester) as uow:
                repository = DictionaryRepository(uow.session)
                precision = (await repository.policy(kind)).precision
                proposer = await to_thread.run_sync(
                    Proposer.of, KINDS[kind], standard, pairs, learnt.matcher, precision
                )
                worth = await repository.keep_acceptance(
                    _worth_of(kind, target, learnt.fingerprint, proposer.acceptance)
                )
                await uow.session.flush()
                key = worth.id
            count = sum(held.open_entries + held.asked_entries for held in dictionaries)
            progress.stage(f"匹配 {KINDS[kind].title} → {standard.title}", count)
            for held in dictionaries:
                done += await _suggest_one(database, requester, proposer, target, held.id, key, progress, again=again)
    return {"dictionaries": sum(len(held) for kinds in groups.values() for held in kinds.values()), "entries": done}


def _worth_of(kind: str, target: str, matcher: str, chosen: Acceptance) -> TermAcceptance:
    """Return a chosen acceptance as it is kept."""
    reason = "few" if chosen.pairs < pairs_for(kind, chosen.precision) else "unreached"
    return TermAcceptance(
        id=new_id(),
        kind=kind,
        target=target,
        matcher=matcher,
        reason="" if chosen.threshold is not None else reason,
        made_at=now(),
        **{
            name: getattr(chosen, name) for name in ("precision", "threshold", "coverage", "measured", "lower", "pairs")
        },
    )


async def _groups(
    repository: DictionaryRepository, which: Which, *, again: bool
) -> dict[str, dict[str, list[TermDictionary]]]:
    """Return the dictionaries with something to do, by target and kind."""
    if which.dictionary is None:
        chosen = await repository.dictionaries(which.scope, [which.kind] if which.kind else ())
    else:
        found = await repository.dictionary(which.dictionary, which.scope)
        chosen = [found] if found is not None else []
    if not again:
        wanting = await repository.wanting([held.id for held in chosen])
        chosen = [held for held in chosen if held.id in wanting]
    groups: dict[str, dict[str, list[TermDictionary]]] = {}
    for held in chosen:
        target = await repository.target_of(held)
        if target is None or (which.target is not None and target != which.target) or KINDS[held.kind].personal:
            continue
        if held.open_entries or held.asked_entries:
            groups.setdefault(target, {}).setdefault(held.kind, []).append(held)
    return groups


async def _suggest_one(
    database: Database,
    requester: Principal | None,
    proposer: Proposer,
    target: str,
    key: uuid.UUID,
    acceptance: uuid.UUID,
    progress: Progress,
    *,
    again: bool,
) -> int:
    after: uuid.UUID | None = None
    done = 0
    async with database.unit_of_work(requester) as uow:
        held = await DictionaryRepository(uow.session).dictionary(key, Scope.everything(), lock=True)
        if held is not None and held.acceptance_id != acceptance:
            again, held.acceptance_id = True, None
    while True:
        async with database.unit_of_work(requester) as uow:
            repository = EntryRepository(uow.session)
            entries = await repository.to_suggest(key, after, PORTION, again=again)
            if not entries:
                held = await DictionaryRepository(uow.session).dictionary(key, Scope.everything())
                if held is not None:
                    held.suggested_at, held.acceptance_id = now(), acceptance
                return done
            found = await to_thread.run_sync(proposer.propose, entries)
            # Held as by whoever else writes many entries, so that nobody waits for somebody who waits.
            await DictionaryRepository(uow.session).dictionary(key, Scope.everything(), lock=True)
            await repository.put_suggestions(target, found)
        after = entries[-1].id
        done += len(entries)
        progress.advance(len(entries))
