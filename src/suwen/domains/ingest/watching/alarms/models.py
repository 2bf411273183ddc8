"""Alarm rules and alarms."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class AlarmStatus(StrEnum):
    """Where an alarm stands: nobody has looked at it, somebody has, or its condition is gone."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLEARED = "cleared"


class AlarmRule(Base):
    """What of feeds raises an alarm 告警规则; see `kinds.py` for kinds and the meaning of `threshold`.

    org_code, source, feed: whose feeds are watched, None: all; a rule on a source or feed has its institution. weeks:
    of the same weekday that a volume is compared with. next_at: when it is evaluated next. A removed one keeps its row:
    its alarms are history. default: which of the rules that an installation begins with it is (`defaults.py`).
    """

    __tablename__ = "ingest_alarm_rule"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    title: Mapped[str]
    kind: Mapped[str]
    org_code: Mapped[str | None] = mapped_column(index=True)
    source: Mapped[str | None]
    feed: Mapped[str | None]
    threshold: Mapped[float]
    weeks: Mapped[int]
    severity: Mapped[str]
    enabled: Mapped[bool] = mapped_column(default=True)
    default: Mapped[str | None] = mapped_column(unique=True, info={"audit": False})
    next_at: Mapped[datetime | None] = mapped_column(index=True, default=now, info={"audit": False})
    evaluated_at: Mapped[datetime | None] = mapped_column(info={"audit": False})
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})
    removed_at: Mapped[datetime | None]


class Alarm(Base):
    """What a rule has found of a feed 告警; of a rule, feed and subject at most one is not cleared.

    subject: what of the feed (a column), "" for the feed itself. since: from when on it is so, as far as is known.
    figures: the numbers compared. text, text_en: the same in words. checked_at: when it was found to be so last.
    off: it was cleared because rule or feed was switched off or removed, not because the condition was gone.
    """

    __tablename__ = "ingest_alarm"
    __table_args__ = (
        Index("ix_ingest_alarm_org", "org_code", "status"),
        Index("ix_ingest_alarm_raised", "raised_at"),
        Index(
            "uq_ingest_alarm_standing",
            "rule_id",
            "feed_id",
            "subject",
            unique=True,
            postgresql_where="status <> 'cleared'",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    rule_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_alarm_rule.id"))
    rule: Mapped[str]
    kind: Mapped[str]
    severity: Mapped[str]
    org_code: Mapped[str]
    source: Mapped[str]
    feed_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_feed.id"), index=True)
    feed: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default=AlarmStatus.OPEN.value)
    since: Mapped[datetime]
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    text: Mapped[str]
    text_en: Mapped[str]
    raised_at: Mapped[datetime] = mapped_column(default=now)
    checked_at: Mapped[datetime] = mapped_column(default=now)
    cleared_at: Mapped[datetime | None]
    off: Mapped[bool] = mapped_column(default=False)
    acknowledged_by: Mapped[str | None]
    acknowledged_at: Mapped[datetime | None]
    note: Mapped[str | None]
