"""Confirmed mentions as further documents: what was confirmed for a like mention speaks for a candidate."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from suwen.domains.terms.matching.arrays import Bools, Ints, Sparse, sparse
from suwen.domains.terms.matching.index import Index
from suwen.domains.terms.matching.mentions import Mentions

ALIGNED = 0.3
"""Least likeness (cosine) of a part and an answer to be taken for each other."""


@dataclass(frozen=True)
class Known:
    """Documents (mentions and parts aligned with one answer), the pair each came from, and their answers.

    ``answers``: CSR ``(documents, names)`` of 1; ``vectors``: TF-IDF rows of length 1; ``texts``: for reasons.
    """

    texts: list[str]
    vectors: Sparse
    turned: Sparse
    """``vectors`` turned: ``(columns, documents)``."""
    pairs: Ints
    answers: Sparse
    counts: Ints
    """How many pairs have each name among their answers."""
    together: Sparse
    """``(names, names)``: in how many pairs two names are answers together."""
    several: Bools
    """Names that were ever an answer beside another."""


def known(index: Index, mentions: Mentions, answers: Sequence[Sequence[int]]) -> Known:
    """Collect the documents of confirmed pairs, ``answers`` as rows of the index."""
    size = len(index.names.names)
    rows = np.repeat(np.arange(len(answers)), [len(found) for found in answers])
    columns = np.array([row for found in answers for row in found], dtype=np.int64)
    whole = sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), (len(answers), size))
    parts, of_part = _aligned(index, mentions, whole)
    one = sparse.csr_matrix((np.ones(len(parts), np.float32), (np.arange(len(parts)), of_part)), (len(parts), size))
    vectors = sparse.vstack([mentions.vectors, mentions.part_vectors[parts]]).tocsr()
    return Known(
        texts=[*mentions.texts, *(mentions.part_texts[part] for part in parts)],
        vectors=vectors,
        turned=vectors.T.tocsr(),
        pairs=np.concatenate([np.arange(len(answers)), mentions.owners[parts]]),
        answers=sparse.vstack([whole, one]).tocsr(),
        counts=np.bincount(columns, minlength=size),
        together=(whole.T @ whole).tocsr(),
        several=np.isin(
            np.arange(size),
            columns[np.repeat([len(found) > 1 for found in answers], [len(found) for found in answers])],
        ),
    )


def _aligned(index: Index, mentions: Mentions, whole: Sparse) -> tuple[Ints, Ints]:
    """Parts of mentions with several answers, and for each the one answer that it is most alike and that likes it."""
    several = np.diff(whole.indptr)[mentions.owners] > 1 if len(mentions.owners) else np.empty(0, dtype=bool)
    parts = np.flatnonzero(several)
    if not len(parts):
        return parts, parts
    owners = mentions.owners[parts]
    widths = np.diff(whole.indptr)[owners]
    pair_part = np.repeat(parts, widths)
    begins = np.repeat(whole.indptr[owners], widths)
    offsets = np.arange(len(pair_part)) - np.repeat(np.cumsum(widths) - widths, widths)
    names = whole.indices[begins + offsets]
    alike = np.asarray(mentions.part_vectors[pair_part].multiply(index.tfidf[names]).sum(axis=1)).ravel()
    best_of_part = _is_best(alike, pair_part)
    best_of_answer = _is_best(alike, mentions.owners[pair_part] * len(index.names.names) + names)
    kept = (alike >= ALIGNED) & best_of_part & best_of_answer
    return pair_part[kept], names[kept].astype(np.int64)


def _is_best(values: Ints, keys: Ints) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    order = np.lexsort((-values, keys))
    first = np.ones(len(order), dtype=bool)
    first[1:] = keys[order][1:] != keys[order][:-1]
    best = np.zeros(len(order), dtype=bool)
    best[order[first]] = True
    return best
