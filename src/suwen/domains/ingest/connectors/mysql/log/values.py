"""Values of a row event as text: what the server itself would write for them (CONVERT … USING utf8mb4).

Source: MySQL internals manual, "Binary Protocol of ROWS_EVENT"; field.cc of MariaDB for decimals and fractions.
"""

import socket
import struct
import uuid
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from suwen.domains.ingest.connectors.mysql.log.charsets import Decode
from suwen.domains.ingest.connectors.mysql.log.jsontext import json_text
from suwen.domains.ingest.connectors.mysql.log.packing import Read, decimal, decimal_groups
from suwen.domains.ingest.connectors.mysql.log.tables import ENUM, SET, STRING, Column
from suwen.domains.ingest.connectors.mysql.log.zones import LocalTime
from suwen.domains.ingest.errors import SourceNotPrepared

_INTEGERS = {1: 1, 2: 2, 9: 3, 3: 4, 8: 8}
_SIZES = _INTEGERS | {4: 4, 5: 8, 7: 4, 10: 3, 11: 3, 12: 8, 13: 1, 14: 3, 17: 4, 18: 5, 19: 3}
"""Bytes of a value by its type."""
_FRACTIONS = frozenset((17, 18, 19))
"""Types with fractions of a second behind them, two digits a byte."""
_DOUBLE = struct.Struct("<d")


def reader(column: Column, zone: LocalTime) -> Read:
    """Return what reads a column's values. Raises SourceNotPrepared for a type that is not known."""
    kind, meta = column.kind, column.meta
    if kind in _INTEGERS:
        return _integer(_INTEGERS[kind], column.unsigned)
    if kind in (4, 5):
        return _float if kind == 4 else _double
    if kind == 246:
        return decimal(meta >> 8, meta & 0xFF)
    if kind in (15, 253, STRING):
        return _characters(column)
    if kind in (249, 250, 251, 252, 255):
        return _long(meta, column.decode if kind != 255 else None)
    if kind in _OTHERS:
        return _OTHERS[kind](column, zone)
    raise SourceNotPrepared(
        f"column {column.name}: the log's type {kind} is not known here; capture by triggers or by comparison",
        received=kind,
    )


def passing(column: Column) -> Read:
    """Return what passes over a column's values and reads nothing: an empty text, and where a value ends."""
    size = _size(column)
    if size > 0:
        return lambda _, at: ("", at + size)
    if size == -1:
        return lambda data, at: ("", at + 1 + data[at])
    told = -size
    return lambda data, at: ("", at + told + int.from_bytes(data[at : at + told], "little"))


def _size(column: Column) -> int:
    """Return a value's bytes; of those that stand behind their length, that length's bytes below zero."""
    kind, meta = column.kind, column.meta
    if kind == 246:
        return sum(size for size, _ in decimal_groups(meta >> 8, meta & 0xFF))
    if kind in (15, 253, STRING):
        return -2 if meta > 255 else -1
    if kind in (249, 250, 251, 252, 255, 245):
        return -meta
    if kind in (ENUM, SET):
        return meta
    if kind == 16:
        return (meta >> 8) + bool(meta & 0xFF)
    fraction = (meta + 1) // 2 if kind in _FRACTIONS else 0
    return _SIZES[kind] + fraction


def _integer(size: int, unsigned: bool) -> Read:
    def read(data: bytes, at: int) -> tuple[str, int]:
        end = at + size
        return str(int.from_bytes(data[at:end], "little", signed=not unsigned)), end

    return read


def _float(data: bytes, at: int) -> tuple[str, int]:
    """Read a FLOAT: all of its digits, as a read of the table gives them (the server's text has six)."""
    return str(np.frombuffer(data, "<f4", 1, at)[0]), at + 4


def _double(data: bytes, at: int) -> tuple[str, int]:
    return repr(_DOUBLE.unpack_from(data, at)[0]), at + 8


def _characters(column: Column) -> Read:
    """Return the reader of CHAR, VARCHAR, BINARY and VARBINARY: the log has no padding, BINARY has."""
    wide, decode = column.meta > 255, column.decode
    pad = column.meta if column.kind == STRING and decode is None else 0
    if column.type is not None and column.type.data in _SPECIAL:
        written = _SPECIAL[column.type.data]

        def special(data: bytes, at: int) -> tuple[str, int]:
            end = at + 1 + data[at]
            return written(data[at + 1 : end].ljust(column.meta, b"\0")), end

        return special

    def read(data: bytes, at: int) -> tuple[str, int]:
        begin = at + 2 if wide else at + 1
        end = begin + (data[at] | data[at + 1] << 8 if wide else data[at])
        value = data[begin:end]
        return value.ljust(pad, b"\0").hex() if decode is None else decode(value), end

    return read


def _long(size: int, decode: Decode | None) -> Read:
    """Return the reader of a text or of bytes that stand behind a length of so many bytes."""

    def read(data: bytes, at: int) -> tuple[str, int]:
        begin = at + size
        end = begin + int.from_bytes(data[at:begin], "little")
        value = data[begin:end]
        return value.hex() if decode is None else decode(value), end

    return read


def _json(column: Column, _: LocalTime) -> Read:
    size = column.meta

    def read(data: bytes, at: int) -> tuple[str, int]:
        begin = at + size
        end = begin + int.from_bytes(data[at:begin], "little")
        return json_text(data[begin:end]), end

    return read


def _bits(column: Column, _: LocalTime) -> Read:
    size = (column.meta >> 8) + bool(column.meta & 0xFF)
    return lambda data, at: (data[at : at + size].hex(), at + size)


def _enum(column: Column, _: LocalTime) -> Read:
    names, size = ("", *column.members), column.meta

    def read(data: bytes, at: int) -> tuple[str, int]:
        place = int.from_bytes(data[at : at + size], "little")
        return names[place] if place < len(names) else str(place), at + size

    return read


def _set(column: Column, _: LocalTime) -> Read:
    names, size = column.members, column.meta

    def read(data: bytes, at: int) -> tuple[str, int]:
        bits = int.from_bytes(data[at : at + size], "little")
        return ",".join(name for place, name in enumerate(names) if bits >> place & 1), at + size

    return read


def _year(_: Column, __: LocalTime) -> Read:
    return lambda data, at: (str(1900 + data[at]) if data[at] else "0000", at + 1)


def _date(_: Column, __: LocalTime) -> Read:
    def read(data: bytes, at: int) -> tuple[str, int]:
        value = int.from_bytes(data[at : at + 3], "little")
        return f"{value >> 9:04d}-{value >> 5 & 15:02d}-{value & 31:02d}", at + 3

    return read


def _fraction(value: int, digits: int) -> str:
    """Return the fraction of a second that stands in as many bytes as its digits need, two a byte."""
    return f".{value:0{digits + digits % 2}d}"[: digits + 1] if digits else ""


def _datetime(column: Column, _: LocalTime) -> Read:
    digits, size = column.meta, 5 + (column.meta + 1) // 2

    def read(data: bytes, at: int) -> tuple[str, int]:
        value = int.from_bytes(data[at : at + 5], "big") - (1 << 39)
        seconds, end = value & 0x1FFFF, at + size
        text = f"{_day(value >> 17)} {seconds >> 12:02d}:{seconds >> 6 & 63:02d}:{seconds & 63:02d}"
        return text + _fraction(int.from_bytes(data[at + 5 : end], "big"), digits) if digits else text, end

    return read


@lru_cache(maxsize=4096)
def _day(days: int) -> str:
    months = days >> 5
    return f"{months // 13:04d}-{months % 13:02d}-{days & 31:02d}"


def _timestamp(column: Column, zone: LocalTime) -> Read:
    digits, size = column.meta, 4 + (column.meta + 1) // 2

    def read(data: bytes, at: int) -> tuple[str, int]:
        seconds, end = int.from_bytes(data[at : at + 4], "big"), at + size
        text = zone.text(seconds) if seconds else "0000-00-00 00:00:00"
        return text + _fraction(int.from_bytes(data[at + 4 : end], "big"), digits), end

    return read


def _time(column: Column, _: LocalTime) -> Read:
    digits, shift = column.meta, 8 * ((column.meta + 1) // 2)
    size = 3 + shift // 8

    def read(data: bytes, at: int) -> tuple[str, int]:
        end = at + size
        value = int.from_bytes(data[at:end], "big") - (1 << 8 * size - 1)
        sign, value = ("-", -value) if value < 0 else ("", value)
        seconds = value >> shift
        text = f"{sign}{seconds >> 12 & 0x3FF:02d}:{seconds >> 6 & 63:02d}:{seconds & 63:02d}"
        return text + _fraction(value & (1 << shift) - 1, digits), end

    return read


def _old_timestamp(_: Column, zone: LocalTime) -> Read:
    def read(data: bytes, at: int) -> tuple[str, int]:
        seconds = int.from_bytes(data[at : at + 4], "little")
        return zone.text(seconds) if seconds else "0000-00-00 00:00:00", at + 4

    return read


def _old(size: int) -> Callable[[Column, LocalTime], Read]:
    """Return the reader of a time, or date and time, of before MySQL 5.6: a decimal number with two digits a part."""

    def made(column: Column, _: LocalTime) -> Read:
        if column.type is not None and "(" in column.type.full:
            raise SourceNotPrepared(
                f"column {column.name}: fractions of seconds are written in an old form (mysql56_temporal_format); "
                "capture by triggers or by comparison"
            )

        def read(data: bytes, at: int) -> tuple[str, int]:
            value = int.from_bytes(data[at : at + size], "little", signed=True)
            sign, value = ("-", -value) if value < 0 else ("", value)
            if size == 3:
                return f"{sign}{value // 10000:02d}:{value // 100 % 100:02d}:{value % 100:02d}", at + 3
            day, second = divmod(value, 1_000_000)
            date = f"{day // 10000:04d}-{day // 100 % 100:02d}-{day % 100:02d}"
            return f"{date} {second // 10000:02d}:{second // 100 % 100:02d}:{second % 100:02d}", at + 8

        return read

    return made


_OTHERS: dict[int, Callable[[Column, LocalTime], Read]] = {
    7: _old_timestamp, 10: _date, 11: _old(3), 12: _old(8), 13: _year, 14: _date, 16: _bits, 17: _timestamp,
    18: _datetime, 19: _time, 245: _json, ENUM: _enum, SET: _set,
}  # fmt: skip


_SPECIAL: dict[str, Callable[[bytes], str]] = {
    "uuid": lambda value: str(uuid.UUID(bytes=value)),
    "inet4": lambda value: socket.inet_ntop(socket.AF_INET, value),
    "inet6": lambda value: socket.inet_ntop(socket.AF_INET6, value),
}
"""Types that MariaDB keeps as bytes and shows as text."""
