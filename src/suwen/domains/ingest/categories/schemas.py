"""Categories in lists and forms, and what people set of a feed without touching its mapping."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from suwen.domains.ingest.categories.models import Priority
from suwen.kernel.resources import Column

PRIORITIES = (
    (Priority.URGENT.value, "紧急", "Urgent"),
    (Priority.HIGH.value, "高", "High"),
    (Priority.NORMAL.value, "普通", "Normal"),
    (Priority.LOW.value, "低", "Low"),
)
"""Value, Chinese and English label, the most urgent first."""
PRIORITY_HELP = "排队时优先级高的先运行；每等待一分钟提升一级，低优先级不会一直等待"
PRIORITY_EN = (
    "Of the runs that wait, the most urgent begin first; each minute of waiting counts, so none waits for ever."
)


class CategoryRow(BaseModel):
    """A category, and how its feeds stand after their newest batch; counted within the reader's institutions."""

    id: UUID
    code: Annotated[str, Column("编码", "Code", filter=True, sort=True)]
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    feeds: Annotated[int, Column("采集任务", "Feeds", sort=True)] = 0
    running: Annotated[int, Column("采集中", "Running", sort=True)] = 0
    succeeded: Annotated[int, Column("成功", "Succeeded", sort=True)] = 0
    failed: Annotated[int, Column("失败", "Failed", sort=True)] = 0
    held: Annotated[int, Column("待确认", "Held", sort=True)] = 0
    never: Annotated[int, Column("未采集", "Never run", sort=True)] = 0
    remark: Annotated[str, Column("说明", "Remark")] = ""
    position: Annotated[int, Column("次序", "Order", sort=True)]
    updated_at: Annotated[datetime, Column("更新时间", "Updated", sort=True, hide=("list",))]


Title = Annotated[str, Field(min_length=1, max_length=100), Column("名称", "Title")]
Remark = Annotated[str, Field(max_length=1000), Column("说明", "Remark")]
Position = Annotated[int, Field(ge=0, le=100_000), Column("次序", "Order", help="小的在前")]


class CategoryIn(BaseModel):
    """A category that is to be; its code stays."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[
        str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$"), Column("编码", "Code", help="小写字母、数字、下划线")
    ]
    title: Title
    remark: Remark = ""
    position: Position = 100


class CategoryChange(BaseModel):
    """What of a category people adjust; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    title: Title = ""
    remark: Remark = ""
    position: Position = 100


class FeedChange(BaseModel):
    """What of a feed is set beside its mapping; what is left out stays, a category of None is none."""

    model_config = ConfigDict(extra="forbid")

    category: Annotated[str | None, Column("分类", "Category", kind="ingest-category")] = None
    priority: Annotated[
        Priority,
        Column("优先级", "Priority", options=PRIORITIES, help=PRIORITY_HELP),
        Field(description=PRIORITY_EN),
    ] = Priority.NORMAL
