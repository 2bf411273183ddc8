"""Settings, checks, their days, and the differences that are open until the figures agree again."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class CheckStatus(StrEnum):
    """Where a check stands; one that runs is begun anew when its worker dies.

    waiting: an edge node was asked for the source's figures, and has not answered yet.
    """

    RUNNING = "running"
    WAITING = "waiting"
    EQUAL = "equal"
    DIFFERENT = "different"
    FAILED = "failed"


class DifferenceStatus(StrEnum):
    """A difference is open until a later check finds its day equal."""

    OPEN = "open"
    CLOSED = "closed"


class Checking:
    """What every check keeps of itself: where it stands, why it failed, who asked for it, its job, its times."""

    status: Mapped[str] = mapped_column(default=CheckStatus.RUNNING.value)
    error: Mapped[str | None]
    requested_by: Mapped[str | None]
    job_run_id: Mapped[uuid.UUID | None]
    started_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]


class CheckSetting(Base):
    """How a feed is checked 数量级对账配置; a feed without one is checked as its definition says, on demand.

    origin: source table to compare with instead of the feed's. time_column: source column of the business day.
    compare: `rows` (digest over all values) or `keys`. recent_days: only so many days back from today.
    hold: an open difference holds the publication of its day.
    """

    __tablename__ = "ingest_check_setting"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    feed_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_feed.id"), unique=True)
    feed: Mapped[str]
    dataset: Mapped[str]
    org_code: Mapped[str] = mapped_column(index=True)
    origin: Mapped[str | None]
    time_column: Mapped[str | None]
    compare: Mapped[str]
    recent_days: Mapped[int | None]
    after_run: Mapped[bool]
    nightly: Mapped[bool]
    hold: Mapped[bool]
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})


class Check(Checking, Base):
    """One check 对账 of a feed. boundary: rows changed at or after it are left to the next batch.

    stray: rows in std behind which no row received stands. days, different: business days compared, and unequal ones.
    """

    __tablename__ = "ingest_check"
    __table_args__ = (Index(None, "feed_id", "started_at"), Index(None, "org_code", "started_at"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    feed_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_feed.id"))
    feed: Mapped[str]
    source: Mapped[str]
    dataset: Mapped[str]
    org_code: Mapped[str]
    origin: Mapped[str]
    time_column: Mapped[str | None]
    compare: Mapped[str] = mapped_column(default="rows")
    batch_id: Mapped[str | None]
    boundary: Mapped[str | None]
    algorithm: Mapped[str | None]
    days: Mapped[int] = mapped_column(default=0)
    different: Mapped[int] = mapped_column(default=0)
    rows_source: Mapped[int] = mapped_column(default=0)
    rows_raw: Mapped[int] = mapped_column(default=0)
    rows_std: Mapped[int] = mapped_column(default=0)
    rows_quarantined: Mapped[int] = mapped_column(default=0)
    stray: Mapped[int] = mapped_column(default=0)
    source_sql: Mapped[str | None]
    platform_sql: Mapped[str | None]


class CheckDay(Base):
    """A business day of a check: both sides' figures; day is NULL for rows without one, or where there is no day.

    source, platform: `{"rows": n, "sum": digests' sum, "xor": …, "amounts": {column: sum}}`, numbers beyond 64 bits as
    text. lost: rows received that are neither in std nor in quarantine; stray: rows of std alone.
    """

    __tablename__ = "ingest_check_day"
    __table_args__ = (Index(None, "check_id"), Index(None, "org_code", "day"), Index(None, "feed", "day"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    check_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_check.id"))
    feed: Mapped[str]
    dataset: Mapped[str]
    org_code: Mapped[str]
    day: Mapped[date | None]
    equal: Mapped[bool]
    rows_source: Mapped[int]
    rows_raw: Mapped[int]
    rows_std: Mapped[int]
    rows_quarantined: Mapped[int]
    lost: Mapped[int]
    stray: Mapped[int]
    source: Mapped[dict[str, Any]]
    platform: Mapped[dict[str, Any]]
    checked_at: Mapped[datetime] = mapped_column(default=now)


class Difference(Base):
    """A day of a feed whose figures differ; at most one is open for a day of a feed.

    missing, extra, differing, lost: keys that the platform has not, only it has, both have with other values, and that
    are neither in std nor in quarantine; NULL until they were looked for. pending: key ranges `{low, high}` that are
    left of a look that was broken off. evidence: figures before and after, the
    statements, who and when. step, waits_for: where the settling of a difference behind an edge node stands, and the
    delivery or check that it waits for.
    """

    __tablename__ = "ingest_difference"
    __table_args__ = (Index(None, "feed_id", "day"), Index(None, "org_code", "status"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    feed_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_feed.id"))
    feed: Mapped[str]
    dataset: Mapped[str]
    org_code: Mapped[str]
    day: Mapped[date | None]
    status: Mapped[str] = mapped_column(default=DifferenceStatus.OPEN.value)
    found_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_check.id"))
    last_check: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_check.id"))
    rows_source: Mapped[int]
    rows_platform: Mapped[int]
    missing: Mapped[int | None]
    extra: Mapped[int | None]
    differing: Mapped[int | None]
    lost: Mapped[int | None]
    reason: Mapped[str | None]
    pending: Mapped[list[dict[str, Any]] | None]
    step: Mapped[str | None]
    waits_for: Mapped[uuid.UUID | None] = mapped_column(index=True)
    job_run_id: Mapped[uuid.UUID | None]
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    found_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]


class DifferenceKey(Base):
    """A source key that a difference comes down to.

    kind: missing, extra, differing, lost, or stray (in std without a row received). A key may be a person's number:
    `sealed` is the key and the values of its columns encrypted, `digest` an SM3 that only this installation can make;
    `keys.py` writes and reads both.
    """

    __tablename__ = "ingest_difference_key"
    __table_args__ = (UniqueConstraint("difference_id", "digest"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    difference_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_difference.id"))
    org_code: Mapped[str]
    kind: Mapped[str]
    digest: Mapped[str]
    sealed: Mapped[str]
