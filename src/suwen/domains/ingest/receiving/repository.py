"""Every query on the inbox but those by which a feed reads it (`source.py`)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from suwen.domains.ingest.receiving.entries import (
    Incoming,
    Part,
    Refusal,
    sealed_changes,
    sealed_refusal,
)
from suwen.domains.ingest.receiving.models import InboxState, IngestInbox, IngestInboxVersion, IngestMessage
from suwen.kernel.copying import copy_rows
from suwen.kernel.repository import Repository

_COLUMNS = (
    "message", "source", "org_code", "channel", "kind", "message_id", "table", "state", "records", "place", "reason",
    "reason_en", "body", "received_at",
)  # fmt: skip


class InboxRepository(Repository):  # unscoped: a sender's own source; lists go by `looking`
    """Messages, entries and the versions of records."""

    async def put_messages(self, messages: Mapping[UUID, tuple[Incoming, dict[str, Any]]], at: datetime) -> set[UUID]:
        """Keep messages with their answers; returns which of them were new. A repeated one waits for the first."""
        rows = [
            {
                "id": number, "source": one.source, "org_code": one.org_code, "channel": one.channel, "kind": one.kind,
                "message_id": one.message_id, "digest": one.digest, "answer": answer, "received_at": at,
            }
            for number, (one, answer) in messages.items()
        ]  # fmt: skip
        kept = insert(IngestMessage).on_conflict_do_nothing(index_elements=["source", "message_id"])
        return set(await self.session.scalars(kept.returning(IngestMessage.id), rows))

    async def put_answer(self, message: UUID, answer: dict[str, Any]) -> None:
        """Change the answer to a message that was kept in this transaction."""
        await self.session.execute(update(IngestMessage).where(IngestMessage.id == message).values(answer=answer))

    async def messages(self, named: Iterable[tuple[str, str]]) -> dict[tuple[str, str], IngestMessage]:
        """Return the messages kept of (source, message id)."""
        wanted = sorted(set(named))
        query = select(IngestMessage).where(tuple_(IngestMessage.source, IngestMessage.message_id).in_(wanted))
        return {(one.source, one.message_id): one for one in await self.all(query)}

    async def versions(self, source: str, table: str, keys: Iterable[str]) -> dict[str, str]:
        """Return the newest version of each record that came, "" of those that never did; held until the commit.

        Keys are taken in their order, so that no two senders wait for each other.
        """
        rows = [{"source": source, "table": table, "key": key, "version": ""} for key in sorted(set(keys))]
        held = insert(IngestInboxVersion)
        # Writing what is there already takes hold of the row, and tells it as it is now.
        held = held.on_conflict_do_update(
            index_elements=["source", "table", "key"], set_={"version": IngestInboxVersion.version}
        )
        found = await self.session.execute(held.returning(IngestInboxVersion.key, IngestInboxVersion.version), rows)
        return {row.key: row.version for row in found}

    async def put_versions(self, source: str, table: str, versions: Mapping[str, str]) -> None:
        """Keep newer versions of records that are held."""
        rows = [
            {"source": source, "table": table, "key": key, "version": version}
            for key, version in sorted(versions.items())
        ]
        newer = insert(IngestInboxVersion)
        newer = newer.on_conflict_do_update(
            index_elements=["source", "table", "key"], set_={"version": newer.excluded.version}
        )
        await self.session.execute(newer, rows)

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
