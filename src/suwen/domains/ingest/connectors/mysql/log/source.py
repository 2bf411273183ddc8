"""A feed's changes from the binlog: read from where it stands up to the log's end, then let go."""

import shutil
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from suwen.domains.ingest.changefiles import ChangeFiles
from suwen.domains.ingest.changelog import ChangeSource, Readiness, Shape, Told, Wanted
from suwen.domains.ingest.connectors.mysql.log.position import FIRST, Position, number
from suwen.domains.ingest.connectors.mysql.log.preparing import (
    File,
    Seen,
    files_of,
    look,
    lost_at,
    moment,
    of_server,
    of_table,
    readiness,
)
from suwen.domains.ingest.connectors.mysql.log.reading import Change, Emptied, Ended, Kept, Reading, Undone
from suwen.domains.ingest.connectors.mysql.log.statements import Followed
from suwen.domains.ingest.connectors.mysql.log.stream import events
from suwen.domains.ingest.connectors.mysql.log.writing import Columns, write
from suwen.domains.ingest.connectors.mysql.server import Server, connection
from suwen.domains.ingest.errors import ChangesLost, SourceNotPrepared, SourceUnavailable
from suwen.domains.ingest.outbox import must_work
from suwen.domains.ingest.ownnames import own_name
from suwen.domains.ingest.rawtable import SourceColumn

AT_ONCE = 200_000
"""Changes read at once; a transaction that is under way then comes whole."""
SETTLING_SECONDS = 10
"""How long MySQL is given to make visible what stands in its log, where it does not tell itself when it has."""
COMMIT_SECONDS = 60
"""How long transactions that stand in the log are waited for until they are visible."""
_SNAPSHOT = """
SHOW STATUS WHERE variable_name IN ('binlog_snapshot_file', 'binlog_snapshot_position')
"""
_NOTHING = Kept((), (), ())
_nothing_until: dict[tuple[str, ...], tuple[str, str]] = {}
"""Feed and table → the position it was looked from last, and up to where there was nothing: there one looks again."""


class MySQLLog(ChangeSource):
    """The changes of one table by the server's binlog; arguments: of the connection. database, table: the table.

    The server keeps nothing for it: the log reaches as far back as its administrator has it kept.
    """

    def __init__(self, arguments: dict[str, Any], wanted: Wanted, database: str, table: str) -> None:
        self._arguments, self._wanted, self._database, self._table = arguments, wanted, database, table
        self._of = own_name(wanted), database, table

    def readiness(self, position: str | None = None) -> Readiness:
        """Look at server, account, table and log; the log itself is tried."""
        with self._connected() as server:
            seen = self._look(server)
        stands = Position.of(position) if position is not None else None
        denied, oldest = "", None
        if seen.files:
            try:
                oldest = moment(self._begun(seen.files[0].name, FIRST).begun)
            except SourceNotPrepared as error:
                denied = error.detail or "REPLICATION SLAVE"
        return readiness(seen, self._wanted, stands, denied, oldest)

    def shape(self) -> Shape:
        """Return the table's columns that the log tells."""
        with self._connected() as server:
            return self._look(server).shape

    def begin(self) -> str:
        """Return a position of now such that whoever reads the table from now on sees all that stands before it."""
        with self._connected() as server:
            seen = self._look(server)
            must_work((*of_server(seen), *of_table(seen, self._wanted)), self._wanted)
            end = _visible_end(server)
        return str(replace(self._begun(end.name, end.size), layout=seen.layout))

    def waiting(self, position: str) -> str | None:
        """Look for a change of the table behind a position."""
        looked = _nothing_until.get(self._of)
        begins = Position.of(looked[1] if looked is not None and looked[0] == position else position)
        with self._connected() as server:
            seen, end = self._standing(server, begins)
            reached = begins
            with self._events(begins) as packets:
                for told in Reading(begins, seen.followed, lambda _, __: _NOTHING, ()).read(packets):
                    if not isinstance(told, Ended):
                        return None
                    reached = told.position
                    if reached.place >= end:
                        break
        _nothing_until[self._of] = position, str(reached)
        return str(reached)

    def tell(self, position: str, columns: tuple[SourceColumn, ...], folder: Path, done: Callable[[int], None]) -> Told:
        """Write the changes behind a position, about `AT_ONCE` at most."""
        begins, skipped = Position.of(position), frozenset[tuple[int, int]]()
        with self._connected() as server:
            seen, end = self._standing(server, begins)
            while True:
                files = ChangeFiles(folder, self._wanted.key, [column.name for column in columns], done)
                told = Columns(server, seen.columns, seen.mariadb, files.know)
                try:
                    reached, more = self._tell(begins, seen, end, files, told, skipped)
                    break
                except Undone as error:
                    # Known only at its end: all is read once more without it.
                    skipped |= {error.start}
                    shutil.rmtree(folder)
                    folder.mkdir()
        files.close()
        sql, read = told.select(files, columns)
        return Told(files.changes, str(reached), sql, read, more, files.partial)

    def confirm(self, position: str) -> None:
        """Do nothing: the server keeps its log for nobody."""

    def end(self) -> None:
        """Do nothing: nothing is kept."""

    def _tell(
        self, begins: Position, seen: Seen, end: tuple[int, int], files: ChangeFiles, columns: Columns,
        skipped: frozenset[tuple[int, int]],
    ) -> tuple[Position, bool]:  # fmt: skip
        """Write changes; return the position behind them, and whether there may be more."""
        reached = begins
        with self._events(begins) as packets:
            for told in Reading(begins, seen.followed, columns.of, files.key, skipped).read(packets):
                if isinstance(told, Change):
                    write(files, told)
                elif isinstance(told, Emptied):
                    files.emptied(told.at, told.place)
                else:
                    reached = told.position
                    if files.changes >= AT_ONCE:
                        return reached, True
                    if reached.place >= end:
                        break
        return reached, False

    @contextmanager
    def _connected(self) -> Generator[Server]:
        with connection(self._arguments) as server:
            yield server

    @contextmanager
    def _events(self, position: Position) -> Generator[Iterable[bytes]]:
        with events(self._arguments, position.file, position.offset) as packets:
            yield packets

    def _look(self, server: Server) -> Seen:
        return look(server, self._database, self._table)

    def _begun(self, file: str, offset: int) -> Position:
        """Return a place of the log together with the moment at which its file was begun."""
        place = Position(file, offset, 0)
        with self._events(place) as packets:
            for told in Reading(place, Followed("", "", folds=False), lambda _, __: _NOTHING, ()).read(packets):
                if isinstance(told, Ended) and told.position.begun:
                    return replace(place, begun=told.position.begun)
        raise SourceUnavailable(f"MySQL: binlog {file} has no beginning", received=file)

    def _standing(self, server: Server, position: Position) -> tuple[Seen, tuple[int, int]]:
        """Return what is there, and the end of the log now. Raises ChangesLost, SourceNotPrepared."""
        seen = self._look(server)
        must_work((*of_server(seen), *of_table(seen, self._wanted)), self._wanted)
        if lost := lost_at(seen.files, position):
            raise ChangesLost(lost, received=str(position))
        if position.layout and position.layout != seen.layout and seen.layout:
            raise ChangesLost(
                f"the columns of {self._database}.{self._table} are others than when the log was read last, and it "
                "does not name them; with binlog_row_metadata = FULL it does",
                received=str(position),
            )
        return seen, (number(seen.files[-1].name), seen.files[-1].size)


def _visible_end(server: Server) -> File:
    """Return an end of the log before which everything is visible to whoever reads from now on.

    A transaction stands in the log a moment before others see it. MariaDB tells up to where its snapshots see; MySQL
    with GTIDs who is under way; else it is given time.
    """
    status = {str(row["Variable_name"]).lower(): str(row["Value"]) for row in server.rows(_SNAPSHOT)}
    if status:
        server.rows("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        server.rows("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        status = {str(row["Variable_name"]).lower(): str(row["Value"]) for row in server.rows(_SNAPSHOT)}
        server.rows("ROLLBACK")
        return File(status["binlog_snapshot_file"], int(status["binlog_snapshot_position"]))
    end = files_of(server)[-1]
    if str(server.one("SELECT @@GLOBAL.gtid_mode AS m")["m"]) != "ON":
        time.sleep(SETTLING_SECONDS)
        return end
    owned = set(_owned(server))
    ends = time.monotonic() + COMMIT_SECONDS
    while owned & set(_owned(server)):
        if time.monotonic() > ends:
            raise SourceUnavailable(f"MySQL: transactions in the log were not visible after {COMMIT_SECONDS} s")
        time.sleep(0.05)
    return end


def _owned(server: Server) -> list[str]:
    """Return the transactions that are being committed, with the threads that do."""
    return str(server.one("SELECT @@GLOBAL.gtid_owned AS owned")["owned"]).replace("\n", "").split(",")
