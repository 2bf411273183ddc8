"""Borders of divisions, as they were imported and as they are drawn."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class BoundarySet(Base):
    """The borders that somebody imported 区划边界; there is one set at most.

    west, south, east, north: its extent, degrees. labels: code, name, level and a point inside of each division.
    """

    __tablename__ = "ingest_boundary_set"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    divisions: Mapped[int]
    west: Mapped[float]
    south: Mapped[float]
    east: Mapped[float]
    north: Mapped[float]
    labels: Mapped[list[Any]] = mapped_column(JSONB, info={"audit": False})
    imported_by: Mapped[str]
    imported_at: Mapped[datetime] = mapped_column(default=now)


class BoundaryShape(Base):
    """The border of a division for one band of zooms: WKB in web mercator, metres, and its extent in degrees."""

    __tablename__ = "ingest_boundary_shape"

    set_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("ingest_boundary_set.id", ondelete="CASCADE"), primary_key=True
    )
    band: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    level: Mapped[int]
    west: Mapped[float]
    south: Mapped[float]
    east: Mapped[float]
    north: Mapped[float]
    shape: Mapped[bytes]


class BoundaryTile(Base):
    """A tile that was asked for before, so that it is made once."""

    __tablename__ = "ingest_boundary_tile"

    set_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("ingest_boundary_set.id", ondelete="CASCADE"), primary_key=True
    )
    z: Mapped[int] = mapped_column(primary_key=True)
    x: Mapped[int] = mapped_column(primary_key=True)
    y: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes]
