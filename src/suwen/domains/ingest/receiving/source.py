"""A feed's changes from the inbox.

A position is the number of a reading. Each reading takes what nobody has taken yet, under a lock, so whatever it took
has a number above all that were given before, and an entry that was committed late is only taken later: nothing is
passed over, whoever commits when. Told again from an older position, changes are the same, in the same order.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from sqlglot import exp

from suwen.domains.ingest.changefiles import ChangeFiles
from suwen.domains.ingest.changelog import MOST_COUNTED, ChangeSource, Held, Own, Readiness, Shape, Told
from suwen.domains.ingest.errors import SourceUnavailable
from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.ingest.receiving.entries import DELETE, opened_changes
from suwen.kernel.clock import now

AT_ONCE = 100_000
"""Records told at once; a reading takes no more unless its last entry holds more."""
ENTRIES = 50_000
"""Entries taken at once."""
BEGINNING = "0"
"""The position before everything."""
PLACE_BITS = 20
"""The records of an entry are numbered within so many bits."""
_OPEN = sql.SQL("""source = %(source)s AND "table" = %(table)s AND state = 'waiting' AND taken IS NULL""")
_TAKEN = sql.SQL("""source = %(source)s AND "table" = %(table)s AND taken > %(after)s""")
_LOCK = sql.SQL("""
SELECT pg_advisory_xact_lock(hashtextextended('ingest_inbox ' || %(source)s || ' ' || %(table)s, 0))
""")
_NUMBER = sql.SQL("SELECT nextval('ingest_inbox_take') AS number")
_TAKE = sql.SQL("""
UPDATE ingest_inbox SET taken = %(number)s WHERE id IN (
  SELECT id FROM (SELECT id, sum(records) OVER (ORDER BY id) - records AS before FROM (
    SELECT id, records FROM ingest_inbox WHERE {open} ORDER BY id LIMIT %(entries)s) AS o) AS w
  WHERE before < %(most)s)
""").format(open=_OPEN)
_TELL = sql.SQL("""
SELECT taken, id, received_at AT TIME ZONE 'UTC' AS at, body FROM ingest_inbox WHERE {taken} ORDER BY taken, id
""").format(taken=_TAKEN)
_WAITING = sql.SQL("""
SELECT EXISTS (SELECT FROM ingest_inbox WHERE {open}) OR EXISTS (SELECT FROM ingest_inbox WHERE {taken}) AS waiting
""").format(open=_OPEN, taken=_TAKEN)
_HELD = sql.SQL("""
SELECT coalesce(least(sum(records), %(most)s), 0)::bigint AS changes, min(received_at) AS oldest,
  coalesce(sum(octet_length(body)), 0)::bigint AS bytes
FROM ingest_inbox WHERE {open} OR (state = 'waiting' AND {taken})
""").format(open=_OPEN, taken=_TAKEN)
# Another feed may read the same table: what each of them has may go.
_CONFIRM = sql.SQL("""
UPDATE ingest_inbox SET state = 'landed', landed_at = %(now)s
WHERE source = %(source)s AND "table" = %(table)s AND state = 'waiting' AND taken <= (
  SELECT min(CASE WHEN f.mode = 'push' THEN coalesce(f.high_water, '0')::bigint END)
  FROM ingest_feed AS f JOIN ingest_source AS s ON s.id = f.source_id
  WHERE s.code = %(source)s AND f.origin = %(table)s AND f.mode = 'push' AND f.removed_at IS NULL)
""")


class InboxChanges(ChangeSource):
    """The changes of one table that a source sent. columns: those declared of it."""

    def __init__(self, own: Own, table: str, columns: tuple[str, ...], key: tuple[str, ...]) -> None:
        self._own, self._table, self._columns, self._key = own, table, columns, key

    def readiness(self, position: str | None = None) -> Readiness:
        """Return what waits: nothing is to be prepared."""
        with self._connected() as at:
            asked = self._asked(position or BEGINNING) | {"most": MOST_COUNTED}
            found = at.execute(_HELD, asked).fetchone() or {}
        held = Held("ingest_inbox", found["bytes"], "", changes=found["changes"], oldest=found["oldest"])
        return Readiness((), "none", "", "", held)

    def begin(self) -> str:
        """Return the position before everything that the inbox keeps."""
        return BEGINNING

    def shape(self) -> Shape:
        """Return the declared columns."""
        return Shape(self._columns, "\n".join(self._columns))

    def waiting(self, position: str) -> str | None:
        """Look for an entry that the position has not read."""
        with self._connected() as at:
            found = at.execute(_WAITING, self._asked(position)).fetchone() or {}
        return None if found["waiting"] else position

    def tell(self, position: str, columns: tuple[SourceColumn, ...], folder: Path, done: Callable[[int], None]) -> Told:
        """Write the changes behind a position; ends with a whole reading."""
        files = ChangeFiles(folder, self._key, [column.name for column in columns], done)
        last, more = int(position), False
        with self._connected() as at:
            self._take(at)
            with at.cursor() as cursor:
                for row in cursor.stream(_TELL, self._asked(position), size=500):
                    if row["taken"] != last and files.changes >= AT_ONCE:
                        more = True
                        break
                    last = row["taken"]
                    self._put(files, row)
            at.rollback()
        files.close()
        told = files.told(columns)
        select = files.select([exp.column(exp.to_identifier(column.name, quoted=True)) for column in told])
        return Told(files.changes, str(last), select, told, more, files.partial)

    def confirm(self, position: str) -> None:
        """Mark as landed what every feed of the table has."""
        with self._connected() as at:
            at.execute(_CONFIRM, self._asked(position) | {"now": now()})

    def end(self) -> None:
        """Do nothing: what was sent stays until it has landed."""

    def _take(self, at: psycopg.Connection[dict[str, Any]]) -> None:
        """Take what nobody has taken; its number is given under the lock, so a later one is greater."""
        asked = self._asked(BEGINNING)
        with at.transaction():
            at.execute(_LOCK, asked)
            number = (at.execute(_NUMBER).fetchone() or {})["number"]
            at.execute(_TAKE, asked | {"number": number, "most": AT_ONCE, "entries": ENTRIES})

    def _put(self, files: ChangeFiles, row: dict[str, Any]) -> None:
        for place, (op, values) in enumerate(opened_changes(row["body"], self._own.key)):
            sequence = (row["id"] << PLACE_BITS) + place
            if op == DELETE:
                files.deleted(row["at"], sequence, values)
            else:
                files.updated(row["at"], sequence, {}, values)

    def _asked(self, position: str) -> dict[str, object]:
        return {"source": self._own.source, "table": self._table, "after": int(position)}

    @contextmanager
    def _connected(self) -> Generator[psycopg.Connection[dict[str, Any]]]:
        try:
            with psycopg.Connection[dict[str, Any]].connect(self._own.dsn, row_factory=dict_row) as opened:
                yield opened
        except psycopg.OperationalError as error:
            raise SourceUnavailable("the inbox does not answer", received=type(error).__name__) from None
