"""Tables of the metrics room."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.database import Base


class MetricDefinition(Base):
    """A metric in use; `body` is its definition whole, the other columns are what lists show of it."""

    __tablename__ = "metric_definition"
    __audited__ = True

    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    title: Mapped[str]
    title_en: Mapped[str]
    group: Mapped[str] = mapped_column("group_title")
    unit: Mapped[str]
    direction: Mapped[str]
    dataset: Mapped[str | None]
    formula: Mapped[str]
    definition: Mapped[str]
    definition_en: Mapped[str]
    source: Mapped[str]
    position: Mapped[int]
    body: Mapped[dict[str, Any]]


class MetricCube(Base):
    """How a dataset's cube was made last: `digest` of its statement, the version of the rows that it read."""

    __tablename__ = "metric_cube"

    dataset: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    std_version: Mapped[int]
    lines: Mapped[int]
    refreshed_at: Mapped[datetime]
