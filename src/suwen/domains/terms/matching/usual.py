"""What a mention's words usually bring along: 术后 is answered by 手术后状态 beside whatever stands before it."""

import numpy as np

from suwen.domains.terms.matching.arrays import Floats, Ints, Sparse, row_of_entries, sparse
from suwen.domains.terms.matching.candidates import top_of_rows
from suwen.domains.terms.matching.index import Index

FAR = 0.5
"""An answer of which a mention says less than this share, weighted by rarity, is not found by its words."""
LEAST, SHARE = 3, 0.1
"""A gram brings an answer along that so many pairs with the gram have, and this share of them."""
OF_GRAM, OF_MENTION = 3, 4
"""So many answers of a gram, and so many candidates of a mention, at most."""


def far_answers(index: Index, grams: Sparse, answers: Sparse) -> Sparse:
    """Return those answers of pairs that the mention itself hardly says; rows of both matrices are pairs."""
    rows, names = row_of_entries(answers), answers.indices
    meant = index.grams[names]
    said = meant.multiply(grams[rows]) @ index.idf
    far = said < FAR * (meant @ index.idf)
    return sparse.csr_matrix((np.ones(int(far.sum()), np.float32), (rows[far], names[far])), answers.shape)


def fit_usual(grams: Sparse, far: Sparse) -> Sparse:
    """Return ``(columns, names)``: the share of the pairs with a gram that have a far answer, where it is usual."""
    both = (grams.T @ far).tocsr()
    share = both.data / np.maximum(np.asarray(grams.sum(axis=0)).ravel(), 1)[row_of_entries(both)]
    usual = sparse.csr_matrix(
        (np.where((both.data >= LEAST) & (share >= SHARE), share, 0).astype(np.float32), both.indices, both.indptr),
        both.shape,
    )
    usual.eliminate_zeros()
    rows, names, values = top_of_rows(usual, OF_GRAM)
    return sparse.csr_matrix((values, (rows, names)), both.shape)


def brought_along(usual: Sparse, grams: Sparse) -> tuple[Ints, Floats]:
    """Return the candidates that a batch's words usually bring along, in order, and how usual they are.

    A candidate is told as mention × names + candidate.
    """
    rows, names, values = top_of_rows((grams @ usual).tocsr(), OF_MENTION)
    keys = rows * usual.shape[1] + names
    order = np.argsort(keys, kind="stable")
    return keys[order], values[order]
