"""Mentions made ready to be compared with an index, and what confirmed ones are known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from suwen.domains.terms.matching.arrays import Floats, Ints, Sparse
from suwen.domains.terms.matching.attributes import numbers, said
from suwen.domains.terms.matching.index import Index
from suwen.domains.terms.matching.normalise import expand, normalise
from suwen.domains.terms.matching.segments import Trie, segments
from suwen.domains.terms.matching.units import Units


@dataclass(frozen=True)
class Mentions:
    """A batch of mentions; parts are numbered through, ``owners`` says of which mention each is."""

    texts: list[str]
    units: Units
    grams: Sparse
    vectors: Sparse
    said: Ints
    numbers: Ints
    part_texts: list[str]
    owners: Ints
    part_grams: Sparse
    part_vectors: Sparse
    places: Ints
    """Which part of its mention each part is, from 0."""
    known: Ints
    """Units of each mention that the lexicon knows."""
    total: Floats
    """Rarity of all units of each mention, unknown ones included."""
    meanings: Floats | None
    part_meanings: Floats | None
    """Vectors of mentions and of parts by the sentence model; None without one."""

    def __len__(self) -> int:
        return len(self.texts)


def read_mentions(index: Index, trie: Trie, names: Sequence[str]) -> Mentions:
    """Normalise, cut into parts and number the units of names."""
    texts = [expand(normalise(name)) for name in names]
    parts = [segments(text, trie) for text in texts]
    owners = np.repeat(np.arange(len(texts)), [len(found) for found in parts])
    part_texts = [part for found in parts for part in found]
    units = index.lexicon.encode(texts)
    part_units = index.lexicon.encode(part_texts)
    weights = np.append(index.idf[: len(index.lexicon.units)], index.idf.max(initial=1.0))
    rows = np.repeat(np.arange(len(texts)), units.lengths)
    return Mentions(
        texts=texts,
        units=units,
        grams=index.lexicon.grams(units),
        vectors=index.vectors(units),
        said=said(texts),
        numbers=numbers(texts),
        part_texts=part_texts,
        owners=owners.astype(np.int64),
        places=np.concatenate([np.arange(len(found)) for found in parts]) if parts else np.empty(0, np.int64),
        part_grams=index.lexicon.grams(part_units),
        part_vectors=index.vectors(part_units),
        known=np.bincount(rows[units.flat >= 0], minlength=len(texts)),
        total=np.bincount(rows, weights[units.flat], len(texts)).astype(np.float32),
        meanings=index.sentences.encode(texts) if index.sentences else None,
        part_meanings=index.sentences.encode(part_texts) if index.sentences else None,
    )
