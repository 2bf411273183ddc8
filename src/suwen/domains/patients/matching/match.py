"""The whole of matching, free of any store: identities in, groups and suspects out."""

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from suwen.domains.patients.matching.cluster import Clusters, cluster
from suwen.domains.patients.matching.deterministic import deterministic_links
from suwen.domains.patients.matching.guard import Guard
from suwen.domains.patients.matching.link import Link
from suwen.domains.patients.matching.newborn import newborn_links
from suwen.domains.patients.matching.normalise import comparable, own_ids
from suwen.domains.patients.matching.probabilistic import Thresholds, probable_links


@dataclass(frozen=True)
class Matched:
    """``groups``: patient keys of one person each; ``suspects``: links between different groups for review.

    ``used``: patient key to the link that brought it into its group, for the history.
    """

    groups: list[list[str]]
    suspects: list[Link]
    used: dict[str, Link]


def match(
    identities: pa.Table,
    *,
    together: Iterable[tuple[str, str]] = (),
    apart: Iterable[tuple[str, str]] = (),
    thresholds: Thresholds | None = None,
) -> Matched:
    """Find the persons in a table of ``IDENTITY_COLUMNS`` (one row a patient key).

    ``together`` and ``apart`` are decisions of people (smaller key first); they outrank every rule.
    The same input gives the same output, whatever the order of its rows.
    """
    limits = thresholds or Thresholds()
    table = comparable(identities)
    guard = Guard.of(table)
    own_id = own_ids(table)
    clusters = Clusters(own_id, frozenset(apart))
    for key in own_id:
        clusters.add(key)
    decided = [Link(a, b, 1.0, "decided") for a, b in together if a in own_id and b in own_id]
    for link in decided:
        clusters.join(link.left, link.right, decided=True)
    with duckdb.connect() as connection:
        connection.register("comparable", table)
        sure = deterministic_links(connection)
        stopped = cluster(clusters, sure)
        # What sure rules have settled is not scored again.
        settled = {key: clusters.root(key) for key in own_id}
        probable = probable_links(connection, limits, settled)
        strong = [link for link in probable if link.score >= limits.link and guard.allows(link)]
        stopped += cluster(clusters, strong)
        children, doubtful = newborn_links(connection, clusters)
        stopped += cluster(clusters, children)
    used: dict[str, Link] = {}
    for link in [*decided, *sure, *strong, *children]:
        if clusters.root(link.left) == clusters.root(link.right):
            used.setdefault(link.right, link)
            used.setdefault(link.left, link)
    listed = [*stopped, *doubtful, *probable]
    return Matched(clusters.groups(), _suspects(clusters, [link for link in listed if guard.worth_a_look(link)]), used)


def _suspects(clusters: Clusters, links: list[Link]) -> list[Link]:
    """One suspect for every two groups, the strongest; pairs that a person has kept apart are settled."""
    best: dict[tuple[str, str], Link] = {}
    for link in sorted(links, key=lambda link: (-link.score, link.left, link.right)):
        groups = sorted((clusters.root(link.left), clusters.root(link.right)))
        if groups[0] != groups[1] and clusters.veto(link.left, link.right) != "decided_apart":
            best.setdefault((groups[0], groups[1]), link)
    return sorted(best.values())
