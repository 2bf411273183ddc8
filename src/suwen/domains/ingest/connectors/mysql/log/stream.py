"""The events of a binlog as a server sends them: asked for as `mysqlbinlog` asks, by nobody's replica.

Server id 0 says that: the server registers no replica, ends no other reader, and sends what is there instead of waiting
for more. Source: MySQL internals manual, COM_BINLOG_DUMP; MariaDB knowledge base, "Replication protocol".
"""

import struct
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

import pymysql
from pymysql.constants import COMMAND

from suwen.domains.ingest.connectors.mysql.server import Opened
from suwen.domains.ingest.errors import ChangesLost, SourceNotPrepared, SourceUnavailable

NON_BLOCK = 1
SECONDS = 300
"""How long the server may take for its next event."""
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
        while True:
            packet = own._read_packet()
            if packet.is_eof_packet():
                return
            yield packet.get_all_data()[1:]

    def let_go(self) -> None:
        """End without a farewell: the server may be amid its answer."""
        cast("Any", self)._force_close()


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
