"""Every query on the inbox but those by which a feed reads it (`source.py`)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, exists, select, tuple_, update

from suwen.domains.ingest.receiving.entries import (
    Incoming,
    Part,
    Refusal,
    sealed_changes,
    sealed_refusal,
)
from suwen.domains.ingest.receiving.models import InboxState, IngestInbox, IngestMessage
from suwen.kernel.driving import Statement, array_of, executed
from suwen.kernel.repository import Repository

VersionKey = tuple[str, str, str]
"""Source, table, and the digest of a record's key."""
Entry = tuple[UUID, Incoming, Part | Refusal, InboxState]
"""What lies in the inbox of a message: its number and itself, one part or refusal of it, and how that stands."""
# Arrays: a statement with a row of parameters for each message would cost more than all else.
_KEEP = """
INSERT INTO ingest_message (id, source, org_code, channel, kind, message_id, digest, answer, received_at)
SELECT *, %s::timestamptz
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[])
ON CONFLICT (source, message_id) DO NOTHING RETURNING id
"""
_HOLD = """
INSERT INTO ingest_inbox_version AS held (source, "table", key, version)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])
ON CONFLICT (source, "table", key) DO UPDATE SET version = held.version
RETURNING source, "table", key, version
"""
_RISE = """
UPDATE ingest_inbox_version AS held SET version = new.version
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS new (source, "table", key, version)
WHERE held.source = new.source AND held."table" = new."table" AND held.key = new.key
"""
_ENTER = """
INSERT INTO ingest_inbox (message, source, org_code, channel, kind, message_id, "table", state, records, place,
  reason, reason_en, body, received_at)
SELECT message, source, org_code, channel, kind, message_id, "table", state, records, place, reason, reason_en,
  decode(body, 'hex'), %s::timestamptz
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
  %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[]) AS told (message, source, org_code, channel, kind,
  message_id, "table", state, records, place, reason, reason_en, body)
"""


class InboxRepository(Repository):  # unscoped: a sender's own source; lists go by `looking`
    """Messages, entries and the versions of records."""

    async def put_messages(self, messages: Mapping[UUID, tuple[Incoming, dict[str, Any]]], at: datetime) -> set[UUID]:
        """Keep messages with their answers; returns which of them were new. A repeated one waits for the first."""
        # In the order of their ids, so that no two senders wait for each other.
        ordered = sorted(messages.items(), key=lambda item: (item[1][0].source, item[1][0].message_id))
        rows = [
            (
                str(number), one.source, one.org_code, one.channel, one.kind, one.message_id, one.digest,
                orjson.dumps(answer).decode(),
            )
            for number, (one, answer) in ordered
        ]  # fmt: skip
        (kept,) = await executed(self.session, (_KEEP, [at, *_columns(rows)]))
        return {number for (number,) in kept}

    async def put_answer(self, message: UUID, answer: dict[str, Any]) -> None:
        """Change the answer to a message that was kept in this transaction."""
        await self.session.execute(update(IngestMessage).where(IngestMessage.id == message).values(answer=answer))

    async def messages(self, named: Iterable[tuple[str, str]]) -> dict[tuple[str, str], IngestMessage]:
        """Return the messages kept of (source, message id)."""
        wanted = sorted(set(named))
        query = select(IngestMessage).where(tuple_(IngestMessage.source, IngestMessage.message_id).in_(wanted))
        return {(one.source, one.message_id): one for one in await self.all(query)}

    async def versions(self, first: Mapping[VersionKey, str]) -> dict[VersionKey, str]:
        """Return the newest version of each record that came before, `first` of those that never did.

        They are held until the commit, in their order, so that no two senders wait for each other.
        """
        # Writing what is there already takes hold of the row, and tells it as it is now.
        (found,) = await executed(self.session, (_HOLD, _versions(first)))
        return {(source, table, key): version for source, table, key, version in found}

    async def put_entries(
        self,
        entries: Sequence[Entry],
        risen: Mapping[VersionKey, str],
        reason: tuple[str, str],
        at: datetime,
        key: bytes,
    ) -> None:
        """Append entries in their order, and keep newer versions of records that are held.

        reason: of those that are stale, in Chinese and English.
        """
        statements: list[Statement] = [(_RISE, _versions(risen))] if risen else []
        rows = [_row(*entry, reason, key) for entry in entries]
        await executed(self.session, *statements, (_ENTER, [at, *_columns(rows)]))

    async def forget(self, source: str, before: datetime) -> int:
        """Delete a source's entries that landed before a moment, and its messages of which nothing is left."""
        landed = IngestInbox.state == InboxState.LANDED.value, IngestInbox.landed_at < before
        gone = await self.session.execute(delete(IngestInbox).where(IngestInbox.source == source, *landed))
        left = exists().where(IngestInbox.message == IngestMessage.id)
        old = IngestMessage.source == source, IngestMessage.received_at < before
        await self.session.execute(delete(IngestMessage).where(*old, ~left))
        return int(getattr(gone, "rowcount", 0))


def _versions(versions: Mapping[VersionKey, str]) -> list[str]:
    return _columns([(*key, version) for key, version in sorted(versions.items())])


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return rows (at least one) as an array a column."""
    return [array_of(column) for column in zip(*rows, strict=True)]


def _row(
    message: UUID, one: Incoming, held: Part | Refusal, state: InboxState, stale: tuple[str, str], key: bytes
) -> tuple[str, ...]:
    if isinstance(held, Part):
        reason = stale if state == InboxState.STALE else ("", "")
        records, place, body = len(held.changes), "", sealed_changes(held.changes, key)
    else:
        reason, records, place, body = (held.reason, held.reason_en), 1, held.place, sealed_refusal(held, key)
    return (
        str(message), one.source, one.org_code, one.channel, one.kind, one.message_id, held.table, state.value,
        str(records), place, *reason, body.hex(),
    )  # fmt: skip
