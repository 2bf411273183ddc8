"""A feed's changes from the table into which triggers write them."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlglot import exp

from suwen.domains.ingest.changefiles import ChangeFiles
from suwen.domains.ingest.changelog import Readiness, Shape, Told, Wanted
from suwen.domains.ingest.connectors.postgres.outbox.looking import Seen, look, obstacles, readiness
from suwen.domains.ingest.connectors.postgres.outbox.position import Position
from suwen.domains.ingest.connectors.postgres.outbox.reading import changes, snapshot, waiting
from suwen.domains.ingest.connectors.postgres.server import Row, connection
from suwen.domains.ingest.connectors.postgres.texts import typed
from suwen.domains.ingest.errors import ChangesLost
from suwen.domains.ingest.outbox import AT_ONCE, OutboxSource, must_work
from suwen.domains.ingest.ownnames import own_name
from suwen.domains.ingest.rawtable import SourceColumn, is_nested


class PostgresOutbox(OutboxSource):
    """The changes of one table as its triggers wrote them; arguments: of the connection. schema, table: the table."""

    def __init__(self, arguments: dict[str, Any], timeout: int, wanted: Wanted, schema: str, table: str) -> None:
        self._arguments, self._timeout, self._wanted = arguments, timeout, wanted
        self._schema, self._table, self._outbox = schema, table, own_name(wanted)
        self.kept_as = f"{schema}.{self._outbox}"

    def readiness(self, position: str | None = None) -> Readiness:
        """Look at table, triggers and table of changes."""
        with self._connected() as at:
            return readiness(at, self._wanted, self._look(at), Position.of(position) if position else None)

    def begin(self) -> str:
        """Return the position of now: what is not seen yet will be told."""
        with self._connected() as at:
            seen = self._look(at)
            must_work(obstacles(seen, self._wanted), self._wanted)
            return str(Position(seen.made, snapshot(at)))

    def shape(self) -> Shape:
        """Return the table's columns: triggers tell all of them."""
        with self._connected() as at:
            return self._look(at).shape

    def waiting(self, position: str) -> str | None:
        """Look for a change that the position has not read."""
        begins = Position.of(position)
        with self._connected() as at:
            self._standing(at, begins)
            found = waiting(at, self._schema, self._outbox, begins, 1)
            return None if found.changes or begins.until else str(Position(begins.made, found.now))

    def tell(self, position: str, columns: tuple[SourceColumn, ...], folder: Path, done: Callable[[int], None]) -> Told:
        """Write the changes behind a position, `AT_ONCE` at most."""
        begins = Position.of(position)
        with self._connected() as at:
            # One moment for all that is asked.
            at.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            with at.transaction():
                self._standing(at, begins)
                files = ChangeFiles(folder, self._wanted.key, [column.name for column in columns], done)
                until, last = begins.until or snapshot(at), 0
                for row in changes(at, self._schema, self._outbox, begins, until, AT_ONCE):
                    files.imaged(row["op"], row["at"], row["number"], row["before"] or {}, row["after"] or {})
                    last = row["number"]
        files.close()
        more = files.changes >= AT_ONCE
        end = begins.at(until, last) if more else Position(begins.made, until)
        told = files.told(columns)
        sql = files.select([_typed(column) for column in told])
        return Told(files.changes, str(end), sql, told, more or begins.until is not None, files.partial)

    @contextmanager
    def _connected(self) -> Generator[psycopg.Connection[Row]]:
        with connection(self._arguments, self._timeout) as opened:
            yield opened

    def _look(self, at: psycopg.Connection[Row]) -> Seen:
        return look(at, self._wanted, self._schema, self._table)

    def _standing(self, at: psycopg.Connection[Row], position: Position) -> None:
        """Raise SourceNotPrepared, or ChangesLost where changes were not written meanwhile."""
        seen = self._look(at)
        must_work(obstacles(seen, self._wanted), self._wanted)
        if seen.made != position.made:
            raise ChangesLost(
                f"{self.kept_as} or its triggers on {self._schema}.{self._table} were made anew",
                received=position.made,
                allowed=seen.made,
            )
        now = snapshot(at)
        if now.xmax < position.seen.xmax:
            raise ChangesLost(
                f"the transactions of the server of {self.kept_as} are numbered anew: it was restored or replaced",
                received=str(now),
                allowed=str(position.seen),
            )


def _typed(column: SourceColumn) -> exp.Expr:
    """Return the value of a column from the text in the image of a row, where lists and composites are JSON."""
    if not is_nested(column.type):
        return typed(column)
    text = exp.column(exp.to_identifier(column.name, quoted=True))
    value = exp.cast(exp.cast(text, "json"), exp.DataType.build(column.type, dialect="duckdb"))
    return exp.alias_(value, column.name, quoted=True)
