"""How well names are matched to a standard list: made-up mentions with known truth, beside bm25s and rapidfuzz.

Scale: names evaluated (default 1,000). Development used other seeds and other hospitals' wording than the evaluation.
Operations: 9,900 standard names, mostly one answer; diagnoses: 37,000, several answers in half of the mentions. Cold
start and with 500, 2,000 and 6,000 (operations 4,000) learnt pairs. The lists are made up, because no official list may
be shipped; with SUWEN_BENCH_TERMS=FOLDER the files operation.csv and diagnosis.csv (code,name) in it are used instead.
"""

import os
import resource
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import bm25s
from rapidfuzz import fuzz, process

from suwen.app.bench import BenchOptions, BenchResult, Result
from suwen.app.scoring.mentions.generate import STYLES, Mention, mentions, split_list
from suwen.app.scoring.mentions.vocabulary import standard_list
from suwen.domains.terms.public import Answer, LearntPair, Matcher, StandardTerm, normalise, read_standard
from suwen.kernel.progress import Progress

NAMES = 1_000
LEARNT = {"operation": (0, 500, 2_000, 4_000), "diagnosis": (0, 500, 2_000, 6_000)}
SEED = 20260731
_FUZZY = 200
"""Names that rapidfuzz compares: it takes a hundred times as long as the rest."""


def run(options: BenchOptions) -> BenchResult:
    """Make mentions, build matchers, compare."""
    results: list[Result] = []
    for kind, sizes in LEARNT.items():
        results += _kind(kind, sizes, options.scale or NAMES, options.progress)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return BenchResult("terms", [*results, Result("memory at most", round(memory), "MiB", 1024, "lower")])


def _kind(kind: str, sizes: Sequence[int], count: int, progress: Progress) -> list[Result]:
    progress.stage(f"{kind}: list and mentions", 1)
    terms, coarser = split_list(_terms(kind), SEED, share=0.1)
    made = mentions(terms, coarser, STYLES[kind], max(sizes) + count, SEED)
    evaluated = made[max(sizes) :]
    standard = [StandardTerm(code, name) for code, name in terms]
    results = [Result(f"{kind}: standard names", len(terms), "names")]
    progress.advance()
    for size in sizes:
        pairs = [LearntPair(mention.text, mention.names) for mention in made[:size]]
        began = time.perf_counter()
        matcher = Matcher.build(standard, pairs, progress=progress)
        seconds = time.perf_counter() - began
        results += _scored(kind, size, max(sizes), matcher, seconds, evaluated, progress)
    return results + _peers(kind, [name for _, name in terms], evaluated, progress)


def _scored(
    kind: str, size: int, largest: int, matcher: Matcher, seconds: float, evaluated: list[Mention], progress: Progress
) -> list[Result]:
    title = f"{kind}, {size:,} pairs" if size else f"{kind}, cold start"
    full = size == largest
    names = [mention.text for mention in evaluated]
    began = time.perf_counter()
    ranked = matcher.match(names, top=50, progress=progress)
    speed = len(names) / (time.perf_counter() - began)
    several = matcher.match(names, top=10, multi=True, progress=progress)
    truth = [set(mention.names) for mention in evaluated]
    precision, recall, f1 = _micro(several, truth)
    automatic = [(answer, names) for answer, names in zip(ranked, truth, strict=True) if answer.automatic]
    right = sum({c.name for c in answer.accepted} == names for answer, names in automatic)
    one = kind == "operation"
    wanted = 0.993 if one else 0.95
    results = [
        Result(f"{title}: top name right", _top(ranked, truth), "share", 0.91 if full and one else None),
        Result(f"{title}: decomposition precision", precision, "share"),
        Result(f"{title}: decomposition recall", recall, "share"),
        Result(f"{title}: decomposition micro-F1", f1, "share", 0.70 if full and not one else None),
        Result(f"{title}: recall at 50", _recall(ranked, truth, 50), "share", wanted if full else None),
        Result(f"{title}: accepted automatically", len(automatic) / len(names), "share", 0.5 if full and one else None),
    ]
    if automatic:
        results.append(Result(f"{title}: precision of these", right / len(automatic), "share", 0.99 if full else None))
    results.append(
        Result(
            f"{title}: {'index and training' if size else 'index'}", seconds, "s",
            10 if not size else 180 if full else None, "lower",
        )
    )  # fmt: skip
    results.append(Result(f"{title}: speed", speed, "names/s", 300 if full else None))
    if not size:
        began = time.perf_counter()
        matcher.retrieve(names, top=50)
        results.append(Result(f"{kind}: retrieval alone", len(names) / (time.perf_counter() - began), "names/s", 2000))
    return results


def _peers(kind: str, names: list[str], evaluated: list[Mention], progress: Progress) -> list[Result]:
    """Plain BM25 over characters and pairs of them; ratio of rapidfuzz. Both on normalised texts."""
    progress.stage(f"{kind}: bm25s, rapidfuzz", 2)
    texts, asked = [normalise(name) for name in names], [normalise(mention.text) for mention in evaluated]
    truth = [set(mention.names) for mention in evaluated]
    peer: Any = cast(Any, bm25s)
    began = time.perf_counter()
    index = peer.BM25()
    index.index([_grams(text) for text in texts], show_progress=False)
    built = time.perf_counter() - began
    began = time.perf_counter()
    found, _ = index.retrieve([_grams(text) for text in asked], k=50, show_progress=False, n_threads=1)
    speed = len(asked) / (time.perf_counter() - began)
    rows = cast("list[list[int]]", found.tolist())
    lists = [[names[at] for at in row] for row in rows]
    progress.advance()
    results = [
        Result(f"{kind}, bm25s: top name right", _share(lists, truth, 1), "share"),
        Result(f"{kind}, bm25s: recall at 50", _found(lists, truth, 50), "share"),
        Result(f"{kind}, bm25s: index", built, "s", better="lower"),
        Result(f"{kind}, bm25s: speed", speed, "names/s"),
    ]
    began = time.perf_counter()
    fuzzy = [
        [names[at] for _, _, at in process.extract(text, texts, scorer=fuzz.ratio, limit=50)] for text in asked[:_FUZZY]
    ]
    speed = len(fuzzy) / (time.perf_counter() - began)
    progress.advance()
    return [
        *results,
        Result(f"{kind}, rapidfuzz: top name right", _share(fuzzy, truth, 1), "share"),
        Result(f"{kind}, rapidfuzz: recall at 50", _found(fuzzy, truth, 50), "share"),
        Result(f"{kind}, rapidfuzz: speed", speed, "names/s"),
    ]


def _terms(kind: str) -> list[tuple[str, str]]:
    if folder := os.environ.get("SUWEN_BENCH_TERMS"):
        named = {term.name: term.code for term in read_standard(Path(folder) / f"{kind}.csv")[0]}
        return [(code, name) for name, code in named.items()]
    return standard_list(kind)


def _grams(text: str) -> list[str]:
    return [*text, *(text[at : at + 2] for at in range(len(text) - 1))]


def _micro(answers: list[Answer], truth: list[set[str]]) -> tuple[float, float, float]:
    said = [{candidate.name for candidate in answer.accepted} for answer in answers]
    both = sum(len(one & other) for one, other in zip(said, truth, strict=True))
    precision, recall = both / max(1, sum(map(len, said))), both / max(1, sum(map(len, truth)))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def _names(answers: list[Answer]) -> list[list[str]]:
    return [[candidate.name for candidate in answer.candidates] for answer in answers]


def _top(answers: list[Answer], truth: list[set[str]]) -> float:
    return _share(_names(answers), truth, 1)


def _recall(answers: list[Answer], truth: list[set[str]], count: int) -> float:
    return _found(_names(answers), truth, count)


def _share(lists: list[list[str]], truth: list[set[str]], count: int) -> float:
    """Mentions of which an answer is among the first."""
    return sum(bool(set(names[:count]) & true) for names, true in zip(lists, truth, strict=False)) / len(lists)


def _found(lists: list[list[str]], truth: list[set[str]], count: int) -> float:
    """Answers that are among the first."""
    pairs = list(zip(lists, truth, strict=False))
    return sum(len(set(names[:count]) & true) for names, true in pairs) / sum(len(true) for _, true in pairs)
