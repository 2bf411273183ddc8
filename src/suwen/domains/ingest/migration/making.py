"""An institution's part of a platform: its source and feeds made after the pattern, and what follows in its life."""

from typing import Any
from uuid import UUID

from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.errors import CodeTaken
from suwen.domains.ingest.migration.dividing import divided
from suwen.domains.ingest.migration.errors import NoTally, Settled
from suwen.domains.ingest.migration.models import MigrationPart
from suwen.domains.ingest.migration.repository import MigrationRepository
from suwen.domains.ingest.models import IngestSource
from suwen.domains.ingest.reconcile.checking import request_check
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.definitions import import_definition
from suwen.domains.ingest.service.queueing import queue_run, queue_source
from suwen.domains.ingest.vault import master_key, unseal
from suwen.domains.standards.public import Catalog, load_catalog
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

MAKE, TALLY = "ingest.make_migration_part", "ingest.tally_migration"


def queue(uow: UnitOfWork, part: MigrationPart) -> UUID:
    """Queue the making of a part's source, or its bringing to what pattern and part say now. Raises Settled."""
    open_still(part)
    part.error = None
    queued = part.job_run_id = uow.defer(MAKE, {"part": str(part.id)})
    return queued


def open_still(part: MigrationPart) -> None:
    """Raise Settled for a part that was accepted, or that stays behind."""
    if part.accepted_at is not None or part.reason is not None:
        raise Settled(part.title)


async def make(uow: UnitOfWork, settings: Settings, part: MigrationPart) -> dict[str, Any]:
    """Make a part's source after its pattern, each feed with its institution's rows alone, or bring it up to it.

    Tables that name no institution are not the part's: they are read once, by the pattern itself. Raises NoTally,
    NotDivisible, CodeTaken, and what bringing in a definition does; nothing is stored then.
    """
    ingest = IngestRepository(uow.session)
    migration = await MigrationRepository(uow.session).migration(part.migration_id, Scope.everything())
    pattern = await ingest.source(migration.source, Scope.everything())
    catalog = await load_catalog(uow)
    feeds = await wanted_feeds(uow, part, catalog)
    code = str(part.source)
    held = await ingest.source_or_none(code)
    if held is not None and held.removed_at is None and part.made_at is None:
        raise CodeTaken(code)
    info = {"code": code, "title": part.title, "org_code": part.org_code, "system": pattern.system}
    info |= {"connector": pattern.connector, "options": unseal(pattern.options, master_key(settings))}
    # What only a node reaches cannot be looked at from here.
    report = await import_definition(
        uow, {"source": info, "feeds": [*feeds.values()]}, settings, catalog=catalog, check=pattern.node_id is None
    )
    made: IngestSource = await ingest.source(code, Scope.everything())
    made.node_id = pattern.node_id
    part.error = None
    if part.made_at is None or report.created or report.updated:
        # What was proven of other feeds counts no more.
        part.made_at = now()
    await uow.session.flush()
    return {"source": code, **{name: len(getattr(report, name)) for name in ("created", "updated", "unchanged")}}


async def wanted_feeds(uow: UnitOfWork, part: MigrationPart, catalog: Catalog) -> dict[str, dict[str, Any]]:
    """Return the definitions of a part's feeds by their own codes, as pattern and part say now.

    Raises NoTally, NotDivisible.
    """
    repository, ingest = MigrationRepository(uow.session), IngestRepository(uow.session)
    migration = await repository.migration(part.migration_id, Scope.everything())
    pattern = await ingest.source(migration.source, Scope.everything())
    columns = {one.feed: one.column for one in await repository.tallies([migration.id])}
    wanted: dict[str, dict[str, Any]] = {}
    for stored in await ingest.feeds(Scope.everything(), pattern.id):
        feed = FeedDefinition.model_validate(stored.definition)
        if feed.code not in columns:
            raise NoTally(migration.title)
        column = columns[feed.code]
        if column is not None:
            own = divided(feed, catalog.dataset(feed.dataset), column, part.codes, part.until)
            wanted[feed.code] = own.model_dump(mode="json")
    return wanted


async def run(uow: UnitOfWork, scope: Scope, part: MigrationPart) -> UUID:
    """Queue the reading of a part's tables; each is checked as soon as it was read. Raises Settled, UnknownSource."""
    open_still(part)
    queued = part.job_run_id = await queue_source(uow, scope, str(part.source))
    return queued


async def check(uow: UnitOfWork, scope: Scope, part: MigrationPart, by: str | None) -> list[UUID]:
    """Queue a check of each of a part's tables. Raises UnknownSource."""
    ingest = IngestRepository(uow.session)
    source = await ingest.source(str(part.source), scope)
    feeds = await ingest.feeds(scope, source.id)
    checks = [await request_check(uow, scope, feed.code, by) for feed in feeds]
    return [one.job_run_id for one in checks if one.job_run_id is not None]


async def run_shared(uow: UnitOfWork, scope: Scope, key: UUID) -> list[UUID]:
    """Queue the pattern's own feeds of tables that name no institution. Raises UnknownMigration."""
    repository = MigrationRepository(uow.session)
    migration = await repository.migration(key, scope)
    tallies = await repository.tallies([migration.id])
    shared = sorted({one.feed for one in tallies if one.column is None})
    return [await queue_run(uow, scope, f"{migration.source}.{feed}") for feed in shared]
