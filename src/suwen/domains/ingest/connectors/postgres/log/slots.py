"""The slots of a server's log, and the names of what belongs to a feed there."""

import psycopg

from suwen.domains.ingest.changelog import Held, Wanted
from suwen.domains.ingest.connectors.postgres.server import Row
from suwen.domains.ingest.ownnames import PREFIX, beginning_with, shortened

_SLOTS = """
SELECT s.slot_name AS name, s.active, coalesce(s.wal_status, 'reserved') AS state,
  s.confirmed_flush_lsn::text AS confirmed, to_jsonb(s) ->> 'invalidation_reason' AS reason,
  pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
                  s.restart_lsn)::bigint AS bytes
FROM pg_catalog.pg_replication_slots AS s
WHERE s.database = current_database() AND s.slot_name LIKE %(like)s ESCAPE '!' ORDER BY 1
"""


def slots(at: psycopg.Connection[Row], name: str, *, prefix: bool = False) -> list[Row]:
    """Return the slots of this database by their name, or by how it begins: name, active, state, confirmed, bytes."""
    return at.execute(_SLOTS, {"like": beginning_with(name, exactly=not prefix)}).fetchall()


def held(slot: Row) -> Held:
    """Return a slot as the screen shows it."""
    lost = slot["state"] == "lost" or slot["reason"] is not None
    return Held(slot["name"], slot["bytes"], "lost" if lost else slot["state"], slot["active"], slot["reason"])


def publication_name(wanted: Wanted) -> str:
    """Return the publication that a feed reads by; it keeps nothing, so installations may share it."""
    return shortened(f"{PREFIX}{wanted.feed.replace('.', '__')}")
