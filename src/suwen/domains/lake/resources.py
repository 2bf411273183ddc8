"""The list of the lake's tables."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from anyio import to_thread
from pydantic import BaseModel

from suwen.domains.lake.errors import UnknownTable
from suwen.domains.lake.opening import current_lake
from suwen.domains.lake.permissions import READ
from suwen.domains.lake.service import Lake
from suwen.kernel.database import UnitOfWork
from suwen.kernel.repository import Page, PageRequest
from suwen.kernel.resources import Column, Resource
from suwen.kernel.scope import Scope


class TableRow(BaseModel):
    """A table of the lake: its size in rows, bytes and files, and its last commit (UTC)."""

    id: Annotated[str, Column("表", "Table", sort=True, hide=("list",))]
    layer: Annotated[str, Column("层", "Layer", filter=True, sort=True)]
    name: Annotated[str, Column("表名", "Name", filter=True, sort=True)]
    rows: Annotated[int, Column("行数", "Rows", sort=True)]
    bytes: Annotated[int, Column("字节数", "Bytes", sort=True)]
    files: Annotated[int, Column("文件数", "Files", sort=True)]
    version: Annotated[int, Column("版本", "Version", sort=True)]
    committed_at: Annotated[datetime, Column("最近提交", "Last commit", sort=True)]


class LakeTables:
    """The tables as a list; sizes only, which belong to no institution, and only for who sees all of them."""

    scope_column = None

    async def list(self, uow: UnitOfWork, scope: Scope, request: PageRequest) -> Page[TableRow]:
        """Return one page of the tables."""
        rows = self._sorted(await self._rows(scope), request)
        shown = rows[request.offset : request.offset + request.page_size]
        return Page(shown, len(rows), request.page, request.page_size)

    async def get(self, uow: UnitOfWork, scope: Scope, key: str) -> TableRow:
        """Return one table by `layer.name`. Raises UnknownTable."""
        rows = await self._rows(scope)
        found = next((row for row in rows if row.id == key), None)
        if found is None:
            raise UnknownTable("数据湖中没有此表", received=key, allowed=[row.id for row in rows])
        return found

    async def iterate(self, uow: UnitOfWork, scope: Scope, request: PageRequest) -> AsyncIterator[TableRow]:
        """Yield all tables that the filters let through."""
        for row in self._sorted(await self._rows(scope), request):
            yield row

    async def _rows(self, scope: Scope) -> "list[TableRow]":
        # Sizes count the rows of all institutions together.
        lake = await to_thread.run_sync(current_lake)
        return await to_thread.run_sync(_read, lake) if lake and scope.orgs is None else []

    def _sorted(self, rows: "list[TableRow]", request: PageRequest) -> "list[TableRow]":
        wanted = {name.partition(".")[0]: value for name, value in request.filters.items()}
        kept = [
            row
            for row in rows
            if all(value in str(getattr(row, name, "")) for name, value in wanted.items()) and request.q in row.id
        ]
        for name in reversed(request.sort or ("id",)):
            field = name.removeprefix("-")
            if field in TableRow.model_fields:
                kept.sort(key=lambda row: getattr(row, field), reverse=name.startswith("-"))
        return kept


def _read(lake: Lake) -> list[TableRow]:
    return [
        TableRow(
            id=f"{info.layer}.{info.name}",
            layer=info.layer,
            name=info.name,
            rows=info.rows,
            bytes=info.bytes,
            files=info.files,
            version=info.version,
            committed_at=info.committed_at,
        )
        for info in lake.tables()
    ]


TABLES = Resource(
    name="lake.tables",
    domain="lake",
    title="数据湖表",
    title_en="Lake tables",
    schema=TableRow,
    source=LakeTables(),
    read=READ.code,
    columns=("layer", "name", "rows", "bytes", "files", "version", "committed_at"),
    default_sort=("id",),
    group="数据资产",
    icon="database",
    order=90,
)
