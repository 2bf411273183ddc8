"""Rows as a file while they are read: csv (UTF-8 with BOM, so that spreadsheets read Chinese) or xlsx."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, cast

from openpyxl import Workbook

from suwen.kernel.clock import LOCAL_ZONE
from suwen.kernel.errors import Invalid

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
XLSX_ROWS = 1_048_575
"""Rows of an xlsx sheet below its header; a longer list goes on in a further sheet."""
CSV_ROWS = 500
"""Rows of a csv file that are sent in one piece."""
_CHUNK = 1 << 16


def media_type(format: str) -> str:
    """Return the media type of an export format. Raises Invalid for an unknown one."""
    if format not in FORMATS:
        raise Invalid("未知的导出格式", received=format, allowed=sorted(FORMATS))
    return FORMATS[format]


def table_file(format: str, title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield the bytes of a csv or xlsx file; `title` names the sheet. Values are put by `cell`."""
    return _csv(header, rows) if format == "csv" else _xlsx(title, header, rows)


def cell(value: Any) -> Any:
    """Return a value fit for a cell: local time without zone, lists joined, text that no spreadsheet runs."""
    if isinstance(value, datetime):
        return value.astimezone(LOCAL_ZONE).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return {None: "", True: "是", False: "否"}[value]
    if isinstance(value, list | tuple | set | frozenset):
        value = ", ".join(str(item) for item in cast("Iterable[object]", value))
    if isinstance(value, int | float | Decimal | date):
        return value
    text = str(value)
    # A cell that begins so would be run as a formula by a spreadsheet.
    return "'" + text if text[:1] in "=+-@\t\r" and not _number(text) else text


class Book:
    """An xlsx file in the making: rows are added, then it is read out."""

    def __init__(self, title: str, header: Sequence[str]) -> None:
        self._book = Workbook(write_only=True)
        self._title, self._header = "".join(c for c in title if c not in "[]:*?/\\")[:25] or "Sheet", list(header)
        self._sheets = self._rows = 0
        self._begin()

    def add(self, row: Iterable[Any]) -> None:
        """Add a row; what does not fit one sheet goes on in the next."""
        if self._rows == XLSX_ROWS:
            self._begin()
        self._sheet.append(list(row))
        self._rows += 1

    def read(self) -> Iterator[bytes]:
        """Yield the finished file."""
        # A zip needs its end written before it can be read, so the file is finished on disk and then sent in pieces.
        with tempfile.TemporaryFile() as file:
            self._book.save(file)
            file.seek(0)
            while chunk := file.read(_CHUNK):
                yield chunk

    def _begin(self) -> None:
        self._sheets, self._rows = self._sheets + 1, 0
        name = self._title if self._sheets == 1 else f"{self._title} {self._sheets}"
        self._sheet = self._book.create_sheet(name)
        self._sheet.append(self._header)


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text)
    text.write("\ufeff")
    writer.writerow(header)
    for number, row in enumerate(rows, start=1):
        writer.writerow([cell(value) for value in row])
        if number % CSV_ROWS == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    if rest := text.getvalue():
        yield rest.encode()


def _xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    book = Book(title, header)
    for row in rows:
        book.add(cell(value) for value in row)
    yield from book.read()


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
