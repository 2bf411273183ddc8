"""Rules that need no probability: what a registrar would accept without a second look."""

import duckdb

from suwen.domains.patients.matching.link import Link

RULES: dict[str, str] = {
    # valid resident id (身份证号) and the same name
    "resident_id_and_name": "SELECT id_no || '|' || name AS block, unique_id FROM comparable "
    "WHERE id_no IS NOT NULL AND name IS NOT NULL AND NOT newborn",
    # the id is the person's own on both sides and the name sounds the same: 李雯 / 李文
    "own_id_and_reading": "SELECT own_id || '|' || reading AS block, unique_id FROM comparable "
    "WHERE own_id IS NOT NULL AND reading IS NOT NULL",
    # health card (居民健康卡) and the same name
    "card_and_name": "SELECT card || '|' || name AS block, unique_id FROM comparable "
    "WHERE card IS NOT NULL AND name IS NOT NULL AND NOT newborn",
    # health card, birth date and sex: a change of name
    "card_birth_sex": "SELECT card || '|' || birth_text || '|' || sex AS block, unique_id FROM comparable "
    "WHERE card IS NOT NULL AND birth_text IS NOT NULL AND sex IS NOT NULL AND NOT newborn",
}
"""Rule name to a query giving ``block``, ``unique_id``: rows of one block are one person."""

# Each row is linked to the first of its block, so that a block of n rows gives n-1 links, not n².
_PAIRS = (
    "SELECT min(unique_id) OVER (PARTITION BY block) AS first, unique_id FROM ({block}) "
    "QUALIFY first <> unique_id ORDER BY first, unique_id"
)


def deterministic_links(connection: duckdb.DuckDBPyConnection) -> list[Link]:
    """Links of all sure rules over the view ``comparable``, score 1, ordered by rule and keys."""
    links: list[Link] = []
    for rule, block in RULES.items():
        statement = _PAIRS.replace("{block}", block)
        links += [Link(left, right, 1.0, rule) for left, right in connection.execute(statement).fetchall()]
    return links
