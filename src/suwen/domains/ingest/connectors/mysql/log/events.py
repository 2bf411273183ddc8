"""The events of a binlog that tell what became of rows, in their order, with the files in which they stand.

Source: MySQL internals manual, "Binary Log Event"; MariaDB knowledge base, "2-Binlog Events". What other events there
are says nothing of rows.
"""

import struct
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple

import pyarrow as pa

from suwen.domains.ingest.connectors.mysql.log.packing import inflated, integer
from suwen.domains.ingest.errors import SourceNotPrepared

_HEADER = struct.Struct("<IBIIIH")
HEADER = _HEADER.size
QUERY, STOP, ROTATE, FORMAT, XID, TABLE_MAP = 2, 3, 4, 15, 16, 19
GTID, ANONYMOUS, XA_PREPARE, PARTIAL_UPDATE, PAYLOAD, GTID_TAGGED = 33, 34, 38, 39, 40, 42
MARIADB_GTID, QUERY_COMPRESSED = 162, 165
INSERT, UPDATE, DELETE = "I", "U", "D"
ROWS = {
    23: (INSERT, 1), 24: (UPDATE, 1), 25: (DELETE, 1), 30: (INSERT, 2), 31: (UPDATE, 2), 32: (DELETE, 2),
    166: (INSERT, 1), 167: (UPDATE, 1), 168: (DELETE, 1), 169: (INSERT, 2), 170: (UPDATE, 2), 171: (DELETE, 2),
}  # fmt: skip
"""Type → what happened to the rows, and the version of the event's own header."""
COMPRESSED_ROWS = frozenset(range(166, 172))
_ARTIFICIAL = 0x20
_CRC32 = 1
_PAYLOAD_TYPE, _PAYLOAD_SIZE, _PAYLOAD_END = 2, 1, 0
_ZSTD = 0


class Event(NamedTuple):
    """An event. at: second of UTC. file, start, end: where it begins and where the next one does.

    server: the id of the one that wrote it. fake: made for this reader, it stands in no file. body: behind the header.
    """

    kind: int
    at: int
    server: int
    file: str
    start: int
    end: int
    fake: bool
    body: bytes


def parsed(packets: Iterable[bytes], file: str) -> Generator[Event]:
    """Give the events of a log that was asked for from a file on. Raises SourceNotPrepared for what cannot be read."""
    checksum = 0
    for packet in packets:
        at, kind, server, size, position, flags = _HEADER.unpack_from(packet)
        fake = bool(flags & _ARTIFICIAL) or position == 0
        if kind == FORMAT:
            # Before 5.6.1 no byte said how events are checked; such servers told another number.
            checksum = 4 if packet[-5] == _CRC32 else 0
            body = packet[HEADER:-5]
        else:
            body = packet[HEADER:-checksum] if checksum else packet[HEADER:]
        if kind == ROTATE:
            if fake:
                file = _file(packet[HEADER + 8 :], body[8:])
                yield Event(kind, at, server, file, 4, 4, True, body)
                continue
            yield Event(kind, at, server, body[8:].decode(), 4, 4, False, body)
            continue
        start = position - size
        if kind == PAYLOAD:
            yield from _unpacked(body, server, file, start, position)
            continue
        yield Event(kind, at, server, file, start, position, fake, body)


def _file(whole: bytes, checked: bytes) -> str:
    """Return the file that a server's own event names; whether that is checked, only the name itself shows."""
    for name in (whole, checked, whole[:-4]):
        stem, _, digits = name.rpartition(b".")
        if stem and digits.isdigit():
            return name.decode()
    raise SourceNotPrepared("the binlog names no file where it should", received=whole.decode("utf-8", "replace"))


def _unpacked(body: bytes, server: int, file: str, start: int, end: int) -> Generator[Event]:
    """Give the events of a transaction that MySQL wrote compressed (binlog_transaction_compression)."""
    at, told = 0, dict[int, int]()
    while True:
        field, at = integer(body, at)
        if field == _PAYLOAD_END:
            break
        size, at = integer(body, at)
        told[field], _ = integer(body, at)
        at += size
    zstd = told.get(_PAYLOAD_TYPE, _ZSTD) == _ZSTD
    packed = BytesIO(body[at:])
    with pa.input_stream(packed, compression="zstd") if zstd else packed as stream:
        while head := stream.read(HEADER):
            moment, kind, _, size, _, _ = _HEADER.unpack_from(head)
            yield Event(kind, moment, server, file, start, end, False, stream.read(size - HEADER))


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as it was run. database: the session's own."""

    database: str
    text: str


def statement(event: Event) -> Statement:
    """Return the statement of an event."""
    body = event.body
    name, variables = body[8], int.from_bytes(body[11:13], "little")
    at = 13 + variables
    said = body[at + name + 1 :]
    if event.kind == QUERY_COMPRESSED:
        said = inflated(said)
    return Statement(body[at : at + name].decode("utf-8", "replace"), _decoded(said))


def _decoded(said: bytes) -> str:
    try:
        return said.decode()
    except UnicodeDecodeError:
        return said.decode("gb18030", "replace")


def gtid(event: Event) -> tuple[str, int, bool]:
    """Return the GTID with which a transaction begins ("" where it has none), when it was committed (µs of UTC), and
    whether it is a single statement that nothing ends.
    """
    body = event.body
    if event.kind == MARIADB_GTID:
        sequence, domain, flags = struct.unpack_from("<QIB", body)
        return f"{domain}-{event.server}-{sequence}", event.at * 1_000_000, bool(flags & 1)
    moment = event.at * 1_000_000
    if event.kind == GTID_TAGGED:
        return "", moment, False
    if len(body) >= 49 and body[25] == 2:
        moment = int.from_bytes(body[42:49], "little") & ((1 << 55) - 1)
    if event.kind == ANONYMOUS:
        return "", moment, False
    sid = body[1:17].hex()
    name = f"{sid[:8]}-{sid[8:12]}-{sid[12:16]}-{sid[16:20]}-{sid[20:]}"
    return f"{name}:{int.from_bytes(body[17:25], 'little')}", moment, False
