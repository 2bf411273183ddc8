"""The standard list, ready to be compared: n-grams, BM25, a latent space, codes' groups."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from suwen.domains.terms.matching.answer import StandardTerm
from suwen.domains.terms.matching.arrays import Floats, Ints, Sparse, row_of_entries, sparse
from suwen.domains.terms.matching.attributes import numbers, said
from suwen.domains.terms.matching.normalise import normalise
from suwen.domains.terms.matching.sentences import SentenceModel
from suwen.domains.terms.matching.units import Lexicon, Units, rarity, split_units, unit_rows

WIDTH = 32
"""Units of a text that are compared one by one."""
LATENT = 256
SHORT = 64
PIECE = 64
"""The list's rows for looking through are filled up to a multiple of this."""
GROUP_LATENT = 64
K1, B = 1.2, 0.6
GROUP_LENGTHS = (3, 5)
"""Leading characters of a code that make a group: a category, a subcategory with its point."""


def comparable(name: str) -> bool:
    """Whether a name holds a letter, digit or character at all."""
    return bool(split_units(normalise(name)))


@dataclass(frozen=True)
class Names:
    """The distinct names of a list, each with its codes in the list's order."""

    names: list[str]
    codes: list[tuple[str, ...]]
    texts: list[str]

    @classmethod
    def of(cls, standard: Sequence[StandardTerm]) -> "Names":
        """Collect the codes of each name; terms whose name holds nothing to compare are left out."""
        codes: dict[str, list[str]] = {}
        for term in standard:
            name = term.name.strip()
            if comparable(name):
                of_name = codes.setdefault(name, [])
                if term.code not in of_name:
                    of_name.append(term.code)
        names = list(codes)
        return cls(names, [tuple(codes[name]) for name in names], [normalise(name) for name in names])

    def groups(self, length: int) -> Ints:
        """A number for the leading ``length`` characters of each name's first code."""
        known: dict[str, int] = {}
        return np.array([known.setdefault(codes[0][:length], len(known)) for codes in self.codes], dtype=np.int64)


class Index:
    """The names of a list as matrices; ``others`` (confirmed source names) only widen the lexicon."""

    def __init__(
        self,
        names: Names,
        others: Sequence[str] = (),
        *,
        seed: int = 0,
        basis: Floats | None = None,
        sentences: SentenceModel | None = None,
        meanings: Floats | None = None,
    ) -> None:
        self.names = names
        self.lexicon = Lexicon([*names.texts, *others])
        self.units: Units = self.lexicon.encode(names.texts)
        self.grams: Sparse = self.lexicon.grams(self.units)
        self.idf: Floats = rarity(self.grams)
        self.lengths: Floats = self.units.lengths.astype(np.float32)
        self.average = float(self.lengths.mean())
        self.tfidf: Sparse = unit_rows(self.grams @ sparse.diags(self.idf))
        # BM25 of a binary document: every gram of a name weighs idf × saturation(length).
        saturation = (K1 + 1) / (1 + K1 * (1 - B + B * self.lengths / max(self.average, 1e-9)))
        self.bm25: Sparse = (sparse.diags(saturation.astype(np.float32)) @ self.grams @ sparse.diags(self.idf)).tocsr()
        self.bm25_turned: Sparse = self.bm25.T.tocsr()
        rows, single = row_of_entries(self.grams), self.grams.indices < len(self.lexicon.units)
        weights, size = self.idf[self.grams.indices], len(names.names)
        self.unit_weight: Floats = np.bincount(rows, weights * single, size).astype(np.float32)
        self.pair_weight: Floats = np.bincount(rows, weights * ~single, size).astype(np.float32)
        self.square_weight: Floats = np.bincount(rows, weights**2, size).astype(np.float32)
        self.padded: Ints = self.units.padded(WIDTH).astype(np.int32)
        """Units of each name, ``(names, WIDTH)``, -2 behind its end."""
        self.said: Ints = said(names.texts)
        self.numbers: Ints = numbers(names.texts)
        numbered: dict[str, int] = {}
        self.text_numbers: Ints = np.array([numbered.setdefault(text, len(numbered)) for text in names.texts])
        self._number_of_text = numbered
        self.groups: tuple[Ints, ...] = tuple(names.groups(length) for length in GROUP_LENGTHS)
        # Kept in half precision on disk: rounded here, so that a stored matcher answers as the one that was built.
        self.basis: Floats = rounded(latent_space(self.tfidf, LATENT, seed)) if basis is None else basis
        self.latent: Floats = np.asarray(self.tfidf @ self.basis, dtype=np.float32)
        self.latent_lengths: Floats = np.linalg.norm(self.latent, axis=1)
        self.short: Floats = np.zeros(
            (-(-len(names.names) // PIECE) * PIECE, min(SHORT, self.latent.shape[1])), np.float32
        )
        """The first coordinates, for looking through the whole list; rows of 0 behind its end."""
        self.short[: len(names.names)] = self.latent[:, :SHORT]
        self.group_latent: Floats = np.concatenate(
            [_signs(found, GROUP_LATENT, seed + level) for level, found in enumerate(self.groups)], axis=1
        )

        self.sentences = sentences
        self.meanings: Floats | None = meanings
        """Vectors of the names by the sentence model, ``(names, d)``; None without one."""
        if sentences is not None and meanings is None:
            self.meanings = rounded(sentences.encode(names.texts))

    def number_texts(self, texts: Sequence[str]) -> Ints:
        """The numbers of normalised texts in ``text_numbers``; -1: no name reads so."""
        return np.array([self._number_of_text.get(text, -1) for text in texts], dtype=np.int64)

    def vectors(self, units: Units) -> Sparse:
        """TF-IDF rows of length 1 for encoded texts."""
        return unit_rows(self.lexicon.grams(units) @ sparse.diags(self.idf))


def _signs(groups: Ints, dimensions: int, seed: int) -> Floats:
    """A random direction of length 1 for each group: nearly orthogonal, so groups can be told apart in few numbers."""
    rng = np.random.default_rng(seed)
    of_group = rng.choice(np.array([-1, 1], dtype=np.float32), (int(groups.max(initial=0)) + 1, dimensions))
    return (of_group / np.sqrt(dimensions))[groups].astype(np.float32)


def rounded(values: Floats) -> Floats:
    """Single precision holding values of half precision."""
    return values.astype(np.float16).astype(np.float32)


def latent_space(matrix: Sparse, dimensions: int, seed: int) -> Floats:
    """Randomised SVD: the basis ``(columns, d)`` of the rows' largest directions."""
    rows, columns = matrix.shape
    size = min(dimensions, max(1, min(rows, columns) - 1))
    rng = np.random.default_rng(seed)
    found: Floats = rng.standard_normal((columns, min(size + 16, columns)), dtype=np.float32)
    for _ in range(3):
        found = orthonormal(matrix.T @ (matrix @ found))
    small = matrix @ found
    # Eigenvectors of the small Gram matrix are the right singular vectors within the found space.
    values, turned = np.linalg.eigh((small.T @ small).astype(np.float64))
    order = np.argsort(-values)[:size]
    return (found @ turned[:, order]).astype(np.float32)


def orthonormal(columns: Floats) -> Floats:
    """Return an orthonormal basis of the columns' space, by the eigenvectors of their Gram matrix (one product)."""
    values, turned = np.linalg.eigh((columns.T @ columns).astype(np.float64))
    kept = values > values[-1] * 1e-10
    return (columns @ (turned[:, kept] / np.sqrt(values[kept])).astype(np.float32)).astype(np.float32)
