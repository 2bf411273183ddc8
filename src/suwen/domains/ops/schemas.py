"""What the room takes in and gives out over HTTP."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from suwen.kernel.resources import Column

STATUSES = (
    ("writing", "正在备份", "Being made"),
    ("whole", "完整", "Whole"),
    ("broken", "已损坏", "Broken"),
    ("failed", "失败", "Failed"),
    ("removed", "已删除", "Removed"),
)


class BackupOut(BaseModel):
    """A backup as the list shows it: counts of what it holds, bytes on disk, times in UTC."""

    model_config: ClassVar = ConfigDict(from_attributes=True)

    id: UUID
    started_at: Annotated[datetime, Column("数据时间", "As of", sort=True, filter=True, help="备份中的数据截至此时")]
    status: Annotated[str, Column("状态", "Status", options=STATUSES, filter=True, sort=True)]
    daily: Annotated[bool, Column("每日备份", "Daily", filter=True, sort=True)]
    made_by: Annotated[str | None, Column("备份人", "Made by", filter=True, sort=True)]
    finished_at: Annotated[datetime | None, Column("完成时间", "Finished", sort=True, hide=("list",))]
    bytes: Annotated[int | None, Column("大小", "Size", kind="bytes", sort=True)]
    database_tables: Annotated[int | None, Column("数据库表", "Database tables", hide=("list",))]
    database_rows: Annotated[int | None, Column("数据库行数", "Database rows", sort=True)]
    lake_tables: Annotated[int | None, Column("数据湖表", "Lake tables", hide=("list",))]
    lake_rows: Annotated[int | None, Column("数据湖行数", "Lake rows", sort=True)]
    files: Annotated[int | None, Column("文件数", "Files", sort=True, hide=("list",))]
    digest: Annotated[str | None, Column("SM3 摘要", "SM3 digest", kind="id", filter=True)]
    verified_at: Annotated[datetime | None, Column("最近校验", "Verified", sort=True, filter=True)]
    verified_by: Annotated[str | None, Column("校验人", "Verified by", hide=("list",))]
    fault: Annotated[str | None, Column("问题", "Fault")]
    note: Annotated[str | None, Column("说明", "Note", hide=("list",))]
    folder: Annotated[str, Column("目录", "Folder", filter=True)]
    revision: Annotated[str | None, Column("数据库版本", "Database revision", hide=("list",))]
    removed_at: Annotated[datetime | None, Column("删除时间", "Removed", hide=("list",))]
    removed_by: Annotated[str | None, Column("删除人", "Removed by", hide=("list",))]


class BackupIn(BaseModel):
    """A backup is asked for; the note says why."""

    note: str | None = Field(None, max_length=200)


class Begun(BaseModel):
    """A job that was begun for a backup."""

    id: UUID
    job_id: UUID


class RestorationOut(BaseModel):
    """That this installation was filled from a backup: its digest, the moment of its data, when (UTC)."""

    model_config: ClassVar = ConfigDict(from_attributes=True)

    id: UUID
    restored_at: Annotated[datetime, Column("还原时间", "Restored", sort=True)]
    made_at: Annotated[datetime, Column("数据时间", "As of", sort=True)]
    digest: Annotated[str, Column("SM3 摘要", "SM3 digest", kind="id", filter=True)]
    backup_id: Annotated[UUID, Column("备份", "Backup", hide=("list",))]
