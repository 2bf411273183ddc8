"""Texts as numbers: units (a Chinese character, a run of letters, a run of digits) and pairs of neighbours."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from suwen.domains.terms.matching.arrays import Floats, Ints, Sparse, sparse

_UNIT = re.compile(r"[a-z]+|\d+(?:\.\d+)?|[^\W_]")


@dataclass(frozen=True)
class Units:
    """Texts as unit numbers: text i is ``flat[starts[i]:starts[i + 1]]``; a unit unknown to the lexicon is -1."""

    flat: Ints
    starts: Ints

    @property
    def lengths(self) -> Ints:
        """Units of each text."""
        return np.diff(self.starts)

    @cached_property
    def spelt(self) -> list[str]:
        """Each text with one character a unit (see ``Lexicon.words``): runs of units are then found as text is."""
        whole = (self.flat + 1).astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
        return [whole[a:b] for a, b in pairwise(self.starts.tolist())]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def padded(self, width: int) -> Ints:
        """``(texts, width)``, filled up with -2 behind; longer texts lose their middle, for both ends carry meaning."""
        lengths = self.lengths
        places = np.arange(width)[None, :]
        half = width // 2
        over = (lengths > width)[:, None] & (places >= half)
        at = np.where(over, places + (lengths[:, None] - width), places)
        inside = places < lengths[:, None]
        index = np.where(inside, self.starts[:-1, None] + at, 0)
        return np.where(inside, self.flat[index] if len(self.flat) else -2, -2)


def split_units(text: str) -> list[str]:
    """Return the units of a normalised text, punctuation left out."""
    return _UNIT.findall(text)


class Lexicon:
    """Numbers for the units and pairs of neighbours that a set of texts holds."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.units: dict[str, int] = {}
        known = self.units
        encoded = [[known.setdefault(unit, len(known)) for unit in split_units(text)] for text in texts]
        units = _units(encoded)
        keys = self._keys(units)[1]
        self.pairs: Ints = np.unique(keys)
        self.words: dict[str, str] = {chr(number + 1): unit for unit, number in known.items()}
        """The unit that a character of ``Units.spelt`` stands for."""

    @property
    def size(self) -> int:
        """Columns of ``counts``: units first, then pairs."""
        return len(self.units) + len(self.pairs)

    def encode(self, texts: Sequence[str]) -> Units:
        """Number the units of texts."""
        known = self.units
        return _units([[known.get(unit, -1) for unit in split_units(text)] for text in texts])

    def grams(self, units: Units) -> Sparse:
        """CSR ``(texts, size)`` of 1 where a text holds a unit or a pair of neighbours; unknown ones are left out."""
        rows = np.repeat(np.arange(len(units)), units.lengths)
        known = units.flat >= 0
        pair_rows, keys = self._keys(units)
        at = np.searchsorted(self.pairs, keys)
        at[at == len(self.pairs)] = 0
        found = self.pairs[at] == keys if len(self.pairs) else np.zeros(len(keys), dtype=bool)
        all_rows = np.concatenate([rows[known], pair_rows[found]])
        cols = np.concatenate([units.flat[known], len(self.units) + at[found]])
        ones = np.ones(len(all_rows), dtype=np.float32)
        matrix = sparse.csr_matrix((ones, (all_rows, cols)), (len(units), self.size), dtype=np.float32)
        matrix.sum_duplicates()
        matrix.data[:] = 1
        return matrix

    def _keys(self, units: Units) -> tuple[Ints, Ints]:
        """Row and key of every pair of neighbours that are both known."""
        rows = np.repeat(np.arange(len(units)), units.lengths)
        flat = units.flat
        if len(flat) < 2:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        beside = (rows[1:] == rows[:-1]) & (flat[1:] >= 0) & (flat[:-1] >= 0)
        return rows[1:][beside], (flat[:-1] * (1 << 20) + flat[1:])[beside]


def unit_rows(matrix: Sparse) -> Sparse:
    """Return the rows of a matrix scaled to length 1."""
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return (sparse.diags((1 / np.maximum(lengths, 1e-9)).astype(np.float32)) @ matrix).tocsr()


def rarity(matrix: Sparse) -> Floats:
    """Inverse document frequency of each column: ``log(1 + (n - df + .5) / (df + .5))`` (BM25)."""
    seen = np.bincount(matrix.indices, minlength=matrix.shape[1])
    return np.log1p((matrix.shape[0] - seen + 0.5) / (seen + 0.5)).astype(np.float32)


def _units(encoded: list[list[int]]) -> Units:
    lengths = np.fromiter((len(row) for row in encoded), np.int64, len(encoded))
    starts = np.concatenate([[0], np.cumsum(lengths)])
    flat = np.fromiter((unit for row in encoded for unit in row), np.int64, int(starts[-1]))
    return Units(flat, starts)
