"""Which confidence is enough: chosen on held-out pairs so that a stated precision holds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv

from suwen.domains.terms.matching.answer import Acceptance
from suwen.domains.terms.matching.arrays import Floats

CERTAINTY, CERTAINTY_SEVERAL = 0.65, 0.9
"""One-sided certainty of the lower limit of the precision (Clopper-Pearson), for answers of one and of several names.

Held-out answers of one name are right less often than those given later, when all pairs teach; whole decompositions,
which are judged by more that was learnt, a little more often (docs/benchmarks.md).
"""
_TRACE = 1e-6


LEAST_PAIRS = 60
"""Fewer confirmed pairs are only remembered, not learnt from."""


def certainty_of(*, several: bool) -> float:
    """Return the certainty of the lower limit for answers of one name, or of several."""
    return CERTAINTY_SEVERAL if several else CERTAINTY


def pairs_needed(precision: float, *, several: bool = False) -> int:
    """Return how many held-out pairs it takes at least for a precision to be had, were all of them right."""
    doubt = 1 - certainty_of(several=several)
    return max(LEAST_PAIRS, math.ceil(math.log(doubt) / math.log(precision)))


@dataclass(frozen=True)
class HeldOut:
    """Each confirmed pair as answered by what the others teach: ``confidence``, ``right`` (0 or 1), in their order."""

    confidence: Floats
    right: Floats

    def choose(
        self, precision: float, places: Sequence[int] | None = None, *, certainty: float = CERTAINTY
    ) -> Acceptance:
        """Choose the acceptance on all pairs, or on those at some places."""
        which = slice(None) if places is None else np.array(places, dtype=np.int64)
        return choose(self.confidence[which], self.right[which], precision, certainty)


def choose(confidence: Floats, right: Floats, precision: float, certainty: float = CERTAINTY) -> Acceptance:
    """Choose the least confidence at which the precision's lower limit still reaches ``precision``.

    ``confidence``, ``right`` (0 or 1): of held-out answers. ``certainty``: of the lower limit.
    """
    count = len(confidence)
    if not count:
        return Acceptance(precision, message="没有已确认的对照, 无法给出自动接受的阈值")
    order = np.argsort(-confidence, kind="stable")
    found = np.cumsum(right[order] > 0.5)
    total = np.arange(1, count + 1)
    limits = betaincinv(np.maximum(found, 1), total - found + 1, 1 - certainty)
    # Equal confidences are accepted together or not at all.
    ends = np.r_[confidence[order][1:] < confidence[order][:-1], True]
    good = np.flatnonzero((limits >= precision) & ends & (found > 0))
    if not len(good):
        return Acceptance(
            precision,
            pairs=count,
            message=f"{count} 条留出的对照上达不到 {precision:.1%} 的准确率, 不自动接受",
        )
    last = int(good[-1])
    return Acceptance(
        precision,
        threshold=float(confidence[order][last]),
        coverage=(last + 1) / count,
        measured=float(found[last] / total[last]),
        lower=float(limits[last]),
        pairs=count,
        message=f"置信度不低于 {confidence[order][last]:.4f} 的自动接受: 在 {count} 条留出的对照上"
        f"覆盖 {(last + 1) / count:.1%}, 准确率 {found[last] / total[last]:.2%}(下限 {limits[last]:.2%})",
    )


def steps(confidence: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Isotonic regression (pool adjacent violators): confidences and the calibrated values from there upwards."""
    order = np.argsort(confidence, kind="stable")
    blocks: list[tuple[float, float, float]] = []
    for x, y in zip(confidence[order], right[order], strict=True):
        blocks.append((float(x), float(y), 1.0))
        while len(blocks) > 1 and blocks[-2][1] >= blocks[-1][1]:
            _, value, weight = blocks.pop()
            start, before, weight_before = blocks.pop()
            total = weight + weight_before
            blocks.append((start, (value * weight + before * weight_before) / total, total))
    begins = np.array([block[0] for block in blocks], dtype=np.float32)
    # A block of one kind only is not certain: one pseudo-observation of each kind.
    values = np.array([(v * w + 0.5) / (w + 1) for _, v, w in blocks], dtype=np.float32)
    return begins, np.maximum.accumulate(values)


def calibrated(confidence: Floats, table: tuple[Floats, Floats]) -> Floats:
    """Look values up in what ``steps`` gave, linearly between its points.

    In double precision and with a trace of what was looked up, so that the order stays strict on level stretches, too:
    a threshold means the same before and after. Below the least confidence that was ever held out it falls to 0:
    nothing is known there.
    """
    given = confidence.astype(np.float64)
    if not len(table[0]):
        return given
    points, heights = (np.concatenate([np.zeros(1), column]) for column in table)
    return np.interp(given, points, heights) * (1 - _TRACE) + given * _TRACE
