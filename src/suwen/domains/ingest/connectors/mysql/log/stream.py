"""The events of a binlog as a server sends them: asked for as `mysqlbinlog` asks, by nobody's replica.

Server id 0 says that: the server registers no replica, ends no other reader, and sends what is there instead of waiting
for more. Source: MySQL internals manual, COM_BINLOG_DUMP; MariaDB knowledge base, "Replication protocol".
"""

import struct
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any, cast

import pymysql
from pymysql.constants import COMMAND, CR
from pymysql.err import OperationalError, raise_mysql_exception

from suwen.domains.ingest.connectors.mysql.server import Opened
from suwen.domains.ingest.errors import ChangesLost, SourceNotPrepared, SourceUnavailable

NON_BLOCK = 1
SECONDS = 300
"""How long the server may take for its next event."""
_AT_ONCE = 1 << 18
_HEAD, _LARGEST = 4, 0xFFFFFF
"""Bytes before a packet; the size of one that another goes on with."""
_ERROR, _END, _LONGEST_END = 0xFF, 0xFE, 9
LOST, DENIED = 1236, (1045, 1227, 1290)
"""ER_MASTER_FATAL_ERROR_READING_BINLOG; what says that the account may not."""
# The first event comes without a checksum, the others as their file says. MariaDB tells GTIDs to who knows of them.
_SETTINGS = "SET @master_binlog_checksum = 'NONE', @source_binlog_checksum = 'NONE', @mariadb_slave_capability = 4"


class _Connection(Opened):
    def dumped(self, file: str, offset: int) -> Generator[bytes]:
        """Ask for a file's events from an offset on, and for those of the files behind it."""
        asked = struct.pack("<IHI", offset, NON_BLOCK, 0) + file.encode()
        own = cast("Any", self)
        own._execute_command(COMMAND.COM_BINLOG_DUMP, asked)
        own._sock.settimeout(SECONDS)
        yield from answered(self._arriving(), own._next_seq_id)

    def _arriving(self) -> Generator[bytes]:
        """Give the bytes of an answer as they come: a packet at a time costs more than its row."""
        file = cast("Any", self)._rfile
        try:
            while data := file.read1(_AT_ONCE):
                yield data
        except OSError as error:
            raise _lost(str(error)) from None

    def let_go(self) -> None:
        """End without a farewell: the server may be amid its answer."""
        cast("Any", self)._force_close()


def answered(arriving: Iterable[bytes], number: int, largest: int = _LARGEST) -> Generator[bytes]:
    """Give the events of an answer, whose bytes arrive cut anywhere. number: of its first packet.

    largest: the size of a packet that another goes on with.

    Raises pymysql's errors: what the server says, or that the answer breaks off.
    """
    held, begun = bytearray(), bytearray()
    for data in arriving:
        held += data
        at, there = 0, len(held)
        while there - at >= _HEAD:
            size = held[at] | held[at + 1] << 8 | held[at + 2] << 16
            end = at + _HEAD + size
            if end > there:
                break
            if held[at + 3] != number:
                raise _lost(f"packet {held[at + 3]} came where {number} was due")
            number = (number + 1) & 0xFF
            packet = bytes(held[at + _HEAD : end])
            at = end
            if size == largest:
                begun += packet
                continue
            if begun:
                packet = bytes(begun + packet)
                begun.clear()
            if packet[0] == _ERROR:
                raise_mysql_exception(packet)
            if packet[0] == _END and len(packet) < _LONGEST_END:
                return
            yield packet[1:]
        del held[:at]
    raise _lost("the answer broke off")


def _lost(why: str) -> OperationalError:
    return OperationalError(CR.CR_SERVER_LOST, f"Lost connection to MySQL server during query ({why})")


@contextmanager
def events(arguments: dict[str, Any], file: str, offset: int) -> Generator[Generator[bytes]]:
    """Give the events from an offset up to the end of the log.

    Raises ChangesLost where there is no such place, SourceNotPrepared where the account may not, SourceUnavailable.
    """
    opened: Any = None
    try:
        opened = _Connection(**arguments, charset="utf8mb4", autocommit=True, connect_timeout=30, read_timeout=SECONDS)
        opened.query(_SETTINGS)
        yield opened.dumped(file, offset)
    except pymysql.Error as error:
        code, told = error.args[0] if error.args else None, str(error.args[-1] if error.args else error).splitlines()[0]
        if code == LOST:
            raise ChangesLost(f"the binlog cannot be read from {file} {offset}: {told}", received=file) from None
        if code in DENIED:
            raise SourceNotPrepared(f"the account may not read the binlog: {told}") from None
        raise SourceUnavailable(f"MySQL, binlog: {told}", received=str(code)) from None
    finally:
        if opened is not None:
            opened.let_go()
