"""The door of the room ingest.

async with database.unit_of_work() as uow:
    await import_source(uow, Path("examples/eunomia/source.yaml"), settings)
for feed in await list_feeds(uow, Scope.everything()):
    result = await run_feed(database, lake, settings, feed.code)
"""

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from suwen.domains.ingest.archive.shelf import document_contents
from suwen.domains.ingest.definition import FeedDefinition, SourceDefinition
from suwen.domains.ingest.errors import (
    FeedBusy,
    InvalidDefinition,
    LostRows,
    SourceUnavailable,
    SourceUnreadable,
    UnknownFeed,
    UnknownSource,
    UnknownSourceColumn,
)
from suwen.domains.ingest.loader import read_definition
from suwen.domains.ingest.mirror.repository import MirrorRepository
from suwen.domains.ingest.mirror.schemas import MirrorRow, SyncResult
from suwen.domains.ingest.mirror.syncing import MirrorSync
from suwen.domains.ingest.proposing.proposal import Proposal, ProposedColumn, ProposedFeed, ProposedTable
from suwen.domains.ingest.rawstate import Change, LandedBatch, RawState
from suwen.domains.ingest.receiving.listeners import Listeners
from suwen.domains.ingest.receiving.taking import hands_of
from suwen.domains.ingest.reconcile.checking import request_check
from suwen.domains.ingest.reconcile.holding import HeldDay, HeldRepository
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.schemas import BatchResult, FeedInfo, ImportReport, RowChange, RowHistory
from suwen.domains.ingest.schemas_changes import ReadinessInfo
from suwen.domains.ingest.service.definitions import import_definition
from suwen.domains.ingest.service.history import row_history
from suwen.domains.ingest.service.proposing import Proposed, propose_source
from suwen.domains.ingest.service.rawstates import raw_state
from suwen.domains.ingest.service.readiness import readiness_of_feed
from suwen.domains.ingest.service.run import FeedRun
from suwen.domains.ingest.vault import fingerprint as key_fingerprint
from suwen.domains.ingest.watching.alarms.defaults import install_alarm_rules
from suwen.domains.ingest.watching.map.service import import_boundaries
from suwen.domains.lake.public import Lake
from suwen.domains.standards.public import Catalog
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.progress import NullProgress, Progress
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings


async def import_source(
    uow: UnitOfWork,
    origin: Path | Mapping[str, Any],
    settings: Settings,
    *,
    catalog: Catalog | None = None,
    check: bool = True,
) -> ImportReport:
    """Store a source and its feeds from a YAML file or mapping; the same again changes nothing.

    check: compile each feed against the source's real columns now. Raises InvalidDefinition and its kin, naming feed,
    column and expression.
    """
    return await import_definition(uow, origin, settings, catalog=catalog, check=check)


async def receive_mllp(
    database: Database, settings: Settings, source: str | None = None, port: int | None = None, processes: int = 1
) -> None:
    """Take the HL7 messages of all sources that have a port (or of one, perhaps on another port) until cancelled.

    processes: so many read and commit; of more than one, none is this one, which then only accepts connections.
    """
    hands = hands_of(processes, settings, database.dsn, source) if processes > 1 else None
    await Listeners(database, settings, source, port, hands).run()


async def list_feeds(uow: UnitOfWork, scope: Scope, source: str | None = None) -> list[FeedInfo]:
    """Return the feeds (of a source) within the scope, in the order in which they are to run."""
    repository = IngestRepository(uow.session)
    chosen = await repository.source(source, scope) if source is not None else None
    feeds = await repository.feeds(scope, chosen.id if chosen else None)
    return [FeedInfo(f.code, f.code.partition(".")[0], f.title, f.origin, f.dataset, f.org_code, f.mode) for f in feeds]


async def check_source(uow: UnitOfWork, scope: Scope, source: str) -> None:
    """Queue a comparison of every feed of a source with the platform. Raises UnknownSource."""
    for feed in await list_feeds(uow, scope, source):
        await request_check(uow, scope, feed.code, None)


async def held_days(
    uow: UnitOfWork,
    scope: Scope,
    *,
    datasets: Collection[str] | None = None,
    first: date | None = None,
    last: date | None = None,
) -> list[HeldDay]:
    """Return the days that reconciliation holds back from publication, within the scope (datasets None: of all).

    Whatever shows figures of a day to the outside asks here, leaves these days out and says so. An open difference
    holds its day while the setting of its feed, or its indicator, says so; closed or explained, it is published again.
    """
    return await HeldRepository(uow.session).days(scope, datasets, first, last)


async def run_feed(
    database: Database,
    lake: Lake,
    settings: Settings,
    feed: str,
    progress: Progress | None = None,
    *,
    job_run_id: UUID | None = None,
) -> BatchResult:
    """Carry a feed's rows from its source to raw and std, or finish the batch that an earlier run left.

    The same content again changes nothing (status ``unchanged``). Raises FeedBusy, UnknownFeed, SourceUnavailable,
    SourceUnreadable; what had landed before stays.
    """
    run = FeedRun(database, lake, settings, progress or NullProgress(), job_run_id)
    return await run.run(feed)


async def replay_feed(
    database: Database,
    lake: Lake,
    settings: Settings,
    feed: str,
    progress: Progress | None = None,
    *,
    job_run_id: UUID | None = None,
) -> BatchResult:
    """Make a feed's raw rows standard again with the mapping of today; nothing is read from the source."""
    run = FeedRun(database, lake, settings, progress or NullProgress(), job_run_id)
    return await run.run(feed, replay=True)


async def list_mirrors(uow: UnitOfWork, scope: Scope) -> list[MirrorRow]:
    """Return the mirrored tables within the scope, each with the batch that it stands at."""
    found = await MirrorRepository(uow.session).present(scope)
    return [MirrorRow.model_validate(mirror).model_copy(update={"behind": behind}) for mirror, behind in found]


async def sync_mirror(
    database: Database, lake: Lake, feed: str, progress: Progress | None = None, *, rebuild: bool = False
) -> SyncResult:
    """Bring the mirror of a feed's table up to the newest batch that has landed; rebuild: write all its rows anew.

    Raises UnknownMirror, MirrorOff, MirrorBusy.
    """
    return await MirrorSync(database, lake, progress or NullProgress()).run(feed, rebuild=rebuild)


async def arrivals(uow: UnitOfWork) -> dict[str, dict[tuple[str, date], tuple[int, int]]]:
    """Return, by dataset and (institution, day of arrival), rows received and rows quarantined of them."""
    found: dict[str, dict[tuple[str, date], tuple[int, int]]] = {}
    for dataset, org, day, received, quarantined in await IngestRepository(uow.session).arrivals():
        found.setdefault(dataset, {})[(org, day)] = (received, quarantined)
    return found


__all__ = [
    "BatchResult",
    "Change",
    "FeedBusy",
    "FeedDefinition",
    "FeedInfo",
    "HeldDay",
    "ImportReport",
    "InvalidDefinition",
    "LandedBatch",
    "LostRows",
    "MirrorRow",
    "Proposal",
    "Proposed",
    "ProposedColumn",
    "ProposedFeed",
    "ProposedTable",
    "RawState",
    "ReadinessInfo",
    "RowChange",
    "RowHistory",
    "SourceDefinition",
    "SourceUnavailable",
    "SourceUnreadable",
    "SyncResult",
    "UnknownFeed",
    "UnknownSource",
    "UnknownSourceColumn",
    "arrivals",
    "check_source",
    "document_contents",
    "held_days",
    "import_boundaries",
    "import_source",
    "install_alarm_rules",
    "key_fingerprint",
    "list_feeds",
    "list_mirrors",
    "propose_source",
    "raw_state",
    "read_definition",
    "readiness_of_feed",
    "replay_feed",
    "row_history",
    "run_feed",
    "sync_mirror",
]
