"""From links to persons: the strongest links first, and never against a veto."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from suwen.domains.patients.matching.link import Link


@dataclass
class Clusters:
    """Disjoint sets of patient keys that know which own ids they hold and whom they must not meet."""

    own_id: Mapping[str, str | None]
    """Patient key to the resident id that is surely this person's."""
    apart: frozenset[tuple[str, str]] = frozenset()
    """Pairs (smaller key first) that a person decided are not one."""
    _parent: dict[str, str] = field(default_factory=dict[str, str])
    _ids: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    _members: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def add(self, key: str) -> None:
        """Make ``key`` a set of its own where it is not known yet."""
        if key not in self._parent:
            own = self.own_id.get(key)
            self._parent[key], self._members[key] = key, [key]
            self._ids[key] = {own} if own else set()

    def root(self, key: str) -> str:
        """The representative of the set that holds ``key``."""
        self.add(key)
        while self._parent[key] != key:
            self._parent[key] = self._parent[self._parent[key]]
            key = self._parent[key]
        return key

    def veto(self, left: str, right: str) -> str | None:
        """Why two sets may not become one: ``two_own_ids``, ``decided_apart``; None where they may."""
        a, b = self.root(left), self.root(right)
        if len(self._ids[a] | self._ids[b]) > 1:
            return "two_own_ids"
        if self.apart:
            for x in self._members[a]:
                for y in self._members[b]:
                    if (min(x, y), max(x, y)) in self.apart:
                        return "decided_apart"
        return None

    def join(self, left: str, right: str, *, decided: bool = False) -> bool:
        """Make the sets one unless vetoed; says whether they are one now. What a person decided knows no veto."""
        a, b = self.root(left), self.root(right)
        if a == b:
            return True
        if not decided and self.veto(a, b):
            return False
        # The larger set keeps its root, so that long chains stay flat.
        if len(self._members[a]) < len(self._members[b]):
            a, b = b, a
        self._parent[b] = a
        self._members[a] += self._members.pop(b)
        self._ids[a] |= self._ids.pop(b)
        return True

    def groups(self) -> list[list[str]]:
        """All sets, each sorted, ordered by their first key."""
        return sorted(sorted(members) for members in self._members.values())


def cluster(clusters: Clusters, links: Iterable[Link]) -> list[Link]:
    """Join along ``links``, strongest first (then by keys, so the result does not hang on their order).

    Returns the links that a veto stopped: they are suspects for a person to look at.
    """
    ordered = sorted(links, key=lambda link: (-link.score, link.left, link.right, link.rule))
    return [link for link in ordered if not clusters.join(link.left, link.right)]
