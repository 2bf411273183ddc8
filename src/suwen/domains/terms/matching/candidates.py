"""Which standard names are worth a closer look for a batch of mentions."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from suwen.domains.terms.matching.arrays import Floats, Ints, Sparse, entries_beside, row_of_entries, sparse
from suwen.domains.terms.matching.index import PIECE, Index
from suwen.domains.terms.matching.known import Known
from suwen.domains.terms.matching.mentions import Mentions

WHOLE, PART, RIDGE, MEANT, NEAR, PART_NEAR = 50, 10, 24, 20, 20, 10
"""How many candidates come from BM25 on the mention and on a part, from the ridge, from the sentence
model, from confirmed mentions like the mention and like a part."""
_LOOKED, _PART_LOOKED, _KNOWN_LOOKED = 5_000, 8_000, 4_000
"""So many entries of the inverted index are read for a mention, for a part, and among confirmed mentions."""
_SPARE = 2
"""So many times the wanted names are found by rare grams and then scored by all."""
_LEAST_LIKE = 0.1


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
    known: Known | None = None,
    own: Ints | None = None,
    besides: Ints | None = None,
) -> Pairs:
    """Collect candidates.

    ``expected``: the ridge's predictions for the mentions; ``own``: the pair that each mention is itself, whose
    documents are not asked (training); ``besides``: further candidates, as mention × names + candidate.
    """
    size = len(index.names.names)
    rows, names, _ = bm25(index, mentions.grams, WHOLE)
    keys = [rows * size + names]
    rows, names, _ = top_of_rows(_by_rare(mentions.part_grams, index.bm25_turned, _PART_LOOKED), PART)
    keys.append(mentions.owners[rows] * size + names)
    none = Votes(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))
    votes = part_votes = none
    if expected is not None:
        rows, names = _most_expected(index, expected, RIDGE)
        keys.append(rows * size + names)
    if mentions.meanings is not None and index.meanings is not None:
        scores = _steady(mentions.meanings @ index.meanings.T)
        count = min(MEANT, size)
        meant = np.argpartition(scores, size - count, axis=1)[:, size - count :]
        keys.append((np.arange(len(mentions))[:, None] * size + meant).ravel())
    if known is not None:
        votes = _near(index, mentions.vectors, known, NEAR, own)
        part_own = own[mentions.owners] if own is not None else None
        part_votes = _near(index, mentions.part_vectors, known, PART_NEAR, part_own)
        for found, owners in ((votes, None), (part_votes, mentions.owners)):
            answers = known.answers[found.documents]
            voter = found.rows if owners is None else owners[found.rows]
            keys.append(np.repeat(voter, np.diff(answers.indptr)) * size + answers.indices)
    if besides is not None:
        keys.append(besides)
    unique = np.unique(np.concatenate(keys))
    return Pairs(unique // size, unique % size, votes, part_votes)


def bm25(index: Index, grams: Sparse, count: int) -> tuple[Ints, Ints, Floats]:
    """Rows, names and scores of the ``count`` best of each row.

    Found by the rarest grams and then scored by all: what only common grams (性、病、术) share is not looked up.
    """
    rows, names, _ = top_of_rows(_by_rare(grams, index.bm25_turned, _LOOKED), _SPARE * count)
    scores = score_pairs(index, grams, rows, names)
    kept = _best(rows, names, scores, count)
    return rows[kept], names[kept], scores[kept]


def score_pairs(index: Index, grams: Sparse, rows: Ints, names: Ints) -> Floats:
    """BM25 of rows of ``grams`` beside names."""
    at, of, shared = entries_beside(index.bm25, names, grams, rows)
    return np.bincount(of[shared], index.bm25.data[at[shared]], len(rows)).astype(np.float32)


def _by_rare(grams: Sparse, turned: Sparse, looked: int) -> Sparse:
    """Scores by the rarest grams of each row: as many as ``looked`` entries of the index hold, one at least."""
    rows = row_of_entries(grams)
    cost = np.diff(turned.indptr)[grams.indices]
    order = np.lexsort((cost, rows))
    before = np.cumsum(cost[order]) - cost[order]
    before -= before[np.searchsorted(rows, rows)]
    kept = order[(before == 0) | (before + cost[order] <= looked)]
    starts = np.r_[0, np.cumsum(np.bincount(rows[kept], minlength=grams.shape[0]))]
    chosen = sparse.csr_matrix((grams.data[kept], grams.indices[kept], starts), grams.shape)
    return chosen @ turned


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


def _most_expected(index: Index, expected: Floats, count: int) -> tuple[Ints, Ints]:
    """Rows and names of the ``count`` best names of the whole list by the first coordinates."""
    size = len(index.names.names)
    count = min(count, size)
    scores: Floats = expected[:, : index.short.shape[1]] @ index.short.T
    pieces = index.short.shape[0] // PIECE
    if pieces > count:
        # The best names are in the pieces with the best maxima: only those are looked through.
        even: Floats = scores.reshape(len(scores), PIECE, pieces)
        most = _steady(even.max(axis=1))
        piece = np.argpartition(most, pieces - count, axis=1)[:, pieces - count :]
        inside = _steady(np.take_along_axis(even, piece[:, None, :], axis=2).reshape(len(scores), -1))
        best = np.argpartition(inside, inside.shape[1] - count, axis=1)[:, inside.shape[1] - count :]
        best = np.take_along_axis(piece, best % count, axis=1) + best // count * pieces
    else:
        best = np.argpartition(scores, scores.shape[1] - count, axis=1)[:, scores.shape[1] - count :]
    rows, names = np.repeat(np.arange(len(scores)), best.shape[1]), best.ravel()
    real = names < size
    return rows[real], names[real]


def _steady(values: Floats) -> Floats:
    """A product's last digits depend on how many rows are multiplied, and would break ties by chance."""
    return np.round(values, 4)


def _near(index: Index, vectors: Sparse, known: Known, count: int, own: Ints | None) -> Votes:
    """The likest documents; found by the rarest grams and then compared by all, as names are."""
    rows, documents, _ = top_of_rows(_by_rare(vectors, known.turned, _KNOWN_LOOKED), _SPARE * count)
    at, of, shared = entries_beside(known.vectors, documents, vectors, rows)
    weights = known.vectors.data[at[shared]] * index.idf[known.vectors.indices[at[shared]]]
    lengths = np.sqrt(np.bincount(row_of_entries(vectors), index.idf[vectors.indices] ** 2, vectors.shape[0]))
    likeness = (np.bincount(of[shared], weights, len(rows)) / np.maximum(lengths[rows], 1e-9)).astype(np.float32)
    if own is not None:
        likeness[known.pairs[documents] == own[rows]] = 0
    kept = _best(rows, documents, likeness, count)
    kept = kept[likeness[kept] > _LEAST_LIKE]
    return Votes(rows[kept], documents[kept], likeness[kept])


def _best(rows: Ints, columns: Ints, values: Floats, count: int) -> Ints:
    """Where the ``count`` largest values of each row stand, largest first (ties by column); ``rows`` in order."""
    order = np.lexsort((columns, -values, rows))
    return order[np.arange(len(order)) - np.searchsorted(rows, rows) < count]
