"""The inbox for people: its entries with their records, masked as the feeds of their table say."""

from typing import Any

from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.receiving.entries import DELETE, opened_changes
from suwen.domains.ingest.receiving.models import InboxState, IngestInbox
from suwen.domains.ingest.receiving.schemas import InboxRecord, InboxRecords
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.rowmasks import row_masker
from suwen.domains.ingest.vault import clear_bytes, master_key
from suwen.domains.standards.public import load_catalog
from suwen.kernel.database import UnitOfWork
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.scope import HIGHEST_GRADE, Scope
from suwen.kernel.settings import Settings

INBOX = ModelSource(IngestInbox, scope_column="org_code", search=("source", "table", "message_id", "kind"))
SHOWN = 50
"""Records of an entry that are shown at once."""


async def records(uow: UnitOfWork, scope: Scope, settings: Settings, key: str, *, unmask: bool) -> InboxRecords:
    """Return the first records of an entry. A column is shown like the elements it feeds, hidden where it feeds none.

    What was refused has no columns: only those who may read everything see it, when they ask. Raises NotFound.
    """
    entry = await INBOX.get(uow, scope, key)
    asked = Scope(scope.orgs, scope.grade, unmask=unmask and scope.unmask)
    master = master_key(settings)
    if entry.state == InboxState.REFUSED:
        open_to = asked.unmask and asked.grade == HIGHEST_GRADE
        return InboxRecords(records=[], text=clear_bytes(entry.body, master).decode() if open_to else None, more=0)
    feed, definition = await _reader(uow, entry)
    mask = row_masker(feed, definition, await load_catalog(uow), asked)
    changes = opened_changes(entry.body, master)
    shown: list[InboxRecord] = []
    for op, values in changes[:SHOWN]:
        seen: dict[str, Any] = {name: mask(name, value) for name, value in values.items()}
        shown.append(InboxRecord(operation="delete" if op == DELETE else "upsert", values=seen))
    return InboxRecords(records=shown, text=None, more=max(len(changes) - SHOWN, 0))


async def _reader(uow: UnitOfWork, entry: IngestInbox) -> tuple[str, FeedDefinition | None]:
    """Return a feed that reads an entry's table; without one nobody has said how sensitive its columns are."""
    repository = IngestRepository(uow.session)
    source = await repository.source_or_none(entry.source)
    for feed in await repository.feeds(Scope.everything(), source.id) if source is not None else ():
        definition = FeedDefinition.model_validate(feed.definition)
        if definition.table == entry.table:
            return feed.code, definition
    return entry.source, None
