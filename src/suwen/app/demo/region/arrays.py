"""Fast building of text, time and money columns from numpy arrays.

Everything works on whole columns: a text column is a `take` from a small vocabulary or a join of such
columns; zero-padded numbers are written digit by digit into one byte matrix. Times are int64 seconds since
1970-01-01 of the local wall clock, `NEVER` stands for null.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as _compute
from numpy.typing import NDArray

pc: Any = _compute  # the stubs of pyarrow.compute are partial; every use below states its own types

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Text = pa.StringArray
Column = Ints | Floats | Bools | Text

_FOUR = np.frombuffer("".join(f"{n:04d}" for n in range(10_000)).encode(), np.uint8).reshape(-1, 4)
NEVER: int = int(np.iinfo(np.int64).min)
DAY = 86_400
_buffer: Callable[[Any], Any] = pa.py_buffer
_build: Callable[..., Any] = pa.Array.from_buffers


def vocabulary(values: Sequence[str | None]) -> Text:
    """A text column of the given values."""
    return pa.array(list(values), pa.string())


def take(words: Text, index: Ints) -> Text:
    """`words[index]`; a negative index gives null."""
    positions: Any = pa.array(index, mask=index < 0) if bool((index < 0).any()) else pa.array(index)
    return cast(Text, pc.take(words, positions))


def pick(column: Text, rows: Ints | Bools) -> Text:
    """Rows of a text column by position or by mask."""
    return cast(Text, pc.filter(column, pa.array(rows)) if rows.dtype == np.bool_ else pc.take(column, pa.array(rows)))


def constant(word: str | None, rows: int) -> Text:
    """`rows` times the same word."""
    return take(vocabulary([word]), np.zeros(rows, np.int64))


def join(*parts: Text | str, separator: str = "") -> Text:
    """Row-wise concatenation; a null part makes the row null."""
    scalars = [pa.scalar(p) if isinstance(p, str) else p for p in parts]
    return cast(Text, pc.binary_join_element_wise(*scalars, separator))


def blank(column: Text, where: Bools) -> Text:
    """The column with nulls where the mask is true."""
    return cast(Text, pc.if_else(pa.array(where), pa.scalar(None, pa.string()), column))


def choose(where: Bools, yes: Text, no: Text) -> Text:
    """Row-wise choice between two text columns."""
    return cast(Text, pc.if_else(pa.array(where), yes, no))


def replace(column: Text, where: Bools, values: Text) -> Text:
    """The column with the masked rows replaced, in order, by `values` (as many as the mask has true rows)."""
    return cast(Text, pc.replace_with_mask(column, pa.array(where), values))


def to_list(column: Text) -> list[str | None]:
    """Python values of a column."""
    return column.to_pylist()


def digits(values: Ints, width: int, prefix: str = "") -> Text:
    """Zero-padded decimal text of fixed width, e.g. 42 → '00000042'; negative values give null."""
    head = prefix.encode()
    total = len(head) + width
    matrix = np.empty((len(values), total), np.uint8)
    matrix[:, : len(head)] = np.frombuffer(head, np.uint8)
    rest, place = np.where(values < 0, 0, values), total
    while place > len(head):  # four digits at a time out of a table
        step = min(4, place - len(head))
        rest, four = np.divmod(rest, 10_000)
        matrix[:, place - step : place] = _FOUR[four, 4 - step :]
        place -= step
    return _fixed(matrix, values < 0)


def characters(matrix: NDArray[np.uint8], missing: Bools | None = None) -> Text:
    """Text column of a byte matrix (rows × ASCII characters)."""
    return _fixed(np.ascontiguousarray(matrix), np.zeros(len(matrix), np.bool_) if missing is None else missing)


def _fixed(matrix: NDArray[np.uint8], missing: Bools) -> Text:
    rows, width = matrix.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * width
    validity = pa.py_buffer(np.packbits(~missing, bitorder="little").tobytes()) if bool(missing.any()) else None
    return cast(Text, _build(pa.string(), rows, [validity, _buffer(offsets), _buffer(matrix)]))


def timestamps(seconds: Ints) -> pa.Array[Any]:
    """timestamp[s] column; `NEVER` becomes null."""
    missing = seconds == NEVER
    plain = np.where(missing, 0, seconds)
    return cast("pa.Array[Any]", pa.array(plain, mask=missing).cast(pa.timestamp("s")))


def _calendar(seconds: Ints) -> tuple[Ints, Ints, Ints]:
    days = np.where(seconds == NEVER, 0, seconds // DAY).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    years = months.astype("datetime64[Y]")
    return (
        years.astype(np.int64) + 1970,
        (months - years.astype("datetime64[M]")).astype(np.int64) + 1,
        (days - months.astype("datetime64[D]")).astype(np.int64) + 1,
    )


_PATTERNS = {  # letters are replaced by the digits of year, month, day, hour, minute, second
    "date8": "YYYYMMDD", "date10": "YYYY-MM-DD", "slash10": "YYYY/MM/DD", "dot10": "YYYY.MM.DD",
    "stamp14": "YYYYMMDDhhmmss", "stamp19": "YYYY-MM-DD hh:mm:ss", "slash16": "YYYY/MM/DD hh:mm",
}  # fmt: skip


def moments(seconds: Ints, pattern: str) -> Text:
    """Text of points in time after a named pattern (`_PATTERNS`), or 'chinese' for 2024年03月05日."""
    if pattern == "chinese":
        year, month, day = _calendar(seconds)
        parts = (digits(year, 4), "年", digits(month, 2), "月", digits(day, 2), "日")
        return blank(join(*parts), seconds == NEVER)
    shape = _PATTERNS[pattern]
    year, month, day = _calendar(seconds)
    clock = np.where(seconds == NEVER, 0, seconds) % DAY
    fields = {"Y": year, "M": month, "D": day, "h": clock // 3600, "m": clock // 60 % 60, "s": clock % 60}
    matrix = np.empty((len(seconds), len(shape)), np.uint8)
    rest = dict(fields)
    for place in range(len(shape) - 1, -1, -1):
        letter = shape[place]
        if letter in fields:
            rest[letter], digit = np.divmod(rest[letter], 10)
            matrix[:, place] = digit + 48
        else:
            matrix[:, place] = ord(letter)
    return _fixed(matrix, seconds == NEVER)


def money(cents: Ints) -> pa.Array[Any]:
    """decimal(12,2) column of amounts in cents (CNY 0.01); `NEVER` becomes null."""
    return decimals(cents, 2, 12)


def decimals(units: Ints, scale: int, precision: int = 18) -> pa.Array[Any]:
    """decimal(precision, scale) column of integers counted in 10^-scale; `NEVER` becomes null."""
    missing = units == NEVER
    words = np.empty((len(units), 2), np.int64)
    words[:, 0] = np.where(missing, 0, units)
    words[:, 1] = words[:, 0] >> 63
    validity = pa.py_buffer(np.packbits(~missing, bitorder="little").tobytes()) if bool(missing.any()) else None
    return cast("pa.Array[Any]", _build(pa.decimal128(precision, scale), len(units), [validity, _buffer(words)]))


def number_text(units: Ints, places: Ints) -> Text:
    """Decimal text of integers counted in 10^-places (places per row), e.g. (523, 2) → '5.23'; `NEVER` gives null."""
    out = constant(None, len(units))
    for scale in (int(p) for p in np.unique(places)):
        rows = places == scale
        column = decimals(units[rows], scale).cast(pa.string())
        out = replace(out, rows, cast(Text, column))
    return out


def as_text(column: pa.Array[Any]) -> Text:
    """Any arrow column as text (decimals and integers as printed, timestamps ISO with a space)."""
    return cast(Text, column if column.type == pa.string() else column.cast(pa.string()))
