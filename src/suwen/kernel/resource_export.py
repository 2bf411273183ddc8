"""Exports of a list as a stream: csv (UTF-8 with BOM, so that spreadsheets read Chinese) or xlsx."""

import csv
import io
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

from suwen.kernel.database import UnitOfWork
from suwen.kernel.permissions import Principal
from suwen.kernel.repository import PageRequest
from suwen.kernel.resource_rows import presented, visible
from suwen.kernel.resources import Resource
from suwen.kernel.tabular import Book, cell

_PORTION = 500


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
        writer.writerows([cell(row[name]) for name in names] for row in portion)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    if rest := text.getvalue():
        yield rest.encode()


async def _xlsx(
    title: str, header: list[str], names: list[str], portions: AsyncIterator[list[dict[str, Any]]]
) -> AsyncGenerator[bytes, None]:
    book = Book(title, header)
    async for portion in portions:
        for row in portion:
            book.add(cell(row[name]) for name in names)
    for chunk in book.read():
        yield chunk
