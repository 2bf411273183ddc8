"""What the API and lists of alarms take and give out."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from suwen.domains.ingest.schemas import Row
from suwen.domains.ingest.watching.alarms.kinds import KINDS, LEAST_WEEKS
from suwen.kernel.resources import Column

_KINDS = tuple((kind.code, kind.title, kind.title_en) for kind in KINDS.values())
SEVERITIES = (("notice", "提示", "Notice"), ("warning", "警告", "Warning"), ("critical", "严重", "Critical"))
STATUSES = (("open", "待处理", "Open"), ("acknowledged", "已确认", "Acknowledged"), ("cleared", "已恢复", "Cleared"))
THRESHOLD_HELP = (
    "无数据：小时；连续失败：次；数据量异常：偏离前几周同日平均的 σ 倍数；"
    "延迟过高：最近 24 小时内（至多 100 批）p95 的秒数；"
    "隔离占比过高：最近一批的百分比；接收中断：无消息的小时数（无法接收时立即告警）；表结构变化：不用。"
    "不填则取 24 小时、3 次、3σ、3600 秒、10%、48 小时"
)
THRESHOLD_EN = (
    "No data: hours; failed runs: times in a row; volume: σ off the mean of the same weekday; latency: seconds of p95 "
    "in the last 24 hours (100 batches at most); quarantine: per cent of the last batch; receiving: hours without a "
    "message; columns changed: not used. "
    "Empty: 24 hours, 3 times, 3σ, 3600 seconds, 10 %, 48 hours."
)
WEEKS_HELP = f"数据量异常：与前若干周的同日比较；至少有 {LEAST_WEEKS} 周才判断"
WEEKS_EN = f"Volume: so many weeks back are compared; nothing is said before there are {LEAST_WEEKS}."
SCOPE_HELP = "不填则监控全部；填了数据源或采集任务，机构随之而定"
SCOPE_EN = "Empty: all. With a source or feed the institution follows from it."

Title = Annotated[str, Field(min_length=1, max_length=100), Column("名称", "Title", filter=True, sort=True)]
Kind = Annotated[str, Field(max_length=40), Column("类型", "Kind", filter=True, sort=True, options=_KINDS)]
Threshold = Annotated[
    float | None,
    Field(ge=0, allow_inf_nan=False, description=THRESHOLD_EN),
    Column("阈值", "Threshold", help=THRESHOLD_HELP),
]
Weeks = Annotated[int, Field(ge=LEAST_WEEKS, le=26, description=WEEKS_EN), Column("比较周数", "Weeks", help=WEEKS_HELP)]
Severity = Annotated[
    Literal["notice", "warning", "critical"], Column("级别", "Severity", filter=True, sort=True, options=SEVERITIES)
]
Enabled = Annotated[bool, Column("启用", "On", filter=True, sort=True)]


class AlarmRuleRow(Row):
    """A rule in the list."""

    id: UUID
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    kind: Kind
    org_code: Annotated[str | None, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    source: Annotated[str | None, Column("数据源", "Source", kind="ingest-source", filter=True, sort=True)]
    feed: Annotated[str | None, Column("采集任务", "Feed", kind="ingest-feed", filter=True, sort=True)]
    threshold: Annotated[float, Column("阈值", "Threshold", sort=True)]
    weeks: Annotated[int, Column("比较周数", "Weeks", hide=("list",))]
    severity: Annotated[str, Column("级别", "Severity", filter=True, sort=True, options=SEVERITIES)]
    enabled: Enabled
    evaluated_at: Annotated[datetime | None, Column("上次检查", "Last looked", sort=True)]
    updated_at: Annotated[datetime, Column("更新时间", "Updated", sort=True, hide=("list",))]


class AlarmRuleIn(BaseModel):
    """A rule that is to be; without institution, source and feed it watches all, for those who see all."""

    model_config = ConfigDict(extra="forbid")

    title: Title
    kind: Kind
    org_code: Annotated[
        str | None,
        Field(max_length=100, description=SCOPE_EN),
        Column("机构", "Institution", kind="org", help=SCOPE_HELP),
    ] = None
    source: Annotated[str | None, Field(max_length=100), Column("数据源", "Source", kind="ingest-source")] = None
    feed: Annotated[str | None, Field(max_length=200), Column("采集任务", "Feed", kind="ingest-feed")] = None
    threshold: Threshold = None
    weeks: Weeks = 8
    severity: Severity = "warning"
    enabled: Enabled = True


class AlarmRuleChange(BaseModel):
    """What of a rule people adjust; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    title: Title = ""
    threshold: Threshold = None
    weeks: Weeks = 8
    severity: Severity = "warning"
    enabled: Enabled = True


class AlarmRow(Row):
    """An alarm in the list; `text` and `text_en` say the numbers compared."""

    id: UUID
    severity: Annotated[str, Column("级别", "Severity", filter=True, sort=True, options=SEVERITIES)]
    kind: Kind
    feed: Annotated[str, Column("采集任务", "Feed", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    text: Annotated[str, Column("内容", "What")]
    status: Annotated[str, Column("状态", "Status", filter=True, sort=True, options=STATUSES)]
    since: Annotated[datetime, Column("起始时间", "Since", sort=True, help="该情况开始的时间")]
    raised_at: Annotated[datetime, Column("告警时间", "Raised", filter=True, sort=True)]
    checked_at: Annotated[datetime, Column("最近核实", "Last seen so", sort=True, hide=("list",))]
    cleared_at: Annotated[datetime | None, Column("恢复时间", "Cleared", sort=True)]
    rule: Annotated[str, Column("规则", "Rule", filter=True, sort=True, hide=("list",))]
    source: Annotated[str, Column("数据源", "Source", filter=True, sort=True, hide=("list",))]
    subject: Annotated[str, Column("对象", "Subject", filter=True, hide=("list",))]
    off: Annotated[bool, Column("因停用而关闭", "Cleared because switched off", hide=("list",))]
    acknowledged_by: Annotated[str | None, Column("确认人", "Acknowledged by", filter=True, hide=("list",))]
    acknowledged_at: Annotated[datetime | None, Column("确认时间", "Acknowledged", sort=True, hide=("list",))]
    note: Annotated[str | None, Column("处理说明", "Note", hide=("list",))]
    text_en: Annotated[str, Column("内容（英文）", "What (English)", hide=("list", "detail"))]
    figures: Annotated[dict[str, Any], Column("比较的数值", "Numbers compared", kind="json", hide=("list", "export"))]


class Note(BaseModel):
    """What is done about an alarm."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[str, Field(min_length=2, max_length=1000)]
