"""What confirmed pairs teach: a kernel ridge towards the answers, units' translations, what is added and left out.

Everything here can be asked "as if this pair had not been seen", which is how the ranker is trained: the ridge by its
closed leave-one-out form, the counted tables by folds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from suwen.domains.terms.matching.arrays import Floats, Ints, Sparse, lapack
from suwen.domains.terms.matching.index import rounded

RIDGE = 0.5
ROUNDS = 5
_BLOCK = 1024
_SAME = 2.0
"""Pseudo-count of a unit meaning itself."""


@dataclass(frozen=True)
class Ridge:
    """Kernel ridge regression (linear kernel on TF-IDF) of what the answers add to the mention's own words.

    ``weights`` ``(columns, d)``: prediction of a row x is ``x @ weights``.
    """

    weights: Floats

    def predict(self, vectors: Sparse) -> Floats:
        """Coordinates of the expected answer, one row a text."""
        return np.asarray(vectors @ self.weights, dtype=np.float32)


@dataclass(frozen=True)
class LeftOut:
    """Predictions for the training rows and for parts of them, each as if its row had not been seen."""

    rows: Floats
    parts: Floats


def fit_ridge(
    vectors: Sparse, targets: Floats, prior: Floats, parts: Sparse, owners: Ints, *, ridge: float = RIDGE
) -> tuple[Ridge, LeftOut]:
    """Fit ``targets ≈ vectors @ (prior + W)``; ``prior`` ``(columns, d)`` holds where nothing was learnt.

    ``parts``: vectors of parts of the rows, ``owners`` their row. Dual form: n × n, so thousands of rows, not more.
    """
    residual: Floats = targets - np.asarray(vectors @ prior)
    inverse, diagonal = _inverse(vectors, ridge)
    alpha: Floats = (inverse @ residual).astype(np.float32)
    weights = rounded((prior + vectors.T @ alpha).astype(np.float32))
    gone = alpha / diagonal[:, None]
    rows = (targets - gone).astype(np.float32)
    fitted_parts: Floats = np.asarray(parts @ weights, dtype=np.float32)
    influence = np.empty(len(owners), dtype=np.float32)
    for start in range(0, len(owners), _BLOCK):
        chunk = slice(start, start + _BLOCK)
        near: Floats = (parts[chunk] @ vectors.T).toarray()
        influence[chunk] = np.einsum("ij,ij->i", near, inverse[owners[chunk]])
    return Ridge(weights), LeftOut(rows, (fitted_parts - influence[:, None] * gone[owners]).astype(np.float32))


def _inverse(vectors: Sparse, ridge: float) -> tuple[Floats, Floats]:
    """The inverse of the kernel matrix and its diagonal; block by block, for it is the largest thing in memory."""
    count = vectors.shape[0]
    kernel = np.empty((count, count), dtype=np.float32, order="F")
    turned = vectors.T.tocsr()
    for start in range(0, count, _BLOCK):
        # Symmetric: a block of rows is as well a block of columns, which Fortran order holds together.
        kernel[:, start : start + _BLOCK] = (vectors[start : start + _BLOCK] @ turned).toarray().T
    kernel[np.diag_indices(count)] += ridge
    factor, failed = lapack.spotrf(kernel, lower=1, overwrite_a=1)
    inverse, failed_too = lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed or failed_too:
        raise ArithmeticError(f"kernel matrix is not positive definite ({failed}, {failed_too})")
    for start in range(0, count, _BLOCK):
        end = min(start + _BLOCK, count)
        corner: Floats = inverse[start:end, start:end]
        inverse[start:end, start:end] = np.tril(corner) + np.tril(corner, -1).T
        inverse[start:end, end:] = inverse[end:, start:end].T
    return inverse, np.diag(inverse).copy()


@dataclass(frozen=True)
class Habits:
    """How often a gram of the answer is not said in the mention (``added``), and the other way round (``left``).

    Logarithms, one value a column.
    """

    added: Floats
    left: Floats


def fit_habits(mentions: Sparse, answers: Sparse) -> Habits:
    """Count over pairs: rows of grams of each mention and of all its answers together."""
    both = np.asarray(mentions.multiply(answers).sum(axis=0)).ravel()
    in_mention = np.asarray(mentions.sum(axis=0)).ravel()
    in_answer = np.asarray(answers.sum(axis=0)).ravel()
    usual_added = (in_answer.sum() - both.sum() + 1) / (in_answer.sum() + 4)
    usual_left = (in_mention.sum() - both.sum() + 1) / (in_mention.sum() + 4)
    added = (in_answer - both + 3 * usual_added) / (in_answer + 3)
    left = (in_mention - both + 3 * usual_left) / (in_mention + 3)
    return Habits(np.log(added).astype(np.float32), np.log(left).astype(np.float32))


@dataclass(frozen=True)
class Translation:
    """IBM model 1 between units, both directions. Behind the units' rows one stands for nothing said (NULL).

    A last row of 0 is what a place without a unit adds.

    ``to_mention[c, m]`` = P(mention says m | answer says c); ``to_answer[m, c]`` = P(answer says c | mention says m).
    """

    to_mention: Floats
    to_answer: Floats


def fit_translation(mentions: Sequence[Ints], answers: Sequence[Ints], size: int) -> Translation:
    """Expectation maximisation over pairs of unit lists (numbers below ``size``)."""
    return Translation(_ibm(answers, mentions, size), _ibm(mentions, answers, size))


def _ibm(given: Sequence[Ints], said: Sequence[Ints], size: int) -> Floats:
    """P(said | given), ``(size + 2, size)``."""
    sources: list[Ints] = []
    targets: list[Ints] = []
    widths: list[Ints] = []
    null = np.array([size])
    for one, other in zip(given, said, strict=True):
        one = np.concatenate([one[one >= 0], null])
        other = other[other >= 0]
        sources.append(np.tile(one, len(other)))
        targets.append(np.repeat(other, len(one)))
        widths.append(np.full(len(other), len(one)))
    if not sources:
        return _only_same(size)
    source, target = np.concatenate(sources), np.concatenate(targets)
    width = np.concatenate(widths)
    groups = np.repeat(np.arange(len(width)), width)
    keys, inverse = np.unique(source * size + target, return_inverse=True)
    of_source = keys // size
    same = np.where(of_source == keys % size, _SAME, 0.0)
    chance = np.where(same > 0, 1.0, 0.05)
    for _ in range(ROUNDS):
        link = chance[inverse]
        link /= np.bincount(groups, link, len(width))[groups]
        counts = np.bincount(inverse, link, len(keys)) + same
        chance = counts / (np.bincount(of_source, counts, size + 1)[of_source] + 1.0)
    table = _only_same(size)
    table[of_source, keys % size] = chance
    return table


def _only_same(size: int) -> Floats:
    """What is believed of units that no pair held: they mean themselves."""
    table = np.full((size + 2, size), 1e-5, dtype=np.float32)
    np.fill_diagonal(table[:size], 0.5)
    table[size + 1] = 0
    return table
