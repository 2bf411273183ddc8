"""Taking a changed table as it is, with the mapping change proposed or without."""

from collections.abc import Collection
from uuid import UUID

from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.models import IngestFeed
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.overview import save_feed
from suwen.domains.ingest.watching.drift.errors import UnknownDrift
from suwen.domains.ingest.watching.drift.models import Drift, DriftStatus
from suwen.domains.ingest.watching.drift.proposing import counterpart, proposed, renamed_columns, taken
from suwen.domains.ingest.watching.drift.repository import DriftRepository
from suwen.domains.ingest.watching.drift.schemas import DriftProposal, DriftRow, MappingChange
from suwen.domains.standards.public import load_catalog
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.permissions import Principal
from suwen.kernel.settings import Settings


async def proposals(uow: UnitOfWork, feed: IngestFeed) -> list[DriftProposal]:
    """Return what is open of a feed, each with the mapping change proposed."""
    catalog = await load_catalog(uow)
    definition = FeedDefinition.model_validate(feed.definition)
    titles = catalog.dataset(definition.dataset).by_name
    standing = await DriftRepository(uow.session).open_of(feed.id)
    found: list[DriftProposal] = []
    for drift in standing:
        changes = proposed(feed.code, definition, drift, standing, catalog)
        other = counterpart(feed.code, definition, drift, standing, catalog)
        found.append(
            DriftProposal(
                **DriftRow.model_validate(drift).model_dump(),
                renamed=other.column if other is not None else None,
                changes=[
                    MappingChange(
                        element=name,
                        title=titles[name].title if name in titles else name,
                        title_en=titles[name].title_en if name in titles else name,
                        before=definition.columns[name].expr if name in definition.columns else None,
                        after=after,
                    )
                    for name, after in changes.items()
                ],
            )
        )
    return found


async def accept(
    uow: UnitOfWork, principal: Principal, settings: Settings, code: str, keys: Collection[UUID], *, apply: bool
) -> list[Drift]:
    """Take columns of a feed as they are now, so that runs go on; apply: with the mapping changes proposed.

    Those are checked at the source, all together. Both sides of a renamed column are taken then. Raises UnknownFeed,
    UnknownDrift for what is not open of the feed, InvalidDefinition and its kin.
    """
    feed = await IngestRepository(uow.session).feed(code, principal.scope)
    standing = await DriftRepository(uow.session).taken(feed.id)
    chosen = {drift.id: drift for drift in standing if drift.id in keys}
    for unknown in [key for key in keys if key not in chosen]:
        raise UnknownDrift(unknown)
    if apply:
        catalog = await load_catalog(uow)
        held = definition = FeedDefinition.model_validate(feed.definition)
        for drift in list(chosen.values()):
            other = counterpart(feed.code, held, drift, standing, catalog)
            definition = taken(definition, proposed(feed.code, definition, drift, standing, catalog))
            if other is not None:
                chosen[other.id] = other
                gone, came = (drift, other) if drift.kind == "removed" else (other, drift)
                definition = renamed_columns(definition, gone.column, came.column)
        if definition != held:
            await save_feed(uow, principal.scope, settings, feed.code.partition(".")[0], definition)
    for one in chosen.values():
        _take(feed, one)
        one.status, one.closed_at, one.closed_by = DriftStatus.ACCEPTED.value, now(), principal.username
    await uow.session.flush()
    return list(chosen.values())


def _take(feed: IngestFeed, drift: Drift) -> None:
    if feed.known_columns is None:
        # Its way of reading has changed with the mapping: the next run knows the columns anew.
        return
    known = [one for one in feed.known_columns if one["name"].lower() != drift.column.lower()]
    feed.known_columns = known if drift.now_is is None else [*known, {"name": drift.column, "type": drift.now_is}]
