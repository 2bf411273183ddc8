"""Distributions in lists and forms."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from suwen.domains.ingest.distribution.models import SendStatus, TargetKind
from suwen.domains.ingest.schemas import CRON_EN, CRON_HELP, Enabled, Row, Title, WindowFrom, WindowTo
from suwen.kernel.resources import Column

KINDS = (
    (TargetKind.DATABASE.value, "数据库", "Database"),
    (TargetKind.FILES.value, "文件", "Files"),
)
FORMS = (("csv", "CSV", "CSV"), ("json", "JSON（每行一条）", "JSON lines"), ("parquet", "Parquet", "Parquet"))
STATUSES = (
    (SendStatus.QUEUED.value, "排队", "Queued"),
    (SendStatus.RUNNING.value, "分发中", "Running"),
    (SendStatus.SENT.value, "已分发", "Sent"),
    (SendStatus.UNCHANGED.value, "无变化", "Unchanged"),
    (SendStatus.FAILED.value, "失败", "Failed"),
)
CAUSES = (("plan", "定时", "By plan"), ("hand", "手动", "By hand"))
CONDITION_HELP = "如 encounter_type_code=1; started_at.gte=2024-01-01；多个条件以分号连接"
CONDITION_EN = "Such as encounter_type_code=1; started_at.gte=2024-01-01, joined by semicolons."
TABLE = r"^([A-Za-z_][A-Za-z0-9_]{0,62}\.)?[A-Za-z_][A-Za-z0-9_]{0,62}$"

Dataset = Annotated[str, Field(min_length=1, max_length=100), Column("数据集", "Dataset", kind="dataset")]
Orgs = Annotated[list[str], Column("机构", "Institutions", kind="orgs", help="不填为全部机构")]
Columns = Annotated[list[str], Column("列", "Columns", kind="tags", help="不填为全部列；主键总在其中")]
Condition = Annotated[
    str, Field(max_length=1000, description=CONDITION_EN), Column("条件", "Condition", help=CONDITION_HELP)
]
Masked = Annotated[bool, Column("脱敏", "Masked", help="姓名、证件号、电话、地址等以脱敏形式分发")]
Target = Annotated[TargetKind, Column("目标", "Target", options=KINDS)]
Place = Annotated[
    str | None,
    Field(max_length=100, description="The source whose connection leads to the target; its account must write."),
    Column("目标数据库", "Database", kind="ingest-source", help="目标为数据库时，选择其连接所在的数据源；账号须可写"),
]
TableName = Annotated[str, Field(pattern=TABLE), Column("表名或文件名", "Table or file")]
CreateTable = Annotated[bool, Column("表不存在时建立", "Make the table")]
Folder = Annotated[
    str,
    Field(pattern=r"^$|^[A-Za-z0-9_][A-Za-z0-9_-]{0,62}$"),
    Column("文件夹", "Folder", help="目标为文件时填写；位于工作区的 distributed 之下"),
]
FileForm = Annotated[str, Field(pattern="^(csv|json|parquet)$"), Column("文件格式", "Form", options=FORMS)]
Times = Annotated[
    str | None,
    Field(max_length=100, description=CRON_EN + " Empty: by hand only."),
    Column("时间", "Times", kind="cron", help=CRON_HELP + "；不填则只手动运行"),
]


class DistributionRow(Row):
    """A distribution in the list."""

    id: UUID
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    dataset: Annotated[str, Column("数据集", "Dataset", kind="dataset", filter=True, sort=True)]
    orgs: Annotated[list[str], Column("机构", "Institutions", kind="orgs", hide=("list",))]
    columns: Annotated[list[str], Column("列", "Columns", hide=("list",))]
    condition: Annotated[str, Column("条件", "Condition", hide=("list",))]
    masked: Annotated[bool, Column("脱敏", "Masked", filter=True)]
    target: Annotated[str, Column("目标", "Target", filter=True, sort=True, options=KINDS)]
    place: Annotated[str | None, Column("目标数据库", "Database", filter=True)]
    table: Annotated[str, Column("表名或文件名", "Table or file", sort=True)]
    create_table: Annotated[bool, Column("表不存在时建立", "Make the table", hide=("list",))]
    folder: Annotated[str, Column("文件夹", "Folder", hide=("list",))]
    form: Annotated[str, Column("文件格式", "Form", hide=("list",), options=FORMS)]
    cron: Annotated[str | None, Column("时间", "Times", kind="cron")]
    window_from: Annotated[str | None, Column("时段自", "Window from", hide=("list",))]
    window_to: Annotated[str | None, Column("时段至", "Window to", hide=("list",))]
    enabled: Annotated[bool, Column("启用", "Enabled", filter=True)]
    last_status: Annotated[str | None, Column("最近一次", "Last run", filter=True, sort=True, options=STATUSES)]
    last_at: Annotated[datetime | None, Column("上次开始", "Last", sort=True)]
    next_at: Annotated[datetime | None, Column("下次开始", "Next", sort=True)]
    position: Annotated[str | None, Column("位置", "Position", hide=("list",))]
    updated_at: Annotated[datetime, Column("更新时间", "Updated", sort=True, hide=("list",))]


class _Distribution(BaseModel):
    model_config = ConfigDict(extra="forbid")

    @field_validator("place", "cron", "window_from", "window_to", mode="before", check_fields=False)
    @classmethod
    def _none(cls, value: object) -> object:
        # A form's empty field.
        return None if value == "" else value


class DistributionIn(_Distribution):
    """A distribution that is to be."""

    title: Title
    dataset: Dataset
    orgs: Orgs = []
    columns: Columns = []
    condition: Condition = ""
    masked: Masked = True
    target: Target = TargetKind.DATABASE
    place: Place = None
    table: TableName
    create_table: CreateTable = True
    folder: Folder = ""
    form: FileForm = "csv"
    cron: Times = None
    window_from: WindowFrom = None
    window_to: WindowTo = None
    enabled: Enabled = True


class DistributionChange(_Distribution):
    """What of a distribution people adjust; what is left out stays. Its dataset and kind of target stay."""

    title: Title = ""
    orgs: Orgs = []
    columns: Columns = []
    condition: Condition = ""
    masked: Masked = True
    create_table: CreateTable = True
    cron: Times = None
    window_from: WindowFrom = None
    window_to: WindowTo = None
    enabled: Enabled = True


class DistributionRunRow(Row):
    """A run of a distribution in the list."""

    id: UUID
    distribution_id: Annotated[UUID, Column("作业编号", "Id", filter=True, hide=("list", "detail", "export"))]
    title: Annotated[str, Column("分发作业", "Distribution", filter=True, sort=True)]
    dataset: Annotated[str, Column("数据集", "Dataset", kind="dataset", filter=True, sort=True)]
    status: Annotated[str, Column("状态", "Status", filter=True, sort=True, options=STATUSES)]
    rows: Annotated[int | None, Column("目标行数", "Rows there", sort=True)]
    put: Annotated[int | None, Column("写入行数", "Rows put", sort=True)]
    removed: Annotated[int | None, Column("删除行数", "Rows removed", sort=True)]
    held: Annotated[int | None, Column("暂缓的日期数", "Days held back")]
    cause: Annotated[str, Column("触发", "Begun", filter=True, options=CAUSES)]
    anew: Annotated[bool, Column("全部重发", "All anew")]
    error: Annotated[str | None, Column("原因", "Reason")]
    started_at: Annotated[datetime, Column("开始时间", "Started", filter=True, sort=True)]
    finished_at: Annotated[datetime | None, Column("结束时间", "Finished", sort=True)]
    position: Annotated[str | None, Column("位置", "Position", hide=("list",))]
