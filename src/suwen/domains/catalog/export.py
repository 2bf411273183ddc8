"""Rows as a file while they are read: csv (UTF-8 with BOM) or xlsx."""

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from openpyxl import Workbook

from suwen.domains.catalog.repository import Row
from suwen.domains.catalog.schemas import RowColumn
from suwen.kernel.resource_export import XLSX_ROWS

_CHUNK = 1 << 16


def as_csv(columns: Sequence[RowColumn], portions: Iterator[list[Row]]) -> Iterator[bytes]:
    """Yield a csv file; the header is known only when the first rows are, so that an early error is still told."""
    text = io.StringIO()
    writer = csv.writer(text)
    names = [column.name for column in columns]
    text.write("\ufeff")
    writer.writerow([column.title for column in columns])
    for portion in portions:
        writer.writerows([_cell(row[name]) for name in names] for row in portion)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    if rest := text.getvalue():
        yield rest.encode()


def as_xlsx(title: str, columns: Sequence[RowColumn], portions: Iterator[list[Row]]) -> Iterator[bytes]:
    """Yield an xlsx file; what does not fit one sheet goes on in the next."""
    book = Workbook(write_only=True)
    names = [column.name for column in columns]
    header = [column.title for column in columns]
    sheet = book.create_sheet(title[:25])
    sheet.append(header)
    rows = sheets = 0
    for portion in portions:
        for row in portion:
            if rows == XLSX_ROWS:
                rows, sheets = 0, sheets + 1
                sheet = book.create_sheet(f"{title[:25]} {sheets + 1}")
                sheet.append(header)
            sheet.append([_cell(row[name]) for name in names])
            rows += 1
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


def _cell(value: object) -> str | int | float | Decimal | date | None:
    """Return a value fit for a cell; a text that a spreadsheet would run as a formula is quoted."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, int | float | Decimal | date):
        return value
    text = str(value)
    return "'" + text if text[:1] in "=+-@\t\r" else text
