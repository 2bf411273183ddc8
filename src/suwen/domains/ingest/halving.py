"""Where to cut a table that can be looked at through an index only: its ranges are halved until they are small.

Nothing is read but single values of the index and the server's own guesses of how many rows a range holds, so that a
large table takes no longer than a small one. How halves are guessed does not matter for what is cut: a value counts
only where the source itself says that it lies between two others.
"""

import string
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Literal, Protocol

Kind = Literal["number", "moment", "text", "bytes"]
FINENESS = 4
"""Ranges that make a piece: so many guesses are added up, at the least."""
DEPTH = 64
"""How often a range is halved at most: keys whose order is not that of their text end there."""
_LOPSIDED = 8
"""Of so many parts the smaller half has one at least, or another place is looked for."""
_DIGITS = 12
"""Places of a text or of bytes that are looked at behind what both have in common."""
_ALPHABETS = (
    string.digits,
    string.digits + "abcdef",
    string.digits + "ABCDEF",
    string.digits + string.ascii_lowercase,
    string.digits + string.ascii_uppercase,
    "".join(chr(code) for code in range(0x20, 0x7F)),
)


class Index(Protocol):
    """An index of a source as it is asked; all values as text."""

    def ends(self) -> tuple[str, str] | None:
        """Return the least and the greatest value, None where there is none."""
        ...

    def first(self, at: str, above: str, below: str | None) -> str | None:
        """Return the least value that is at or above one, above another, and below a third (None: no bound)."""
        ...

    def last(self, above: str, below: str) -> str | None:
        """Return the greatest value above one and below another."""
        ...

    def guess(self, low: str, high: str | None) -> float:
        """Return about how many rows are at or above a value and below another (None: no bound)."""
        ...


@dataclass(frozen=True)
class _Range:
    low: str
    high: str | None
    rows: float
    depth: int = 0


def cuts(index: Index, kind: Kind, held: int, rows: int) -> tuple[str, ...]:
    """Return rising values that divide `held` rows into pieces of about `rows`; none where the table is smaller.

    The server's guesses count beside each other only: all may be twice too large.
    """
    pieces = round(held / rows)
    ends = index.ends() if pieces > 1 else None
    if ends is None or not all(_plain(kind, end) for end in ends):
        return ()
    ranges = list(_ranges(index, kind, ends, held, held / pieces / FINENESS))
    wanted = sum(each.rows for each in ranges) / pieces
    found: list[str] = []
    seen = 0.0
    for each in ranges:
        # A moment's text may be that of two, an hour apart, when clocks are set back.
        rising = kind != "moment" or not found or each.low > found[-1]
        if seen and rising and seen + each.rows / 2 > wanted * (len(found) + 1):
            found.append(each.low)
        seen += each.rows
    return tuple(found)


def _ranges(index: Index, kind: Kind, ends: tuple[str, str], held: int, small: float) -> Iterator[_Range]:
    """Yield ranges of few rows, in the source's order, that together hold all values."""
    least, greatest = ends
    left = [_Range(least, None, held)]
    while left:
        one = left.pop()
        halves = _halves(index, kind, one, greatest) if one.rows > max(small, 1) else None
        if halves is None:
            yield one
        else:
            left.extend(reversed(halves))


def _halves(index: Index, kind: Kind, one: _Range, greatest: str) -> tuple[_Range, _Range] | None:
    """Return the first guess at the middle of a range that is none of its ends, else the best; None where none is."""
    best, smaller = None, -1.0
    for found in _middles(index, kind, one, greatest):
        low = _Range(one.low, found, index.guess(one.low, found), one.depth + 1)
        high = _Range(found, one.high, index.guess(found, one.high), one.depth + 1)
        if min(low.rows, high.rows) > smaller:
            best, smaller = (low, high), min(low.rows, high.rows)
        if smaller * _LOPSIDED >= low.rows + high.rows:
            break
    return best


def _middles(index: Index, kind: Kind, one: _Range, greatest: str) -> Iterator[str]:
    if one.depth >= DEPTH:
        return
    seen = set[str]()
    # The bound may be quite another value than those below it: between y2 and Z1, as people sort, lies y9.
    for end in (lambda: one.high or greatest, lambda: index.last(one.low, one.high) if one.high else None):
        high = end()
        for guessed in between(kind, one.low, high) if high is not None and high != one.low else ():
            found = index.first(guessed, one.low, one.high)
            if found is not None and found not in seen and _plain(kind, found):
                seen.add(found)
                yield found


def _plain(kind: Kind, value: str) -> bool:
    """Say whether every server reads a value as it wrote it: no backslash in a text, no date that is none."""
    return "\\" not in value and (kind != "moment" or bool(between(kind, value, value)))


def between(kind: Kind, low: str, high: str) -> tuple[str, ...]:
    """Return guesses of what lies half way between two values, the best first; none where they cannot be read.

    >>> between("number", "10", "15"), between("text", "V0099", "V0200"), between("bytes", "00ff", "0200")
    (('13',), ('V0150', 'V02'), ('0180',))
    """
    try:
        if kind == "number":
            return (_number(low, high),)
        if kind == "moment":
            return (_moment(low, high),)
        if kind == "bytes":
            return (_bytes(low, high),)
    except (ValueError, ArithmeticError):
        return ()
    return _texts(low, high)


def _number(low: str, high: str) -> str:
    places = max(len(text.partition(".")[2]) for text in (low, high))
    first, last = (int(_shifted(text, places)) for text in (low, high))
    half = -(-(first + last) // 2)
    return str(half) if not places else f"{'-' if half < 0 else ''}{_pointed(abs(half), places)}"


def _shifted(text: str, places: int) -> str:
    whole, _, behind = text.partition(".")
    return whole + behind.ljust(places, "0")


def _pointed(value: int, places: int) -> str:
    digits = str(value).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


def _moment(low: str, high: str) -> str:
    if len(low) == len(high) == len("2026-01-01"):
        first, last = date.fromisoformat(low), date.fromisoformat(high)
        return str(first + timedelta(days=-(-(last - first).days // 2)))
    begin, end = datetime.fromisoformat(low), datetime.fromisoformat(high)
    return str(begin + (end - begin + timedelta(microseconds=1)) / 2)


def _bytes(low: str, high: str) -> str:
    shared = _alike(low, high) // 2 * 2
    long = min(max(len(low), len(high)) - shared, 2 * _DIGITS)
    if not long:
        raise ValueError(low)
    first, last = (int(text[shared : shared + long].ljust(long, "0"), 16) for text in (low, high))
    return low[:shared] + f"{-(-(first + last) // 2):0{long}X}"


def _texts(low: str, high: str) -> tuple[str, ...]:
    alike = _alike(low, high)
    shared, tails = low[:alike], [text[alike:][:_DIGITS] for text in (low, high)]
    used = set("".join(tails))
    digits = next((each for each in _ALPHABETS if used <= set(each)), _ALPHABETS[-1])
    long, base = max(map(len, tails)), len(digits)
    first, last = (_as_number(tail, digits, long) for tail in tails)
    half = -(-(first + last) // 2)
    places = [half // base**place % base for place in reversed(range(long))]
    # Behind the first letter of the higher one begins what is not alike, where the two have another order than here.
    return shared + "".join(digits[place] for place in places), shared + tails[1][:1]


def _alike(low: str, high: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(low, high, strict=False)))


def _as_number(tail: str, digits: str, long: int) -> int:
    value = 0
    for letter in tail.ljust(long, digits[0]):
        place = digits.find(letter)
        value = value * len(digits) + (place if place >= 0 else len(digits) - 1)
    return value
