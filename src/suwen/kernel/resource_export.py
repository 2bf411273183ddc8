"""Exports of a list as a stream: csv (UTF-8 with BOM, so that spreadsheets read Chinese) or xlsx."""

import csv
import io
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from enum import Enum
from typing import Any, cast

from openpyxl import Workbook

from suwen.kernel.clock import LOCAL_ZONE
from suwen.kernel.database import UnitOfWork
from suwen.kernel.permissions import Principal
from suwen.kernel.repository import PageRequest
from suwen.kernel.resource_rows import presented, visible
from suwen.kernel.resources import Resource

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
XLSX_ROWS = 1_048_575
"""Rows of an xlsx sheet below its header; a longer list goes on in a further sheet."""
_PORTION = 500
_CHUNK = 1 << 16


async def export_rows(
    resource: Resource,
    work: AbstractAsyncContextManager[UnitOfWork],
    principal: Principal,
    request: PageRequest,
    format: str,
) -> AsyncGenerator[bytes, None]:
    """Yield the bytes of the file. Rows are masked as in the list; one unit of work spans the whole export."""
    names = [
        name
        for name in resource.shown
        if "export" not in resource.column(name).hide and visible(resource.column(name), principal.scope)
    ]
    header = [resource.column(name).label or name for name in names]
    async with work as uow:
        portions = _portions(resource, uow, principal, request)
        writer = _csv(header, names, portions) if format == "csv" else _xlsx(resource.title, header, names, portions)
        async for part in writer:
            yield part


async def _portions(
    resource: Resource, uow: UnitOfWork, principal: Principal, request: PageRequest
) -> AsyncGenerator[list[dict[str, Any]], None]:
    portion: list[object] = []
    async for row in resource.source.iterate(uow, principal.scope, request):
        portion.append(row)
        if len(portion) == _PORTION:
            yield await presented(resource, uow, principal, portion)
            portion = []
    if portion:
        yield await presented(resource, uow, principal, portion)


async def _csv(
    header: list[str], names: list[str], portions: AsyncIterator[list[dict[str, Any]]]
) -> AsyncGenerator[bytes, None]:
    text = io.StringIO()
    writer = csv.writer(text)
    text.write("\ufeff")
    writer.writerow(header)
    async for portion in portions:
        writer.writerows([_cell(row[name]) for name in names] for row in portion)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    if rest := text.getvalue():
        yield rest.encode()


async def _xlsx(
    title: str, header: list[str], names: list[str], portions: AsyncIterator[list[dict[str, Any]]]
) -> AsyncGenerator[bytes, None]:
    book = Workbook(write_only=True)
    sheet, rows, sheets = None, 0, 0
    async for portion in portions:
        for row in portion:
            if sheet is None or rows == XLSX_ROWS:
                sheets, rows = sheets + 1, 0
                sheet = book.create_sheet(_sheet_name(title, sheets))
                sheet.append(header)
            sheet.append([_cell(row[name]) for name in names])
            rows += 1
    if sheet is None:
        book.create_sheet(_sheet_name(title, 1)).append(header)
    # A zip needs its end written before it can be read, so the file is finished on disk and then sent in pieces.
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        for chunk in _chunks(file):
            yield chunk


def _chunks(file: Any) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _sheet_name(title: str, number: int) -> str:
    clean = "".join(c for c in title if c not in "[]:*?/\\")[:25] or "Sheet"
    return clean if number == 1 else f"{clean} {number}"


def _cell(value: Any) -> Any:
    """Return a value fit for a cell: local time without zone, lists joined, text that no spreadsheet runs."""
    if isinstance(value, datetime):
        return value.astimezone(LOCAL_ZONE).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return {None: "", True: "是", False: "否"}[value]
    if isinstance(value, list | tuple | set | frozenset):
        value = ", ".join(str(item) for item in cast("Iterable[object]", value))
    if isinstance(value, int | float):
        return value
    text = str(value)
    # A cell that begins so would be run as a formula by a spreadsheet.
    return "'" + text if text[:1] in "=+-@\t\r" and not _number(text) else text


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
