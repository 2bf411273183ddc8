"""Whether sources can tell their changes, and what they keep for this installation meanwhile."""

from anyio import to_thread

from suwen.domains.ingest.changelog import KINDS, ChangeSource, Held, Wanted
from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.models import IngestSource
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.schemas_changes import KeptInfo, ObstacleInfo, ReadinessInfo, ReadinessWanted
from suwen.domains.ingest.service.definitions import check_told
from suwen.domains.ingest.service.sources import changes_of_feed, connected, own_store
from suwen.domains.ingest.vault import installation_name
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Conflict, NotFound
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings


async def readiness(
    uow: UnitOfWork, scope: Scope, settings: Settings, code: str, wanted: ReadinessWanted
) -> ReadinessInfo:
    """Look whether a source can tell the changes of a feed that is being written.

    Raises UnknownSource, InvalidDefinition where its connector never can, SourceUnavailable.
    """
    repository = IngestRepository(uow.session)
    source = await repository.source(code, scope)
    connector = connected(source, settings)
    check_told(connector, wanted.feed, wanted.mode)
    feed = f"{code}.{wanted.feed}"
    given = Wanted(
        wanted.mode,
        feed,
        wanted.table,
        tuple(wanted.key),
        installation_name(settings),
        own_store(repository, settings, source.code),
    )
    position = await _position(repository, scope, source, given)
    return await _looked_at(connector.changes(given), feed, position)


async def readiness_of_feed(uow: UnitOfWork, scope: Scope, settings: Settings, code: str) -> ReadinessInfo:
    """Look at the source of a stored feed whose changes it tells. Raises UnknownFeed, NotFound, SourceUnavailable."""
    repository = IngestRepository(uow.session)
    feed = await repository.feed(code, scope)
    changes = await changes_of_feed(repository, feed, settings)
    if changes is None:
        raise NotFound("该采集任务不按变更采集", received=feed.mode, allowed=KINDS)
    return await _looked_at(changes, feed.code, feed.high_water)


async def kept(uow: UnitOfWork, scope: Scope, settings: Settings, code: str) -> list[KeptInfo]:
    """Return everything that a source keeps for this installation, what no feed needs any longer too.

    Raises UnknownSource, SourceUnavailable.
    """
    repository = IngestRepository(uow.session)
    source = await repository.source(code, scope)
    feeds = await _feeds_by_name(repository, source, settings)
    found = await to_thread.run_sync(connected(source, settings).kept, installation_name(settings))
    return [_kept(held, feeds.get(held.name)) for held in found]


async def give_up(uow: UnitOfWork, scope: Scope, settings: Settings, code: str, name: str) -> None:
    """Have a source no longer keep what no feed needs.

    Raises UnknownSource, Conflict for a feed's own and for what only the source's administrator removes.
    """
    repository = IngestRepository(uow.session)
    source = await repository.source(code, scope)
    feeds = await _feeds_by_name(repository, source, settings)
    if name in feeds:
        raise Conflict("仍由采集任务使用，请先删除任务", received=feeds[name])
    connector, installation = connected(source, settings), installation_name(settings)
    for held in await to_thread.run_sync(connector.kept, installation):
        if held.name == name and held.removal:
            raise Conflict("须由来源管理员执行撤销语句", received=name)
    await to_thread.run_sync(connector.give_up, installation, name)


async def _feeds_by_name(repository: IngestRepository, source: IngestSource, settings: Settings) -> dict[str, str]:
    """Return the feeds of all sources, by the name of what their source keeps for them: several may be one server."""
    found: dict[str, str] = {}
    for feed in await repository.feeds(Scope.everything()):
        if FeedDefinition.model_validate(feed.definition).capture.told is None:
            continue
        changes = await changes_of_feed(repository, feed, settings)
        if changes is not None and changes.kept_as is not None:
            found[changes.kept_as] = feed.code
    return found


async def _position(repository: IngestRepository, scope: Scope, source: IngestSource, wanted: Wanted) -> str | None:
    """Return how far the stored feed of this code has read; None where it does not read as wanted."""
    for feed in await repository.feeds(scope, source.id):
        held = FeedDefinition.model_validate(feed.definition)
        as_wanted = (held.capture.told, held.table, held.key) == (wanted.kind, wanted.table, wanted.key)
        if feed.code == wanted.feed and as_wanted:
            return feed.high_water
    return None


async def _looked_at(changes: ChangeSource, feed: str, position: str | None) -> ReadinessInfo:
    found = await to_thread.run_sync(changes.readiness, position)
    return ReadinessInfo(
        ready=not found.errors,
        obstacles=[ObstacleInfo.model_validate(each) for each in found.obstacles],
        before=found.before,
        setup=found.setup,
        removal=found.removal,
        clean_up=found.clean_up,
        kept=_kept(found.held, feed) if found.held is not None else None,
    )


def _kept(held: Held, feed: str | None) -> KeptInfo:
    return KeptInfo(
        name=held.name, feed=feed, bytes=held.bytes, state=held.state, active=held.active, lost=held.state == "lost",
        changes=held.changes, oldest=held.oldest, removal=held.removal,
    )  # fmt: skip
