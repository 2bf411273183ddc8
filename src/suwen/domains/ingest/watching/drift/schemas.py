"""What the API and lists of changed tables give out."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from suwen.domains.ingest.schemas import Row
from suwen.kernel.resources import Column

KINDS = (("added", "新增", "Added"), ("removed", "删除", "Removed"), ("retyped", "类型改变", "Retyped"))
STATUSES = (("open", "待处理", "Open"), ("accepted", "已采纳", "Accepted"), ("gone", "已还原", "As before again"))
USED_HELP = "映射、主键或增量字段用到该字段：删除或类型改变时采集停止，直至处理"


class DriftRow(Row):
    """A column that is not as its feed knew it."""

    id: UUID
    feed: Annotated[str, Column("采集任务", "Feed", filter=True, sort=True)]
    origin: Annotated[str, Column("源表", "Source table", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    column: Annotated[str, Column("字段", "Column", filter=True, sort=True)]
    kind: Annotated[str, Column("变化", "Change", filter=True, sort=True, options=KINDS)]
    was: Annotated[str | None, Column("原类型", "Was")]
    now_is: Annotated[str | None, Column("现类型", "Is")]
    used: Annotated[bool, Column("已使用", "Used", filter=True, sort=True, help=USED_HELP)]
    status: Annotated[str, Column("状态", "Status", filter=True, sort=True, options=STATUSES)]
    found_at: Annotated[datetime, Column("发现时间", "Found", filter=True, sort=True)]
    closed_at: Annotated[datetime | None, Column("处理时间", "Closed", sort=True)]
    closed_by: Annotated[str | None, Column("处理人", "Closed by", filter=True, hide=("list",))]
    source: Annotated[str, Column("数据源", "Source", filter=True, sort=True, hide=("list",))]


class MappingChange(BaseModel):
    """An element whose expression is to change; None: no mapping."""

    element: str
    title: str
    title_en: str
    before: str | None
    after: str | None


class DriftProposal(DriftRow):
    """A changed column with the mapping change proposed; renamed: the column that it looks to have been, or become."""

    renamed: str | None
    changes: list[MappingChange]


class DriftAcceptance(BaseModel):
    """Which open changes are taken, and whether with the mapping changes proposed or only as the columns are now."""

    model_config = ConfigDict(extra="forbid")

    drifts: Annotated[list[UUID], Field(min_length=1, max_length=2000)]
    apply: bool
