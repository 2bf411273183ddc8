"""What the room's API and lists give out."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from suwen.domains.ingest.categories.models import Priority
from suwen.domains.ingest.categories.schemas import PRIORITIES
from suwen.domains.ingest.definition import FeedDefinition, SourceInfo
from suwen.domains.ingest.models import BatchStatus
from suwen.domains.ingest.schemas_changes import ObstacleInfo
from suwen.kernel.resources import Column


@dataclass(frozen=True)
class BatchResult:
    """What a run of a feed did; `table` is the source table (or the feed's code, for a query)."""

    batch_id: str
    source: str
    feed: str
    table: str
    dataset: str
    org_code: str
    status: str
    rows_in: int
    rows_std: int
    rows_quarantined: int
    seconds: float
    digest: str | None


@dataclass(frozen=True)
class FeedInfo:
    """A feed in short."""

    code: str
    source: str
    title: str
    table: str
    dataset: str
    org_code: str
    mode: str


@dataclass(frozen=True)
class ImportReport:
    """What an import of a definition changed: codes of feeds created, updated, left as they were."""

    source: str
    created: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]


class Row(BaseModel):
    """Base of the list rows."""

    model_config = ConfigDict(from_attributes=True)


MODES = (
    ("full", "全量", "Full"),
    ("timestamp", "时间戳增量", "By timestamp"),
    ("compare", "全表比对", "By comparison"),
    ("log", "数据库日志", "From the log"),
    ("outbox", "触发器", "By triggers"),
    ("push", "接口推送", "Sent by the source"),
    ("replay", "重放", "Replay"),
    ("repair", "补采", "Re-pull"),
)
"""Ways to capture: value, Chinese and English label."""


class SourceRow(Row):
    """A source in the list; its options are at GET /api/ingest/sources/{code}/options, without secrets."""

    id: UUID
    code: Annotated[str, Column("编码", "Code", filter=True, sort=True)]
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    system: Annotated[str, Column("系统", "System", filter=True, sort=True)]
    connector: Annotated[str, Column("连接器", "Connector", filter=True, sort=True)]
    node_id: Annotated[
        UUID | None,
        Column("前置机", "Edge node", kind="ingest-node", filter=True, help="由哪台前置机采集；为空表示平台直连"),
        Field(description="The edge node that reads it; empty: the platform itself."),
    ] = None
    updated_at: Annotated[datetime, Column("更新时间", "Updated", sort=True)]


class FeedRow(Row):
    """A feed in the list."""

    id: UUID
    code: Annotated[str, Column("编码", "Code", filter=True, sort=True)]
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    origin: Annotated[str, Column("源表", "Source table", filter=True, sort=True)]
    dataset: Annotated[str, Column("数据集", "Dataset", kind="dataset", filter=True, sort=True)]
    mode: Annotated[str, Column("采集方式", "Capture", filter=True, sort=True, options=MODES)]
    category: Annotated[str | None, Column("分类", "Category", kind="ingest-category", filter=True, sort=True)] = None
    priority: Annotated[str, Column("优先级", "Priority", filter=True, options=PRIORITIES)] = Priority.NORMAL.value
    high_water: Annotated[str | None, Column("水位", "High-water mark")] = None
    data_at: Annotated[
        datetime | None,
        Column(
            "最近数据",
            "Last data",
            filter=True,
            sort=True,
            help="最近一次采到新增、变更或删除行的时间",
        ),
        Field(description="When it last brought rows that were new, changed or gone."),
    ] = None
    updated_at: Annotated[datetime, Column("更新时间", "Updated", sort=True)]


Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
CRON_HELP = "五段：分 时 日 月 周，按北京时间"
CRON_EN = "Five fields: minute, hour, day, month, weekday, in Beijing time."
WINDOW_HELP = "只在此时段内开始；不填则不限。例如 22:00 至 06:00"
WINDOW_EN = "Runs begin only within it, such as 22:00 to 06:00; empty: at any time."


class PlanRow(Row):
    """A plan in the list."""

    id: UUID
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    source: Annotated[str, Column("数据源", "Source", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    cron: Annotated[str, Column("时间", "Times", kind="cron")]
    window_from: Annotated[str | None, Column("时段自", "Window from")]
    window_to: Annotated[str | None, Column("时段至", "Window to")]
    enabled: Annotated[bool, Column("启用", "Enabled", filter=True)]
    next_at: Annotated[datetime | None, Column("下次开始", "Next", sort=True)]
    last_at: Annotated[datetime | None, Column("上次开始", "Last", sort=True)]
    skipped: Annotated[int, Column("跳过次数", "Skipped", sort=True, help="到点时上次采集尚未结束的次数")]
    updated_at: Annotated[datetime, Column("更新时间", "Updated", sort=True, hide=("list",))]


Title = Annotated[str, Field(min_length=1, max_length=100), Column("名称", "Title")]
Times = Annotated[str, Field(max_length=100, description=CRON_EN), Column("时间", "Times", kind="cron", help=CRON_HELP)]
WindowFrom = Annotated[Clock | None, Column("时段自", "Window from", help=WINDOW_HELP), Field(description=WINDOW_EN)]
WindowTo = Annotated[Clock | None, Column("时段至", "Window to")]
Enabled = Annotated[bool, Column("启用", "Enabled")]


class PlanIn(BaseModel):
    """A plan that is to be."""

    model_config = ConfigDict(extra="forbid")

    title: Title
    source: Annotated[str, Field(min_length=1, max_length=100), Column("数据源", "Source", kind="ingest-source")]
    cron: Times = "0 2 * * *"
    window_from: WindowFrom = None
    window_to: WindowTo = None
    enabled: Enabled = True


class PlanChange(BaseModel):
    """What of a plan people adjust; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    title: Title = ""
    cron: Times = "0 2 * * *"
    window_from: WindowFrom = None
    window_to: WindowTo = None
    enabled: Enabled = True


LATENCY_HELP = "从源端提交（批内最早的变更；源端不告知时从开始读取）到全部入标准库"
LATENCY_HELP_EN = "From the source's commit (of the oldest change; where not told, from the read) until all is in std"


class BatchRow(Row):
    """A batch in the list."""

    id: UUID
    feed: Annotated[str, Column("采集任务", "Feed", filter=True, sort=True)]
    source: Annotated[str, Column("数据源", "Source", filter=True, sort=True)]
    origin: Annotated[str, Column("源表", "Source table", filter=True, sort=True)]
    dataset: Annotated[str, Column("数据集", "Dataset", kind="dataset", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    number: Annotated[int, Column("序号", "Number", sort=True)]
    mode: Annotated[str, Column("方式", "Mode", filter=True, options=MODES)]
    status: Annotated[BatchStatus, Column("状态", "Status", filter=True, sort=True)]
    rows_in: Annotated[int, Column("接收行数", "Rows in", sort=True)]
    rows_std: Annotated[int, Column("入库行数", "Rows in std", sort=True)]
    rows_quarantined: Annotated[int, Column("隔离行数", "Quarantined", sort=True)]
    rows_deleted: Annotated[int, Column("删除行数", "Deleted", sort=True)]
    started_at: Annotated[datetime, Column("开始时间", "Started", filter=True, sort=True)]
    finished_at: Annotated[datetime | None, Column("结束时间", "Finished", sort=True)] = None
    latency: Annotated[
        float | None,
        Column("延迟", "Latency", kind="duration", sort=True, help=LATENCY_HELP),
        Field(description=LATENCY_HELP_EN),
    ] = None
    error: Annotated[str | None, Column("错误", "Error", hide=("list",))] = None
    digest: Annotated[str | None, Column("摘要（SM3）", "Digest (SM3)", hide=("list",))] = None


class BatchDayRow(Row):
    """The sums of a batch's rows of a business day."""

    id: UUID
    feed: Annotated[str, Column("采集任务", "Feed", filter=True, sort=True)]
    dataset: Annotated[str, Column("数据集", "Dataset", kind="dataset", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    number: Annotated[int, Column("批次序号", "Batch", filter=True, sort=True)]
    day: Annotated[date | None, Column("业务日期", "Business day", filter=True, sort=True)] = None
    rows: Annotated[int, Column("行数", "Rows", sort=True)]
    key_sum: Annotated[str, Column("主键摘要（和）", "Key digest (sum)", hide=("list",))]
    key_xor: Annotated[str, Column("主键摘要（异或）", "Key digest (xor)")]
    algorithm: Annotated[str, Column("摘要算法", "Algorithm", hide=("list",))]
    amounts: Annotated[dict[str, Any], Column("数值列合计", "Sums of columns", kind="ingest-amounts")]
    landed_at: Annotated[datetime, Column("入湖时间", "Landed", sort=True)]


class QuarantineRow(Row):
    """A refused row; `row` is the source row with direct identifiers masked by the grade of their elements."""

    id: str
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    feed: Annotated[str, Column("采集任务", "Feed", filter=True, sort=True)]
    dataset: Annotated[str, Column("数据集", "Dataset", kind="dataset", filter=True, sort=True)]
    batch_id: Annotated[str, Column("批次", "Batch", filter=True, hide=("list",))]
    source_key: Annotated[str | None, Column("源主键", "Source key", filter=True, sort=True)] = None
    reason: Annotated[str, Column("原因", "Reason", filter=True, sort=True)]
    reason_title: Annotated[str, Column("原因说明", "Reason title")]
    reason_title_en: Annotated[str, Column("原因说明（英文）", "Reason title (English)", hide=("list",))] = ""
    element: Annotated[str | None, Column("数据元", "Element", filter=True, sort=True)] = None
    received: Annotated[str | None, Column("收到的值", "Received")] = None
    row: Annotated[dict[str, Any], Column("源数据行", "Source row", hide=("list",))]
    arrived_at: Annotated[datetime, Column("到达时间", "Arrived", sort=True)]


class FeedText(BaseModel):
    """A feed's definition as YAML; `key`: the columns that name a row of its source."""

    code: str
    title: str
    yaml: str
    key: list[str]


class HistoryWanted(BaseModel):
    """Which row is asked about: the values of its key columns, or one text; at which moment, and whether in the clear.

    It comes in a body, for an identifier has no place in an address.
    """

    model_config = ConfigDict(extra="forbid")

    key: Annotated[list[Annotated[str, Field(max_length=1000)]], Field(min_length=1, max_length=20)]
    at: datetime | None = None
    unmask: bool = False


class RowChange(BaseModel):
    """One thing that happened to a source row: inserted, updated, deleted. before, after: its columns, masked.

    changed: the columns whose value differs, whether or not the reader sees it.
    """

    op: Literal["I", "U", "D"]
    batch_id: str
    number: int
    arrived_at: datetime
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    changed: list[str]


class RowHistory(BaseModel):
    """What happened to a row, oldest first. state: how it stood `at` that moment (None: now), if it was there."""

    feed: str
    origin: str
    key: str
    changes: list[RowChange]
    at: datetime | None
    state: dict[str, Any] | None


class ReasonCount(BaseModel):
    """How many rows of a batch were refused for a reason at an element."""

    reason: str
    reason_title: str
    reason_title_en: str
    element: str
    rows: int


class Held(BaseModel):
    """Why a batch waits for a person: so many rows were known, so many are left at the source."""

    known: int
    seen: int


class BatchDetail(BatchRow):
    """A batch with its reasons, seconds by step, and how far a running one is."""

    steps: dict[str, Any]
    reasons: list[ReasonCount]
    held: Held | None = None
    stage: str | None = None
    done: int = 0
    total: int | None = None
    message: str | None = None
    job_run_id: UUID | None = None


class ConnectorInfo(BaseModel):
    """A connector: what it can do, its options as fields of a form, and their JSON schema."""

    name: str
    title: str
    title_en: str
    capabilities: dict[str, Any]
    options_schema: dict[str, Any]
    form: list[dict[str, Any]]


class ConnectionTest(BaseModel):
    """Options to try; for a stored source its secrets may be left out."""

    connector: str
    options: dict[str, Any]
    source: str | None = None


class ConnectionReport(BaseModel):
    """What answered; obstacles: what keeps it from telling its changes by its log."""

    server: str
    tables: list[str]
    obstacles: list[ObstacleInfo] = []


class SourceDocument(BaseModel):
    """A source with its feeds as they are defined; secrets are not in it."""

    source: SourceInfo
    feeds: list[FeedDefinition]


class YamlText(BaseModel):
    """A definition file's text."""

    yaml: str


class TableSeen(BaseModel):
    """A table, view or file of a source; `feeds` are the codes of the feeds that read it."""

    name: str
    kind: str
    rows: int | None
    feeds: list[str]


class OriginWanted(BaseModel):
    """Which columns are asked for; with a dataset a first mapping is suggested."""

    table: str | None = None
    query: str | None = None
    dataset: str | None = None


class ColumnSeen(BaseModel):
    """A column of a source; `comment` is what the source says of it, `declared` its own type, with its length."""

    name: str
    type: str
    declared: str = ""
    comment: str = ""


class OriginColumns(BaseModel):
    """The columns of a table or query; `suggestion` gives source columns by element, `key` those of the key."""

    columns: list[ColumnSeen]
    suggestion: dict[str, str]
    key: list[str]


Place = Literal["feed", "key", "capture", "columns"]


class MappingProblem(BaseModel):
    """Something wrong with a feed that is being written; `element` says at which element of `columns`."""

    place: Place
    element: str | None
    level: Literal["error", "warning"]
    title: str
    detail: str
    received: str | None
    allowed: list[str] | None


class PreviewColumn(BaseModel):
    """A column of the preview."""

    name: str
    title: str
    title_en: str
    type: str
    value_set: str | None
    masked: bool


class FeedPreview(BaseModel):
    """A feed tried on the first rows of its source: what they would become and what would be refused.

    read: rows that were read, None when something is wrong. shown: whether the caller may see rows at all.
    labels: by element, the meaning of the codes on show.
    """

    problems: list[MappingProblem]
    read: int | None = None
    good: int = 0
    shown: bool = True
    columns: list[PreviewColumn] = []
    items: list[dict[str, Any]] = []
    labels: dict[str, dict[str, str]] = {}
    rejected: list[QuarantineRow] = []


class Deferred(BaseModel):
    """The job runs that were queued, by feed or source code."""

    job_run_ids: list[UUID]
