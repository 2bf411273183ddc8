"""Categories of feeds, and how urgent a feed is."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class Priority(StrEnum):
    """How urgent a feed is: of the runs that wait, the most urgent are taken first."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def weight(self) -> int:
        """The priority of its jobs; each minute that a job waits counts one more."""
        return {"low": -10, "normal": 0, "high": 10, "urgent": 20}[self.value]


class FeedCategory(Base):
    """A category of feeds 任务分类; `code` is what feeds refer to and stays, `position` orders the list."""

    __tablename__ = "ingest_category"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    remark: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=100)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})
