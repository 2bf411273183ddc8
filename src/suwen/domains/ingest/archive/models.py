"""Which documents are collected from where, and what is known of each."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id


class DocumentStatus(StrEnum):
    """read: its text was read. plain: a kind without a text layer. unreadable: damaged or locked, kept all the same."""

    READ = "read"
    PLAIN = "plain"
    UNREADABLE = "unreadable"


class DocumentCollection(Base):
    """A collection of documents 文档采集任务: the files of a source whose names fit a pattern.

    naming: a regular expression over the path, whose groups `patient_id` and `encounter_id` say whose a document is.
    most_bytes: a larger file is left where it is, and told. found, kept, unreadable, refused: of the newest run.
    """

    __tablename__ = "ingest_collection"
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    title: Mapped[str]
    source_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_source.id"), index=True)
    source: Mapped[str]
    org_code: Mapped[str] = mapped_column(index=True)
    pattern: Mapped[str] = mapped_column(default="*")
    naming: Mapped[str] = mapped_column(default="")
    most_bytes: Mapped[int] = mapped_column(default=100_000_000)
    found: Mapped[int] = mapped_column(default=0, info={"audit": False})
    kept: Mapped[int] = mapped_column(default=0, info={"audit": False})
    unreadable: Mapped[int] = mapped_column(default=0, info={"audit": False})
    refused: Mapped[list[str]] = mapped_column(default=list, info={"audit": False})
    last_at: Mapped[datetime | None] = mapped_column(info={"audit": False})
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})


class CollectedDocument(Base):
    """A document as it was found at a path; a file written anew is another one, the newest is what is there now.

    digest: SM3 of its bytes, by which these are kept once. stamp: what told that the file had changed. kind: by
    content, not by name. pages: where it has such. text: of its text layer, None where it has none.
    """

    __tablename__ = "ingest_document"
    __table_args__ = (
        UniqueConstraint("collection_id", "path", "digest"),
        Index("ix_ingest_document_newest", "org_code", "collected_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    collection_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_collection.id"))
    org_code: Mapped[str]
    source: Mapped[str]
    path: Mapped[str]
    stamp: Mapped[str]
    digest: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    size: Mapped[int]
    pages: Mapped[int | None]
    characters: Mapped[int] = mapped_column(default=0)
    text: Mapped[str | None]
    patient_id: Mapped[str | None] = mapped_column(index=True)
    encounter_id: Mapped[str | None] = mapped_column(index=True)
    status: Mapped[str]
    error: Mapped[str | None]
    collected_at: Mapped[datetime] = mapped_column(default=now)
