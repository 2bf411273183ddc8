"""Columns that are not as a feed knew them."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class DriftStatus(StrEnum):
    """Where a drift stands: it waits for a person, a person has taken it as it is, or the column is as it was."""

    OPEN = "open"
    ACCEPTED = "accepted"
    GONE = "gone"


class Drift(Base):
    """A column of a source table that is not as the feed knew it 表结构变化; of a feed and column at most one is open.

    kind: added, removed, retyped. was, now_is: DuckDB types. used: the mapping uses it (elements; the key, the changing
    column), so that a column that went or changed stops the runs.
    """

    __tablename__ = "ingest_drift"
    __table_args__ = (
        Index("ix_ingest_drift_org", "org_code", "status"),
        Index("uq_ingest_drift_open", "feed_id", "column", unique=True, postgresql_where="status = 'open'"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    feed_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_feed.id"), index=True)
    source: Mapped[str]
    feed: Mapped[str]
    origin: Mapped[str]
    org_code: Mapped[str]
    column: Mapped[str]
    kind: Mapped[str]
    was: Mapped[str | None]
    now_is: Mapped[str | None]
    used: Mapped[bool]
    status: Mapped[str] = mapped_column(default=DriftStatus.OPEN.value)
    found_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
