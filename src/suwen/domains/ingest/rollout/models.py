"""Templates, and the institutions that were brought in after them."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class RolloutStatus(StrEnum):
    """Where an institution stands: its parameters are right, its source is being made, there, or could not be made."""

    READY = "ready"
    QUEUED = "queued"
    CREATED = "created"
    FAILED = "failed"


class Template(Base):
    """A template 接入模板, made of a source: what all its institutions share.

    definition: {"options": {…}, "feeds": [FeedDefinition], "settings": {feed: {"category", "priority"}}, "plans": […]},
    without secrets and without the options that are `parameters`, which each institution gives. revision: counts its
    changes from 1.
    """

    __tablename__ = "ingest_template"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    title: Mapped[str] = mapped_column(unique=True)
    source: Mapped[str]
    connector: Mapped[str]
    system: Mapped[str]
    parameters: Mapped[list[str]] = mapped_column(default=list)
    definition: Mapped[dict[str, Any]] = mapped_column(default=dict)
    revision: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})

    @property
    def feeds(self) -> int:
        """How many feeds each institution gets."""
        return len(self.definition["feeds"])


class Rollout(Base):
    """An institution that is brought in after a template 机构接入; `code` is that of its source.

    options: its parameters, secrets sealed, until its source is there and keeps them. revision: of the template, as it
    was when it was last carried over; server, missing: what the last connection test told: who answered, and which
    tables of the template it does not show.
    """

    __tablename__ = "ingest_rollout"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    template_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_template.id"), index=True)
    template: Mapped[str]
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    org_code: Mapped[str] = mapped_column(index=True)
    options: Mapped[dict[str, Any]] = mapped_column(default=dict, info={"secret": True})
    status: Mapped[str] = mapped_column(default=RolloutStatus.READY.value)
    revision: Mapped[int | None] = mapped_column(info={"audit": False})
    error: Mapped[str | None] = mapped_column(info={"audit": False})
    server: Mapped[str | None] = mapped_column(info={"audit": False})
    missing: Mapped[list[str]] = mapped_column(default=list, info={"audit": False})
    tested_at: Mapped[datetime | None] = mapped_column(info={"audit": False})
    job_run_id: Mapped[uuid.UUID | None] = mapped_column(info={"audit": False})
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})
