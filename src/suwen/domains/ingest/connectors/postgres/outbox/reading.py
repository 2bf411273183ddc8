"""The statements that read a table of changes.

Numbers are given out when a change is made and become visible when its transaction commits, in whatever order; so what
is unread is told by transactions: those that the snapshot of the last read did not see. They are whole, none comes
twice, and a transaction that stays open for long holds nobody up. Among what becomes visible together the numbers stand
in the order of the changes of each row, for who changes a row waits for the transaction that changed it before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import sql

from suwen.domains.ingest.connectors.postgres.outbox.position import Position
from suwen.domains.ingest.connectors.postgres.server import Row
from suwen.domains.ingest.connectors.postgres.snapshot import Snapshot

_NOW = "SELECT txid_current_snapshot()::text AS now"
# The first condition lets the index find them.
_UNREAD = sql.SQL("""
FROM {outbox} AS c WHERE c."xid" >= %(floor)s AND NOT txid_visible_in_snapshot(c."xid", %(seen)s::txid_snapshot)
""")
_WAITING = sql.SQL("""
SELECT count(*)::int AS changes, min(w."at") AS oldest, txid_current_snapshot()::text AS now FROM (
  SELECT c."at" {unread}
  AND (c."number" > %(number)s OR NOT txid_visible_in_snapshot(c."xid", %(until)s::txid_snapshot)) LIMIT %(most)s) AS w
""")
# json_each_text: every value as the text that its type writes, also numbers and what is nested.
_CHANGES = sql.SQL("""
SELECT c."number", c."op"::text AS op, c."at" AT TIME ZONE 'UTC' AS at,
  (SELECT json_object_agg(e.key, e.value) FROM json_each_text(c."before") AS e) AS before,
  (SELECT json_object_agg(e.key, e.value) FROM json_each_text(c."after") AS e) AS after
{unread} AND txid_visible_in_snapshot(c."xid", %(until)s::txid_snapshot) AND c."number" > %(number)s
ORDER BY c."number" LIMIT %(most)s
""")


@dataclass(frozen=True)
class Waiting:
    """How many changes wait to be read, and since when; now: the moment that was looked at."""

    changes: int
    oldest: datetime | None
    now: Snapshot


def snapshot(at: psycopg.Connection[Row]) -> Snapshot:
    """Return what is seen now."""
    found = at.execute(_NOW).fetchone()
    assert found is not None  # it always gives one row
    return Snapshot.of(found["now"])


def waiting(at: psycopg.Connection[Row], schema: str, outbox: str, position: Position, most: int) -> Waiting:
    """Count what a position has not read, up to a number."""
    asked = _asked(position, position.until or position.seen, most)
    found = at.execute(_over(_WAITING, schema, outbox), asked).fetchone()
    assert found is not None  # it always gives one row
    return Waiting(found["changes"], found["oldest"], Snapshot.of(found["now"]))


def changes(
    at: psycopg.Connection[Row], schema: str, outbox: str, position: Position, until: Snapshot, most: int
) -> Iterator[Row]:
    """Return what a snapshot sees behind a position, in order: number, op, at (UTC), before, after (column → text)."""
    with at.cursor() as cursor:
        yield from cursor.stream(_over(_CHANGES, schema, outbox), _asked(position, until, most), size=1000)


def _over(statement: sql.SQL, schema: str, outbox: str) -> sql.Composed:
    return statement.format(unread=_UNREAD.format(outbox=sql.Identifier(schema, outbox)))


def _asked(position: Position, until: Snapshot, most: int) -> dict[str, object]:
    return {
        "floor": position.seen.xmin, "seen": str(position.seen), "until": str(until), "number": position.number,
        "most": most,
    }  # fmt: skip
