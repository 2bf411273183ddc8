"""Nodes, the center's key, deliveries with their chunks."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class NodeStatus(StrEnum):
    """Where a node stands: known here but not enrolled, enrolled, or sent away for good."""

    PENDING = "pending"
    ACTIVE = "active"
    REVOKED = "revoked"


class DeliveryState(StrEnum):
    """Where a delivery stands.

    ordered: its node has not begun. receiving: chunks come. complete: all are here and wait to be landed, or could not
    be (`error`). landed: its rows are in raw and std, or were there already. abandoned: not wanted any more.
    """

    ORDERED = "ordered"
    RECEIVING = "receiving"
    COMPLETE = "complete"
    LANDED = "landed"
    ABANDONED = "abandoned"


class Purpose(StrEnum):
    """What a delivery is for.

    batch: a run of its feed. check: a check's figures of the source by day. locate: the keys of a difference's day.
    repair: the rows behind a difference's keys. indicator: the figures of an indicator's statement.
    """

    BATCH = "batch"
    CHECK = "check"
    LOCATE = "locate"
    REPAIR = "repair"
    INDICATOR = "indicator"


LANDED_PURPOSES = (Purpose.BATCH.value, Purpose.REPAIR.value)
"""Deliveries that hold rows, which become a batch."""

OPEN = (DeliveryState.ORDERED.value, DeliveryState.RECEIVING.value)
UNDER_WAY = (*OPEN, DeliveryState.COMPLETE.value)
_ROWS_PRESENT = text("state IN ('ordered', 'receiving', 'complete') AND purpose = 'batch'")
_ASKED_PRESENT = text("state IN ('ordered', 'receiving', 'complete') AND purpose <> 'batch'")


class IngestNode(Base):
    """A node 前置机 of an institution.

    secret: of its enrolment code, sealed; good until `secret_until`. buffered_*, waiting, version, error: as it told
    last.
    """

    __tablename__ = "ingest_node"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    title: Mapped[str]
    org_code: Mapped[str] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(default=NodeStatus.PENDING.value)
    secret: Mapped[str | None] = mapped_column(info={"secret": True})
    secret_until: Mapped[datetime | None]
    public_key: Mapped[str | None]
    version: Mapped[str | None] = mapped_column(info={"audit": False})
    buffered_chunks: Mapped[int] = mapped_column(default=0, info={"audit": False})
    buffered_bytes: Mapped[int] = mapped_column(default=0, info={"audit": False})
    buffer_limit: Mapped[int] = mapped_column(default=0, info={"audit": False})
    waiting: Mapped[bool] = mapped_column(default=False, info={"audit": False})
    error: Mapped[str | None] = mapped_column(info={"audit": False})
    seen_at: Mapped[datetime | None] = mapped_column(info={"audit": False})
    enrolled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class IngestCenterKey(Base):
    """The center's SM2 key pair: hex digits, the private key sealed under the master key. There is one."""

    __tablename__ = "ingest_center_key"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public_key: Mapped[str]
    private_key: Mapped[str]


class IngestDelivery(Base):
    """A delivery 前置机批次: one read of a feed's source by a node.

    purpose, about: what it is for, of which check or difference. context: what the center needs when it is here.
    wanted: what was ordered, without secrets. attempt: the node's read that counts. manifest: what it says it has sent.
    rows_read: as it told while it read. batch_id: the batch that its rows landed in.
    """

    __tablename__ = "ingest_delivery"
    __table_args__ = (
        Index("ix_ingest_delivery_under_way", "feed_id", unique=True, postgresql_where=_ROWS_PRESENT),
        Index("ix_ingest_delivery_about", "about", "purpose", unique=True, postgresql_where=_ASKED_PRESENT),
        Index(None, "node_id", "ordered_at"),
        Index(None, "org_code", "ordered_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    node_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_node.id"))
    feed_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_feed.id"))
    node: Mapped[str]
    source: Mapped[str]
    feed: Mapped[str]
    org_code: Mapped[str]
    state: Mapped[str] = mapped_column(default=DeliveryState.ORDERED.value)
    purpose: Mapped[str] = mapped_column(default=Purpose.BATCH.value)
    about: Mapped[uuid.UUID | None]
    wanted: Mapped[dict[str, Any]]
    context: Mapped[dict[str, Any] | None]
    attempt: Mapped[str | None]
    manifest: Mapped[dict[str, Any] | None]
    rows_read: Mapped[int] = mapped_column(default=0)
    chunks: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    batch_id: Mapped[uuid.UUID | None]
    job_run_id: Mapped[uuid.UUID | None]
    ordered_at: Mapped[datetime] = mapped_column(default=now)
    begun_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    landed_at: Mapped[datetime | None]


class IngestLook(Base):
    """A look at a source behind a node, which somebody waits for.

    asked, answer: sealed; the answer is removed as it is read.
    """

    __tablename__ = "ingest_look"
    __table_args__ = (Index(None, "node_id", "asked_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    node_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_node.id"))
    source: Mapped[str]
    org_code: Mapped[str]
    asked: Mapped[str]
    answer: Mapped[str | None]
    asked_at: Mapped[datetime] = mapped_column(default=now)
    answered_at: Mapped[datetime | None]


class IngestDeliveryChunk(Base):
    """A chunk that is durable here: its file lies in the workspace. digest: SM3 of its content."""

    __tablename__ = "ingest_delivery_chunk"

    delivery_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_delivery.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attempt: Mapped[str]
    digest: Mapped[str]
    rows: Mapped[int]
    bytes: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(default=now)
