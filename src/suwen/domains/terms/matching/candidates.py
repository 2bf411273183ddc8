"""Which standard names are worth a closer look for a batch of mentions."""

from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np

from suwen.domains.terms.matching.arrays import Floats, Ints, Sparse, row_of_entries
from suwen.domains.terms.matching.index import Index
from suwen.domains.terms.matching.known import Known
from suwen.domains.terms.matching.mentions import Mentions

WHOLE, PART, RIDGE, PART_RIDGE, NEAR = 50, 10, 24, 6, 20
"""How many candidates come from BM25 on the mention and on a part, from the ridge, from like confirmed mentions."""
_PIECE = 64
_PARTS = 2
"""So many parts of a mention are asked for by the ridge."""


@dataclass(frozen=True)
class Votes:
    """Confirmed documents alike to mentions or parts: row (of the batch), document, likeness (cosine)."""

    rows: Ints
    documents: Ints
    likeness: Floats


@dataclass(frozen=True)
class Pairs:
    """Pairs of mention (row of the batch) and candidate (row of the index), sorted by mention."""

    mentions: Ints
    names: Ints
    votes: Votes
    part_votes: Votes
    """``rows`` are parts."""


def retrieve(
    index: Index,
    mentions: Mentions,
    expected: Floats | None = None,
    expected_parts: Floats | None = None,
    known: Known | None = None,
    own: Ints | None = None,
    besides: Ints | None = None,
) -> Pairs:
    """Collect candidates.

    ``expected``, ``expected_parts``: the ridge's predictions; ``own``: the pair that each mention is itself, whose
    documents are not asked (training); ``besides``: further candidates, as mention × names + candidate.
    """
    size = len(index.names.names)
    rows, names, _ = top_of_rows(mentions.grams @ index.bm25_turned, WHOLE)
    keys = [rows * size + names]
    rows, names, _ = top_of_rows(mentions.part_grams @ index.bm25_rare, PART)
    keys.append(mentions.owners[rows] * size + names)
    none = Votes(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))
    votes = part_votes = none
    if expected is not None:
        every = np.arange(len(mentions))
        keys.append(_top_dense(_short(index, expected), RIDGE, every, size))
    if expected_parts is not None and len(expected_parts):
        # Parts as such, not those that a dictionary cut once more: a product with the whole list is dear.
        first = np.flatnonzero(mentions.places < _PARTS)
        keys.append(_top_dense(_short(index, expected_parts[first]), PART_RIDGE, mentions.owners[first], size))
    if known is not None:
        votes = _near(mentions.vectors, known, own)
        part_votes = _near(mentions.part_vectors, known, own[mentions.owners] if own is not None else None)
        for found, owners in ((votes, None), (part_votes, mentions.owners)):
            answers = known.answers[found.documents]
            voter = found.rows if owners is None else owners[found.rows]
            keys.append(np.repeat(voter, np.diff(answers.indptr)) * size + answers.indices)
    if besides is not None:
        keys.append(besides)
    unique = np.unique(np.concatenate(keys))
    return Pairs(unique // size, unique % size, votes, part_votes)


def top_of_rows(scores: Sparse, count: int) -> tuple[Ints, Ints, Floats]:
    """Rows, columns and values of the ``count`` largest values of each CSR row (ties by column)."""
    indptr: list[int] = scores.indptr.tolist()
    indices: Ints = scores.indices
    data: Floats = scores.data
    places: list[Ints] = []
    for start, end in pairwise(indptr):
        if end - start > count:
            places.append(start + np.argpartition(data[start:end], end - start - count)[end - start - count :])
        else:
            places.append(np.arange(start, end))
    kept = np.concatenate(places) if places else np.empty(0, np.int64)
    rows = np.repeat(np.arange(len(places)), [len(place) for place in places])
    return rows, indices[kept].astype(np.int64), data[kept]


def _short(index: Index, expected: Floats) -> Floats:
    """Scores of all names by the first coordinates."""
    return expected[:, : index.short.shape[1]] @ index.short.T


def _top_dense(scores: Floats, count: int, rows: Ints, size: int) -> Ints:
    count = min(count, size)
    pieces = -(-size // _PIECE)
    if pieces > count:
        # The best names are in the pieces with the best maxima: only those are looked through.
        even = np.full((len(scores), pieces * _PIECE), -np.inf, dtype=np.float32)
        even[:, :size] = scores
        even = even.reshape(len(scores), pieces, _PIECE)
        # Rounded: a product's last digits depend on how many rows are multiplied, and would break ties by chance.
        most = cast(Floats, np.round(cast(Floats, even.max(axis=2)), 4))
        piece = np.argpartition(most, pieces - count, axis=1)[:, pieces - count :]
        inside = np.take_along_axis(even, piece[:, :, None], axis=1).reshape(len(scores), -1)
        inside = np.round(inside, 4)
        best = np.argpartition(inside, inside.shape[1] - count, axis=1)[:, inside.shape[1] - count :]
        best = np.take_along_axis(piece, best // _PIECE, axis=1) * _PIECE + best % _PIECE
    else:
        best = np.argpartition(scores, size - count, axis=1)[:, size - count :]
    return (rows[:, None] * size + best).ravel()


def _near(vectors: Sparse, known: Known, own: Ints | None) -> Votes:
    alike = vectors @ known.turned
    if own is not None:
        rows = row_of_entries(alike)
        alike.data[known.pairs[alike.indices] == own[rows]] = 0
    rows, documents, likeness = top_of_rows(alike, NEAR)
    kept = likeness > 0.1
    return Votes(rows[kept], documents[kept], likeness[kept])
