"""Indicators, their checks with the figures of both sides, and the days whose figures do not agree."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from suwen.domains.ingest.reconcile.models import Checking, DifferenceStatus
from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class Indicator(Base):
    """A number by business day that source and platform must agree on 指标级对账配置.

    feeds: codes of the feeds of one source that it is about; their datasets are what `hold` holds. source_sql,
    platform_sql: see `statements.py`. absolute, relative: a platform's value may be so far from the source's, as a
    number or as a share of it; the wider of both counts. recent_days: so many days are compared, of which the youngest
    `lag_days` are left out. A removed one keeps its row: its checks are history.
    """

    __tablename__ = "ingest_indicator"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    source_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_source.id"), index=True)
    source: Mapped[str]
    org_code: Mapped[str] = mapped_column(index=True)
    feeds: Mapped[list[str]] = mapped_column(default=list)
    source_sql: Mapped[str]
    platform_sql: Mapped[str]
    absolute: Mapped[float] = mapped_column(default=0.0)
    relative: Mapped[float] = mapped_column(default=0.0)
    recent_days: Mapped[int]
    lag_days: Mapped[int]
    after_run: Mapped[bool]
    nightly: Mapped[bool]
    hold: Mapped[bool]
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})
    removed_at: Mapped[datetime | None]


class IndicatorCheck(Checking, Base):
    """One check of an indicator 指标级对账记录, of the days from `first` to `last`.

    days, different: days with figures, and those of them that do not agree. lines: figures compared. source_sql,
    platform_sql: as they were run. absolute, relative: the tolerance that counted.
    """

    __tablename__ = "ingest_indicator_check"
    # Named here and below: a name ends after 63 characters, and those that are made up are longer.
    __table_args__ = (
        Index("ix_ingest_indicator_check_of", "indicator_id", "started_at"),
        Index("ix_ingest_indicator_check_org", "org_code", "started_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    indicator_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_indicator.id"))
    indicator: Mapped[str]
    source: Mapped[str]
    org_code: Mapped[str]
    first: Mapped[date]
    last: Mapped[date]
    days: Mapped[int] = mapped_column(default=0)
    different: Mapped[int] = mapped_column(default=0)
    lines: Mapped[int] = mapped_column(default=0)
    absolute: Mapped[float] = mapped_column(default=0.0)
    relative: Mapped[float] = mapped_column(default=0.0)
    source_sql: Mapped[str | None]
    platform_sql: Mapped[str | None]


class IndicatorLine(Base):
    """Both sides' figure of a day and item in a check 指标级对账明细.

    there, here: the source's and the platform's value, NULL where the side gave none; gap: here less there, a missing
    one counting as 0.
    """

    __tablename__ = "ingest_indicator_line"
    __table_args__ = (
        Index("ix_ingest_indicator_line_check", "check_id"),
        Index("ix_ingest_indicator_line_org", "org_code", "day"),
        Index("ix_ingest_indicator_line_of", "indicator_id", "day"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    check_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_indicator_check.id"))
    indicator_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_indicator.id"))
    indicator: Mapped[str]
    source: Mapped[str]
    org_code: Mapped[str]
    day: Mapped[date]
    item: Mapped[str | None]
    there: Mapped[Decimal | None]
    here: Mapped[Decimal | None]
    gap: Mapped[Decimal]
    equal: Mapped[bool]
    checked_at: Mapped[datetime] = mapped_column(default=now)


class IndicatorDifference(Base):
    """A day of an indicator whose figures do not agree 指标级差异; at most one is open for a day of an indicator.

    lines: figures that do not agree. evidence: `{"before": [[item, there, here], …]}`, once closed also "after",
    "source_sql", "platform_sql" and "by". explanation: why a person closed it though the figures differ, closed_by who;
    as long as later checks find those figures it stays closed.
    """

    __tablename__ = "ingest_indicator_difference"
    __table_args__ = (
        Index("ix_ingest_indicator_difference_org", "org_code", "status"),
        Index(
            "uq_ingest_indicator_difference_open",
            "indicator_id",
            "day",
            unique=True,
            postgresql_where="status = 'open'",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    indicator_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_indicator.id"))
    indicator: Mapped[str]
    source: Mapped[str]
    org_code: Mapped[str]
    day: Mapped[date]
    status: Mapped[str] = mapped_column(default=DifferenceStatus.OPEN.value)
    lines: Mapped[int]
    found_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_indicator_check.id"))
    last_check: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("ingest_indicator_check.id", name="fk_ingest_indicator_difference_last_check")
    )
    explanation: Mapped[str | None]
    closed_by: Mapped[str | None]
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    found_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]
