"""What the API and lists of indicators take and give out."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from suwen.domains.ingest.reconcile.schemas import DIFFERENCE_STATUSES, STATUSES, AfterRun, Hold, Nightly, NodeAsked
from suwen.domains.ingest.schemas import Row
from suwen.kernel.resources import Column

FEEDS_HELP = "该指标涉及的采集任务，须属同一数据源；开启暂缓发布时，即暂缓这些任务的数据集"
SOURCE_HELP = (
    "一条 SELECT，按源端数据库的语法，返回列 day、value，可有 item；:from 为起始日，:to 为结束日的次日。"
    "例：SELECT CAST(visit_time AS DATE) AS day, dept_code AS item, SUM(cost) AS value FROM outp_visit "
    "WHERE visit_time >= :from AND visit_time < :to GROUP BY 1, 2"
)
PLATFORM_HELP = "一条 SELECT，按 DuckDB 语法，查询 std. 标准表（仅本机构的行），列与占位符同上"
ABSOLUTE_HELP = "两端相差不超过此数即为一致；与相对容差取较宽者"
RELATIVE_HELP = "两端相差不超过源端数值的此比例即为一致"
RECENT_HELP = "每次核对最近若干日"
LAG_HELP = "最近若干日的数据可能尚未到齐，不核对；1 表示不核对当日"
FEEDS_EN = "Feeds of one source that the indicator is about; their datasets are held when publication is held."
SOURCE_EN = (
    "One SELECT in the source's dialect giving day, value, and perhaps item; :from is the first day, :to the day after "
    "the last. SELECT CAST(visit_time AS DATE) AS day, dept_code AS item, SUM(cost) AS value FROM outp_visit "
    "WHERE visit_time >= :from AND visit_time < :to GROUP BY 1, 2"
)
PLATFORM_EN = (
    "One SELECT in DuckDB's dialect over std. tables, of which it sees this institution's rows; columns as above."
)
ABSOLUTE_EN = "The two agree within this, or within the relative tolerance where that is wider."
RELATIVE_EN = "The two agree within this share of the source's figure."
RECENT_EN = "So many days are compared each time."
LAG_EN = "The youngest days, which may not be complete yet, are left out; 1 leaves out today."

Name = Annotated[str, Field(min_length=1, max_length=100), Column("指标", "Indicator", filter=True, sort=True)]
Feeds = Annotated[
    list[str],
    Field(min_length=1, max_length=100, description=FEEDS_EN),
    Column("采集任务", "Feeds", kind="ingest-feeds", help=FEEDS_HELP),
]
SourceSql = Annotated[
    str,
    Field(min_length=1, max_length=20_000, description=SOURCE_EN),
    Column("源端语句", "Statement at the source", kind="ingest-source-sql", help=SOURCE_HELP, hide=("list",)),
]
PlatformSql = Annotated[
    str,
    Field(min_length=1, max_length=20_000, description=PLATFORM_EN),
    Column("平台语句", "Statement on the platform", kind="ingest-platform-sql", help=PLATFORM_HELP, hide=("list",)),
]
Absolute = Annotated[float, Field(ge=0, description=ABSOLUTE_EN), Column("绝对容差", "Tolerance", help=ABSOLUTE_HELP)]
Relative = Annotated[
    float,
    Field(ge=0, le=1, description=RELATIVE_EN),
    Column("相对容差", "Relative tolerance", kind="percent", help=RELATIVE_HELP),
]
RecentDays = Annotated[
    int, Field(ge=1, le=3660, description=RECENT_EN), Column("核对天数", "Days compared", help=RECENT_HELP)
]
LagDays = Annotated[int, Field(ge=0, le=366, description=LAG_EN), Column("滞后天数", "Days left out", help=LAG_HELP)]
Source = Annotated[str, Column("数据源", "Source", kind="ingest-source", filter=True, sort=True)]
Org = Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
ListedName = Annotated[str, Column("指标", "Indicator", filter=True, sort=True)]


class IndicatorRow(Row):
    """An indicator in the list."""

    id: UUID
    name: Name
    source: Source
    org_code: Org
    feeds: Annotated[list[str], Column("采集任务", "Feeds", kind="ingest-feeds")]
    absolute: Annotated[float, Column("绝对容差", "Tolerance", sort=True)]
    relative: Annotated[float, Column("相对容差", "Relative tolerance", kind="percent", sort=True)]
    recent_days: Annotated[int, Column("核对天数", "Days compared", sort=True)]
    lag_days: Annotated[int, Column("滞后天数", "Days left out", sort=True, hide=("list",))]
    after_run: Annotated[bool, Column("采集后核对", "After each run", filter=True)]
    nightly: Annotated[bool, Column("每日核对", "Each night", filter=True)]
    hold: Annotated[bool, Column("差异暂缓发布", "Hold publication", filter=True)]
    updated_at: Annotated[datetime, Column("更新时间", "Updated", sort=True, hide=("list",))]
    source_sql: SourceSql
    platform_sql: PlatformSql


class IndicatorIn(BaseModel):
    """An indicator that is to be; `feeds` are full codes of feeds of one source."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    feeds: Feeds
    source_sql: SourceSql
    platform_sql: PlatformSql
    absolute: Absolute = 0
    relative: Relative = 0
    recent_days: RecentDays = 31
    lag_days: LagDays = 1
    after_run: AfterRun = False
    nightly: Nightly = True
    hold: Hold = False


class IndicatorChange(BaseModel):
    """What of an indicator is changed; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name = ""
    feeds: Feeds = []
    source_sql: SourceSql = ""
    platform_sql: PlatformSql = ""
    absolute: Absolute = 0
    relative: Relative = 0
    recent_days: RecentDays = 31
    lag_days: LagDays = 1
    after_run: AfterRun = False
    nightly: Nightly = True
    hold: Hold = False


class IndicatorCheckRow(Row):
    """A check of an indicator in the list."""

    id: UUID
    indicator: ListedName
    source: Source
    org_code: Org
    status: Annotated[str, Column("结果", "Outcome", filter=True, sort=True, options=STATUSES)]
    first: Annotated[date, Column("起始日", "First day", sort=True)]
    last: Annotated[date, Column("结束日", "Last day", sort=True)]
    days: Annotated[int, Column("业务日数", "Days", sort=True)]
    different: Annotated[int, Column("不一致日数", "Days different", sort=True)]
    lines: Annotated[int, Column("核对数值", "Figures", sort=True)]
    absolute: Annotated[float, Column("绝对容差", "Tolerance", hide=("list",))]
    relative: Annotated[float, Column("相对容差", "Relative tolerance", kind="percent", hide=("list",))]
    requested_by: Annotated[str | None, Column("发起人", "Asked for by", filter=True)]
    started_at: Annotated[datetime, Column("开始时间", "Started", filter=True, sort=True)]
    finished_at: Annotated[datetime | None, Column("结束时间", "Finished", hide=("list",))]
    error: Annotated[str | None, Column("错误", "Error", hide=("list",))]
    indicator_id: Annotated[UUID, Column("指标编号", "Indicator's id", filter=True, hide=("list", "detail"))]
    job_run_id: Annotated[UUID | None, Column("作业", "Job", hide=("list", "detail", "export"))]


class IndicatorLineRow(Row):
    """A figure of both sides in the list."""

    id: UUID
    day: Annotated[date, Column("业务日", "Business day", filter=True, sort=True)]
    indicator: ListedName
    item: Annotated[str | None, Column("项目", "Item", filter=True, sort=True)]
    source: Source
    org_code: Org
    there: Annotated[float | None, Column("源端数值", "At the source", sort=True)]
    here: Annotated[float | None, Column("平台数值", "On the platform", sort=True)]
    gap: Annotated[float, Column("差值", "Gap", sort=True)]
    equal: Annotated[bool, Column("一致", "Equal", filter=True, sort=True)]
    checked_at: Annotated[datetime, Column("核对时间", "Checked", sort=True)]
    check_id: Annotated[UUID, Column("对账记录", "Check", filter=True, hide=("list",))]


class IndicatorDifferenceRow(Row):
    """A day of an indicator that does not agree, in the list."""

    id: UUID
    day: Annotated[date, Column("业务日", "Business day", filter=True, sort=True)]
    indicator: ListedName
    source: Source
    org_code: Org
    status: Annotated[str, Column("状态", "Status", filter=True, sort=True, options=DIFFERENCE_STATUSES)]
    lines: Annotated[int, Column("不一致数值", "Figures different", sort=True)]
    found_at: Annotated[datetime, Column("发现时间", "Found", sort=True)]
    closed_at: Annotated[datetime | None, Column("关闭时间", "Closed", sort=True)]
    closed_by: Annotated[str | None, Column("关闭人", "Closed by", filter=True)]
    explanation: Annotated[str | None, Column("说明", "Explanation")]
    evidence: Annotated[dict[str, Any], Column("依据", "Evidence", hide=("list", "detail", "export"))]
    last_check: Annotated[UUID, Column("最近对账", "Newest check", hide=("list", "detail"))]


class IndicatorCheckDetail(IndicatorCheckRow):
    """A check with its statements as they were run, its first lines that differ, and how far a running one is."""

    source_sql: str | None
    platform_sql: str | None
    differing: list[IndicatorLineRow]
    stage: str | None = None
    done: int = 0
    total: int | None = None
    asked: NodeAsked | None = None


class DaySpan(BaseModel):
    """The days to compare, both included."""

    model_config = ConfigDict(extra="forbid")

    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("last must not lie before first")
        return self


class Explanation(BaseModel):
    """Why a difference is none that anybody has to mend."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=2, max_length=1000)]


class StatementIn(BaseModel):
    """A statement that is being written; `days`: which to try it on, left out: the usual ones of a new indicator."""

    model_config = ConfigDict(extra="forbid")

    side: Literal["source", "platform"]
    feeds: Annotated[list[str], Field(min_length=1, max_length=100)]
    sql: Annotated[str, Field(min_length=1, max_length=20_000)]
    days: DaySpan | None = None


class TriedLine(BaseModel):
    """A line that a statement gave."""

    day: date
    item: str | None
    value: float | None


class StatementTried(BaseModel):
    """What a statement gave: how many lines, the first of them, and its text as it was run."""

    first: date
    last: date
    sql: str
    count: int
    lines: list[TriedLine]
