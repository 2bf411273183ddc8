"""Job groups, their runs, and what became of each member in a run."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class OnFailure(StrEnum):
    """What a failed member means for those that wait for it: they are left out, or they begin all the same."""

    STOP = "stop"
    GO_ON = "go_on"


class RunStatus(StrEnum):
    """Where a run of a group stands; failed: at least one member failed or was left out."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StepStatus(StrEnum):
    """Where a member stands in a run; waiting: for others, or for its next try. skipped: what it waits for failed."""

    WAITING = "waiting"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class JobGroup(Base):
    """A job group 作业组.

    members: `[{"feed": code, "after": [codes]}]`, without circles. orgs: the institutions of its members; who sees all
    of them sees the group. retries: how often a failed member is tried again, retry_seconds after its failure. cron:
    when it begins by itself, None for by hand only; window_from, window_to, next_at, skipped: as of a plan.
    """

    __tablename__ = "ingest_group"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    title: Mapped[str]
    members: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    orgs: Mapped[list[str]] = mapped_column(default=list)
    on_failure: Mapped[str] = mapped_column(default=OnFailure.STOP.value)
    retries: Mapped[int] = mapped_column(default=0)
    retry_seconds: Mapped[int] = mapped_column(default=60)
    cron: Mapped[str | None]
    window_from: Mapped[str | None]
    window_to: Mapped[str | None]
    enabled: Mapped[bool] = mapped_column(default=True)
    next_at: Mapped[datetime | None] = mapped_column(index=True, info={"audit": False})
    last_at: Mapped[datetime | None] = mapped_column(info={"audit": False})
    last_run_id: Mapped[uuid.UUID | None] = mapped_column(info={"audit": False})
    last_status: Mapped[str | None] = mapped_column(info={"audit": False})
    skipped: Mapped[int] = mapped_column(default=0, info={"audit": False})
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})
    removed_at: Mapped[datetime | None]

    @property
    def size(self) -> int:
        """How many members it has."""
        return len(self.members)


class GroupRun(Base):
    """A run of a job group 作业组运行; it keeps the order and the settings with which it began.

    cause: "plan" or "hand". total, done, failed, skipped: members, those that ended well, failed, were left out.
    """

    __tablename__ = "ingest_group_run"
    __table_args__ = (Index(None, "group_id", "started_at"), Index(None, "status"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    group_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_group.id"))
    title: Mapped[str]
    orgs: Mapped[list[str]] = mapped_column(default=list)
    cause: Mapped[str]
    begun_by: Mapped[str | None]
    on_failure: Mapped[str]
    retries: Mapped[int]
    retry_seconds: Mapped[int]
    status: Mapped[str] = mapped_column(default=RunStatus.RUNNING.value)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]


class GroupStep(Base):
    """A member in a run of its group 作业组成员运行.

    after: feeds that it waits for; layer: its place in the order. tries: how often it was begun in this run.
    not_before: when its next try begins. delivery_id: what an edge node was ordered to bring for it.
    """

    __tablename__ = "ingest_group_step"
    __table_args__ = (UniqueConstraint("run_id", "feed"), Index(None, "org_code", "started_at"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_group_run.id"))
    title: Mapped[str]
    feed: Mapped[str]
    org_code: Mapped[str]
    after: Mapped[list[str]] = mapped_column(default=list)
    layer: Mapped[int]
    position: Mapped[int]
    status: Mapped[str] = mapped_column(default=StepStatus.WAITING.value)
    tries: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    job_run_id: Mapped[uuid.UUID | None]
    delivery_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    batch_id: Mapped[str | None]
    rows_in: Mapped[int | None]
    rows_std: Mapped[int | None]
    error: Mapped[str | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
