"""Distributions, and their runs."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class TargetKind(StrEnum):
    """What a target is: a database, or a folder of files."""

    DATABASE = "database"
    FILES = "files"


class SendStatus(StrEnum):
    """What became of a run; unchanged: the target stood at this position already."""

    QUEUED = "queued"
    RUNNING = "running"
    SENT = "sent"
    UNCHANGED = "unchanged"
    FAILED = "failed"


class Distribution(Base):
    """A distribution 分发作业: rows of a standard dataset, kept in step at a target.

    orgs: institutions whose rows are sent, none means all. columns: elements that are sent beside the key, none means
    all. condition: `element=value` or `element.operator=value`, joined by `;`. masked: direct identifiers leave masked.
    grade: up to which sensitivity columns are sent, that of whoever wrote it. place: the source whose connection leads
    to the database; folder, form: of files, below the workspace's `distributed`. position: at which the target stands.
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

    held: days of institutions that were left out, as an open difference holds them back.
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
    position: Mapped[str | None]
    error: Mapped[str | None]
    job_run_id: Mapped[uuid.UUID | None]
    started_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]
