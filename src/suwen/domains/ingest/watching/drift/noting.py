"""What a run notes of the columns that it saw: compared with those known, before a row is read."""

from collections.abc import Sequence
from typing import Any

from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.models import IngestFeed
from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.ingest.watching.drift.comparing import Known, drifts, users
from suwen.domains.ingest.watching.drift.errors import SchemaDrifted
from suwen.domains.ingest.watching.drift.models import Drift, DriftStatus
from suwen.domains.ingest.watching.drift.repository import DriftRepository
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork


def check_columns(
    code: str, feed: FeedDefinition, known: Known | None, columns: Sequence[SourceColumn], typed: bool
) -> None:
    """Raise SchemaDrifted when a column that the feed uses is gone or has another type than it was known with."""
    used = users(code, feed)
    changed = [one for one in drifts(known or (), columns, typed=typed) if one.kind != "added"]
    if stopping := [one for one in changed if one.column.lower() in used]:
        raise SchemaDrifted(code, stopping)


async def note_columns(uow: UnitOfWork, feed: IngestFeed, columns: Sequence[SourceColumn], *, typed: bool) -> None:
    """Keep what is not as it was known, and close what is again; a feed that knew nothing knows these from now on."""
    if feed.known_columns is None:
        feed.known_columns = [{"name": column.name, "type": column.type} for column in columns]
        return
    used = users(feed.code, FeedDefinition.model_validate(feed.definition))
    repository = DriftRepository(uow.session)
    standing = {drift.column.lower(): drift for drift in await repository.open_of(feed.id)}
    for one in drifts(feed.known_columns, columns, typed=typed):
        values: dict[str, Any] = {
            "kind": one.kind, "was": one.was, "now_is": one.now_is, "used": one.column.lower() in used
        }  # fmt: skip
        drift = standing.pop(one.column.lower(), None)
        if drift is None:
            place = {"source": feed.code.partition(".")[0], "feed": feed.code, "origin": feed.origin}
            drift = repository.add(Drift(feed_id=feed.id, column=one.column, org_code=feed.org_code, **place))
        for name, value in values.items():
            setattr(drift, name, value)
    for drift in standing.values():
        drift.status, drift.closed_at = DriftStatus.GONE.value, now()
