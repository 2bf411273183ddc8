"""Candidates for entries, made ahead by a job and kept, so that the bench only reads."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from anyio import to_thread

from suwen.domains.standards.public import Code, ValueSet, load_value_set
from suwen.domains.terms.kinds import KINDS, Kind
from suwen.domains.terms.matching import Answer, Candidate, LearntPair, Matcher, StandardTerm
from suwen.domains.terms.models import TermDictionary, TermPair
from suwen.domains.terms.names import JOIN, name_key
from suwen.domains.terms.parts import PartCompared, compare_parts, parts_of
from suwen.domains.terms.repository.dictionaries import DictionaryRepository
from suwen.domains.terms.repository.entries import EntryRepository, Suggested
from suwen.domains.terms.repository.reports import ReportRepository
from suwen.kernel.clock import now
from suwen.kernel.database import Database
from suwen.kernel.permissions import Principal
from suwen.kernel.progress import Progress
from suwen.kernel.scope import Scope

TOP = 10
PORTION = 500
SEVERAL = frozenset({"diagnosis"})
"""Kinds of which one entry often means several standard terms."""
CONTRADICTION = 0.5
"""What is left of a score when a part speaks against it."""


@dataclass(frozen=True)
class Proposer:
    """Matcher, learnt pairs and standard names of one terminology; `parts` of a code are read when first asked for."""

    kind: Kind
    matcher: Matcher
    learnt: Mapping[str, Sequence[TermPair]]
    by_key: Mapping[str, Sequence[tuple[str, str]]]
    codes: Mapping[str, Code]
    parts: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])

    @classmethod
    def of(cls, kind: Kind, standard: ValueSet, pairs: Sequence[TermPair], progress: Progress) -> "Proposer":
        """Build a proposer; takes seconds for ten thousands of names."""
        terms = [StandardTerm(item.code, item.title) for item in standard.items]
        # What was learnt of an earlier edition's terms is kept, but proposes nothing that is no longer in force.
        titles = standard.titles
        pairs = [
            pair
            for pair in pairs
            if all(
                titles.get(code) == name
                for code, name in zip(pair.standard_codes.split(JOIN), pair.standard_names.split(JOIN), strict=True)
            )
        ]
        learn = [LearntPair(pair.name, tuple(pair.standard_names.split(JOIN))) for pair in pairs]
        learnt: dict[str, list[TermPair]] = {}
        for pair in pairs:
            learnt.setdefault(pair.name_key, []).append(pair)
        by_key: dict[str, list[tuple[str, str]]] = {}
        for item in standard.items:
            by_key.setdefault(name_key(item.title), []).append((item.code, item.title))
        codes = {item.code: item for item in standard.items}
        return cls(kind, Matcher.build(terms, learn, progress=progress), learnt, by_key, codes)

    def propose(self, entries: Sequence[Any]) -> list[Suggested]:
        """Return candidates for entries (id, name, parts), best first."""
        several = self.kind.code in SEVERAL
        answers = self.matcher.match([entry.name for entry in entries], top=TOP, multi=several)
        return [self._one(entry, answer) for entry, answer in zip(entries, answers, strict=True)]

    def _one(self, entry: Any, answer: Answer) -> Suggested:
        ours = parts_of(self.kind, entry.name, entry.parts)
        found = [each for candidate in answer.candidates for each in self._under_name(ours, candidate)]
        known = self._known(ours, entry.name)
        codes = {candidate["code"] for candidate in known}
        found = [*known, *(candidate for candidate in found if candidate["code"] not in codes)]
        found.sort(key=lambda candidate: (-candidate["score"], -_agreeing(candidate["parts"])))
        if not found:
            return Suggested(entry.id, [], None, None, 0.0, automatic=False)
        taken = [candidate for candidate in found if candidate["accepted"]] if not known else found[:1]
        if len(taken) < 2:
            best = found[0]
            sure = bool(best["accepted"])
            if not known:
                sure = sure and answer.automatic and best["code"] in answer.candidates[0].codes
            return Suggested(entry.id, found[:TOP], best["code"], best["name"], best["score"], automatic=sure)
        # Several terms together are the answer, and the confidence is that of the whole.
        score = min(answer.confidence, *(candidate["score"] for candidate in taken))
        return Suggested(
            entry.id,
            found[:TOP],
            JOIN.join(candidate["code"] for candidate in taken),
            JOIN.join(candidate["name"] for candidate in taken),
            score,
            automatic=answer.automatic,
        )

    def _under_name(self, ours: Mapping[str, str], candidate: Candidate) -> list[dict[str, Any]]:
        """Return the codes of a name: of kinds with parts all of them, since the parts tell them apart."""
        told = vars_of(candidate)
        if not self.kind.parts:
            return [told | {"parts": list[Any]()}]
        found = [_weighed(told | {"code": code}, self._compared(ours, code)) for code in candidate.codes]
        _only_one(found)
        return found

    def _compared(self, ours: Mapping[str, str], code: str) -> list[PartCompared]:
        item = self.codes[code]
        theirs = self.parts.get(code)
        if theirs is None:
            theirs = self.parts[code] = parts_of(self.kind, item.title, {**item.attributes})
        return compare_parts(self.kind, ours, theirs, item.title)

    def _known(self, ours: Mapping[str, str], name: str) -> list[dict[str, Any]]:
        """Return what people decided on this very name, else the standard terms of this very name."""
        key = name_key(name)
        pairs = [pair for pair in self.learnt.get(key, ()) if JOIN not in pair.standard_codes]
        total = sum(pair.support for pair in pairs)
        if pairs:
            return [
                self._sure(
                    ours,
                    (pair.standard_codes, pair.standard_names),
                    0.999 * pair.support / total,
                    f"知识库：同名条目确认过 {pair.support} 次",
                    accepted=len(pairs) == 1,
                )
                for pair in pairs
            ]
        found = [
            self._sure(ours, term, 0.998, "名称与标准名称相同", accepted=True) for term in self.by_key.get(key, ())
        ]
        _only_one(found)
        return found

    def _sure(
        self, ours: Mapping[str, str], term: tuple[str, str], score: float, reason: str, *, accepted: bool
    ) -> dict[str, Any]:  # fmt: skip
        candidate = {"code": term[0], "name": term[1], "score": score, "accepted": accepted, "reason": reason}
        return _weighed(candidate, self._compared(ours, term[0]))


def vars_of(candidate: Any) -> dict[str, Any]:
    """Return a matcher's candidate as it is stored."""
    return {
        "code": candidate.code,
        "name": candidate.name,
        "score": round(float(candidate.score), 4),
        "accepted": bool(candidate.accepted),
        "reason": candidate.reason,
    }


def _only_one(found: list[dict[str, Any]]) -> None:
    """Have the codes of one name that no part speaks against share its score; none of several is accepted."""
    fitting = [each for each in found if not _differing(each["parts"])]
    for each in fitting if len(fitting) > 1 else ():
        each["score"], each["accepted"] = round(each["score"] / len(fitting), 4), False


def _differing(parts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [part for part in parts if part["verdict"] == "different"]


def _agreeing(parts: Sequence[Mapping[str, Any]]) -> int:
    return sum(part["verdict"] in ("same", "convertible") for part in parts)


def _weighed(candidate: dict[str, Any], compared: list[PartCompared]) -> dict[str, Any]:
    """Return a candidate with its parts; a part that differs halves the score and says so."""
    candidate["parts"] = [asdict(part) for part in compared]
    if differing := _differing(candidate["parts"]):
        told = "；".join(f"{part['title']}不同：{part['source']} ≠ {part['standard']}" for part in differing)
        candidate["reason"] = "；".join(filter(None, (candidate["reason"], told)))
        candidate["score"], candidate["accepted"] = candidate["score"] * CONTRADICTION, False
    candidate["score"] = round(candidate["score"], 4)
    return candidate


async def suggest(
    database: Database,
    progress: Progress,
    *,
    scope: Scope,
    requester: Principal | None = None,
    dictionary: uuid.UUID | None = None,
    again: bool = False,
) -> dict[str, int]:
    """Make candidates for the open entries of a dictionary (of all within scope) that have none.

    again: for all open entries, as the matcher has learnt since. Portions are committed one by one.
    """
    groups: dict[tuple[str, str], list[tuple[uuid.UUID, int]]] = {}
    async with database.unit_of_work(requester) as uow:
        repository = DictionaryRepository(uow.session)
        for held in await _chosen(repository, scope, dictionary):
            target = await repository.target_of(held)
            if target is not None and not KINDS[held.kind].personal and (held.open_entries or held.asked_entries):
                groups.setdefault((target, held.kind), []).append((held.id, held.open_entries + held.asked_entries))
    done = 0
    for (target, kind), dictionaries in groups.items():
        async with database.unit_of_work(requester) as uow:
            standard = await load_value_set(uow, target)
            pairs = await ReportRepository(uow.session).pairs(target)
        if not standard.items:
            continue
        proposer = await to_thread.run_sync(Proposer.of, KINDS[kind], standard, pairs, progress)
        progress.stage(f"匹配 {KINDS[kind].title} → {standard.title}", sum(count for _, count in dictionaries))
        for key, _ in dictionaries:
            done += await _suggest_one(database, requester, proposer, target, key, progress, again=again)
    return {"dictionaries": sum(map(len, groups.values())), "entries": done}


async def _chosen(
    repository: DictionaryRepository, scope: Scope, dictionary: uuid.UUID | None
) -> Iterable[TermDictionary]:
    if dictionary is None:
        return await repository.dictionaries(scope)
    found = await repository.dictionary(dictionary, scope)
    return [found] if found is not None else []


async def _suggest_one(
    database: Database,
    requester: Principal | None,
    proposer: Proposer,
    target: str,
    key: uuid.UUID,
    progress: Progress,
    *,
    again: bool,
) -> int:
    after: uuid.UUID | None = None
    done = 0
    while True:
        async with database.unit_of_work(requester) as uow:
            repository = EntryRepository(uow.session)
            entries = await repository.to_suggest(key, after, PORTION, again=again)
            if not entries:
                held = await DictionaryRepository(uow.session).dictionary(key, Scope.everything())
                if held is not None:
                    held.suggested_at = now()
                return done
            found = await to_thread.run_sync(proposer.propose, entries)
            # Held as by whoever else writes many entries, so that nobody waits for somebody who waits.
            await DictionaryRepository(uow.session).dictionary(key, Scope.everything(), lock=True)
            await repository.put_suggestions(target, found)
        after = entries[-1].id
        done += len(entries)
        progress.advance(len(entries))
