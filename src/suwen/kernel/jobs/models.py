"""What is kept of jobs: a row a run, its moments, what nodes have for them, what people set of them."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Update, update
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


RUN_TASK = "kernel.run_job"
"""The queue's task that runs a job."""
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


class JobEvent(Base):
    """A moment in the life of a run: the status that it took then. Kept by a trigger of `job_run`, so by every writer.

    attempt: which start of it; worker_id: by whom; error: why, where it failed or waits for a retry.
    """

    __tablename__ = "job_event"
    __table_args__ = (Index("ix_job_event_run", "run_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("job_run.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    status: Mapped[str]
    attempt: Mapped[int]
    worker_id: Mapped[uuid.UUID | None]
    error: Mapped[str | None]


class JobRule(Base):
    """What a node of work has for tasks 任务节点资源配置.

    node: a host that workers run on, "*" for each of them. kind: a job's name, a queue, or "*" for all jobs. at_once:
    how many of them run at once on the node (0: none is taken there). memory_mb: none begins beside others while the
    node's workers hold so much. window_from, window_to: "HH:MM", local, between which one may begin. None: no limit.
    """

    __tablename__ = "job_rule"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    node: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    at_once: Mapped[int | None]
    memory_mb: Mapped[int | None]
    window_from: Mapped[str | None]
    window_to: Mapped[str | None]
    enabled: Mapped[bool] = mapped_column(default=True)
    remark: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})


class JobSetting(Base):
    """What people set of a kind of task 任务配置; None: as it is declared.

    timeout_seconds: a run that takes longer fails at its next report. retry_times: tries after errors that its
    declaration holds worth one.
    """

    __tablename__ = "job_setting"
    __audited__ = True

    name: Mapped[str] = mapped_column(primary_key=True)
    priority: Mapped[int | None]
    timeout_seconds: Mapped[int | None]
    retry_times: Mapped[int | None]
    retry_wait_seconds: Mapped[float | None]
    remark: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})


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
