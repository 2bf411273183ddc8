"""The matcher of a terminology, learnt once for each state of the terminology and of its confirmed pairs, and kept."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from suwen.domains.standards.public import ValueSet
from suwen.domains.terms.matching import LearntPair, Matcher, MatcherOptions, StandardTerm
from suwen.domains.terms.models import TermPair
from suwen.domains.terms.names import JOIN
from suwen.kernel.progress import Progress

KEPT = 2
"""So many matchers a process keeps, those used last."""


@dataclass(frozen=True)
class Learnt:
    """A matcher, and the fingerprint of all that candidates come from: equal fingerprints give equal candidates."""

    fingerprint: str
    matcher: Matcher


class Matchers:
    """The matchers that a process has made, the `kept` last used of them."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._made: OrderedDict[str, Matcher] = OrderedDict()
        self._guard = Lock()
        self._learning: dict[str, Lock] = {}

    def of(self, standard: ValueSet, pairs: Sequence[TermPair], sentences: Path | None, progress: Progress) -> Learnt:
        """Return the matcher of a terminology with pairs that are `in_force`, made if there is none of this state.

        sentences: a sentence model (see matching/sentences.py). Raises EmptyStandard, UnusableSentenceModel. Making one
        takes seconds to minutes; meanwhile whoever asks for the same terminology waits, and nobody else.
        """
        terms = [StandardTerm(item.code, item.title) for item in standard.items]
        learn = sorted({(pair.name, pair.standard_names) for pair in pairs})
        state = _digest([[(term.code, term.name) for term in terms], learn, _version(sentences)])
        with self._guard:
            learning = self._learning.setdefault(standard.code, Lock())
        with learning:
            matcher = self._take(state)
            if matcher is None:
                taught = [LearntPair(name, tuple(names.split(JOIN))) for name, names in learn]
                options = MatcherOptions(sentences=str(sentences) if sentences else None)
                self._make_room()
                matcher = Matcher.build(terms, taught, options=options, progress=progress)
                self._keep(state, matcher)
        # Attributes teach the matcher nothing, but codes are compared by them.
        return Learnt(_digest([state, [item.attributes for item in standard.items]]), matcher)

    def _take(self, state: str) -> Matcher | None:
        with self._guard:
            if state in self._made:
                self._made.move_to_end(state)
            return self._made.get(state)

    def _keep(self, state: str, matcher: Matcher) -> None:
        self._make_room()
        with self._guard:
            self._made[state] = matcher

    def _make_room(self) -> None:
        # Before one is made, so that it takes no more memory than one that is kept.
        with self._guard:
            while len(self._made) >= self._kept:
                self._made.popitem(last=False)


def in_force(standard: ValueSet, pairs: Iterable[TermPair]) -> list[TermPair]:
    """Return the pairs whose terms a terminology has.

    What was learnt of an earlier edition's terms is kept, but proposes nothing that is no longer in force.
    """
    titles = standard.titles
    return [
        pair
        for pair in pairs
        if all(
            titles.get(code) == name
            for code, name in zip(pair.standard_codes.split(JOIN), pair.standard_names.split(JOIN), strict=True)
        )
    ]


def _version(sentences: Path | None) -> tuple[str, int] | None:
    """Return what tells one sentence model from another: its path and when its file was written."""
    if sentences is None:
        return None
    file = sentences / "model.onnx" if sentences.is_dir() else sentences
    return str(sentences), file.stat().st_mtime_ns if file.is_file() else 0


def _digest(held: object) -> str:
    return hashlib.sha256(json.dumps(held, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


MATCHERS = Matchers()
"""Those of this process."""
