"""Exports of a list as a stream: csv (UTF-8 with BOM, so that spreadsheets read Chinese) or xlsx."""

import csv
import io
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

from fastapi.responses import StreamingResponse

from suwen.kernel.database import UnitOfWork
from suwen.kernel.permissions import Principal
from suwen.kernel.repository import PageRequest
from suwen.kernel.resource_rows import presented, visible
from suwen.kernel.resources import Resource
from suwen.kernel.tabular import Book, cell, media_type

Portions: TypeAlias = AsyncIterator[Iterable[Sequence[object]]]
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
        portions = _portions(resource, names, uow, principal, request)
        async for part in table_stream(format, resource.title, header, portions):
            yield part


async def table_stream(
    format: str, title: str, header: Sequence[str], portions: Portions
) -> AsyncGenerator[bytes, None]:
    """Yield the bytes of a table as csv or xlsx; portions come row by row, each row's values in the header's order."""
    async for part in _csv(header, portions) if format == "csv" else _xlsx(title, header, portions):
        yield part


async def streamed(body: AsyncGenerator[bytes, None], name: str, format: str) -> StreamingResponse:
    """Return a download of a file's bytes. Its first part is read at once, so that an error is told as a problem."""
    first = await anext(body)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{format}"'}
    return StreamingResponse(_chained(first, body), media_type=media_type(format), headers=headers)


async def _chained(first: bytes, rest: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    yield first
    async for part in rest:
        yield part


async def _portions(
    resource: Resource, names: Sequence[str], uow: UnitOfWork, principal: Principal, request: PageRequest
) -> AsyncGenerator[list[list[object]], None]:
    portion: list[object] = []

    async def values() -> list[list[object]]:
        return [[row[name] for name in names] for row in await presented(resource, uow, principal, portion)]

    async for row in resource.source.iterate(uow, principal.scope, request):
        portion.append(row)
        if len(portion) == _PORTION:
            yield await values()
            portion.clear()
    if portion:
        yield await values()


async def _csv(header: Sequence[str], portions: Portions) -> AsyncGenerator[bytes, None]:
    text = io.StringIO()
    writer = csv.writer(text)
    text.write("\ufeff")
    writer.writerow(header)
    async for portion in portions:
        writer.writerows([cell(value) for value in row] for row in portion)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    if rest := text.getvalue():
        yield rest.encode()


async def _xlsx(title: str, header: Sequence[str], portions: Portions) -> AsyncGenerator[bytes, None]:
    book = Book(title, header)
    async for portion in portions:
        for row in portion:
            book.add(cell(value) for value in row)
    for chunk in book.read():
        yield chunk
