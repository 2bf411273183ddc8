"""Distributions, and their runs."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class TargetKind(StrEnum):
    """What a target is: a database, a folder of files, a topic of Kafka, an upper-level platform's interface."""

    DATABASE = "database"
    FILES = "files"
    KAFKA = "kafka"
    PLATFORM = "platform"


class SendStatus(StrEnum):
    """What became of a run; unchanged: the target stood at this position already."""

    QUEUED = "queued"
    RUNNING = "running"
    SENT = "sent"
    UNCHANGED = "unchanged"
    FAILED = "failed"


class RecordState(StrEnum):
    """Where a row stands at a target that is told of it by messages.

    pending: it is being sent, or was when somebody was killed. again: somebody wants it sent again. gone: the target
    was told that it is no more.
    """

    PENDING = "pending"
    DELIVERED = "delivered"
    REFUSED = "refused"
    AGAIN = "again"
    GONE = "gone"


class Distribution(Base):
    """A distribution 分发作业: rows of a standard dataset, kept in step at a target.

    orgs: institutions whose rows are sent, none means all. columns: elements that are sent beside the key, none means
    all. condition: `element=value` or `element.operator=value`, joined by `;`. masked: direct identifiers leave masked.
    grade: up to which sensitivity columns are sent, that of whoever wrote it. place: the source whose connection leads
    to the target; none: files below the workspace's `distributed`. table: a table, a file, a topic, or what the
    platform calls what is sent. folder, form: of files. delivery: how messages are made and answers judged, see
    `targets.delivery`. position: at which the target stands.
    """

    __tablename__ = "ingest_distribution"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    title: Mapped[str]
    dataset: Mapped[str] = mapped_column(index=True)
    orgs: Mapped[list[str]] = mapped_column(default=list)
    columns: Mapped[list[str]] = mapped_column(default=list)
    condition: Mapped[str] = mapped_column(default="")
    masked: Mapped[bool] = mapped_column(default=True)
    grade: Mapped[int]
    target: Mapped[str]
    place: Mapped[str | None]
    table: Mapped[str]
    create_table: Mapped[bool] = mapped_column(default=True)
    folder: Mapped[str] = mapped_column(default="")
    form: Mapped[str] = mapped_column(default="csv")
    delivery: Mapped[dict[str, Any]] = mapped_column(default=dict)
    cron: Mapped[str | None]
    window_from: Mapped[str | None]
    window_to: Mapped[str | None]
    enabled: Mapped[bool] = mapped_column(default=True)
    next_at: Mapped[datetime | None] = mapped_column(index=True, info={"audit": False})
    last_at: Mapped[datetime | None] = mapped_column(info={"audit": False})
    last_status: Mapped[str | None] = mapped_column(info={"audit": False})
    skipped: Mapped[int] = mapped_column(default=0, info={"audit": False})
    position: Mapped[str | None] = mapped_column(info={"audit": False})
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})
    removed_at: Mapped[datetime | None]


class DistributionRun(Base):
    """A run of a distribution 分发运行. rows: that the target holds afterwards; put, removed: written and taken away.

    held: days of institutions that were left out, as an open difference holds them back. refused: rows that the target
    did not take. since: version of the lake's table after which changes were sent once more; anew: all rows.
    """

    __tablename__ = "ingest_distribution_run"
    # Named here: the name that is made up is longer than 63 characters.
    __table_args__ = (Index("ix_ingest_distribution_run_of", "distribution_id", "started_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    distribution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_distribution.id"))
    title: Mapped[str]
    dataset: Mapped[str]
    orgs: Mapped[list[str]] = mapped_column(default=list)
    cause: Mapped[str]
    anew: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(default=SendStatus.QUEUED.value)
    rows: Mapped[int | None]
    put: Mapped[int | None]
    removed: Mapped[int | None]
    held: Mapped[int | None]
    refused: Mapped[int | None]
    since: Mapped[int | None]
    position: Mapped[str | None]
    error: Mapped[str | None]
    job_run_id: Mapped[uuid.UUID | None]
    started_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]


class DistributedRow(Base):
    """A row that a target is told of by messages, and how it stands there 分发记录.

    name: digest of its key; digest: of what was told of it last. sequence: how often something was told of it, the same
    when a message is repeated. known: whether the target has it. message: the message that told it last, which bears
    the same id when it is repeated. reason: why the target refused it, in its own words.
    """

    __tablename__ = "ingest_distributed_row"
    __table_args__ = (
        UniqueConstraint("distribution_id", "name", name="uq_ingest_distributed_row_name"),
        Index("ix_ingest_distributed_row_state", "distribution_id", "state"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    distribution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_distribution.id"))
    title: Mapped[str]
    org_code: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    key: Mapped[str]
    digest: Mapped[str]
    sequence: Mapped[int]
    operation: Mapped[str]
    known: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str]
    message: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str | None]
    told_at: Mapped[datetime]


class Receipt(Base):
    """What a platform answered to a message 回执. refused: so many of its rows; number: the platform's own receipt."""

    __tablename__ = "ingest_distribution_receipt"
    __table_args__ = (Index("ix_ingest_distribution_receipt_of", "distribution_id", "answered_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    distribution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_distribution.id"))
    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_distribution_run.id"))
    title: Mapped[str]
    org_code: Mapped[str] = mapped_column(index=True)
    message: Mapped[str] = mapped_column(index=True)
    operation: Mapped[str]
    rows: Mapped[int]
    refused: Mapped[int]
    status: Mapped[int | None]
    number: Mapped[str | None]
    reason: Mapped[str | None]
    tries: Mapped[int]
    answered_at: Mapped[datetime] = mapped_column(default=now)
