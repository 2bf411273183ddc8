"""Excel sheets as text columns."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pyarrow as pa
from python_calamine import CalamineWorkbook, WorksheetNotFound

from suwen.domains.ingest.connector import Refused
from suwen.domains.ingest.connectors.files.delimited import unique_names
from suwen.domains.ingest.errors import SourceUnreadable

Cell = int | float | str | bool | time | date | datetime | timedelta


def read_sheet(path: Path, sheet: str | None) -> tuple[pa.Table, list[Refused]]:
    """Return the rows below the first filled row as text columns, and the rows longer than it.

    A sheet has at most 1,048,576 rows. Whole numbers lose the ``.0`` that Excel gives them, dates become ISO text.
    """
    try:
        book = _open(path)
        rows = book.get_sheet_by_name(sheet if sheet is not None else book.sheet_names[0]).to_python()
    except WorksheetNotFound as error:
        names = _open(path).sheet_names
        raise SourceUnreadable(
            f"file {path.name} has no such sheet", received=sheet, allowed=names, file=path.name
        ) from error
    except Exception as error:
        raise SourceUnreadable(
            f"file {path.name} is not a readable workbook, perhaps cut off: {error}", file=path.name
        ) from error
    first = next((n for n, row in enumerate(rows) if any(cell != "" for cell in row)), None)
    if first is None:
        raise SourceUnreadable(f"file {path.name} is empty: not even a header", file=path.name, line=1)
    header = [str(_text(cell) or "") for cell in rows[first]]
    while header and not header[-1]:
        header.pop()
    names = unique_names(path, header)
    columns: list[list[str | None]] = [[] for _ in names]
    refused: list[Refused] = []
    for number, row in enumerate(rows[first + 1 :], start=first + 2):
        if all(cell == "" for cell in row):
            continue
        if any(cell != "" for cell in row[len(names) :]):
            text = "\t".join(_text(cell) or "" for cell in row)
            refused.append(Refused(f"{path.name}:{number}", "too many fields", text))
            continue
        for n, column in enumerate(columns):
            column.append(_text(row[n]) if n < len(row) else None)
    arrays = [pa.array(column, pa.string()) for column in columns]
    return pa.Table.from_arrays(arrays, names=list(names)), refused


def sheets(path: Path) -> list[str]:
    """Return the names of a workbook's sheets; none when it cannot be read."""
    try:
        return _open(path).sheet_names
    except Exception:
        return []


def _open(path: Path) -> CalamineWorkbook:
    return CalamineWorkbook.from_path(path)  # pyright: ignore[reportUnknownMemberType]


def _text(cell: Cell) -> str | None:
    match cell:
        case "":
            return None
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 2**53:
            return str(int(cell))
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
        case _:
            return str(cell)
