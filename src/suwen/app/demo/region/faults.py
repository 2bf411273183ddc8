"""Errors put into source tables on purpose, and the truth about them.

kind       what is done to a row                            where it should end
missing    the value is emptied                             quarantine where it is key or patient, else quality
bad_date   0000-00-00, 31 February, words                   quarantine
bad_number not a number                                     quarantine (text results: accepted)
full_width digits are written in full width                 accepted: it can be read
overlong   longer than the standard element                 quality
bad_code   a code that no table knows                       quality
duplicate  the row a second time under another row number   quarantine (one of the two)
dangling   refers to a patient, visit or report of nobody     quality
bad_check  last character of a resident id changed          quality
reversed   the end lies before the beginning                quality
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import pyarrow as pa

from suwen.app.demo.region.arrays import Bools, Ints, Text, as_text, constant, pick, replace, to_list, vocabulary
from suwen.app.demo.region.schema import SourceTable

KINDS = ("missing", "bad_date", "bad_number", "full_width", "overlong", "bad_code", "duplicate", "dangling",
         "bad_check", "reversed")  # fmt: skip
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_DATES = {
    "date8": ("00000000", "20230231", "不详"), "date10": ("0000-00-00", "0000-00-00"),
    "stamp14": ("00000000000000", "20230231101500"), "stamp19": ("0000-00-00 00:00:00", "2023-02-31 10:15:00"),
}  # fmt: skip
_MYSQL_DATES = ("0000-00-00", "0000-00-00 00:00:00")
_NUMBERS = ("未测", "1.2.3", "见备注")
# Beyond every row number of a region: tables number their rows in steps of their own from chunk to chunk.
_LAST = 1_000_000_000_000


def _plan(table: SourceTable) -> Iterator[tuple[str, list[str], int]]:
    """(kind, columns, length) of every error declared for a table."""
    for kind, targets in table.errors.items():
        if kind not in KINDS:
            raise ValueError(f"unknown kind of error {kind!r}, known: {KINDS}")
        lengths = cast("dict[str, int]", targets if isinstance(targets, dict) else {})
        listed = cast("list[str | list[str]]", list(lengths) if lengths else targets)
        for target in listed:
            yield kind, [target] if isinstance(target, str) else target, lengths.get(str(target), 0)


def _spoiled(kind: str, words: list[str | None], form: str | None, typed: str, length: int) -> list[str | None]:
    match kind:
        case "bad_date":
            dates = _DATES.get(form or "", ("0000-00-00", "2023-02-31", "2023年2月31日"))
            if typed in ("date", "datetime"):
                dates = (_MYSQL_DATES[typed == "datetime"],)
            return [dates[place % len(dates)] for place in range(len(words))]
        case "bad_number":
            return [_NUMBERS[place % len(_NUMBERS)] for place in range(len(words))]
        case "full_width":
            return [word.translate(_WIDE) if word else word for word in words]
        case "overlong":
            return [((word or "无") * (length + 1))[: length + 5] for word in words]
        case "bad_code":
            return ["ZZ" if typed != "char(1)" else "?" for _ in words]
        case "dangling":
            return ["".join("9" if char.isdigit() else char for char in word or "") for word in words]
        case "bad_check":
            return [word[:-1] + ("1" if word[-1] != "1" else "2") if word else word for word in words]
        case _:
            return [None] * len(words)


def _reverse(data: pa.Table, columns: list[str], rows: Ints) -> pa.Table:
    """Exchange the beginning and the end of the rows."""
    first, second = (data.column(name).combine_chunks() for name in columns)
    index = np.arange(data.num_rows)
    swap = np.zeros(data.num_rows, np.bool_)
    swap[rows] = True
    both = pa.array(np.where(swap, index + data.num_rows, index))
    pairs: Any = (pa.concat_arrays([first, second]), pa.concat_arrays([second, first]))
    joined = [pair.take(both) for pair in pairs]
    for name, column in zip(columns, joined, strict=True):
        data = data.set_column(data.schema.get_field_index(name), name, column)
    return data


def _present(data: pa.Table, name: str) -> Bools:
    column: Any = data.column(name)
    return np.asarray(column.is_valid(), np.bool_)


def expected(kind: str, table: SourceTable, column: str) -> str:
    """Where a spoiled row should end: 'quarantine', 'quality' or 'accepted'."""
    what = table.column(column).what
    if kind == "full_width" or (kind == "bad_number" and table.frame == "lab_result"):
        return "accepted"
    lost = kind == "missing" and (what == "patient" or column == table.key)
    if lost or kind in ("bad_date", "bad_number", "duplicate"):
        return "quarantine"
    return "quality"


def spoil(
    data: pa.Table, table: SourceTable, rate: float, first: bool, rng: np.random.Generator
) -> tuple[pa.Table, pa.Table]:
    """The table with errors put in, and the list of them: row_key, row_id, column, kind, expected.

    Each error meets its own rows: no row carries two. row_id: row number of the source (of the copy for duplicates),
    null where the source has none. In the first chunk every declared error comes at least once.
    """
    plan = list(_plan(table))
    least = 1 if first and rate > 0 and data.num_rows >= 20 * len(plan) else 0
    rows = rng.permutation(data.num_rows).astype(np.int64)
    keys = as_text(data.column(table.key).combine_chunks())
    place = table.place("row")
    ids = data.column(place).combine_chunks().to_numpy() if place >= 0 else np.full(data.num_rows, -1)
    parts: list[pa.Table] = []
    copies: list[Ints] = []
    start = 0
    for kind, columns, length in plan:
        count = max(round(data.num_rows * rate), least)
        chosen = np.sort(rows[start : start + count])
        start += count
        if kind not in ("bad_code", "duplicate"):
            for name in columns:
                chosen = chosen[_present(data, name)[chosen]]
        if not len(chosen):
            continue
        if kind == "duplicate":
            copies.append(chosen)
        elif kind == "reversed":
            data = _reverse(data, columns, chosen)
        else:
            data = _spoil_column(data, table, kind, columns[0], length, chosen)
        row_id = np.where(ids[chosen] < 0, -1, ids[chosen] + (_LAST if kind == "duplicate" else 0))
        parts.append(_found(pick(keys, chosen), row_id, columns[-1], kind, expected(kind, table, columns[-1])))
    if copies:
        data = _with_copies(data, table, np.concatenate(copies))
    return data, pa.concat_tables(parts) if parts else _found(vocabulary([]), np.zeros(0, np.int64), "", "", "")


def _found(keys: Text, ids: Ints, column: str, kind: str, ends: str) -> pa.Table:
    return pa.table({
        "row_key": keys, "row_id": pa.array(ids, pa.int64(), mask=ids < 0), "column": constant(column, len(ids)),
        "kind": constant(kind, len(ids)), "expected": constant(ends, len(ids)),
    })  # fmt: skip


def _spoil_column(data: pa.Table, table: SourceTable, kind: str, name: str, length: int, rows: Ints) -> pa.Table:
    column = table.column(name)
    words = as_text(data.column(name).combine_chunks())
    mask = np.zeros(data.num_rows, np.bool_)
    mask[rows] = True
    spoiled = _spoiled(kind, to_list(pick(words, rows)), column.form, column.type, length)
    return data.set_column(data.schema.get_field_index(name), name, replace(words, mask, vocabulary(spoiled)))


def _with_copies(data: pa.Table, table: SourceTable, rows: Ints) -> pa.Table:
    """The table with the rows once more at its end, under row numbers of their own."""
    extra = data.take(cast(Any, pa.array(rows)))
    place = table.place("row")
    if place >= 0:
        numbers = np.asarray(extra.column(place).combine_chunks()) + _LAST
        extra = extra.set_column(place, table.columns[place].name, pa.array(numbers))
    return pa.concat_tables([data, extra])
