"""One matcher, built and asked, in a process of its own: its memory is then its own as well.

Seconds are of the processor, of one core: what else runs on the machine is not counted. It still slows
them, through caches and shared cores, so a speed is of the quickest of three passes, for matcher and peers alike.
"""

import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from suwen.app.bench import Result
from suwen.app.scoring.mentions.generate import STYLES, Mention, mentions, split_list
from suwen.app.scoring.mentions.shares import micro, recall, top
from suwen.app.scoring.mentions.vocabulary import standard_list
from suwen.domains.terms.public import LearntPair, Matcher, StandardTerm, read_standard

SEED = 20260731
_PASSES = 3
Made = TypeVar("Made")


@dataclass(frozen=True)
class Case:
    """``kind`` of list, ``learnt`` pairs of at most ``most``, ``count`` mentions to be asked."""

    kind: str
    learnt: int
    most: int
    count: int

    @cached_property
    def made(self) -> tuple[list[tuple[str, str]], list[Mention]]:
        """The list's codes and names, and all mentions: those to learn first."""
        terms, coarser = split_list(self._terms(), SEED, share=0.1)
        return terms, mentions(terms, coarser, STYLES[self.kind], self.most + self.count, SEED)

    @property
    def asked(self) -> list[Mention]:
        """The mentions to be asked."""
        return self.made[1][self.most :]

    def _terms(self) -> list[tuple[str, str]]:
        if folder := os.environ.get("SUWEN_BENCH_TERMS"):
            named = {term.name: term.code for term in read_standard(Path(folder) / f"{self.kind}.csv")[0]}
            return [(code, name) for name, code in named.items()]
        return standard_list(self.kind)


def memory() -> float:
    """The most that this process ever held, in MiB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def quickest(work: Callable[[], Made]) -> tuple[Made, float]:
    """Return what some work makes and the CPU seconds that it took at best."""
    passes: list[tuple[float, Made]] = []
    for _ in range(_PASSES):
        began = time.process_time()
        made = work()
        passes.append((time.process_time() - began, made))
    return passes[-1][1], min(seconds for seconds, _ in passes)


def measure(case: Case) -> list[Result]:
    """Build the matcher, ask it, and tell."""
    title = f"{case.kind}, {case.learnt:,} pairs" if case.learnt else f"{case.kind}, cold start"
    full, one = case.learnt == case.most, case.kind == "operation"
    terms, made = case.made
    standard = [StandardTerm(code, name) for code, name in terms]
    pairs = [LearntPair(mention.text, mention.names) for mention in made[: case.learnt]]
    began = time.process_time()
    matcher = Matcher.build(standard, pairs)
    built = time.process_time() - began
    names, truth = [mention.text for mention in case.asked], [set(mention.names) for mention in case.asked]
    ranked = matcher.match(names, top=50)
    several, matched = quickest(lambda: matcher.match(names, top=10, multi=not one))
    precision, found, f1 = micro(matcher.match(names, multi=True) if one else several, truth)
    told = ranked if one else several
    sure = [(answer, true) for answer, true in zip(told, truth, strict=True) if answer.automatic]
    right = sum({candidate.name for candidate in answer.accepted} == true for answer, true in sure)
    results = [
        Result(f"{title}: top name right", top(ranked, truth), "share", 0.91 if full and one else None),
        Result(f"{title}: decomposition precision", precision, "share"),
        Result(f"{title}: decomposition recall", found, "share"),
        Result(f"{title}: decomposition micro-F1", f1, "share", 0.70 if full and not one else None),
        Result(
            f"{title}: recall at 50", recall(ranked, truth, 50), "share", (0.993 if one else 0.95) if full else None
        ),
        Result(f"{title}: accepted automatically", len(sure) / len(names), "share", 0.5 if full and one else None),
    ]
    if sure:
        results.append(Result(f"{title}: precision of these", right / len(sure), "share", 0.99 if full else None))
    target = 180 if full else None if case.learnt else 10
    results += [
        Result(f"{title}: {'index and training' if case.learnt else 'index'}", built, "CPU s", target, "lower"),
        Result(f"{title}: speed", len(names) / matched, "names/CPU s", 300 if full else None),
    ]
    if not case.learnt:
        _, retrieved = quickest(lambda: matcher.retrieve(names, top=50))
        results.append(Result(f"{case.kind}: retrieval alone", len(names) / retrieved, "names/CPU s", 2000))
    return [*results, Result(f"{title}: memory at most", memory(), "MiB", 1024, "lower")]
