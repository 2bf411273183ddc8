"""A feed's changes from the table into which triggers write them."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from suwen.domains.ingest.changefiles import ChangeFiles
from suwen.domains.ingest.changelog import Readiness, Shape, Told, Wanted
from suwen.domains.ingest.connectors.mysql.outbox.looking import Seen, look, obstacles, readiness
from suwen.domains.ingest.connectors.mysql.outbox.position import Position
from suwen.domains.ingest.connectors.mysql.outbox.reading import changes, clock, dead, holds, numbers, waiting
from suwen.domains.ingest.connectors.mysql.server import Server, connection
from suwen.domains.ingest.connectors.mysql.texts import typed
from suwen.domains.ingest.errors import ChangesLost
from suwen.domains.ingest.outbox import AT_ONCE, OutboxSource, must_work
from suwen.domains.ingest.ownnames import own_name
from suwen.domains.ingest.rawtable import SourceColumn


class MySQLOutbox(OutboxSource):
    """The changes of one table as its triggers wrote them; arguments: of the connection. database, table: the table."""

    def __init__(self, arguments: dict[str, Any], wanted: Wanted, database: str, table: str) -> None:
        self._arguments, self._wanted, self._database, self._table = arguments, wanted, database, table
        self.kept_as = own_name(wanted)

    def readiness(self, position: str | None = None) -> Readiness:
        """Look at table, triggers and table of changes."""
        with self._connected() as server:
            seen = self._look(server)
            return readiness(server, self._wanted, seen, Position.of(position) if position else None)

    def begin(self) -> str:
        """Return the position of now: what is not seen yet will be told."""
        with self._connected() as server:
            seen = self._look(server)
            must_work(obstacles(seen, self._wanted), self._wanted)
            return str(Position(seen.made).after(numbers(server, seen.outbox.node), clock(server)))

    def shape(self) -> Shape:
        """Return the table's columns that the triggers tell."""
        with self._connected() as server:
            return self._look(server).shape

    def waiting(self, position: str) -> str | None:
        """Look for a change that the position has not read."""
        begins = Position.of(position)
        with self._connected() as server:
            seen = self._standing(server, begins)
            found, _ = waiting(server, seen.outbox.node, begins, 1)
            return None if found else position

    def tell(self, position: str, columns: tuple[SourceColumn, ...], folder: Path, done: Callable[[int], None]) -> Told:
        """Write the changes behind a position, `AT_ONCE` at most."""
        begins = Position.of(position)
        read: list[int] = []
        files = ChangeFiles(folder, self._wanted.key, [column.name for column in columns], done)
        with self._connected() as server:
            seen = self._standing(server, begins)
            table = seen.outbox.node
            begins = begins.without(dead(server, table, begins.gaps))
            # Before the changes are read: a gap is the older for it, never the younger.
            now = clock(server)
            for change in changes(server, table, begins, seen.columns, AT_ONCE):
                files.imaged(change.op, change.at, change.number, change.before, change.after)
                read.append(change.number)
        files.close()
        told, types = files.told(columns), {one.name: one for one in seen.columns}
        sql = files.select([typed(column, types.get(column.name)) for column in told])
        return Told(files.changes, str(begins.after(read, now)), sql, told, len(read) >= AT_ONCE, files.partial)

    @contextmanager
    def _connected(self) -> Generator[Server]:
        with connection(self._arguments) as server:
            yield server

    def _look(self, server: Server) -> Seen:
        return look(server, self._wanted, self._database, self._table)

    def _standing(self, server: Server, position: Position) -> Seen:
        """Return what is there; raise SourceNotPrepared, or ChangesLost where changes were not written or are gone."""
        seen = self._look(server)
        must_work(obstacles(seen, self._wanted), self._wanted)
        if seen.made != position.made:
            raise ChangesLost(
                f"the triggers of {self.kept_as} on {self._database}.{self._table} were made anew",
                received=position.made,
                allowed=seen.made,
            )
        if position.top and not holds(server, seen.outbox.node, position.top):
            raise ChangesLost(
                f"{self._database}.{self.kept_as} no longer holds change {position.top}, the last that was read: it "
                "was emptied or made anew",
                received=position.top,
            )
        return seen
