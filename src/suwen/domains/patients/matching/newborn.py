"""Children registered before they had a name: under the mother's name, number and phone.

Such an identity says next to nothing of its own, so no model compares it. What finds the child again under its own
name is the day of birth, the sex and what the household shares; twins share these too, so the answer must be single.
"""

from collections import defaultdict

import duckdb

from suwen.domains.patients.matching.cluster import Clusters
from suwen.domains.patients.matching.link import Link

MOST_SHARING = 100
"""A phone, address or guardian's id that more identities share is perhaps no household's: people look at the pair.

At 7 births per 1,000 people and year, 1 in 1,000 such newborns has another of its day and sex among 100 neighbours.
"""

MOST_LISTED = 1_000
"""One that more identities share says nothing."""

RULE = "newborn_birth_sex_household"
DOUBT = 0.9
"""Score of a pair that may be a newborn and its later self, or its twin."""

_SHARED = """
WITH shared AS (
  SELECT unique_id, newborn, birth_text, sex, mark
  FROM (
    SELECT *, unnest([
      'phone ' || phone,
      -- A house number makes an address a household's.
      CASE WHEN regexp_matches(address, '[0-9]') THEN 'address ' || address END,
      'guardian ' || guardian
    ]) AS mark
    FROM comparable
    WHERE birth_text IS NOT NULL AND sex IS NOT NULL
  )
  WHERE mark IS NOT NULL
),
household AS (SELECT mark, count(*) AS size FROM shared GROUP BY mark HAVING count(*) BETWEEN 2 AND $most)
SELECT child.unique_id, other.unique_id, other.newborn, min(size)
FROM shared AS child
JOIN shared AS other USING (mark, birth_text, sex)
JOIN household USING (mark)
WHERE child.newborn AND child.unique_id <> other.unique_id AND (NOT other.newborn OR child.unique_id < other.unique_id)
GROUP BY ALL ORDER BY 1, 2
"""


def newborn_links(connection: duckdb.DuckDBPyConnection, clusters: Clusters) -> tuple[list[Link], list[Link]]:
    """Links of newborns to their later selves, and pairs in doubt, over the view ``comparable``.

    A newborn is linked where all it could be is one person already and no other newborn could be that person.
    Two newborns of one day and sex in one household are twins or one child registered twice: always in doubt.
    """
    rows = connection.execute(_SHARED, {"most": MOST_LISTED}).fetchall()
    later: dict[str, list[str]] = defaultdict(list)
    claims: dict[str, set[str]] = defaultdict(set)
    unclear: set[str] = set()
    doubtful: list[Link] = []
    for child, other, newborn, _ in rows:
        if newborn:
            unclear |= {child, other}
            doubtful.append(_link(child, other, DOUBT))
        else:
            later[child].append(other)
            claims[clusters.root(other)].add(child)
    close = {(child, clusters.root(other)) for child, other, _, size in rows if size <= MOST_SHARING}
    sure: list[Link] = []
    for child, others in later.items():
        found = {clusters.root(other): other for other in reversed(others)}
        single = len(found) == 1 and child not in unclear
        for root, other in found.items():
            if single and len(claims[root]) == 1 and (child, root) in close:
                sure.append(_link(child, other, 1.0))
            else:
                doubtful.append(_link(child, other, DOUBT))
    return sure, doubtful


def _link(left: str, right: str, score: float) -> Link:
    return Link(min(left, right), max(left, right), score, RULE)
