"""Migrations of platforms, what was found in them, and the institutions whose data is taken over."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class PartStatus(StrEnum):
    """Where an institution's data stands: as its worst table does.

    left: it stays behind, for a reason. ready: its source is not made. made: not all of it was read. moved: read, and
    to be reconciled. different: a check found differences. proven: every table was found equal after it was read.
    accepted: a person has said so, with the proof kept.
    """

    LEFT = "left"
    READY = "ready"
    MADE = "made"
    MOVED = "moved"
    DIFFERENT = "different"
    PROVEN = "proven"
    ACCEPTED = "accepted"


class Migration(Base):
    """A platform that is replaced 平台数据迁移; `source` and its feeds are the pattern of all parts.

    columns: names by which its tables may call the institution of a row; the first that a table has holds.
    """

    __tablename__ = "ingest_migration"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    title: Mapped[str] = mapped_column(unique=True)
    source: Mapped[str]
    org_code: Mapped[str] = mapped_column(index=True)
    columns: Mapped[list[str]] = mapped_column(default=list)
    tallied_at: Mapped[datetime | None] = mapped_column(info={"audit": False})
    error: Mapped[str | None] = mapped_column(info={"audit": False})
    job_run_id: Mapped[uuid.UUID | None] = mapped_column(info={"audit": False})
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})


class MigrationTally(Base):
    """How many rows of a feed's table the platform has under a code 迁移清点.

    column: that names the institution; None: the table has none and is one for all, so `code` is empty.
    code: as the platform writes it; empty: no value.
    """

    __tablename__ = "ingest_migration_tally"
    __table_args__ = (UniqueConstraint("migration_id", "feed", "code", name="uq_ingest_migration_tally_code"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    migration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_migration.id"), index=True)
    feed: Mapped[str]
    origin: Mapped[str]
    column: Mapped[str | None]
    code: Mapped[str]
    rows: Mapped[int]


class MigrationPart(Base):
    """What of a platform becomes one institution's 迁移机构, or stays behind; `source` is the code of its source.

    codes: under which the platform has its rows. until: rows of that day and later are not taken, for the institution
    sends them itself. reason: why they stay behind; such a part belongs to the migration's own institution.
    evidence: by feed, the figures that it was accepted with.
    """

    __tablename__ = "ingest_migration_part"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    migration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_migration.id"), index=True)
    migration: Mapped[str]
    title: Mapped[str]
    codes: Mapped[list[str]] = mapped_column(default=list)
    org_code: Mapped[str] = mapped_column(index=True)
    source: Mapped[str | None] = mapped_column(unique=True)
    until: Mapped[date | None]
    reason: Mapped[str | None]
    made_at: Mapped[datetime | None] = mapped_column(info={"audit": False})
    error: Mapped[str | None] = mapped_column(info={"audit": False})
    job_run_id: Mapped[uuid.UUID | None] = mapped_column(info={"audit": False})
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None]
    note: Mapped[str | None]
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})
