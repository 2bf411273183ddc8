"""What is kept of every job: one row a run."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Update, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class JobStatus(StrEnum):
    """Where a run stands.

    waiting: it failed with an error worth a retry, and waits for it. paused: stopped by a person, until one resumes it.
    """

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL = frozenset({JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED})
"""Statuses that a run never leaves."""


class JobRun(Base):
    """One run of a job, from its deferral to its end, with progress (`done` of `total` steps).

    worker_id: who runs it, or ran it last. stage_at: when the present stage began. parts: what each of its threads does
    now; rows: how many rows the stage has done, where the job tells so.
    """

    __tablename__ = "job_run"
    __table_args__ = (Index(None, "status", "created_at"), Index(None, "name", "created_at"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    queue: Mapped[str]
    args: Mapped[dict[str, Any]]
    priority: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default=JobStatus.QUEUED.value)
    stage: Mapped[str | None]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    message: Mapped[str | None]
    stage_at: Mapped[datetime | None]
    parts: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    rows: Mapped[int | None]
    result: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    error: Mapped[str | None]
    error_code: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    rescues: Mapped[int] = mapped_column(default=0)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    pause_requested: Mapped[bool] = mapped_column(default=False)
    worker_id: Mapped[uuid.UUID | None]
    queue_id: Mapped[int | None]
    requested_by: Mapped[uuid.UUID | None]
    requested_by_name: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]


class JobWorker(Base):
    """A process that runs jobs, or did; of one that was killed `stopped_at` stays empty and `seen_at` old.

    cpu: per cent of one core since the last sign of life. memory: resident bytes. threads: of the whole process.
    """

    __tablename__ = "job_worker"
    __table_args__ = (Index(None, "seen_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    host: Mapped[str]
    pid: Mapped[int]
    version: Mapped[str]
    queues: Mapped[dict[str, Any]]
    started_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    stopped_at: Mapped[datetime | None]
    cpu: Mapped[float] = mapped_column(default=0.0)
    memory: Mapped[int] = mapped_column(default=0)
    threads: Mapped[int] = mapped_column(default=1)


def own_run(run_id: uuid.UUID, attempt: int) -> Update:
    """Return an update of a run that touches nothing unless that attempt is the one that is running."""
    running = JobRun.status == JobStatus.RUNNING.value
    return update(JobRun).where(JobRun.id == run_id, JobRun.attempts == attempt, running)


class JobDay(Base):
    """The last business day for which a daily job was begun."""

    __tablename__ = "job_day"

    name: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date]


class JobFile(Base):
    """A file that a deferred job is to work on."""

    __tablename__ = "job_file"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    content: Mapped[bytes]
    kept_at: Mapped[datetime] = mapped_column(default=now)
