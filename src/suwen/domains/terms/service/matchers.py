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
    """A matcher and the fingerprint of all that it was made of: equal fingerprints give equal answers."""

    fingerprint: str
    matcher: Matcher


class Matchers:
    """The matchers that a process has made, the `kept` last used of them."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._made: OrderedDict[str, Learnt] = OrderedDict()
        self._lock = Lock()

    def of(self, standard: ValueSet, pairs: Sequence[TermPair], sentences: Path | None, progress: Progress) -> Learnt:
        """Return the matcher of a terminology with pairs that are `in_force`, made if there is none of this state.

        sentences: a sentence model (see matching/sentences.py). Raises EmptyStandard, UnusableSentenceModel. Making one
        takes seconds to minutes, and meanwhile others wait: two at once would take twice the memory.
        """
        terms = [StandardTerm(item.code, item.title) for item in standard.items]
        learn = sorted({(pair.name, pair.standard_names) for pair in pairs})
        fingerprint = _fingerprint(terms, learn, sentences)
        with self._lock:
            if fingerprint in self._made:
                self._made.move_to_end(fingerprint)
                return self._made[fingerprint]
            # Room first, so that there are never more than are kept.
            while len(self._made) >= self._kept:
                self._made.popitem(last=False)
            taught = [LearntPair(name, tuple(names.split(JOIN))) for name, names in learn]
            options = MatcherOptions(sentences=str(sentences) if sentences else None)
            made = Learnt(fingerprint, Matcher.build(terms, taught, options=options, progress=progress))
            self._made[fingerprint] = made
            return made


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


def _fingerprint(terms: Iterable[StandardTerm], learn: Iterable[tuple[str, str]], sentences: Path | None) -> str:
    model: tuple[str, int] | None = None
    if sentences is not None:
        file = sentences / "model.onnx" if sentences.is_dir() else sentences
        model = (str(sentences), file.stat().st_mtime_ns if file.is_file() else 0)
    held = json.dumps([[(term.code, term.name) for term in terms], list(learn), model], ensure_ascii=False)
    return hashlib.sha256(held.encode()).hexdigest()


MATCHERS = Matchers()
"""Those of this process."""
