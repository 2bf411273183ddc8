"""Every query on the inbox but those by which a feed reads it (`source.py`)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, exists, select, text, tuple_, update

from suwen.domains.ingest.receiving.entries import (
    Incoming,
    Part,
    Refusal,
    sealed_changes,
    sealed_refusal,
)
from suwen.domains.ingest.receiving.models import InboxState, IngestInbox, IngestMessage
from suwen.kernel.copying import copy_rows
from suwen.kernel.repository import Repository

_COLUMNS = (
    "message", "source", "org_code", "channel", "kind", "message_id", "table", "state", "records", "place", "reason",
    "reason_en", "body", "received_at",
)  # fmt: skip


_OF_MESSAGE = ("source", "org_code", "channel", "kind", "message_id", "digest")
VersionKey = tuple[str, str, str]
"""Source, table, and the digest of a record's key."""
# Arrays: a statement with a row of parameters for each message would cost more than all else.
_KEEP = text("""
INSERT INTO ingest_message (id, source, org_code, channel, kind, message_id, digest, answer, received_at)
SELECT *, CAST(:at AS timestamptz) FROM unnest(CAST(:ids AS uuid[]), CAST(:sources AS text[]),
  CAST(:org_codes AS text[]), CAST(:channels AS text[]), CAST(:kinds AS text[]), CAST(:message_ids AS text[]),
  CAST(:digests AS text[]), CAST(:answers AS jsonb[]))
ON CONFLICT (source, message_id) DO NOTHING RETURNING id
""")
_HOLD = text("""
INSERT INTO ingest_inbox_version AS held (source, "table", key, version)
SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:tables AS text[]), CAST(:keys AS text[]),
  CAST(:versions AS text[]))
ON CONFLICT (source, "table", key) DO UPDATE SET version = held.version
RETURNING source, "table", key, version
""")
_RISE = text("""
UPDATE ingest_inbox_version AS held SET version = new.version
FROM unnest(CAST(:sources AS text[]), CAST(:tables AS text[]), CAST(:keys AS text[]), CAST(:versions AS text[]))
  AS new (source, "table", key, version)
WHERE held.source = new.source AND held."table" = new."table" AND held.key = new.key
""")


class InboxRepository(Repository):  # unscoped: a sender's own source; lists go by `looking`
    """Messages, entries and the versions of records."""

    async def put_messages(self, messages: Mapping[UUID, tuple[Incoming, dict[str, Any]]], at: datetime) -> set[UUID]:
        """Keep messages with their answers; returns which of them were new. A repeated one waits for the first."""
        # In the order of their ids, so that no two senders wait for each other.
        ordered = sorted(messages.items(), key=lambda item: (item[1][0].source, item[1][0].message_id))
        given = {
            "ids": [number for number, _ in ordered],
            "answers": [orjson.dumps(answer).decode() for _, (_, answer) in ordered],
            "at": at,
            **{f"{name}s": [getattr(one, name) for _, (one, _) in ordered] for name in _OF_MESSAGE},
        }
        return {row[0] for row in await self.session.execute(_KEEP, given)}

    async def put_answer(self, message: UUID, answer: dict[str, Any]) -> None:
        """Change the answer to a message that was kept in this transaction."""
        await self.session.execute(update(IngestMessage).where(IngestMessage.id == message).values(answer=answer))

    async def messages(self, named: Iterable[tuple[str, str]]) -> dict[tuple[str, str], IngestMessage]:
        """Return the messages kept of (source, message id)."""
        wanted = sorted(set(named))
        query = select(IngestMessage).where(tuple_(IngestMessage.source, IngestMessage.message_id).in_(wanted))
        return {(one.source, one.message_id): one for one in await self.all(query)}

    async def versions(self, keys: Iterable[VersionKey]) -> dict[VersionKey, str]:
        """Return the newest version of each record that came, "" of those that never did; held until the commit.

        Keys are taken in their order, so that no two senders wait for each other.
        """
        # Writing what is there already takes hold of the row, and tells it as it is now.
        found = await self.session.execute(_HOLD, _arrays(dict.fromkeys(keys, "")))
        return {(source, table, key): version for source, table, key, version in found}

    async def put_versions(self, versions: Mapping[VersionKey, str]) -> None:
        """Keep newer versions of records that are held."""
        await self.session.execute(_RISE, _arrays(versions))

    async def put_entries(
        self,
        entries: Sequence[tuple[UUID, Incoming, Part | Refusal, InboxState]],
        reason: tuple[str, str],
        at: datetime,
        key: bytes,
    ) -> None:
        """Append entries in their order. reason: of those that are stale, in Chinese and English."""
        await copy_rows(
            self.session, IngestInbox.__tablename__, _COLUMNS, (_row(*entry, reason, at, key) for entry in entries)
        )

    async def forget(self, source: str, before: datetime) -> int:
        """Delete a source's entries that landed before a moment, and its messages of which nothing is left."""
        landed = IngestInbox.state == InboxState.LANDED.value, IngestInbox.landed_at < before
        gone = await self.session.execute(delete(IngestInbox).where(IngestInbox.source == source, *landed))
        left = exists().where(IngestInbox.message == IngestMessage.id)
        old = IngestMessage.source == source, IngestMessage.received_at < before
        await self.session.execute(delete(IngestMessage).where(*old, ~left))
        return int(getattr(gone, "rowcount", 0))


def _arrays(versions: Mapping[VersionKey, str]) -> dict[str, list[str]]:
    ordered = sorted(versions.items())
    return {
        "sources": [key[0] for key, _ in ordered],
        "tables": [key[1] for key, _ in ordered],
        "keys": [key[2] for key, _ in ordered],
        "versions": [version for _, version in ordered],
    }


def _row(
    message: UUID,
    one: Incoming,
    held: Part | Refusal,
    state: InboxState,
    stale: tuple[str, str],
    at: datetime,
    key: bytes,
) -> tuple[object, ...]:
    if isinstance(held, Part):
        reason = stale if state == InboxState.STALE else ("", "")
        records, place, body = len(held.changes), "", sealed_changes(held.changes, key)
    else:
        reason, records, place, body = (held.reason, held.reason_en), 1, held.place, sealed_refusal(held, key)
    return (
        message, one.source, one.org_code, one.channel, one.kind, one.message_id, held.table, state.value, records,
        place, *reason, f"\\x{body.hex()}", at.isoformat(),
    )  # fmt: skip
