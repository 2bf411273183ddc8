"""Stored standards: every version of every item, and the living dictionary taken out of it for lists."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class StandardItem(Base):
    """One version of a dataset or value set; `valid_to` is empty for the living one."""

    __tablename__ = "standards_item"
    __table_args__ = (
        UniqueConstraint("kind", "code", "version"),
        Index("ix_standards_item_living", "kind", "code", unique=True, postgresql_where=text("valid_to IS NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    code: Mapped[str]
    version: Mapped[int]
    pack: Mapped[str]
    title: Mapped[str]
    title_en: Mapped[str]
    category: Mapped[str | None]
    standard: Mapped[str]
    edition: Mapped[str]
    status: Mapped[str]
    provenance: Mapped[str]
    size: Mapped[int] = mapped_column(comment="Elements of a dataset, codes of a value set")
    body: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(comment="SHA-256 of the body, to notice a change")
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]


class DictionaryElement(Base):
    """One element of a living dataset, as the data dictionary lists it."""

    __tablename__ = "standards_element"

    id: Mapped[str] = mapped_column(primary_key=True, comment="dataset.name")
    dataset: Mapped[str] = mapped_column(index=True)
    position: Mapped[int]
    name: Mapped[str]
    title: Mapped[str]
    title_en: Mapped[str]
    de: Mapped[str | None]
    type: Mapped[str]
    format: Mapped[str | None]
    length: Mapped[int | None]
    value_set: Mapped[str | None]
    required: Mapped[bool]
    grade: Mapped[int]
    mask: Mapped[str | None]
    unit: Mapped[str | None]
    source: Mapped[str]


class DictionaryCode(Base):
    """One code of a living value set."""

    __tablename__ = "standards_code"

    id: Mapped[str] = mapped_column(primary_key=True, comment="value_set:code")
    value_set: Mapped[str] = mapped_column(index=True)
    position: Mapped[int]
    code: Mapped[str]
    title: Mapped[str]
    title_en: Mapped[str | None]
    parent: Mapped[str | None]
