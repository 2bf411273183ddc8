"""Distributions in lists and forms."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from suwen.domains.ingest.distribution.models import RecordState, SendStatus, TargetKind
from suwen.domains.ingest.schemas import CRON_EN, CRON_HELP, Enabled, Row, Title, WindowFrom, WindowTo
from suwen.kernel.resources import Column

KINDS = (
    (TargetKind.DATABASE.value, "数据库", "Database"),
    (TargetKind.FILES.value, "文件", "Files"),
    (TargetKind.KAFKA.value, "Kafka 主题", "Kafka topic"),
    (TargetKind.PLATFORM.value, "上级平台接口", "Upper-level platform"),
)
OPERATIONS = (("insert", "新增", "Insert"), ("update", "更新", "Update"), ("delete", "删除", "Delete"))
STATES = (
    (RecordState.PENDING.value, "待确认", "Pending"),
    (RecordState.DELIVERED.value, "已送达", "Delivered"),
    (RecordState.REFUSED.value, "被拒收", "Refused"),
    (RecordState.AGAIN.value, "待重发", "To be sent again"),
    (RecordState.GONE.value, "已删除", "Gone"),
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
Dataset = Annotated[str, Field(min_length=1, max_length=100), Column("数据集", "Dataset", kind="dataset")]
Orgs = Annotated[
    list[str], Field(description="None: all."), Column("机构", "Institutions", kind="orgs", help="不填为全部机构")
]
Columns = Annotated[
    list[str],
    Field(description="None: all; those of the key are always among them."),
    Column("列", "Columns", kind="tags", help="不填为全部列；主键总在其中"),
]
Condition = Annotated[
    str, Field(max_length=1000, description=CONDITION_EN), Column("条件", "Condition", help=CONDITION_HELP)
]
Masked = Annotated[
    bool,
    Field(description="Names, numbers of documents, telephones and addresses leave masked."),
    Column("脱敏", "Masked", help="姓名、证件号、电话、地址等以脱敏形式分发"),
]
Target = Annotated[TargetKind, Column("目标", "Target", options=KINDS)]
Place = Annotated[
    str | None,
    Field(max_length=100, description="The source whose connection leads to the target; its account must write."),
    Column(
        "目标连接", "Connection", kind="ingest-source",
        help="连接所在的数据源：数据库、SFTP 文件、Kafka 或接口；账号须可写。文件不选时写到工作区",
    ),
]  # fmt: skip
TableName = Annotated[
    str,
    Field(min_length=1, max_length=249, description="What it is called there: a table, file or topic, or {dataset}."),
    Column("目标名称", "Name there", help="数据库的表、文件、Kafka 主题；上级平台为其数据集代码，即模板中的 {dataset}"),
]
CreateTable = Annotated[bool, Column("表不存在时建立", "Make the table", when=("target", ("database",)))]
Folder = Annotated[
    str,
    Field(pattern=r"^$|^[A-Za-z0-9_][A-Za-z0-9_-]{0,62}$", description="Below the workspace's, or the server's."),
    Column(
        "文件夹",
        "Folder",
        help="位于工作区的 distributed 之下，或 SFTP 服务器所连文件夹之下",
        when=("target", ("files",)),
    ),
]
FileForm = Annotated[
    str, Field(pattern="^(csv|json|parquet)$"), Column("文件格式", "Form", options=FORMS, when=("target", ("files",)))
]
Delivery = Annotated[
    dict[str, Any],
    Field(description="How messages are made, and what tells that they were taken."),
    Column("报文与应答", "Messages", kind="ingest-delivery", when=("target", ("kafka", "platform"))),
]
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
    place: Annotated[str | None, Column("目标连接", "Connection", filter=True)]
    table: Annotated[str, Column("目标名称", "Name there", sort=True)]
    create_table: Annotated[bool, Column("表不存在时建立", "Make the table", hide=("list",))]
    folder: Annotated[str, Column("文件夹", "Folder", hide=("list",))]
    form: Annotated[str, Column("文件格式", "Form", hide=("list",), options=FORMS)]
    delivery: Annotated[
        dict[str, Any], Column("报文与应答", "Messages", kind="ingest-delivery", hide=("list", "export"))
    ]
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
    delivery: Delivery = {}
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
    delivery: Delivery = {}
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
    refused: Annotated[int | None, Column("被拒行数", "Rows refused", sort=True)]
    held: Annotated[int | None, Column("暂缓的日期数", "Days held back")]
    cause: Annotated[str, Column("触发", "Begun", filter=True, options=CAUSES)]
    anew: Annotated[bool, Column("全部重发", "All anew", hide=("list",))]
    since: Annotated[int | None, Column("自版本重发", "Sent again since version", hide=("list",))]
    error: Annotated[str | None, Column("原因", "Reason")]
    started_at: Annotated[datetime, Column("开始时间", "Started", filter=True, sort=True)]
    finished_at: Annotated[datetime | None, Column("结束时间", "Finished", sort=True)]
    position: Annotated[str | None, Column("位置", "Position", hide=("list",))]


class DistributedRowInfo(Row):
    """A row that a target was told of by messages."""

    id: UUID
    title: Annotated[str, Column("分发作业", "Distribution", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    key: Annotated[str, Column("主键", "Key", kind="ingest-key", grade=3)]
    operation: Annotated[str, Column("操作", "Operation", filter=True, options=OPERATIONS)]
    state: Annotated[str, Column("状态", "State", filter=True, sort=True, options=STATES)]
    reason: Annotated[str | None, Column("原因", "Reason", grade=3)]
    sequence: Annotated[int, Column("序号", "Sequence", sort=True)]
    message: Annotated[str, Column("报文号", "Message", filter=True, hide=("list",))]
    told_at: Annotated[datetime, Column("发送时间", "Sent", filter=True, sort=True)]
    distribution_id: Annotated[UUID, Column("作业编号", "Id", filter=True, hide=("list", "detail", "export"))]


class ReceiptRow(Row):
    """What a platform answered to a message."""

    id: UUID
    title: Annotated[str, Column("分发作业", "Distribution", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    message: Annotated[str, Column("报文号", "Message", filter=True)]
    operation: Annotated[str, Column("操作", "Operation", filter=True, options=OPERATIONS)]
    rows: Annotated[int, Column("行数", "Rows", sort=True)]
    refused: Annotated[int, Column("被拒行数", "Refused", filter=True, sort=True)]
    status: Annotated[int | None, Column("HTTP 状态", "HTTP status", filter=True, sort=True)]
    number: Annotated[str | None, Column("平台回执号", "Its receipt", filter=True)]
    reason: Annotated[str | None, Column("原因", "Reason", grade=3)]
    tries: Annotated[int, Column("发送次数", "Tries", sort=True)]
    answered_at: Annotated[datetime, Column("应答时间", "Answered", filter=True, sort=True)]
    distribution_id: Annotated[UUID, Column("作业编号", "Id", filter=True, hide=("list", "detail", "export"))]
    run_id: Annotated[UUID, Column("运行编号", "Run", filter=True, hide=("list", "detail", "export"))]


class LakeVersion(BaseModel):
    """A version of the rows that a distribution sends."""

    version: int
    at: datetime
    rows: int


class Since(BaseModel):
    """From where changes are sent once more: a version of the lake's table, or a moment."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[int | None, Field(ge=0)] = None
    at: datetime | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.version is None) == (self.at is None):
            raise ValueError("either version or at is needed")
        return self
