"""A feed's changes from its slot: begun before its rows are read, peeked at, and let go once they are kept here."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors

from suwen.domains.ingest.changelog import ChangeSource, Readiness, Shape, Told, Wanted
from suwen.domains.ingest.connectors.postgres.log.position import Position, lsn_of, lsn_text
from suwen.domains.ingest.connectors.postgres.log.preparing import Published, published, readiness
from suwen.domains.ingest.connectors.postgres.log.slots import held, publication_name, slots
from suwen.domains.ingest.connectors.postgres.log.writing import ChangeWriter
from suwen.domains.ingest.connectors.postgres.server import Row, connection
from suwen.domains.ingest.connectors.postgres.snapshot import Snapshot
from suwen.domains.ingest.errors import ChangesLost, SourceNotPrepared, SourceUnavailable
from suwen.domains.ingest.ownnames import own_name
from suwen.domains.ingest.rawtable import SourceColumn

AT_ONCE = 200_000
"""Messages asked for at once; a transaction that is under way then comes whole."""
BEGIN_SECONDS = 60
"""How long a new slot waits for the transactions that were open when it was asked for."""
BUSY_SECONDS = 20
"""How long a slot that somebody reads is waited for: the server takes a moment to see that a killed reader is gone."""
_PEEK = """
SELECT lsn - '0/0'::pg_lsn AS lsn, data FROM pg_logical_slot_peek_binary_changes(
  %(slot)s, %(upto)s::pg_lsn, %(most)s, 'proto_version', '1', 'publication_names', %(publication)s)
"""


class PostgresLog(ChangeSource):
    """The changes of one table by a slot of its own; arguments: of the connection. schema, table: the table's name."""

    def __init__(self, arguments: dict[str, Any], timeout: int, wanted: Wanted, schema: str, table: str) -> None:
        self._arguments, self._timeout, self._wanted = arguments, timeout, wanted
        self._schema, self._table = schema, table
        self.kept_as = self.slot = own_name(wanted)

    def readiness(self, position: str | None = None) -> Readiness:
        """Look at server, account, table, publication and slot."""
        with self._connected() as at:
            return readiness(at, self._wanted, self._schema, self._table)

    def shape(self) -> Shape:
        """Return the table's columns that the publication holds."""
        with self._connected() as at:
            return self._published(at).shape

    def begin(self) -> str:
        """Make the slot anew and return the position of now: slot first, then the snapshot by which it is told apart
        what the rows, read after it, hold already.
        """
        self.end()
        with self._connected(BEGIN_SECONDS) as at:
            found = readiness(at, self._wanted, self._schema, self._table)
            if found.errors:
                raise SourceNotPrepared(
                    "; ".join(each.text_en for each in found.errors), received=self._wanted.table, setup=found.setup
                )
            try:
                made = at.execute(
                    "SELECT lsn::text FROM pg_create_logical_replication_slot(%s, 'pgoutput')", [self.slot]
                ).fetchone()
            except errors.QueryCanceled:
                raise SourceUnavailable(
                    f"slot {self.slot}: a transaction at the source has been open for more than {BEGIN_SECONDS} s; "
                    "no point can be found from which changes are whole until it ends"
                ) from None
            now = at.execute("SELECT pg_current_snapshot()::text AS seen, pg_current_wal_insert_lsn()::text AS lsn")
            seen = now.fetchone()
            assert made is not None and seen is not None
            return str(Position(lsn_of(made["lsn"]), Snapshot.of(seen["seen"]), lsn_of(seen["lsn"])))

    def waiting(self, position: str) -> str | None:
        """Look at the first transaction behind a position."""
        with self._connected() as at:
            at_position = Position.of(position)
            self._standing(at, at_position)
            upto = self._flushed(at)
            found = self._peeked(at, upto, 1).fetchone()
            return None if found is not None else str(at_position.at(lsn_of(upto)))

    def tell(self, position: str, columns: tuple[SourceColumn, ...], folder: Path, done: Callable[[int], None]) -> Told:
        """Write the changes behind a position, about `AT_ONCE` at most."""
        begins = Position.of(position)
        with self._connected() as at:
            self._standing(at, begins)
            upto = self._flushed(at)
            writer = ChangeWriter(folder, begins, self._wanted.key, self._published(at).told, columns, done)
            messages = 0
            try:
                with at.cursor() as cursor:
                    rows = cursor.stream(_PEEK, self._asked(upto, AT_ONCE), binary=True, size=1000)
                    for row in rows:
                        writer.take(int(row["lsn"]), row["data"])
                        messages += 1
            except errors.UndefinedObject as error:
                raise SourceNotPrepared(
                    f"publication {publication_name(self._wanted)} is gone: {error.diag.message_primary}"
                ) from None
        writer.files.close()
        more = messages >= AT_ONCE
        end = begins.at(writer.end if more else max(lsn_of(upto), writer.end))
        sql, told = writer.read()
        return Told(writer.files.changes, str(end), sql, told, more, writer.files.partial)

    def confirm(self, position: str) -> None:
        """Move the slot up to a position."""
        with self._connected() as at:
            slot = self._slot(at)
            wanted = Position.of(position).lsn
            if slot is None or held(slot).state == "lost" or lsn_of(slot["confirmed"]) >= wanted:
                return
            self._wait_until_free(at)
            at.execute("SELECT pg_replication_slot_advance(%s, %s::pg_lsn)", [self.slot, lsn_text(wanted)])

    def end(self) -> None:
        """Drop the slot."""
        with self._connected() as at:
            if self._slot(at) is not None:
                self._wait_until_free(at)
                at.execute("SELECT pg_drop_replication_slot(%s)", [self.slot])

    @contextmanager
    def _connected(self, timeout: int | None = None) -> Generator[psycopg.Connection[Row]]:
        with connection(self._arguments, self._timeout if timeout is None else timeout) as opened:
            yield opened

    def _slot(self, at: psycopg.Connection[Row]) -> Row | None:
        return next(iter(slots(at, self.slot)), None)

    def _standing(self, at: psycopg.Connection[Row], position: Position) -> None:
        """Raise ChangesLost unless the slot still holds everything behind a position; wait until nobody reads it."""
        slot = self._slot(at)
        if slot is None:
            raise ChangesLost(f"slot {self.slot} is gone", received=self.slot)
        if held(slot).state == "lost":
            raise ChangesLost(
                f"slot {self.slot} was given up by the server ({slot['reason'] or 'wal_status = lost'}): "
                "it had kept more WAL than max_slot_wal_keep_size",
                received=self.slot,
            )
        if lsn_of(slot["confirmed"]) > position.lsn:
            raise ChangesLost(
                f"slot {self.slot} stands at {slot['confirmed']}, behind what has been read here",
                received=str(position),
            )
        self._wait_until_free(at)

    def _wait_until_free(self, at: psycopg.Connection[Row]) -> None:
        """Wait until nobody reads the slot. Raises SourceUnavailable."""
        begun = time.monotonic()
        while (slot := self._slot(at)) is not None and slot["active"]:
            if time.monotonic() - begun > BUSY_SECONDS:
                raise SourceUnavailable(f"slot {self.slot} is being read by another connection", received=self.slot)
            time.sleep(0.05)

    def _flushed(self, at: psycopg.Connection[Row]) -> str:
        found = at.execute("SELECT pg_current_wal_flush_lsn()::text AS lsn").fetchone()
        assert found is not None  # it always gives one row
        return str(found["lsn"])

    def _published(self, at: psycopg.Connection[Row]) -> Published:
        return published(at, self._wanted, self._schema, self._table)

    def _peeked(self, at: psycopg.Connection[Row], upto: str, most: int) -> psycopg.Cursor[Row]:
        return at.execute(_PEEK, self._asked(upto, most), binary=True)

    def _asked(self, upto: str, most: int) -> dict[str, object]:
        return {"slot": self.slot, "upto": upto, "most": most, "publication": publication_name(self._wanted)}
