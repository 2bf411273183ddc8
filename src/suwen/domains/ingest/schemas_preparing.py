"""What the room tells of data preparation 数据准备."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from suwen.domains.ingest.schemas import Row
from suwen.kernel.resources import Column

EXAMINE = "ingest.examine"


class PreparationRow(Row):
    """An element of a batch: how many values were missing, doubled, wrong or outside, and what was made of them."""

    id: UUID
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    feed: Annotated[str, Column("采集任务", "Feed", kind="code", filter=True, sort=True)]
    dataset: Annotated[str, Column("数据集", "Dataset", kind="dataset", filter=True, sort=True)]
    element: Annotated[str, Column("数据元", "Element", kind="code", filter=True, sort=True)]
    rows: Annotated[int, Column("行数", "Rows", sort=True)]
    missing: Annotated[int, Column("缺失", "Missing", sort=True, help="没有收到值")]
    filled: Annotated[int, Column("其中补值", "Filled in", sort=True, help="缺失而按映射补入的值")]
    duplicates: Annotated[int, Column("重复", "Duplicate", sort=True, help="批内主键重复的行，保留最后一行，其余隔离")]
    unreadable: Annotated[int, Column("错误", "Unreadable", sort=True, help="不能按数据元的类型读出的值")]
    blanked: Annotated[int, Column("其中置空", "Blanked", sort=True, help="读不出而按映射视为无值")]
    quarantined: Annotated[int, Column("隔离行数", "Quarantined", sort=True)]
    outside: Annotated[int, Column("值域外", "Outside", sort=True, help="映射后仍不是值域中的代码，待术语标化")]
    mapped: Annotated[int, Column("代码映射", "Mapped", sort=True, help="按值映射换成标准代码")]
    emptied: Annotated[int, Column("映射为空", "Mapped to none", sort=True, hide=("list",))]
    defaulted: Annotated[int, Column("取默认值", "Defaulted", sort=True, help="映射中没有的值，取默认代码")]
    converted: Annotated[int, Column("格式转换", "Converted", sort=True, help="由文本读成日期、数值等类型")]
    started_at: Annotated[datetime, Column("批次时间", "Batch of", filter=True, sort=True)]
    number: Annotated[int, Column("批次号", "Batch no.", filter=True, sort=True, hide=("list",))]
    source: Annotated[str, Column("数据源", "Source", kind="code", filter=True, sort=True, hide=("list",))]
    newest: Annotated[bool, Column("最近批次", "Latest batch", filter=True, hide=("list",))]
    batch_id: Annotated[UUID, Column("批次", "Batch", filter=True, hide=("list",))]
    examined_at: Annotated[datetime, Column("统计时间", "Examined", sort=True, hide=("list",))]


class PreparationSums(BaseModel):
    """The same added up over the rows that the filters let through; batches and feeds they are of."""

    batches: int
    feeds: int
    values: int
    missing: int
    filled: int
    duplicates: int
    unreadable: int
    blanked: int
    quarantined: int
    outside: int
    mapped: int
    emptied: int
    defaulted: int
    converted: int


class ExamineIn(BaseModel):
    """Which feed's latest batch to examine; None: every feed's."""

    feed: str | None = Field(None, max_length=100)
