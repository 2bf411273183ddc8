"""What is kept of backups and restores."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class BackupStatus(StrEnum):
    """Where a backup stands."""

    WRITING = "writing"
    WHOLE = "whole"
    BROKEN = "broken"
    FAILED = "failed"
    REMOVED = "removed"


class Backup(Base):
    """One backup: where it lies, what it holds, who made and who checked it. Kept when its files are removed."""

    __tablename__ = "ops_backup"
    __table_args__ = (Index(None, "status", "started_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    folder: Mapped[str]
    status: Mapped[str] = mapped_column(default=BackupStatus.WRITING.value)
    daily: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str | None]
    made_by: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]
    digest: Mapped[str | None]
    revision: Mapped[str | None]
    database_tables: Mapped[int | None]
    database_rows: Mapped[int | None]
    lake_tables: Mapped[int | None]
    lake_rows: Mapped[int | None]
    files: Mapped[int | None]
    bytes: Mapped[int | None]
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[str | None]
    fault: Mapped[str | None]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str | None]


class Restoration(Base):
    """That this database was filled from a backup; written in the same transaction as the backup's rows."""

    __tablename__ = "ops_restoration"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    backup_id: Mapped[uuid.UUID]
    digest: Mapped[str]
    made_at: Mapped[datetime]
    restored_at: Mapped[datetime] = mapped_column(default=now)
