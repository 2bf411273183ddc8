"""The matcher's door: build from a standard list and confirmed pairs, then ask."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np

from suwen.domains.terms.matching.answer import (
    Acceptance,
    Answer,
    Aside,
    Candidate,
    LearntPair,
    MatcherOptions,
    StandardTerm,
)
from suwen.domains.terms.matching.arrays import Floats, sparse
from suwen.domains.terms.matching.normalise import normalise
from suwen.kernel.errors import Invalid
from suwen.kernel.progress import NullProgress, Progress


class EmptyStandard(Invalid):
    """A standard list without a single usable name."""

    title = "标准名称表为空"


class Matcher:
    """Source names to standard names. Build with ``Matcher.build``; a matcher never changes once built."""

    def __init__(self, names: list[str], codes: list[tuple[str, ...]]) -> None:
        self._names, self._codes = names, codes
        self._texts = [normalise(name) for name in names]
        self._grams: dict[str, int] = {}
        rows: list[int] = []
        cols: list[int] = []
        values: list[int] = []
        for row, text in enumerate(self._texts):
            for gram, count in Counter(_grams(text)).items():
                rows.append(row)
                cols.append(self._grams.setdefault(gram, len(self._grams)))
                values.append(count)
        counts = sparse.csr_matrix((values, (rows, cols)), (len(names), len(self._grams)), dtype=np.float32)
        seen = np.bincount(counts.indices, minlength=len(self._grams))
        self._idf = np.log1p((len(names) - seen + 0.5) / (seen + 0.5)).astype(np.float32)
        weighted = counts @ sparse.diags(self._idf)
        norms = np.sqrt(weighted.multiply(weighted).sum(axis=1)).A1 + 1e-9
        self._vectors = (sparse.diags(1 / norms) @ weighted).tocsr()
        self.acceptance = Acceptance(0.99, message="没有已确认的对照，无法给出自动接受的阈值")
        self.aside: tuple[Aside, ...] = ()

    @classmethod
    def build(
        cls,
        standard: Sequence[StandardTerm],
        learn: Sequence[LearntPair] = (),
        *,
        options: MatcherOptions | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """Index a standard list and learn from confirmed pairs.

        Entries that cannot be used (empty names, standard names that the list does not hold) are kept in ``aside``.
        Raises EmptyStandard.
        """
        (progress or NullProgress()).stage("建立索引", len(standard))
        codes: dict[str, list[str]] = {}
        for term in standard:
            if name := term.name.strip():
                of_name = codes.setdefault(name, [])
                if term.code not in of_name:
                    of_name.append(term.code)
        if not codes:
            raise EmptyStandard("标准名称表里没有可用的名称", received=len(standard))
        return cls(list(codes), [tuple(found) for found in codes.values()])

    def match(
        self, names: Sequence[str], *, top: int = 10, multi: bool = False, progress: Progress | None = None
    ) -> list[Answer]:
        """Return one answer a name, in order; ``top`` candidates each; ``multi``: a mention may mean several names."""
        (progress or NullProgress()).stage("匹配", len(names))
        return [self._answer(name, top) for name in names]

    def save(self, folder: Path) -> None:
        """Write the matcher as JSON and numpy files (nothing executable) into a folder."""
        raise NotImplementedError

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote."""
        raise NotImplementedError

    def _answer(self, name: str, top: int) -> Answer:
        counts = Counter(self._grams[gram] for gram in _grams(normalise(name)) if gram in self._grams)
        if not counts:
            return Answer(name, ())
        cols = np.fromiter(counts, dtype=np.int64)
        query = sparse.csr_matrix(
            (np.fromiter(counts.values(), dtype=np.float32) * self._idf[cols], cols, [0, len(cols)]),
            (1, len(self._grams)),
        )
        scores: Floats = (self._vectors @ query.T).toarray()[:, 0] / (float(np.sqrt((query.data**2).sum())) + 1e-9)
        best = np.argsort(-scores, kind="stable")[:top]
        found = tuple(
            Candidate(self._codes[i][0], self._names[i], float(scores[i]), False, "", self._codes[i])
            for i in best
            if scores[i] > 0
        )
        return Answer(name, found, found[0].score if found else 0.0)


def _grams(text: str) -> list[str]:
    return [*text, *(text[i : i + 2] for i in range(len(text) - 1))]
