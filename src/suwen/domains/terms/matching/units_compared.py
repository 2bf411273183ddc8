"""Unit by unit: the longest run that two texts share, and how well one explains the other."""

import numpy as np

from suwen.domains.terms.matching.arrays import Floats, Ints, sparse
from suwen.domains.terms.matching.index import WIDTH, Index
from suwen.domains.terms.matching.learned import Translation
from suwen.domains.terms.matching.mentions import Mentions

_CHUNK = 512
"""Pairs at a time: the candidates of a few mentions ask for the same cells, which then stay in the cache."""


def common_run(left: Ints, right: Ints) -> tuple[Floats, Floats]:
    """Longest common run and where in the left row it begins, row by row."""
    found = [_common_of(left[at : at + _CHUNK], right[at : at + _CHUNK]) for at in range(0, len(left), _CHUNK)]
    run, begin = (np.concatenate(one) for one in zip(*found, strict=True)) if found else (np.empty(0), np.empty(0))
    return run.astype(np.float32), begin.astype(np.float32)


def _common_of(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """One piece, small enough for the cache, and only as wide as its longest texts."""
    right = right.astype(np.int32).T.copy()
    left = left.astype(np.int32).T.copy()
    left, right = (side[: int((side != -2).any(axis=1).sum())] for side in (left, right))
    run = np.zeros((len(right) + 1, left.shape[1]), dtype=np.int8)
    best = np.zeros(left.shape[1], dtype=np.int8)
    begin = np.zeros(left.shape[1], dtype=np.int8)
    for i, unit in enumerate(left):
        same = (right == unit) & (unit >= 0)
        run[1:] = (run[:-1] + np.int8(1)) * same
        longest = run.max(axis=0)
        begin[longest > best] = i + 1
        np.maximum(best, longest, out=best)
    return best, np.where(best > 0, begin - best, 0)


def explained(index: Index, mentions: Mentions, q: Ints, c: Ints, translation: Translation) -> list[tuple[str, Floats]]:
    """How well the units of mention ``q`` and name ``c`` explain each other: mean logarithms, by measure."""
    made: list[tuple[str, Floats]] = []
    units = mentions.units
    right = index.padded[c]
    right = right[:, : max(1, int(np.minimum(index.units.lengths[c], WIDTH).max(initial=1)))]
    there = right >= 0
    asked = np.where(there, right, 0)
    count = np.maximum(there.sum(axis=1), 1)
    size = translation.to_answer.shape[1]
    # To the answer: P(unit | mention) is one row a mention, so a candidate only looks up its units.
    rows, known = np.repeat(np.arange(len(units)), units.lengths), units.flat >= 0
    said = sparse.csr_matrix(
        (np.ones(int(known.sum()), np.float32), (rows[known], units.flat[known])), (len(units), size)
    )
    chance = said @ translation.to_answer[:size] + translation.to_answer[size]
    chance /= (np.bincount(rows[known], minlength=len(units)) + 1)[:, None]
    logs = np.where(there, np.log(np.maximum(chance[q[:, None], asked], 1e-6)), 0)
    made.append(("answer from mention", logs.sum(axis=1) / count))
    made.append(("answer from mention worst", logs.min(axis=1, initial=0)))
    # To the mention: the candidate's units explain each unit of the mention.
    left = units.padded(WIDTH)
    left = left[:, : max(1, int((left >= 0).sum(axis=1).max(initial=1)))]
    mine = left[q]
    of_mention = mine >= 0
    said_units = np.where(of_mention, mine, 0)
    table = translation.to_mention
    total = np.empty(mine.shape, dtype=np.float32)
    cells = table.ravel()
    begins = np.where(there, right, size + 1).astype(np.int32) * np.int32(size)
    for start in range(0, len(q), _CHUNK):
        # The candidates of a few mentions at a time: they ask for the same cells, which then stay in the cache.
        here = slice(start, start + _CHUNK)
        total[here] = cells.take(begins[here][:, :, None] + said_units[here][:, None, :]).sum(axis=1)
    total += table[size][said_units]
    total /= (count + 1)[:, None]
    logs = np.where(of_mention, np.log(np.maximum(total, 1e-6)), 0)
    many = of_mention.sum(axis=1)
    made.append(("mention from answer", logs.sum(axis=1) / np.maximum(many, 1)))
    # The better half of the units: a mention says more than one of its names explains.
    half = np.maximum(many // 2, 1)
    best = np.cumsum(-np.sort(np.where(of_mention, -logs, 99), axis=1), axis=1)
    made.append(("mention from answer best half", np.where(many > 0, best[np.arange(len(q)), half - 1] / half, 0)))
    return made
