"""Tables as files: csv (UTF-8 with BOM, so that spreadsheets read Chinese) or xlsx."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def export_file(table: Iterable[Sequence[Any]], format_: str) -> bytes:
    """Return a table, its first row the header, as the bytes of a file of one of FORMATS."""
    rows = ([_cell(value) for value in row] for row in table)
    if format_ == "csv":
        text = io.StringIO()
        text.write("\ufeff")
        csv.writer(text).writerows(rows)
        return text.getvalue().encode()
    book = Workbook(write_only=True)
    sheet = book.create_sheet("指标")
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(value: Any) -> Any:
    """Return a value fit for a cell; a text that a spreadsheet would run as a formula is quoted."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float | Decimal | date):
        return value
    text = str(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
