"""The inbox: messages as they came, and what each of them says of each table."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Sequence, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id

TAKES = Sequence("ingest_inbox_take", metadata=Base.metadata)
"""Numbers the readings of the inbox."""


class InboxState(StrEnum):
    """Where an entry stands: not read by every feed of its table yet, read by all, or kept aside with its reason.

    stale: older than what had come of the same records before.
    """

    WAITING = "waiting"
    LANDED = "landed"
    REFUSED = "refused"
    STALE = "stale"


class IngestMessage(Base):
    """A message 消息 that a sender was told of as received: one request, or one HL7 message.

    message_id: the sender's; the same again is answered by `answer` and stored no more. digest: SM3 of its content.
    """

    __tablename__ = "ingest_message"
    __table_args__ = (UniqueConstraint("source", "message_id"), Index(None, "received_at"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    source: Mapped[str]
    org_code: Mapped[str]
    channel: Mapped[str]
    kind: Mapped[str]
    message_id: Mapped[str]
    digest: Mapped[str]
    answer: Mapped[dict[str, Any]]
    received_at: Mapped[datetime] = mapped_column(default=now)


class IngestInbox(Base):
    """An entry of the inbox 收件箱: the changes of one table that a message tells, or one record that was refused.

    body: encrypted (SM4): changes as JSON, of what was refused the text as it came. records: how many. taken: number of
    the reading that took it, the place in the order in which it is told. place: of a refused record, in its message.
    """

    __tablename__ = "ingest_inbox"
    __table_args__ = (
        Index("ix_ingest_inbox_reading", "source", "table", "taken", "id"),
        Index(None, "org_code", "received_at"),
        Index(None, "state", "landed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    message: Mapped[uuid.UUID] = mapped_column(ForeignKey("ingest_message.id"), index=True)
    source: Mapped[str]
    org_code: Mapped[str]
    channel: Mapped[str]
    kind: Mapped[str]
    message_id: Mapped[str]
    table: Mapped[str]
    state: Mapped[str] = mapped_column(default=InboxState.WAITING.value)
    records: Mapped[int]
    place: Mapped[str]
    reason: Mapped[str]
    reason_en: Mapped[str]
    body: Mapped[bytes]
    received_at: Mapped[datetime] = mapped_column(default=now)
    taken: Mapped[int | None]
    landed_at: Mapped[datetime | None]


class IngestInboxVersion(Base):
    """The newest version of a record that came, for tables whose records say theirs; `key`: a keyed SM3 of its key."""

    __tablename__ = "ingest_inbox_version"

    source: Mapped[str] = mapped_column(primary_key=True)
    table: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str]


class IngestReceiver(Base):
    """What takes messages in for a source in one process 接收线程; of a process that is gone `seen_at` stays old.

    place: address and port, or topics. state: "receiving" or "failed". since: when it began to be so. taken: messages
    or records since it began; last_at: when the last of them was committed. error, error_at: the last one, kept when it
    has passed.
    """

    __tablename__ = "ingest_receiver"

    source: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(primary_key=True)
    pid: Mapped[int] = mapped_column(primary_key=True)
    org_code: Mapped[str] = mapped_column(index=True)
    place: Mapped[str]
    state: Mapped[str]
    since: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    taken: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime | None]
    error: Mapped[str | None]
    error_at: Mapped[datetime | None]
