"""Tables of the quality room."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.database import Base

UNDATED = date(1, 1, 1)
"""Day of rows without a time: a stored day is never NULL, as it is part of keys."""


class QualityRule(Base):
    """A rule as users see and adjust it; `severity` and `enabled` are theirs, all else follows the standards."""

    __tablename__ = "quality_rule"
    __audited__ = True

    code: Mapped[str] = mapped_column(primary_key=True)
    dataset: Mapped[str] = mapped_column(index=True)
    type: Mapped[str]
    column: Mapped[str]
    title: Mapped[str]
    title_en: Mapped[str]
    dimension: Mapped[str]
    severity: Mapped[str]
    enabled: Mapped[bool] = mapped_column(default=True)
    retired: Mapped[bool] = mapped_column(default=False)
    params: Mapped[dict[str, Any]]


class QualityLayout(Base):
    """Which rule stands at which place of `QualityDay.checked` of a dataset; `digest` tells when the rules changed.

    std_version: the version of the std table that was judged whole; batches within it need no judging.
    """

    __tablename__ = "quality_layout"

    dataset: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    rules: Mapped[list[str]]
    std_version: Mapped[int]


class QualityRun(Base):
    """One run of the rules: what was judged, what came out, how long it took."""

    __tablename__ = "quality_run"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    status: Mapped[str]
    orgs: Mapped[list[str] | None]
    datasets: Mapped[list[str]]
    rules: Mapped[int] = mapped_column(default=0)
    checked: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    score: Mapped[Decimal | None]
    seconds: Mapped[Decimal | None]
    started_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]


class QualityDay(Base):
    """What was checked of one dataset × institution × day: rows, and the checked rows of each rule of the layout.

    Packed, because nearly every rule checks something nearly every day: one row instead of some twenty.
    """

    __tablename__ = "quality_day"

    dataset: Mapped[str] = mapped_column(primary_key=True)
    org_code: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    rows: Mapped[int]
    checked: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class QualityResult(Base):
    """The outcome of one rule × institution × day where something failed (days without failure have no row).

    `id` is derived from rule, institution and day, so it stays the same when the day is judged again.
    """

    __tablename__ = "quality_result"
    __table_args__ = (UniqueConstraint("rule", "org_code", "day"), Index(None, "org_code", "day"), Index(None, "day"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    rule: Mapped[str]
    org_code: Mapped[str]
    day: Mapped[date]
    dataset: Mapped[str] = mapped_column(index=True)
    dimension: Mapped[str]
    severity: Mapped[str]
    checked: Mapped[int]
    failed: Mapped[int]


class QualityTotal(Base):
    """The outcome of one rule × institution over all days, as of the latest run."""

    __tablename__ = "quality_total"
    __table_args__ = (UniqueConstraint("rule", "org_code"), Index(None, "org_code"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    rule: Mapped[str]
    org_code: Mapped[str]
    dataset: Mapped[str]
    type: Mapped[str]
    dimension: Mapped[str]
    severity: Mapped[str]
    weight: Mapped[int]
    checked: Mapped[int]
    failed: Mapped[int]
    score: Mapped[Decimal | None]


class QualitySample(Base):
    """A failing row as an example, by keys that are no direct identifiers; `keys` are the dataset's key columns."""

    __tablename__ = "quality_sample"
    __table_args__ = (Index(None, "rule", "org_code"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    rule: Mapped[str]
    org_code: Mapped[str]
    day: Mapped[date]
    feed: Mapped[str | None]
    source_key: Mapped[str | None]
    keys: Mapped[dict[str, Any]]
