"""Events as stored: what happened (outbox), and how far each handler got with it."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class DeliveryStatus(StrEnum):
    """Where the delivery of an event to a handler stands. `dead`: given up after too many failures."""

    PENDING = "pending"
    DONE = "done"
    DEAD = "dead"


class EventRecord(Base):
    """An announced event, written in the commit of what it tells."""

    __tablename__ = "event_outbox"
    __table_args__ = (Index(None, "name", "announced_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    payload: Mapped[dict[str, Any]]
    announced_at: Mapped[datetime] = mapped_column(default=now)
    announced_by: Mapped[uuid.UUID | None]
    spread_at: Mapped[datetime | None]


class EventDelivery(Base):
    """The delivery of one event to one handler; `done` is written in the handler's own transaction."""

    __tablename__ = "event_delivery"
    __table_args__ = (Index(None, "status", "handler"),)

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event_outbox.id", ondelete="CASCADE"), primary_key=True)
    handler: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(default=DeliveryStatus.PENDING.value)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    updated_at: Mapped[datetime] = mapped_column(default=now)
