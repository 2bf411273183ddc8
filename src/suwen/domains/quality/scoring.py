"""Scores: one formula at every level.

For a selection (institutions, datasets, dimensions, days) each rule pools its counts, its score is the share of
checked rows that pass, and the selection's score is the mean of the rule scores weighted by severity:

    score(rule)      = 100 * (1 - failed / checked)             none when checked = 0
    score(selection) = sum(weight * score) / sum(weight)        over the rules that have a score; none without any
    weight           = 5 critical, 3 major, 1 minor

Example: a critical rule with 1 failure of 100 checked (99.0) and a minor one with 1 of 2 (50.0) give
(5 * 99 + 1 * 50) / 6 = 90.83. Nothing judged gives no score: an empty set is neither good nor bad.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Tally:
    """The counts of one rule within something: an institution, a day, a dataset."""

    rule: str
    weight: int
    checked: int
    failed: int


@dataclass(frozen=True)
class Score:
    """The score of a selection: 0..100 to two digits, or None when nothing was checked."""

    score: float | None
    rules: int
    checked: int
    failed: int


def rule_score(checked: int, failed: int) -> float | None:
    """Return 100 * (1 - failed / checked), or None when nothing was checked.

    >>> rule_score(100, 1), rule_score(0, 0)
    (99.0, None)
    """
    return 100.0 * (checked - failed) / checked if checked else None


def score(tallies: Iterable[Tally]) -> Score:
    """Return the score of a selection; see the module for the formula.

    >>> score([Tally("a", 5, 100, 1), Tally("b", 1, 2, 1), Tally("c", 3, 0, 0)])
    Score(score=90.83, rules=2, checked=102, failed=2)
    """
    pooled: dict[str, tuple[int, int, int]] = {}
    for tally in tallies:
        _, checked, failed = pooled.get(tally.rule, (0, 0, 0))
        pooled[tally.rule] = (tally.weight, checked + tally.checked, failed + tally.failed)
    judged = [item for item in pooled.values() if item[1]]
    weights = sum(weight for weight, _, _ in judged)
    total = sum(weight * (rule_score(checked, failed) or 0.0) for weight, checked, failed in judged)
    return Score(
        round(total / weights, 2) if weights else None,
        len(judged),
        sum(checked for _, checked, _ in judged),
        sum(failed for _, _, failed in judged),
    )


T = TypeVar("T")


def scores_by(items: Iterable[T], key: Callable[[T], K], tally: Callable[[T], Tally]) -> dict[K, Score]:
    """Return the score of each group of items, by `key`."""
    groups: dict[K, list[Tally]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(tally(item))
    return {name: score(tallies) for name, tallies in groups.items()}
