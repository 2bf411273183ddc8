"""How well found persons agree with the true ones, counted in pairs of identities.

Source: pairwise precision and recall as in Christen, "Data Matching" (2012), 7.2; all pairs of the closed groups.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

Labels = Mapping[str, Hashable]
"""Identity (patient key) to the person it is said to belong to."""


@dataclass(frozen=True)
class PairScore:
    """``true``: pairs of one true person; ``found``: pairs of one found person; ``both``: pairs of both."""

    true: int
    found: int
    both: int

    @property
    def precision(self) -> float:
        """Share of the found pairs that are true; 1 when none was found."""
        return self.both / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the true pairs that were found; 1 when there are none."""
        return self.both / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.true + self.found
        return 2 * self.both / total if total else 1.0

    @property
    def wrong(self) -> int:
        """Pairs that are wrong either way: joined though two, apart though one."""
        return self.true + self.found - 2 * self.both


@dataclass
class KindScore:
    """True pairs of which one side carries a kind of trouble; how many were missed, how many of those are listed."""

    pairs: int = 0
    missed: int = 0
    listed: int = 0

    @property
    def recall(self) -> float:
        """Share of the pairs that were found."""
        return 1 - self.missed / self.pairs if self.pairs else 1.0


def score_pairs(truth: Labels, found: Labels) -> PairScore:
    """Count pairs over the identities of ``truth``; each must be in ``found``."""
    true, seen = Counter(truth.values()), Counter(found[key] for key in truth)
    both = Counter((truth[key], found[key]) for key in truth)
    return PairScore(_pairs(true), _pairs(seen), _pairs(both))


def over_merged(truth: Labels, found: Labels) -> int:
    """Found persons that hold identities of more than one true person; read the other way round: split persons."""
    held: dict[Hashable, set[Hashable]] = defaultdict(set)
    for key, person in truth.items():
        held[found[key]].add(person)
    return sum(len(persons) > 1 for persons in held.values())


def score_kinds(
    truth: Labels, found: Labels, kinds: Mapping[str, frozenset[str]], suspects: Iterable[tuple[str, str]]
) -> dict[str, KindScore]:
    """Score by kind of trouble (a pair counts for every kind that either side carries); ``""`` is all pairs.

    A missed pair is listed where some suspect lies between the two persons that hold its sides.
    """
    listed = {frozenset((found[a], found[b])) for a, b in suspects if a in found and b in found}
    scores: dict[str, KindScore] = defaultdict(KindScore)
    members: dict[Hashable, list[str]] = defaultdict(list)
    for key, person in truth.items():
        members[person].append(key)
    for keys in members.values():
        for a, b in combinations(sorted(keys), 2):
            missed = found[a] != found[b]
            for kind in kinds[a] | kinds[b] | {""}:
                score = scores[kind]
                score.pairs += 1
                score.missed += missed
                score.listed += missed and frozenset((found[a], found[b])) in listed
    return dict(sorted(scores.items()))


def _pairs(sizes: Counter[Hashable] | Counter[tuple[Hashable, Hashable]]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())
