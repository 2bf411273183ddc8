"""Shapes of nodes and deliveries: lists, forms, what people ask for."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from suwen.kernel.resources import Column

STATUSES = (
    ("pending", "待注册", "To be enrolled"),
    ("active", "已注册", "Enrolled"),
    ("revoked", "已停用", "Revoked"),
)
STATES = (
    ("ordered", "已下发", "Ordered"),
    ("receiving", "接收中", "Receiving"),
    ("complete", "已收齐", "Received"),
    ("landed", "已完成", "Done"),
    ("abandoned", "已放弃", "Given up"),
)
PURPOSES = (
    ("batch", "采集", "Collection"),
    ("check", "对账", "Check"),
    ("locate", "定位差异", "Keys of a difference"),
    ("repair", "补采", "Repair"),
    ("indicator", "指标对账", "Indicator"),
)
Title = Annotated[str, Field(min_length=1, max_length=100), Column("名称", "Title")]


class NodeRow(BaseModel):
    """A node in the list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    status: Annotated[str, Column("状态", "Status", filter=True, sort=True, options=STATUSES)]
    seen_at: Annotated[datetime | None, Column("最近联系", "Last seen", filter=True, sort=True)] = None
    version: Annotated[str | None, Column("版本", "Version", filter=True, sort=True)] = None
    buffered_chunks: Annotated[int, Column("缓存数据块", "Buffered chunks", sort=True)] = 0
    buffered_bytes: Annotated[int, Column("缓存量", "Buffered", kind="bytes", sort=True)] = 0
    buffer_limit: Annotated[int, Column("缓存上限", "Buffer limit", kind="bytes", hide=("list",))] = 0
    waiting: Annotated[
        bool,
        Column("缓存已满", "Buffer full", filter=True, help="缓存已满，暂停读取源库，待中心收妥后继续"),
        Field(description="It reads no further until the center has taken what waits."),
    ] = False
    error: Annotated[str | None, Column("最近错误", "Last error")] = None
    enrolled_at: Annotated[datetime | None, Column("注册时间", "Enrolled", sort=True, hide=("list",))] = None
    created_at: Annotated[datetime, Column("创建时间", "Created", sort=True, hide=("list",))]


class NodeIn(BaseModel):
    """A node that is to be."""

    model_config = ConfigDict(extra="forbid")

    title: Title
    org_code: Annotated[str, Field(min_length=1, max_length=40), Column("机构", "Institution", kind="org")]


class NodeChange(BaseModel):
    """What of a node people adjust."""

    model_config = ConfigDict(extra="forbid")

    title: Title


class DeliveryRow(BaseModel):
    """A delivery in the list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    feed: Annotated[str, Column("采集任务", "Feed", filter=True, sort=True)]
    source: Annotated[str, Column("数据源", "Source", filter=True, sort=True)]
    node: Annotated[str, Column("前置机", "Edge node", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    state: Annotated[str, Column("状态", "State", filter=True, sort=True, options=STATES)]
    purpose: Annotated[str, Column("用途", "Purpose", filter=True, sort=True, options=PURPOSES)]
    rows_read: Annotated[int, Column("行数", "Rows", sort=True)] = 0
    chunks: Annotated[int, Column("数据块", "Chunks", sort=True)] = 0
    bytes: Annotated[int, Column("传输量", "Bytes", kind="bytes", sort=True)] = 0
    error: Annotated[str | None, Column("错误", "Error")] = None
    ordered_at: Annotated[datetime, Column("下发时间", "Ordered", filter=True, sort=True)]
    begun_at: Annotated[datetime | None, Column("开始时间", "Begun", sort=True)] = None
    completed_at: Annotated[datetime | None, Column("收齐时间", "Complete", sort=True)] = None
    landed_at: Annotated[datetime | None, Column("落库时间", "Landed", sort=True)] = None
    batch_id: Annotated[UUID | None, Column("批次", "Batch", hide=("list",))] = None
    node_id: Annotated[UUID, Column("前置机编号", "Node id", kind="ingest-node", filter=True, hide=("list",))]


class EdgeState(StrEnum):
    """How a node stands, the first that holds.

    pending: no machine is enrolled. lost: it has not called for five minutes. full: it reads no further until there is
    room. failing: it cannot read, or the center does not take what it sends. busy: it has something to bring.
    """

    PENDING = "pending"
    LOST = "lost"
    FULL = "full"
    FAILING = "failing"
    BUSY = "busy"
    IDLE = "idle"


class EdgeTask(BaseModel):
    """What a node has to bring, or has brought that has not landed; see the list of deliveries for `state`."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    feed: str
    purpose: str
    state: str
    rows_read: int
    chunks: int
    bytes: int
    ordered_at: datetime
    error: str | None


class EdgeThread(BaseModel):
    """A node as it is at one moment; buffered_*, error, version: as it told last."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str
    org_code: str
    state: EdgeState
    seen_at: datetime | None
    version: str | None
    buffered_chunks: int
    buffered_bytes: int
    buffer_limit: int
    error: str | None
    tasks: list[EdgeTask]


class NodeCode(BaseModel):
    """An enrolment code, told this once, and until when it is good."""

    code: str
    until: datetime


class NodeSource(BaseModel):
    """A source that a node reads, or could read."""

    code: str
    title: str
    connector: str
    node_id: UUID | None


class SourceNode(BaseModel):
    """Who reads a source: a node, or (None) the platform itself."""

    model_config = ConfigDict(extra="forbid")

    node_id: UUID | None
