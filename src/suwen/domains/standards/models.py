"""Stored standards: every version of every item, and the living dictionaries taken out of it for lists."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import Computed, Float, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


def _searched(table: str, *columns: str) -> Index:
    """Declare the index by which parts of codes, names and initials are found."""
    return Index(
        f"ix_{table}_search",
        *columns,
        postgresql_using="gin",
        postgresql_ops=dict.fromkeys(columns, "gin_trgm_ops"),
    )


class StandardItem(Base):
    """One version of an item of any kind; `valid_to` is empty for the living one."""

    __tablename__ = "standards_item"
    __table_args__ = (
        UniqueConstraint("kind", "code", "version"),
        Index("ix_standards_item_living", "kind", "code", unique=True, postgresql_where=text("valid_to IS NULL")),
        _searched("standards_item", "code", "title", "title_en", "initials"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    code: Mapped[str]
    version: Mapped[int]
    pack: Mapped[str]
    title: Mapped[str]
    title_en: Mapped[str]
    initials: Mapped[str] = mapped_column(comment="Pinyin initials of the title")
    category: Mapped[str | None]
    standard: Mapped[str]
    edition: Mapped[str]
    status: Mapped[str]
    provenance: Mapped[str]
    verified: Mapped[bool] = mapped_column(comment="Read from some text, not general knowledge")
    size: Mapped[int] = mapped_column(comment="Elements of a dataset, codes of a value set, sections of a document")
    body: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(comment="SHA-256 of the body, to notice a change")
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    review_due: Mapped[date] = mapped_column(comment="Day by which it is to be reviewed")


class DictionaryElement(Base):
    """One element of a living dataset, as the data dictionary lists it."""

    __tablename__ = "standards_element"
    __table_args__ = (_searched("standards_element", "name", "title", "title_en", "de", "initials"),)

    id: Mapped[str] = mapped_column(primary_key=True, comment="dataset.name")
    dataset: Mapped[str] = mapped_column(index=True)
    position: Mapped[int]
    name: Mapped[str]
    title: Mapped[str]
    title_en: Mapped[str]
    initials: Mapped[str] = mapped_column(comment="Pinyin initials of the title")
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
    __table_args__ = (
        _searched("standards_code", "code", "title", "title_en", "initials"),
        Index("ix_standards_code_place", "value_set", "position"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, comment="value_set:code")
    value_set: Mapped[str]
    position: Mapped[int]
    code: Mapped[str]
    title: Mapped[str]
    title_en: Mapped[str | None]
    initials: Mapped[str] = mapped_column(comment="Pinyin initials of the title")
    parent: Mapped[str | None]
    attributes: Mapped[dict[str, str]] = mapped_column(server_default=text("'{}'"))
    search: Mapped[str] = mapped_column(
        Computed("lower(code || ' ' || title || ' ' || initials)", persisted=True),
        comment="What one list is searched in",
    )
    pack: Mapped[str]
    edition: Mapped[str]
    verified: Mapped[bool] = mapped_column(comment="Read from some text, not general knowledge")


class DictionaryDataElement(Base):
    """One living data element, as the catalogue of data elements lists it."""

    __tablename__ = "standards_data_element"
    __table_args__ = (_searched("standards_data_element", "code", "title", "initials"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    initials: Mapped[str] = mapped_column(comment="Pinyin initials of the title")
    type: Mapped[str]
    format: Mapped[str | None]
    min_length: Mapped[int | None]
    max_length: Mapped[int | None]
    unit: Mapped[str | None]
    value_set: Mapped[str | None]
    standard: Mapped[str]
    pack: Mapped[str]
    edition: Mapped[str]
    verified: Mapped[bool] = mapped_column(comment="Read from some text, not general knowledge")


class DictionaryDocument(Base):
    """One living document, as the catalogue of shared documents lists it."""

    __tablename__ = "standards_document"
    __table_args__ = (_searched("standards_document", "code", "title", "initials", "template_id"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    initials: Mapped[str] = mapped_column(comment="Pinyin initials of the title")
    template_id: Mapped[str]
    source_dataset: Mapped[str | None]
    datasets: Mapped[str] = mapped_column(comment="Codes of the declared datasets that carry its content")
    size: Mapped[int] = mapped_column(comment="Sections")
    standard: Mapped[str]
    pack: Mapped[str]
    edition: Mapped[str]
    verified: Mapped[bool] = mapped_column(comment="Read from some text, not general knowledge")


class DictionarySection(Base):
    """One section of a living document."""

    __tablename__ = "standards_section"
    __table_args__ = (_searched("standards_section", "code", "title", "title_en", "initials"),)

    id: Mapped[str] = mapped_column(primary_key=True, comment="document:position")
    document: Mapped[str] = mapped_column(index=True)
    position: Mapped[int]
    code: Mapped[str | None]
    system: Mapped[str | None]
    title: Mapped[str]
    title_en: Mapped[str]
    initials: Mapped[str] = mapped_column(comment="Pinyin initials of the title")
    pack: Mapped[str]
    edition: Mapped[str]
    verified: Mapped[bool] = mapped_column(comment="Read from some text, not general knowledge")


class DictionaryCatalogueElement(Base):
    """One element of a living catalogue dataset."""

    __tablename__ = "standards_catalogue_element"
    __table_args__ = (_searched("standards_catalogue_element", "code", "title", "de", "initials"),)

    id: Mapped[str] = mapped_column(primary_key=True, comment="dataset:code")
    dataset: Mapped[str] = mapped_column(index=True)
    position: Mapped[int]
    code: Mapped[str]
    title: Mapped[str]
    initials: Mapped[str] = mapped_column(comment="Pinyin initials of the title")
    de: Mapped[str | None]
    type: Mapped[str | None]
    format: Mapped[str | None]
    value_set: Mapped[str | None]
    grade: Mapped[int]
    pack: Mapped[str]
    edition: Mapped[str]
    verified: Mapped[bool] = mapped_column(comment="Read from some text, not general knowledge")


class DictionaryClause(Base):
    """One clause of a living specification."""

    __tablename__ = "standards_clause"
    __table_args__ = (_searched("standards_clause", "code", "title", "initials"),)

    id: Mapped[str] = mapped_column(primary_key=True, comment="specification:code")
    specification: Mapped[str] = mapped_column(index=True)
    position: Mapped[int]
    code: Mapped[str]
    title: Mapped[str]
    initials: Mapped[str] = mapped_column(comment="Pinyin initials of the title")
    group: Mapped[str]
    detail: Mapped[str | None]
    level: Mapped[str | None]
    request: Mapped[str | None]
    response: Mapped[str | None]
    pack: Mapped[str]
    edition: Mapped[str]
    verified: Mapped[bool] = mapped_column(comment="Read from some text, not general knowledge")


class InstalledPack(Base):
    """A pack as it was last brought into force: the same again need not even be read."""

    __tablename__ = "standards_pack"

    code: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(comment="SHA-256 of the pack's files")
    installed_at: Mapped[datetime]


class Publication(Base):
    """A collection specification as published: which versions of which datasets it holds."""

    __tablename__ = "standards_publication"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    note: Mapped[str]
    items: Mapped[list[dict[str, Any]]] = mapped_column(comment="kind, code, version of each dataset and value set")
    datasets: Mapped[int] = mapped_column(comment="Number of datasets")
    status: Mapped[str] = mapped_column(comment="current or withdrawn")
    effective_from: Mapped[date]
    published_at: Mapped[datetime]
    published_by: Mapped[str]


class Proposal(Base):
    """A proposed version of an item on its way through the life cycle; `body` is the item as it is to become."""

    __tablename__ = "standards_proposal"
    __audited__ = True
    __table_args__ = (
        Index(
            "ix_standards_proposal_open",
            "kind",
            "code",
            unique=True,
            postgresql_where=text("stage NOT IN ('published', 'confirmed', 'abandoned')"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    code: Mapped[str]
    title: Mapped[str]
    operation: Mapped[str] = mapped_column(comment="create, change, retire or review")
    stage: Mapped[str]
    base_version: Mapped[int | None] = mapped_column(comment="Version in force when it was begun")
    body: Mapped[dict[str, Any] | None] = mapped_column(info={"audit": False})
    reason: Mapped[str]
    effective_from: Mapped[date | None]
    published_version: Mapped[int | None] = mapped_column(comment="Empty while the effective day has not come")
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(info={"audit": False})


class ProposalTask(Base):
    """Something that somebody is to do for a proposal."""

    __tablename__ = "standards_task"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    proposal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("standards_proposal.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    assignee: Mapped[str]
    due: Mapped[date | None]
    done_by: Mapped[str | None]
    done_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class ProposalComment(Base):
    """What somebody says to a proposal, and what became of it."""

    __tablename__ = "standards_comment"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    proposal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("standards_proposal.id", ondelete="CASCADE"), index=True)
    place: Mapped[str] = mapped_column(comment="Element or code it is about; empty for the whole")
    text: Mapped[str]
    author: Mapped[str]
    institution: Mapped[str | None] = mapped_column(comment="Institution that the author speaks for")
    created_at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(comment="adopted, partly or declined")
    answer: Mapped[str | None]
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None]


class ProposalActivity(Base):
    """Who did what to a proposal, when; never changed."""

    __tablename__ = "standards_activity"
    __table_args__ = (Index(None, "proposal_id", "at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    proposal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("standards_proposal.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    by: Mapped[str]
    by_id: Mapped[uuid.UUID | None] = mapped_column(comment="User; empty for the platform itself")
    action: Mapped[str]
    detail: Mapped[str]


class ConformanceFigure(Base):
    """How far an institution's data of a dataset conformed from `day` until `until` (empty: still).

    A row comes only when something changed, so years of quiet days take no space. Shares and scores are 0 to 100.
    """

    __tablename__ = "standards_conformance"
    __table_args__ = (
        Index(
            "ix_standards_conformance_living",
            "org_code",
            "dataset",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
        Index("ix_standards_conformance_place", "org_code", "dataset", "day"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    org_code: Mapped[str]
    dataset: Mapped[str]
    version: Mapped[int] = mapped_column(comment="Version of the dataset in force")
    day: Mapped[date]
    until: Mapped[date | None]
    fields: Mapped[int]
    filled: Mapped[int] = mapped_column(comment="Fields that feeds fill")
    mapped: Mapped[float | None] = mapped_column(Float)
    received: Mapped[int]
    refused: Mapped[int] = mapped_column(comment="Received rows that could not be made standard")
    accepted: Mapped[float | None] = mapped_column(Float)
    loaded_version: Mapped[int | None] = mapped_column(comment="Version in force when rows came last")
    checked: Mapped[int]
    failed: Mapped[int]
    score: Mapped[float | None] = mapped_column(Float)
    judged_version: Mapped[int | None] = mapped_column(comment="Version in force when quality judged last")
