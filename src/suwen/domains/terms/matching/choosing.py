"""Which candidates of a grid ``(mentions, PLACES)`` are the answer."""

import numpy as np

from suwen.domains.terms.matching.arrays import Bools, Floats, Ints


def choose_one(final: Floats, there: Bools) -> Bools:
    """The likeliest candidate of each mention."""
    chosen = np.zeros(final.shape, dtype=bool)
    if final.size:
        best = np.argmax(np.where(there, final, -1), axis=1)
        chosen[np.arange(len(final)), best] = there.any(axis=1)
    return chosen


def choose_many(final: Floats, there: Bools, cut: float) -> Bools:
    """Every candidate that reaches the cut, and the likeliest in any case."""
    return (there & (final >= cut)) | choose_one(final, there)


def best_cut(final: Floats, there: Bools, labels: Floats, sizes: Ints) -> float:
    """The cut with the best micro-F1 over held-out mentions."""
    total = sizes.sum()
    best, found = -1.0, 0.5
    for cut in np.arange(0.2, 0.71, 0.01):
        chosen = choose_many(final, there, float(cut))
        right = labels[chosen].sum()
        score = 2 * right / max(1, chosen.sum() + total)
        if score > best + 1e-9:
            best, found = float(score), float(cut)
    return found
