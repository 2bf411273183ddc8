"""What the API and lists of reconciliation give out."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from suwen.domains.ingest.schemas import Row
from suwen.kernel.resources import Column

STATUSES = (
    ("running", "进行中", "Running"),
    ("waiting", "等待前置机", "Waiting for the node"),
    ("equal", "一致", "Equal"),
    ("different", "不一致", "Different"),
    ("failed", "失败", "Failed"),
)
COMPARES = (("rows", "整行", "Whole rows"), ("keys", "仅主键", "Keys only"))
REASONS = (
    ("extra", "源端已无此行，此采集方式看不到删除", "Gone at the source; this capture does not see deletions"),
    ("unsettled", "补采后仍不一致", "Still different after the re-pull"),
    ("given_up", "前置机的任务被放弃，处理未完成", "What the node was asked was given up"),
    ("unchecked", "已补采，但重新对账失败", "Brought in again; the check after it failed"),
)
STEPS = (
    ("locate", "等待前置机定位差异", "Waiting for the node: keys"),
    ("read", "等待前置机补采", "Waiting for the node: rows"),
    ("check", "等待前置机重新对账", "Waiting for the node: new check"),
)
DIFFERENCE_STATUSES = (("open", "待处理", "Open"), ("closed", "已关闭", "Closed"))
ORIGIN_HELP = "与哪张源表核对；不填则为采集任务的源表"
TIME_HELP = "按源表的此字段分业务日核对；不填则取采集任务映射到数据集时间的字段，没有时整表核对"
RECENT_HELP = "只核对最近若干日；不填则全部"
HOLD_HELP = "有未关闭的差异时，暂缓发布该日数据"
ORIGIN_EN = "The source table to compare with; empty: the one of the feed."
TIME_EN = (
    "The source column that gives the business day; empty: the one mapped to the dataset's time, without such "
    "the table is compared whole."
)
RECENT_EN = "Only so many days up to now; empty: all."
HOLD_EN = "A day with an open difference is not published."

Feed = Annotated[str, Column("采集任务", "Feed", filter=True, sort=True)]
Dataset = Annotated[str, Column("数据集", "Dataset", kind="dataset", filter=True, sort=True)]
Org = Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
Origin = Annotated[
    str | None,
    Field(default=None, min_length=1, max_length=200, description=ORIGIN_EN),
    Column("源表", "Source table", help=ORIGIN_HELP),
]
TimeColumn = Annotated[
    str | None,
    Field(default=None, min_length=1, max_length=200, description=TIME_EN),
    Column("时间字段", "Time column", help=TIME_HELP),
]
Compare = Annotated[str, Field(pattern="^(rows|keys)$"), Column("核对内容", "Compared", options=COMPARES)]
RecentDays = Annotated[
    int | None,
    Field(default=None, ge=1, le=3660, description=RECENT_EN),
    Column("最近天数", "Recent days", help=RECENT_HELP),
]
AfterRun = Annotated[bool, Column("采集后核对", "After each run")]
Nightly = Annotated[bool, Column("每日核对", "Each night")]
Hold = Annotated[bool, Column("差异暂缓发布", "Hold publication", help=HOLD_HELP), Field(description=HOLD_EN)]


class SettingRow(Row):
    """How a feed is checked."""

    id: UUID
    feed: Feed
    dataset: Dataset
    org_code: Org
    origin: Annotated[str | None, Column("源表", "Source table")]
    time_column: Annotated[str | None, Column("时间字段", "Time column")]
    compare: Annotated[str, Column("核对内容", "Compared", filter=True, options=COMPARES)]
    recent_days: Annotated[int | None, Column("最近天数", "Recent days", sort=True)]
    after_run: Annotated[bool, Column("采集后核对", "After each run", filter=True)]
    nightly: Annotated[bool, Column("每日核对", "Each night", filter=True)]
    hold: Annotated[bool, Column("差异暂缓发布", "Hold publication", filter=True)]
    updated_at: Annotated[datetime, Column("更新时间", "Updated", sort=True, hide=("list",))]


class SettingIn(BaseModel):
    """A setting that is to be; `feed` is a feed's full code."""

    model_config = ConfigDict(extra="forbid")

    feed: Annotated[str, Field(min_length=1, max_length=100), Column("采集任务", "Feed", kind="ingest-feed")]
    origin: Origin = None
    time_column: TimeColumn = None
    compare: Compare = "rows"
    recent_days: RecentDays = None
    after_run: AfterRun = False
    nightly: Nightly = True
    hold: Hold = False


class SettingChange(BaseModel):
    """What of a setting people adjust; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    origin: Origin = None
    time_column: TimeColumn = None
    compare: Compare = "rows"
    recent_days: RecentDays = None
    after_run: AfterRun = False
    nightly: Nightly = True
    hold: Hold = False


class CheckRow(Row):
    """A check in the list."""

    id: UUID
    feed: Feed
    source: Annotated[str, Column("数据源", "Source", filter=True, sort=True)]
    origin: Annotated[str, Column("源表", "Source table", filter=True, sort=True)]
    dataset: Dataset
    org_code: Org
    status: Annotated[str, Column("结果", "Outcome", filter=True, sort=True, options=STATUSES)]
    days: Annotated[int, Column("业务日数", "Days", sort=True)]
    different: Annotated[int, Column("不一致日数", "Days different", sort=True)]
    rows_source: Annotated[int, Column("源端行数", "Rows at source", sort=True)]
    rows_raw: Annotated[int, Column("接收行数", "Rows received", sort=True)]
    rows_std: Annotated[int, Column("入库行数", "Rows in std", sort=True)]
    rows_quarantined: Annotated[int, Column("隔离行数", "Quarantined", sort=True)]
    stray: Annotated[int, Column("无来源行数", "Rows without origin", sort=True, hide=("list",))]
    started_at: Annotated[datetime, Column("开始时间", "Started", sort=True)]
    finished_at: Annotated[datetime | None, Column("结束时间", "Finished", hide=("list",))]
    time_column: Annotated[str | None, Column("时间字段", "Time column", hide=("list",))]
    compare: Annotated[str, Column("核对内容", "Compared", options=COMPARES, hide=("list",))]
    boundary: Annotated[str | None, Column("核对界限", "Boundary", hide=("list",))]
    algorithm: Annotated[str | None, Column("摘要算法", "Digest", hide=("list",))]
    error: Annotated[str | None, Column("错误", "Error", hide=("list",))]
    job_run_id: Annotated[UUID | None, Column("作业", "Job", hide=("list", "detail", "export"))]


class DayRow(Row):
    """A business day of a check in the list."""

    id: UUID
    day: Annotated[date | None, Column("业务日", "Business day", filter=True, sort=True)]
    feed: Feed
    dataset: Dataset
    org_code: Org
    equal: Annotated[bool, Column("一致", "Equal", filter=True, sort=True)]
    rows_source: Annotated[int, Column("源端行数", "Rows at source", sort=True)]
    rows_raw: Annotated[int, Column("接收行数", "Rows received", sort=True)]
    rows_std: Annotated[int, Column("入库行数", "Rows in std", sort=True)]
    rows_quarantined: Annotated[int, Column("隔离行数", "Quarantined", sort=True)]
    lost: Annotated[int, Column("去向不明", "Lost", sort=True, help="已接收，但既未入库也不在隔离区")]
    stray: Annotated[int, Column("无来源", "Without origin", sort=True, help="在标准表中，但没有对应的接收行")]
    checked_at: Annotated[datetime, Column("核对时间", "Checked", sort=True)]
    check_id: Annotated[UUID, Column("对账记录", "Check", filter=True, hide=("list",))]
    source: Annotated[dict[str, Any], Column("源端数字", "Figures of the source", hide=("list",))]
    platform: Annotated[dict[str, Any], Column("平台数字", "Figures of the platform", hide=("list",))]


class DifferenceRow(Row):
    """A difference in the list."""

    id: UUID
    day: Annotated[date | None, Column("业务日", "Business day", filter=True, sort=True)]
    feed: Feed
    dataset: Dataset
    org_code: Org
    status: Annotated[str, Column("状态", "Status", filter=True, sort=True, options=DIFFERENCE_STATUSES)]
    rows_source: Annotated[int, Column("源端行数", "Rows at source", sort=True)]
    rows_platform: Annotated[int, Column("平台行数", "Rows here", sort=True)]
    missing: Annotated[int | None, Column("缺失", "Missing", sort=True)]
    extra: Annotated[int | None, Column("多出", "Extra", sort=True)]
    differing: Annotated[int | None, Column("不同", "Differing", sort=True)]
    lost: Annotated[int | None, Column("去向不明", "Lost", sort=True)]
    reason: Annotated[str | None, Column("未关闭原因", "Why still open", options=REASONS)]
    step: Annotated[str | None, Column("处理进度", "Settling", filter=True, options=STEPS)]
    found_at: Annotated[datetime, Column("发现时间", "Found", sort=True)]
    closed_at: Annotated[datetime | None, Column("关闭时间", "Closed", sort=True)]
    job_run_id: Annotated[UUID | None, Column("作业", "Job", hide=("list", "detail", "export"))]


class KeyOut(Row):
    """A key that a difference comes down to; `key` masked by the element that it feeds."""

    id: UUID
    kind: str
    digest: str
    key: str | None


class NodeAsked(Row):
    """What an edge node was asked for and has not brought yet. seen_at: when the node called last.

    error: why the node could not answer so far.
    """

    node: str
    feed: str
    state: str
    ordered_at: datetime
    error: str | None
    seen_at: datetime | None = None


class DifferenceDetail(DifferenceRow):
    """A difference with its evidence and its first keys; `pending`: how many key ranges are still to be looked at."""

    evidence: dict[str, Any]
    keys: list[KeyOut]
    pending: int
    asked: NodeAsked | None = None


class CheckDetail(CheckRow):
    """A check with the statements that were run, and how far a running one is."""

    source_sql: str | None
    platform_sql: str | None
    requested_by: str | None
    stage: str | None = None
    done: int = 0
    total: int | None = None
    asked: NodeAsked | None = None
