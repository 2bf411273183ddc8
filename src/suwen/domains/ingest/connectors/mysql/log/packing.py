"""Numbers and texts as events hold them, and what is compressed in them."""

import zlib
from collections.abc import Callable

Read = Callable[[bytes, int], tuple[str, int]]
"""Reads the value that begins at a place: its text, and where it ends."""
_DIGITS = (0, 1, 1, 2, 2, 3, 3, 4, 4, 4)
"""Bytes of so many decimal digits, below ten."""


def integer(data: bytes, at: int) -> tuple[int, int]:
    """Return a number that tells its own length, and where it ends."""
    first = data[at]
    if first < 0xFB:
        return first, at + 1
    size = {0xFC: 2, 0xFD: 3, 0xFE: 8}[first]
    return int.from_bytes(data[at + 1 : at + 1 + size], "little"), at + 1 + size


def text(data: bytes, at: int) -> tuple[bytes, int]:
    """Return bytes that stand behind their length, and where they end."""
    size, at = integer(data, at)
    return data[at : at + size], at + size


def inflated(data: bytes) -> bytes:
    """Return what MariaDB compressed: a byte that gives the size of the length, the length, zlib's bytes."""
    size = data[0] & 7
    return zlib.decompress(data[1 + size :], bufsize=int.from_bytes(data[1 : 1 + size], "big") or 1)


def decimal(precision: int, scale: int) -> Read:
    """Return the reader of a DECIMAL: groups of nine digits in four bytes each, turned round below zero."""
    whole, fraction = divmod(precision - scale, 9), divmod(scale, 9)
    sizes = [_DIGITS[whole[1]]] + [4] * (whole[0] + fraction[0]) + [_DIGITS[fraction[1]]]
    widths = [whole[1]] + [9] * (whole[0] + fraction[0]) + [fraction[1]]
    total, before = sum(sizes), precision - scale

    def read(data: bytes, at: int) -> tuple[str, int]:
        end = at + total
        value = int.from_bytes(data[at:end], "big")
        negative = not value >> (8 * total - 1)
        value ^= (1 << 8 * total) - 1 if negative else 0
        packed = (value & ~(1 << 8 * total - 1)).to_bytes(total, "big")
        digits, place = "", 0
        for size, width in zip(sizes, widths, strict=True):
            if width:
                digits += f"{int.from_bytes(packed[place : place + size], 'big'):0{width}d}"
            place += size
        text = digits[:before].lstrip("0") or "0"
        if scale:
            text = f"{text}.{digits[before:]}"
        return f"-{text}" if negative else text, end

    return read
