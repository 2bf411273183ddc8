"""Schemes, their tables, their matrix and their checks in lists, forms and answers."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from suwen.domains.ingest.schemas import MODES, Row
from suwen.domains.ingest.schemes.models import Frequency, Way
from suwen.domains.ingest.schemes.systems import system_kinds
from suwen.kernel.resources import Column

SYSTEMS = tuple((kind.code, f"{kind.title} {kind.code}", kind.title_en) for kind in system_kinds().values())
PLANNED = tuple(mode for mode in MODES if mode[0] not in ("replay", "repair"))
PlannedMode = Literal["full", "timestamp", "compare", "log", "outbox", "push"]
FREQUENCIES = (
    (Frequency.REALTIME.value, "实时", "Real time"),
    (Frequency.HOURLY.value, "每小时", "Hourly"),
    (Frequency.DAILY.value, "每日", "Daily"),
    (Frequency.WEEKLY.value, "每周", "Weekly"),
    (Frequency.MONTHLY.value, "每月", "Monthly"),
    (Frequency.ONCE.value, "一次性（历史数据）", "Once (history)"),
)
WAYS = (
    (Way.DIRECT.value, "平台直连", "Read by the platform"),
    (Way.NODE.value, "前置机", "Edge node"),
    (Way.PUSH.value, "接口推送", "Sent by the system"),
    (Way.FILES.value, "文件", "Files"),
)


class TableState(StrEnum):
    """How far a standard table of a scheme has come; each state but `different` and `failed` implies those before."""

    MISSING = "missing"
    MADE = "made"
    FAILED = "failed"
    LANDED = "landed"
    DIFFERENT = "different"
    RECONCILED = "reconciled"


STATES = (
    (TableState.MISSING.value, "未接入", "Missing"),
    (TableState.MADE.value, "已建任务", "Feed made"),
    (TableState.FAILED.value, "采集失败", "Failed"),
    (TableState.LANDED.value, "已落地", "Landed"),
    (TableState.DIFFERENT.value, "对账不平", "Differs"),
    (TableState.RECONCILED.value, "已对账", "Reconciled"),
)

Org = Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
System = Annotated[str, Column("系统", "System", filter=True, sort=True, options=SYSTEMS)]
Phase = Annotated[str, Column("批次", "Phase", filter=True, sort=True)]
Due = Annotated[date | None, Column("计划完成", "Due", filter=True, sort=True)]


class SchemeRow(Row):
    """A scheme."""

    id: UUID
    org_code: Org
    system: System
    datasets: Annotated[list[str], Column("采集范围", "Scope", kind="tags")]
    frequency: Annotated[str, Column("频度", "Frequency", filter=True, sort=True, options=FREQUENCIES)]
    mode: Annotated[str, Column("模式", "Capture", filter=True, sort=True, options=PLANNED)]
    way: Annotated[str, Column("方式", "Way", filter=True, sort=True, options=WAYS)]
    phase: Phase
    due: Due
    remark: Annotated[str, Column("说明", "Remark", hide=("list",))]
    updated_at: Annotated[datetime, Column("更新时间", "Updated", sort=True, hide=("list",))]


SCOPE_HELP = "标准数据集编码；不填为该系统通常提供的数据集"
SCOPE_EN = "Codes of standard datasets; none: those that such a system usually delivers."


class SchemeChange(BaseModel):
    """What of a scheme people change."""

    model_config = ConfigDict(extra="forbid")

    datasets: Annotated[
        list[str],
        Column("采集范围", "Scope", kind="tags", help=SCOPE_HELP),
        Field(max_length=200, description=SCOPE_EN),
    ] = []
    frequency: Annotated[Frequency, Column("频度", "Frequency", options=FREQUENCIES)] = Frequency.DAILY
    mode: Annotated[PlannedMode, Column("模式", "Capture", options=PLANNED)] = "timestamp"
    way: Annotated[Way, Column("方式", "Way", options=WAYS)] = Way.DIRECT
    phase: Annotated[str, Column("批次", "Phase", help="如 第一批"), Field(max_length=100)] = ""
    due: Annotated[date | None, Column("计划完成", "Due")] = None
    remark: Annotated[str, Column("说明", "Remark"), Field(max_length=1000)] = ""


class SchemeWhose(BaseModel):
    """Whose scheme it is: what a form asks first, and nobody changes."""

    org_code: Annotated[str, Column("机构", "Institution", kind="org"), Field(min_length=1)]
    system: Annotated[str, Column("系统", "System", options=SYSTEMS)]


class SchemeIn(SchemeChange, SchemeWhose):
    """A scheme that is to be."""


class SchemeTableRow(BaseModel):
    """A standard table of a scheme and how far it has come, computed from what is there.

    rows: received by its feeds ever; accepted: share (per cent) of the newest batch's rows that are in std.
    """

    id: str
    org_code: Org
    system: System
    dataset: Annotated[str, Column("数据集", "Dataset", kind="dataset", filter=True, sort=True)]
    state: Annotated[str, Column("状态", "State", filter=True, sort=True, options=STATES)]
    overdue: Annotated[bool, Column("逾期", "Overdue", filter=True, sort=True)]
    feed: Annotated[str | None, Column("采集任务", "Feed", filter=True, sort=True)]
    rows: Annotated[int, Column("已接收行", "Rows received", sort=True)]
    accepted: Annotated[float | None, Column("最近批次入库率（%）", "Newest batch in std (%)", sort=True)]
    data_at: Annotated[datetime | None, Column("最近数据", "Newest data", sort=True)]
    checked_at: Annotated[datetime | None, Column("最近对账", "Checked", sort=True)]
    mode: Annotated[str, Column("计划模式", "Planned capture", options=PLANNED)]
    mode_now: Annotated[str | None, Column("实际模式", "Capture", options=MODES)]
    way: Annotated[str, Column("计划方式", "Planned way", options=WAYS)]
    way_now: Annotated[str | None, Column("实际方式", "Way", options=WAYS)]
    departs: Annotated[bool, Column("与方案不符", "Departs", filter=True, sort=True)]
    phase: Phase
    due: Due
    error: Annotated[str | None, Column("错误", "Error")]


class MatrixSystem(BaseModel):
    """A column of the matrix."""

    code: str
    title: str
    title_en: str


class MatrixCell(BaseModel):
    """A scheme in the matrix: how many of its tables are expected, have landed, are reconciled, fail, are overdue."""

    scheme: UUID
    system: str
    expected: int
    landed: int
    reconciled: int
    failing: int
    overdue: int


class MatrixRow(BaseModel):
    """An institution's schemes."""

    org_code: str
    cells: list[MatrixCell]


class Matrix(BaseModel):
    """Institutions by systems; phases: all that schemes of the scope have."""

    systems: list[MatrixSystem]
    phases: list[str]
    rows: list[MatrixRow]


class SchemeFinding(BaseModel):
    """What a check 采集校验 found at one step of a dataset: connection, table, columns, rows, or scope."""

    dataset: str | None
    step: Literal["source", "connection", "table", "columns", "rows"]
    good: bool
    what: str
    what_en: str


class SchemeCheck(BaseModel):
    """The findings of a check of a scheme."""

    good: bool
    findings: list[SchemeFinding]
