"""What happened to one row of a source, as raw tells it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from anyio import to_thread

from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.errors import InvalidKey, UnknownFeed
from suwen.domains.ingest.models import IngestFeed
from suwen.domains.ingest.rawstate import Change, Row, changes_of, key_rows
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.rowmasks import Masker, masked_key, row_masker
from suwen.domains.ingest.schemas import RowChange, RowHistory
from suwen.domains.ingest.service.rawstates import landed_batches, table_of_feed
from suwen.domains.lake.public import Lake
from suwen.domains.standards.public import load_catalog
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Conflict
from suwen.kernel.scope import Scope


async def row_history(
    uow: UnitOfWork,
    lake: Lake,
    scope: Scope,
    table: str,
    key: Sequence[str],
    *,
    at: datetime | None = None,
    unmask: bool = False,
) -> RowHistory:
    """Return what happened to a row, oldest first, and how it stood at a moment (default: now).

    table: a feed's code, or a source table that one feed alone reads. key: the values of the feed's key columns, or
    one text as raw holds it. Identifiers are masked unless both the scope and `unmask` allow them.
    Raises UnknownFeed, InvalidKey, and Conflict when several feeds read the table.
    """
    repository = IngestRepository(uow.session)
    feed = await _feed(repository, scope, table)
    definition = FeedDefinition.model_validate(feed.definition)
    if len(key) not in (1, len(definition.key)):
        raise InvalidKey(definition.key, len(key))
    text = "|".join(key)
    batches = await landed_batches(repository, feed)
    catalog = await load_catalog(uow)
    raw = table_of_feed(feed)
    rows: Sequence[Row] = ()
    if batches and lake.exists("raw", raw):
        found = await to_thread.run_sync(
            lambda: lake.select(key_rows(raw), scope=Scope.everything(), params={"key": text})
        )
        rows = found.to_pylist()
    changes = changes_of(rows, batches)
    mask = row_masker(feed.code, definition, catalog, replace(scope, unmask=unmask and scope.unmask))
    numbers = {batch.batch_id: batch.number for batch in batches}
    moment = at.astimezone(UTC) if at is not None else None
    reached = [change for change in changes if moment is None or change.arrived_at <= moment]
    return RowHistory(
        feed=feed.code,
        origin=feed.origin,
        key=str(masked_key(definition, mask, text)),
        changes=[_shown(change, numbers[change.batch_id], mask) for change in changes],
        at=moment,
        state=_masked(reached[-1].after, mask) if reached else None,
    )


async def _feed(repository: IngestRepository, scope: Scope, table: str) -> IngestFeed:
    try:
        return await repository.feed(table, scope)
    except UnknownFeed:
        reading = [feed for feed in await repository.feeds(scope) if feed.origin == table]
        if not reading:
            raise
        if len(reading) > 1:
            codes = [feed.code for feed in reading]
            raise Conflict("several feeds read this table; name one of them", received=table, allowed=codes) from None
        return reading[0]


def _shown(change: Change, number: int, mask: Masker) -> RowChange:
    return RowChange(
        op=change.op,
        batch_id=change.batch_id,
        number=number,
        arrived_at=change.arrived_at,
        before=_masked(change.before, mask),
        after=_masked(change.after, mask),
        changed=list(change.changed),
    )


def _masked(row: Row | None, mask: Masker) -> dict[str, object] | None:
    if row is None:
        return None
    return {name: _told(mask(name, value)) for name, value in row.items()}


def _told(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value
