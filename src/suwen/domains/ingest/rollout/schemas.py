"""Templates and rollouts in lists, forms and answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from suwen.domains.ingest.rollout.models import RolloutStatus
from suwen.domains.ingest.schemas import Row
from suwen.kernel.resources import Column

STATUSES = (
    (RolloutStatus.READY.value, "待建立", "Ready"),
    (RolloutStatus.QUEUED.value, "建立中", "Being made"),
    (RolloutStatus.CREATED.value, "已建立", "Made"),
    (RolloutStatus.FAILED.value, "失败", "Failed"),
)
PARAMETERS_HELP = "各机构不同的连接参数；不填则取地址、数据库、账号与密码等"


class TemplateRow(Row):
    """A template in the list."""

    id: UUID
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    source: Annotated[str, Column("来源数据源", "Made of", filter=True, sort=True)]
    system: Annotated[str, Column("系统", "System", filter=True, sort=True)]
    connector: Annotated[str, Column("连接器", "Connector", filter=True, sort=True)]
    feeds: Annotated[int, Column("采集任务", "Feeds")]
    parameters: Annotated[list[str], Column("参数", "Parameters")]
    revision: Annotated[int, Column("版本", "Revision", sort=True)]
    updated_at: Annotated[datetime, Column("更新时间", "Updated", sort=True)]


class TemplateIn(BaseModel):
    """A template that is to be made of a source."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=100), Column("名称", "Title")]
    source: Annotated[str, Field(min_length=1, max_length=100), Column("数据源", "Source", kind="ingest-source")]
    parameters: Annotated[
        list[str], Field(max_length=50), Column("参数", "Parameters", kind="tags", help=PARAMETERS_HELP)
    ] = []


class RolloutRow(Row):
    """An institution of a template in the list; its parameters are not shown."""

    id: UUID
    template_id: Annotated[UUID, Column("模板编号", "Template id", filter=True, hide=("list", "detail", "export"))]
    template: Annotated[str, Column("模板", "Template", filter=True, sort=True)]
    code: Annotated[str, Column("数据源编码", "Source", filter=True, sort=True)]
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    status: Annotated[str, Column("状态", "Status", filter=True, sort=True, options=STATUSES)]
    server: Annotated[str | None, Column("连接测试", "Connection")]
    missing: Annotated[list[str], Column("缺少的表", "Missing tables")]
    tested_at: Annotated[datetime | None, Column("测试时间", "Tested", sort=True, hide=("list",))]
    revision: Annotated[int | None, Column("模板版本", "Revision", sort=True)]
    error: Annotated[str | None, Column("原因", "Reason")]
    updated_at: Annotated[datetime, Column("更新时间", "Updated", sort=True)]


class TemplateColumn(BaseModel):
    """A column of the sheet that institutions are given in."""

    name: str
    label: str
    label_en: str
    secret: bool
    required: bool


class GivenInstitutions(BaseModel):
    """Rows as they were typed: text by column name."""

    model_config = ConfigDict(extra="forbid")

    rows: Annotated[list[dict[str, Annotated[str, Field(max_length=4000)]]], Field(min_length=1, max_length=2000)]


class RowProblem(BaseModel):
    """What is wrong with a row, and where; it never repeats the value."""

    column: str
    reason: str
    reason_en: str


class CheckedRow(BaseModel):
    """A row and what would be made of it, or what is wrong; `row` counts from 1."""

    row: int
    code: str
    title: str
    org_code: str
    problems: list[RowProblem]
    feeds: int
    plans: int


class CheckedInstitutions(BaseModel):
    """Rows as they were checked. kept: how many were taken over, to be made."""

    rows: list[CheckedRow]
    wrong: int
    kept: int


class Departure(BaseModel):
    """Where an institution's source differs from its template; fields: what of a feed or plan differs."""

    kind: Literal["feed", "plan"]
    name: str
    what: Literal["missing", "changed", "extra"]
    fields: list[str]


class TemplateComparison(BaseModel):
    """How an institution's source stands against its template; extra feeds and plans are its own and stay."""

    code: str
    revision: int | None
    current: int
    present: bool
    departures: list[Departure]
