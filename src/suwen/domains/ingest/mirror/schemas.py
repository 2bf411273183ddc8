"""What the API, the lists and the jobs of mirrors take and give out."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from suwen.domains.ingest.schemas import Row
from suwen.domains.lake.public import WriteResult
from suwen.kernel.resources import Column

MOMENTS = (
    ("batch", "每批接收后", "After each batch"),
    ("nightly", "每日夜间", "Each night"),
    ("asked", "仅手动", "When asked"),
)
STATUSES = (
    ("empty", "未同步", "Not yet"),
    ("running", "同步中", "Running"),
    ("synced", "已同步", "Synced"),
    ("failed", "失败", "Failed"),
)
FEEDS_HELP = "不选则镜像该数据源的全部采集任务，含以后新增的"
FEEDS_EN = "None chosen: all feeds of the source, also those added later."
MOMENT_HELP = "每批接收后：一批数据接收入库即同步；夜间：每日同步一次；仅手动：由人在镜像表中发起"
MOMENT_EN = "After each batch, once every night, or only when somebody asks in the list of mirrored tables."
ENABLED_HELP = "停用后镜像表保留现有数据，不再同步"
ENABLED_EN = "Switched off, mirrored tables stay as they are."

Moment = Annotated[
    Literal["batch", "nightly", "asked"],
    Column("同步时机", "Brought up", options=MOMENTS, help=MOMENT_HELP),
    Field(description=MOMENT_EN),
]
Enabled = Annotated[bool, Column("启用", "On", help=ENABLED_HELP), Field(description=ENABLED_EN)]
Feeds = Annotated[
    list[str],
    Field(max_length=1000, description=FEEDS_EN),
    Column("采集任务", "Feeds", kind="ingest-feeds", help=FEEDS_HELP),
]


class MirrorSettingRow(Row):
    """How a source is mirrored."""

    id: UUID
    source: Annotated[str, Column("数据源", "Source", kind="ingest-source", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    enabled: Annotated[bool, Column("启用", "On", filter=True, sort=True)]
    moment: Annotated[str, Column("同步时机", "Brought up", filter=True, sort=True, options=MOMENTS)]
    feeds: Annotated[list[str], Column("采集任务", "Feeds", kind="ingest-feeds")]
    updated_at: Annotated[datetime, Column("更新时间", "Updated", sort=True)]


class MirrorSettingIn(BaseModel):
    """A setting that is to be; `source` is a source's code, `feeds` full codes of feeds of it (none: all)."""

    model_config = ConfigDict(extra="forbid")

    source: Annotated[str, Field(min_length=1, max_length=100), Column("数据源", "Source", kind="ingest-source")]
    enabled: Enabled = True
    moment: Moment = "batch"
    feeds: Feeds = []


class MirrorSettingChange(BaseModel):
    """What of a setting people adjust; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    enabled: Enabled = True
    moment: Moment = "batch"
    feeds: Feeds = []


class MirrorRow(Row):
    """A mirrored table in the list. behind: batches that have landed and are not in it yet."""

    id: UUID
    feed: Annotated[str, Column("采集任务", "Feed", filter=True, sort=True)]
    source: Annotated[str, Column("数据源", "Source", filter=True, sort=True, hide=("list",))]
    origin: Annotated[str, Column("源表", "Source table", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    included: Annotated[bool, Column("保持同步", "Kept in step", filter=True, sort=True)]
    status: Annotated[str, Column("状态", "Status", filter=True, sort=True, options=STATUSES)]
    rows: Annotated[int, Column("行数", "Rows", sort=True)]
    number: Annotated[int, Column("所处批次", "Stands at batch", sort=True)]
    behind: Annotated[int | None, Column("落后批次", "Batches behind", filter=True, sort=True)]
    as_of: Annotated[datetime | None, Column("数据截至", "Data as of", sort=True, help="所处批次开始读取源端的时间")]
    synced_at: Annotated[datetime | None, Column("最近同步", "Last sync", sort=True)]
    rows_put: Annotated[int, Column("最近写入行数", "Rows put last", sort=True, hide=("list",))]
    rows_removed: Annotated[int, Column("最近移除行数", "Rows removed last", sort=True, hide=("list",))]
    seconds: Annotated[
        float | None, Column("最近用时", "Time of last sync", kind="duration", sort=True, hide=("list",))
    ]
    error: Annotated[str | None, Column("失败原因", "Reason of failure", hide=("list",))]
    job_run_id: Annotated[UUID | None, Column("作业", "Job", hide=("list", "detail", "export"))]


@dataclass(frozen=True)
class SyncResult:
    """What a sync did: the batches taken in, rows put and removed, and where the mirror stands now (0: nowhere yet)."""

    feed: str
    number: int = 0
    batches: int = 0
    rows: int = 0
    rows_put: int = 0
    rows_removed: int = 0

    def after(self, number: int, batches: int, rows: int, written: WriteResult) -> "SyncResult":
        """Return the result with one more write."""
        return replace(
            self,
            number=number,
            batches=self.batches + batches,
            rows=rows,
            rows_put=self.rows_put + written.rows,
            rows_removed=self.rows_removed + written.rows_removed,
        )
