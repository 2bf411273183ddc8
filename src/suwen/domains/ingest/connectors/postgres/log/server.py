"""What a PostgreSQL server is asked besides rows: over a connection whose text formats are those that DuckDB reads."""

import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from suwen.domains.ingest.changelog import Held, Wanted
from suwen.domains.ingest.errors import SourceUnavailable

PREFIX = "suwen_"
LONGEST_NAME = 63
# What the output functions of types depend on; nothing is ever written at a source.
_SETTINGS = {
    "datestyle": "ISO, YMD", "timezone": "UTC", "intervalstyle": "postgres", "extra_float_digits": "1",
    "bytea_output": "hex", "default_transaction_read_only": "on",
}  # fmt: skip
_SLOTS = """
SELECT s.slot_name AS name, s.active, coalesce(s.wal_status, 'reserved') AS state,
  s.confirmed_flush_lsn::text AS confirmed, to_jsonb(s) ->> 'invalidation_reason' AS reason,
  pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
                  s.restart_lsn)::bigint AS bytes
FROM pg_catalog.pg_replication_slots AS s
WHERE s.database = current_database() AND s.slot_name LIKE %(like)s ESCAPE '!' ORDER BY 1
"""
Row = dict[str, Any]


@contextmanager
def connection(arguments: dict[str, Any], timeout_seconds: int = 0) -> Generator[psycopg.Connection[Row]]:
    """Open a read-only connection; every error of it becomes SourceUnavailable, without what may hold a password."""
    try:
        opened: psycopg.Connection[Row] = psycopg.Connection[Row].connect(
            **arguments, autocommit=True, application_name="suwen", row_factory=dict_row
        )
    except psycopg.Error as error:
        raise SourceUnavailable(f"PostgreSQL, connection: {_told(error)}") from None
    with opened:
        try:
            settings = _SETTINGS | {"statement_timeout": str(timeout_seconds * 1000)}
            for name, value in settings.items():
                opened.execute("SELECT set_config(%s, %s, false)", [name, value])
            yield opened
        except psycopg.Error as error:
            raise SourceUnavailable(f"PostgreSQL: {_told(error)}", received=error.sqlstate) from None


def slots(at: psycopg.Connection[Row], name: str, *, prefix: bool = False) -> list[Row]:
    """Return the slots of this database by their name, or by how it begins: name, active, state, confirmed, bytes."""
    like = "".join(f"!{letter}" if letter in "!%_" else letter for letter in name) + ("%" if prefix else "")
    return at.execute(_SLOTS, {"like": like}).fetchall()


def held(slot: Row) -> Held:
    """Return a slot as the screen shows it."""
    lost = slot["state"] == "lost" or slot["reason"] is not None
    return Held(slot["name"], slot["bytes"], "lost" if lost else slot["state"], slot["active"], slot["reason"])


def slot_name(wanted: Wanted) -> str:
    """Return the slot of a feed: another installation that reads the same table has another."""
    return shortened(f"{PREFIX}{wanted.installation}_{wanted.feed.replace('.', '__')}")


def publication_name(wanted: Wanted) -> str:
    """Return the publication that a feed reads by; it keeps nothing, so installations may share it."""
    return shortened(f"{PREFIX}{wanted.feed.replace('.', '__')}")


def shortened(name: str) -> str:
    """Return a name of at most 63 letters, told from others by its digest."""
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def identifier(*parts: str) -> str:
    """Return a quoted name."""
    return sql.Identifier(*parts).as_string()


def _told(error: psycopg.Error) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
