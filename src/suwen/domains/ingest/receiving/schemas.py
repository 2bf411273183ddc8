"""Shapes of receiving: answers to senders, rows of the inbox, tokens."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from suwen.kernel.resources import Column

STATES = (
    ("waiting", "待落库", "Waiting"),
    ("landed", "已落库", "Landed"),
    ("refused", "退回", "Refused"),
    ("stale", "过期", "Out of date"),
)
CHANNELS = (
    ("http", "HTTP 接口", "HTTP"),
    ("soap", "SOAP 接口", "SOAP"),
    ("mllp", "HL7 MLLP", "HL7 over MLLP"),
    ("kafka", "Kafka", "Kafka"),
)


class Told(BaseModel):
    """A record that was refused: where in the message, and why."""

    place: str
    reason: str
    reason_en: str


class Received(BaseModel):
    """What became of a message, told once it is durable; a repeated message is answered as the first time.

    accepted: records on their way to std. stale: older than what had come of the same records. refused: records that
    are none, kept aside; `refusals` are the first of them.
    """

    message_id: str
    accepted: int
    stale: int
    refused: int
    refusals: list[Told]
    received_at: datetime


class Sent(BaseModel):
    """One record: as it is from now on, or with operation delete its key."""

    model_config = ConfigDict(extra="forbid")

    operation: Literal["upsert", "insert", "update", "delete"] = "upsert"
    record: dict[str, Any]


class SentRecord(Sent):
    """A message of one record."""

    message_id: Annotated[str | None, Field(pattern=r"^[\x21-\x7e]{1,100}$")] = None


class SentRecords(BaseModel):
    """A message of many records; those that are none are kept aside, the others go on."""

    model_config = ConfigDict(extra="forbid")

    message_id: Annotated[str | None, Field(pattern=r"^[\x21-\x7e]{1,100}$")] = None
    records: list[Sent]


class TokenWanted(BaseModel):
    """A token to be made for a source that sends. days: how long it is good for; None: until it is revoked."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=60)]
    days: Annotated[int | None, Field(ge=1, le=3650)] = None


class TokenMade(BaseModel):
    """A token in full, told this once."""

    token: str


class TokenInfo(BaseModel):
    """A token of a source."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class InboxRow(BaseModel):
    """An entry of the inbox in the list; its records are at GET /api/ingest/inbox/{id}/records, masked."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[int, Column("编号", "Number", sort=True)]
    received_at: Annotated[datetime, Column("接收时间", "Received", filter=True, sort=True)]
    state: Annotated[str, Column("状态", "State", filter=True, sort=True, options=STATES)]
    source: Annotated[str, Column("数据源", "Source", filter=True, sort=True)]
    table: Annotated[str, Column("表", "Table", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    channel: Annotated[str, Column("通道", "Channel", filter=True, options=CHANNELS)]
    kind: Annotated[str, Column("消息类型", "Kind", filter=True, sort=True)]
    message_id: Annotated[str, Column("消息编号", "Message id", filter=True)]
    records: Annotated[int, Column("记录数", "Records", sort=True)]
    place: Annotated[str, Column("位置", "Place")]
    reason: Annotated[str, Column("原因", "Reason", filter=True)]
    reason_en: Annotated[str, Column("原因（英文）", "Reason in English", hide=("list",))]
    landed_at: Annotated[datetime | None, Column("落库时间", "Landed", filter=True, sort=True)]


class InboxRecord(BaseModel):
    """A record of an entry as the reader may see it; operation: upsert or delete."""

    operation: Literal["upsert", "delete"]
    values: dict[str, Any]


class InboxRecords(BaseModel):
    """The first records of an entry. text: of what was refused, as it came; None where the reader may not see it.

    more: so many records are not shown.
    """

    records: list[InboxRecord]
    text: str | None
    more: int
