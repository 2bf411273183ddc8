"""MySQL's binary JSON as the text that MySQL writes of it. MariaDB keeps JSON as text.

Source: MySQL source documentation, "JSON Binary format" (json_binary.h).
"""

import base64
import json
import struct
from collections.abc import Callable

from suwen.domains.ingest.connectors.mysql.log.packing import decimal

_SMALL_OBJECT, _LARGE_OBJECT, _SMALL_ARRAY, _LARGE_ARRAY, _LITERAL = 0, 1, 2, 3, 4
_NUMBERS = {5: ("<h", 2), 6: ("<H", 2), 7: ("<i", 4), 8: ("<I", 4), 9: ("<q", 8), 10: ("<Q", 8), 11: ("<d", 8)}
_STRING, _OPAQUE = 12, 15
_LITERALS = {0: "null", 1: "true", 2: "false"}
_DECIMAL, _DATE, _TIME, _DATETIME, _TIMESTAMP = 246, 10, 11, 12, 7


def json_text(data: bytes) -> str:
    """Return the text of a value; MySQL writes a value of no bytes as null."""
    return _value(data[0], data, 1) if data else "null"


def _value(kind: int, data: bytes, at: int) -> str:
    if kind in (_SMALL_OBJECT, _SMALL_ARRAY):
        return _container(kind == _SMALL_OBJECT, data, at, 2)
    if kind in (_LARGE_OBJECT, _LARGE_ARRAY):
        return _container(kind == _LARGE_OBJECT, data, at, 4)
    if kind == _LITERAL:
        return _LITERALS[data[at]]
    if kind in _NUMBERS:
        form, _ = _NUMBERS[kind]
        (number,) = struct.unpack_from(form, data, at)
        return _double(number) if kind == 11 else str(number)
    if kind == _STRING:
        size, at = _length(data, at)
        return _string(data[at : at + size].decode("utf-8", "replace"))
    return _opaque(data, at)


def _container(named: bool, data: bytes, begin: int, size: int) -> str:
    """Return an object or array; places in it count from its beginning, in numbers of so many bytes."""

    def number(at: int) -> int:
        return int.from_bytes(data[at : at + size], "little")

    count, at = number(begin), begin + 2 * size
    names: list[str] = []
    if named:
        for _ in range(count):
            place = begin + number(at)
            length = int.from_bytes(data[at + size : at + size + 2], "little")
            names.append(_string(data[place : place + length].decode("utf-8", "replace")))
            at += size + 2
    values: list[str] = []
    for _ in range(count):
        kind = data[at]
        inline = kind in (_LITERAL, 5, 6) or (size == 4 and kind in (7, 8))
        values.append(_value(kind, data, at + 1 if inline else begin + number(at + 1)))
        at += 1 + size
    if named:
        return "{" + ", ".join(f"{name}: {value}" for name, value in zip(names, values, strict=True)) + "}"
    return "[" + ", ".join(values) + "]"


def _length(data: bytes, at: int) -> tuple[int, int]:
    """Return a length of seven bits a byte, and where it ends."""
    size = shift = 0
    while True:
        size |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if not data[at - 1] & 0x80:
            return size, at


def _string(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _double(value: float) -> str:
    text = repr(value)
    # As MySQL: 1e20, not 1e+20.
    return text.replace("e+", "e")


def _opaque(data: bytes, at: int) -> str:
    kind = data[at]
    size, at = _length(data, at + 1)
    value = data[at : at + size]
    if kind in _MOMENTS:
        return f'"{_MOMENTS[kind](int.from_bytes(value, "little", signed=True))}"'
    if kind == _DECIMAL:
        return decimal(value[0], value[1])(value, 2)[0]
    return f'"base64:type{kind}:{base64.b64encode(value).decode()}"'


def _date(value: int) -> str:
    days = value >> 24 >> 17
    months = days >> 5
    return f"{months // 13:04d}-{months % 13:02d}-{days & 31:02d}"


def _clock(value: int) -> str:
    seconds = value >> 24
    return f"{seconds >> 12 & 0x3FF:02d}:{seconds >> 6 & 63:02d}:{seconds & 63:02d}.{value & 0xFFFFFF:06d}"


def _time(value: int) -> str:
    return ("-" if value < 0 else "") + _clock(abs(value))


def _datetime(value: int) -> str:
    return f"{_date(value)} {_clock(value & (1 << 41) - 1)}"


_MOMENTS: dict[int, Callable[[int], str]] = {
    _DATE: _date, _TIME: _time, _DATETIME: _datetime, _TIMESTAMP: _datetime
}  # fmt: skip
