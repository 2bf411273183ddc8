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
    groups = decimal_groups(precision, scale)
    total = sum(size for size, _ in groups)
    sign, ones = 1 << 8 * total - 1, (1 << 8 * total) - 1
    # From the last group on: how far the next one is, what masks it, what its last digit counts.
    steps, counts = list[tuple[int, int, int]](), 1
    for size, width in reversed(groups):
        steps.append((8 * size, (1 << 8 * size) - 1, counts))
        counts *= 10**width

    def read(data: bytes, at: int) -> tuple[str, int]:
        end = at + total
        value = int.from_bytes(data[at:end], "big")
        negative = not value & sign
        value = (value ^ ones if negative else value) & ~sign
        number = 0
        for bits, mask, counts in steps:
            number += (value & mask) * counts
            value >>= bits
        text = str(number)
        if scale:
            text = text.zfill(scale + 1)
            text = f"{text[:-scale]}.{text[-scale:]}"
        return f"-{text}" if negative else text, end

    return read


def decimal_groups(precision: int, scale: int) -> list[tuple[int, int]]:
    """Return the groups of a DECIMAL's digits: bytes and digits of each."""
    whole, fraction = divmod(precision - scale, 9), divmod(scale, 9)
    widths = [whole[1]] + [9] * (whole[0] + fraction[0]) + [fraction[1]]
    return [(_DIGITS[width], width) for width in widths if width]
