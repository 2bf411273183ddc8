"""The same mentions asked of bm25s and rapidfuzz, both on normalised texts. Needs the development packages."""

import time
from typing import Any, cast

import bm25s
from rapidfuzz import fuzz, process

from suwen.app.bench import Result
from suwen.app.scoring.mentions.case import Case, memory, quickest
from suwen.app.scoring.mentions.shares import found, share
from suwen.domains.terms.public import normalise

_FUZZY = 200
"""Names that rapidfuzz compares: it takes a hundred times as long as the rest."""


def measure(case: Case) -> list[Result]:
    """Plain BM25 over characters and pairs of them; ratio of rapidfuzz."""
    kind, names = case.kind, [name for _, name in case.made[0]]
    texts, asked = [normalise(name) for name in names], [normalise(mention.text) for mention in case.asked]
    truth = [set(mention.names) for mention in case.asked]
    peer: Any = cast(Any, bm25s)
    began = time.process_time()
    index = peer.BM25()
    index.index([_grams(text) for text in texts], show_progress=False)
    built = time.process_time() - began
    (rows, _), spent = quickest(
        lambda: index.retrieve([_grams(text) for text in asked], k=50, show_progress=False, n_threads=1)
    )
    lists = [[names[at] for at in row] for row in cast("list[list[int]]", rows.tolist())]
    results = [
        Result(f"{kind}: standard names", len(names), "names"),
        Result(f"{kind}, bm25s: top name right", share(lists, truth, 1), "share"),
        Result(f"{kind}, bm25s: recall at 50", found(lists, truth, 50), "share"),
        Result(f"{kind}, bm25s: index", built, "CPU s", better="lower"),
        Result(f"{kind}, bm25s: speed", len(asked) / spent, "names/CPU s"),
    ]
    fuzzy, spent = quickest(
        lambda: [
            [names[at] for _, _, at in process.extract(text, texts, scorer=fuzz.ratio, limit=50)]
            for text in asked[:_FUZZY]
        ]
    )
    return [
        *results,
        Result(f"{kind}, rapidfuzz: top name right", share(fuzzy, truth, 1), "share"),
        Result(f"{kind}, rapidfuzz: recall at 50", found(fuzzy, truth, 50), "share"),
        Result(f"{kind}, rapidfuzz: speed", len(fuzzy) / spent, "names/CPU s"),
        Result(f"{kind}, peers: memory at most", memory(), "MiB", better="lower"),
    ]


def _grams(text: str) -> list[str]:
    return [*text, *(text[at : at + 2] for at in range(len(text) - 1))]
