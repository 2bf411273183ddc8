"""The list of the lake's tables."""

from datetime import datetime
from typing import Annotated

from anyio import to_thread
from pydantic import BaseModel

from suwen.domains.lake.opening import current_lake
from suwen.domains.lake.permissions import READ
from suwen.domains.lake.service import Lake
from suwen.kernel.database import UnitOfWork
from suwen.kernel.resource_computed import ComputedSource
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


async def _tables(_uow: UnitOfWork, scope: Scope) -> list[TableRow]:
    # Sizes count the rows of all institutions together: they are for who sees all of them.
    lake = await to_thread.run_sync(current_lake) if scope.orgs is None else None
    return await to_thread.run_sync(_read, lake) if lake is not None else []


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
    source=ComputedSource(TableRow, _tables, key="id", search=("id",)),
    read=READ.code,
    columns=("layer", "name", "rows", "bytes", "files", "version", "committed_at"),
    default_sort=("id",),
    group="数据资产",
    icon="database",
    order=90,
)
