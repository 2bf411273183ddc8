"""What is to come of an institution's system."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class Way(StrEnum):
    """Which way the rows come: the platform reads, an edge node does, the system sends, or it leaves files."""

    DIRECT = "direct"
    NODE = "node"
    PUSH = "push"
    FILES = "files"


class Frequency(StrEnum):
    """How often rows are to come."""

    REALTIME = "realtime"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    ONCE = "once"


class IngestScheme(Base):
    """A scheme 采集方案: of an institution's system the standard datasets that are to come, how, and by when.

    system: code of its kind. datasets: codes. mode: one of a feed's captures. phase: the batch 分批 of the rollout.
    """

    __tablename__ = "ingest_scheme"
    __audited__ = True
    __table_args__ = (UniqueConstraint("org_code", "system"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    org_code: Mapped[str] = mapped_column(index=True)
    system: Mapped[str]
    datasets: Mapped[list[str]] = mapped_column(default=list)
    frequency: Mapped[str] = mapped_column(default=Frequency.DAILY.value)
    mode: Mapped[str] = mapped_column(default="timestamp")
    way: Mapped[str] = mapped_column(default=Way.DIRECT.value)
    phase: Mapped[str] = mapped_column(default="")
    due: Mapped[date | None]
    remark: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})
