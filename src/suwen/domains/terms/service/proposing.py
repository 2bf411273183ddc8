"""What an entry may mean: what people decided on its name, standard terms of its name, and what the matcher finds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from suwen.domains.standards.public import Code, ValueSet
from suwen.domains.terms.kinds import Kind
from suwen.domains.terms.matching import Acceptance, Answer, Candidate, Matcher, Why, pairs_needed
from suwen.domains.terms.models import TermPair
from suwen.domains.terms.names import JOIN, name_key
from suwen.domains.terms.parts import PartCompared, compare_parts, parts_of
from suwen.domains.terms.repository.entries import Suggested

TOP = 10
SEVERAL = frozenset({"diagnosis"})
"""Kinds of which one entry often means several standard terms."""
CONTRADICTION = 0.5
"""What is left of a score when a part speaks against it."""
_SAME = Why("名称与标准名称相同", "same name as the standard term")


def pairs_for(kind: str, precision: float) -> int:
    """Return how many confirmed pairs of a kind it takes at least before a precision can be had."""
    return pairs_needed(precision, several=kind in SEVERAL)


@dataclass(frozen=True)
class Proposer:
    """Matcher, learnt pairs and standard names of one terminology, for the entries of one kind.

    acceptance: how the matcher's answers of this kind are accepted automatically. parts: of a code, read when first
    asked for.
    """

    kind: Kind
    matcher: Matcher
    acceptance: Acceptance
    learnt: Mapping[str, Sequence[TermPair]]
    by_key: Mapping[str, Sequence[tuple[str, str]]]
    codes: Mapping[str, Code]
    parts: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])

    @classmethod
    def of(
        cls, kind: Kind, standard: ValueSet, pairs: Sequence[TermPair], matcher: Matcher, precision: float
    ) -> "Proposer":
        """Prepare a kind's proposer, its acceptance chosen on the confirmed pairs of this kind."""
        own = {pair.name for pair in pairs if pair.kind == kind.code}
        acceptance = matcher.acceptance_at(precision, multi=kind.code in SEVERAL, among=own)
        learnt: dict[str, list[TermPair]] = {}
        for pair in pairs:
            learnt.setdefault(pair.name_key, []).append(pair)
        by_key: dict[str, list[tuple[str, str]]] = {}
        for item in standard.items:
            by_key.setdefault(name_key(item.title), []).append((item.code, item.title))
        codes = {item.code: item for item in standard.items}
        return cls(kind, matcher, acceptance, learnt, by_key, codes)

    def propose(self, entries: Sequence[Any]) -> list[Suggested]:
        """Return candidates for entries (id, name, parts), best first."""
        several = self.kind.code in SEVERAL
        names = [entry.name for entry in entries]
        answers = self.matcher.match(names, top=TOP, multi=several, acceptance=self.acceptance)
        return [self._one(entry, answer) for entry, answer in zip(entries, answers, strict=True)]

    def _one(self, entry: Any, answer: Answer) -> Suggested:
        ours = parts_of(self.kind, entry.name, entry.parts)
        found = [each for candidate in answer.candidates for each in self._under_name(ours, candidate)]
        known = self._known(ours, entry.name)
        listed = {candidate["code"]: candidate for each in reversed(known) for candidate in each}
        found = [*listed.values(), *(candidate for candidate in found if candidate["code"] not in listed)]
        found.sort(key=lambda candidate: (-candidate["score"], -_agreeing(candidate["parts"])))
        if not found:
            return Suggested(entry.id, [], None, None, 0.0, automatic=False)
        if known:
            taken = max(known, key=lambda each: min(candidate["score"] for candidate in each))
            score, sure = min(candidate["score"] for candidate in taken), all(each["accepted"] for each in taken)
        else:
            several = [candidate for candidate in found if candidate["accepted"]]
            taken = several if len(several) > 1 else found[:1]
            score, sure = self._worth(answer, taken, found)
        if not sure and self.acceptance.threshold is not None:
            # Whatever speaks against an answer, it must not be among those from the threshold on.
            score = min(score, math.nextafter(self.acceptance.threshold, 0))
        return Suggested(
            entry.id,
            found[:TOP],
            JOIN.join(candidate["code"] for candidate in taken),
            JOIN.join(candidate["name"] for candidate in taken),
            score,
            automatic=sure,
        )

    def _worth(
        self, answer: Answer, taken: Sequence[dict[str, Any]], found: Sequence[dict[str, Any]]
    ) -> tuple[float, bool]:
        """Return the score of a whole answer, on the scale that the threshold was chosen on, and whether it is sure."""
        if len(taken) == 1 and taken[0]["code"] not in answer.candidates[0].codes:
            # Not what the matcher answers: parts have put it first. Its confidence is of something else.
            return min(taken[0]["score"], answer.confidence), False
        if any(_differing(candidate["parts"]) for candidate in taken):
            return answer.confidence * CONTRADICTION, False
        # The name may be sure, and which of its codes is meant is not.
        ruled_out = {each["code"] for each in found if _differing(each["parts"])}
        codes = {candidate["code"] for candidate in taken}
        meant = [set(each.codes) for each in answer.candidates if codes & set(each.codes)]
        choices = max((len(each - ruled_out) for each in meant), default=1)
        return answer.confidence / choices, answer.automatic and choices == 1

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

    def _known(self, ours: Mapping[str, str], name: str) -> list[list[dict[str, Any]]]:
        """Return what people decided on this very name, else the standard terms of this very name.

        Each answer is a list of candidates; of several terms that were confirmed together all are the answer.
        """
        key = name_key(name)
        pairs = self.learnt.get(key, ())
        if not pairs:
            same = [self._sure(ours, term, 1, _SAME, accepted=True) for term in self.by_key.get(key, ())]
            _only_one(same)
            return [[each] for each in same]
        total = sum(pair.support for pair in pairs)
        answers: list[list[dict[str, Any]]] = []
        for pair in sorted(pairs, key=lambda each: -each.support):
            codes, names = pair.standard_codes.split(JOIN), pair.standard_names.split(JOIN)
            told = Why(
                f"知识库：同名条目确认过 {pair.support} 次" + (f"，一对多，共 {len(codes)} 个" if codes[1:] else ""),
                f"knowledge base: this name confirmed {pair.support} times"
                + (f", as {len(codes)} terms together" if codes[1:] else ""),
            )
            share, only = pair.support / total, len(pairs) == 1
            terms = zip(codes, names, strict=True)
            answers.append([self._sure(ours, term, share, told, accepted=only) for term in terms])
        return answers

    def _sure(
        self, ours: Mapping[str, str], term: tuple[str, str], score: float, why: Why, *, accepted: bool
    ) -> dict[str, Any]:  # fmt: skip
        told = {"code": term[0], "name": term[1], "score": score, "accepted": accepted}
        candidate = told | {"reason": why.zh, "reason_en": why.en}
        return _weighed(candidate, self._compared(ours, term[0]))


def vars_of(candidate: Any) -> dict[str, Any]:
    """Return a matcher's candidate as it is stored."""
    return {
        "code": candidate.code,
        "name": candidate.name,
        "score": round(float(candidate.score), 4),
        "accepted": bool(candidate.accepted),
        "reason": candidate.reason,
        "reason_en": candidate.reason_en,
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
        told = [_difference(part) for part in differing]
        candidate["reason"] = "；".join(filter(None, (candidate["reason"], *(why.zh for why in told))))
        candidate["reason_en"] = "; ".join(filter(None, (candidate["reason_en"], *(why.en for why in told))))
        candidate["score"], candidate["accepted"] = candidate["score"] * CONTRADICTION, False
    candidate["score"] = round(candidate["score"], 4)
    return candidate


def _difference(part: Mapping[str, Any]) -> Why:
    sides = f"{part['source']} ≠ {part['standard']}"
    note, note_en = (f"（{part['note']}）", f" ({part['note_en']})") if part["note"] else ("", "")
    return Why(f"{part['title']}不同：{sides}{note}", f"{part['title_en']} differs: {sides}{note_en}")
