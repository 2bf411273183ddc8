"""Which sources are mirrored and how, and where the mirror of each table stands."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, query_expression

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class Moment(StrEnum):
    """When the mirrors of a source are brought up: as soon as a batch has landed, each night, or when somebody asks."""

    BATCH = "batch"
    NIGHTLY = "nightly"
    ASKED = "asked"


class MirrorStatus(StrEnum):
    """What became of a mirror's last sync; one that runs is gone on with when its worker dies."""

    EMPTY = "empty"
    RUNNING = "running"
    SYNCED = "synced"
    FAILED = "failed"


class MirrorSetting(Base):
    """Base configuration of a source's mirror 镜像库基础配置.

    feeds: codes of the feeds whose tables are mirrored; none means all that the source has, new ones too.
    """

    __tablename__ = "ingest_mirror_setting"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    source_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_source.id"), unique=True)
    source: Mapped[str]
    org_code: Mapped[str] = mapped_column(index=True)
    enabled: Mapped[bool] = mapped_column(default=True)
    moment: Mapped[str] = mapped_column(default=Moment.BATCH.value)
    feeds: Mapped[list[str]] = mapped_column(default=list)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})


class Mirror(Base):
    """The mirror of one source table 镜像表; its rows are in the lake, `mirror.<source>__<feed>`.

    included: whether it is kept in step. number, batch_id, as_of: the newest batch that is in it (0: none yet) and when
    the read of that batch began. behind: batches that landed since; told by the list only. rows_put, rows_removed: of
    the last sync. writes: how often it was written to, the version of its lake commits. pending: a write that was
    planned and may have been made, see SyncPlan; it is repeated as it is before anything else is.
    """

    __tablename__ = "ingest_mirror"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    source_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_source.id"), index=True)
    feed_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_feed.id"), unique=True)
    source: Mapped[str]
    feed: Mapped[str]
    org_code: Mapped[str] = mapped_column(index=True)
    origin: Mapped[str]
    included: Mapped[bool] = mapped_column(default=True)
    status: Mapped[str] = mapped_column(default=MirrorStatus.EMPTY.value)
    rows: Mapped[int] = mapped_column(default=0)
    number: Mapped[int] = mapped_column(default=0)
    batch_id: Mapped[str | None]
    as_of: Mapped[datetime | None]
    behind: Mapped[int | None] = query_expression()
    rows_put: Mapped[int] = mapped_column(default=0)
    rows_removed: Mapped[int] = mapped_column(default=0)
    writes: Mapped[int] = mapped_column(default=0)
    pending: Mapped[dict[str, Any] | None]
    error: Mapped[str | None]
    seconds: Mapped[float | None]
    synced_at: Mapped[datetime | None]
    job_run_id: Mapped[uuid.UUID | None]
