"""Base configuration of mirrors 镜像库基础配置: which source tables are mirrored, and what follows from a change."""

from collections.abc import Collection
from typing import cast

from pydantic import BaseModel

from suwen.domains.ingest.mirror.errors import MirrorOff
from suwen.domains.ingest.mirror.models import Mirror, MirrorSetting, Moment
from suwen.domains.ingest.mirror.repository import MirrorRepository
from suwen.domains.ingest.mirror.schemas import MirrorSettingChange, MirrorSettingIn
from suwen.domains.ingest.models import IngestFeed, IngestSource
from suwen.domains.ingest.repository import IngestRepository
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Invalid
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.scope import Scope

SYNC = "ingest.sync_mirror"


class MirrorSettings(ModelSource[MirrorSetting]):
    """The settings of the scope's sources; each source has one at most."""

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> object:
        """Store a source's setting and begin to mirror it.

        Raises UnknownSource, Invalid for feeds that are none of it, Conflict for a source that has a setting.
        """
        wanted = cast(MirrorSettingIn, data)
        source = await IngestRepository(uow.session).source(wanted.source, scope)
        values = wanted.model_dump() | {"source": source.code}
        setting = MirrorSetting(**values, source_id=source.id, org_code=source.org_code)
        await _check_feeds(uow, setting, wanted.feeds)
        uow.session.add(setting)
        await self._flush(uow)
        await follow_setting(uow, setting)
        return setting

    async def update(self, uow: UnitOfWork, scope: Scope, key: str, data: BaseModel) -> object:
        """Change a setting and what is mirrored. Raises NotFound, Invalid for feeds that are none of the source."""
        setting = await self.get(uow, scope, key)
        await _check_feeds(uow, setting, cast(MirrorSettingChange, data).feeds)
        await super().update(uow, scope, key, data)
        await follow_setting(uow, setting)
        return setting


async def follow_setting(uow: UnitOfWork, setting: MirrorSetting) -> None:
    """Make the mirrors what a setting asks for, and bring those up that are kept in step."""
    for mirror in await mirrors_of(uow, setting):
        if mirror.included and setting.moment == Moment.BATCH:
            defer_sync(uow, mirror)


async def mirrors_of(uow: UnitOfWork, setting: MirrorSetting) -> list[Mirror]:
    """Return the mirrors of a source, made and switched on or off as its setting and its feeds are now."""
    repository = MirrorRepository(uow.session)
    held = {mirror.feed_id: mirror for mirror in await repository.of_source(setting.source_id)}
    found: list[Mirror] = []
    for feed in await IngestRepository(uow.session).feeds(Scope.everything(), setting.source_id):
        included = setting.enabled and (not setting.feeds or feed.code in setting.feeds)
        mirror = held.get(feed.id)
        if mirror is None and included:
            mirror = repository.add(
                Mirror(source_id=setting.source_id, feed_id=feed.id, source=setting.source, feed=feed.code)
            )
        if mirror is not None:
            mirror.included, mirror.origin, mirror.org_code = included, feed.origin, feed.org_code
            found.append(mirror)
    await uow.session.flush()
    return found


async def request_sync(uow: UnitOfWork, scope: Scope, key: str, *, rebuild: bool) -> Mirror:
    """Queue a sync of a mirror (all its rows anew: `rebuild`) and return it. Raises UnknownMirror, MirrorOff."""
    mirror = await MirrorRepository(uow.session).mirror(key, scope)
    if not mirror.included:
        raise MirrorOff(mirror.feed)
    defer_sync(uow, mirror, rebuild=rebuild)
    return mirror


def defer_sync(uow: UnitOfWork, mirror: Mirror, *, rebuild: bool = False) -> None:
    """Queue a sync. One that runs may have looked for new batches for the last time, so it is no reason not to."""
    mirror.job_run_id = uow.defer(SYNC, {"feed": mirror.feed, "rebuild": rebuild})


async def follow_feed(uow: UnitOfWork, feed: IngestFeed, *, emptied: bool) -> None:
    """Let go of a feed that was removed; emptied: its mirror holds no rows any more, and begins anew if it comes back.

    The row of the mirror stays: its lake commits are numbered on.
    """
    mirror = await MirrorRepository(uow.session).of_feed(feed.id)
    if mirror is None:
        return
    mirror.included = False
    if emptied:
        mirror.number, mirror.batch_id, mirror.as_of, mirror.rows, mirror.pending = 0, None, None, 0, None


async def follow_source(uow: UnitOfWork, source: IngestSource) -> None:
    """Bring setting and mirrors of a source to its institution; a source that was removed is mirrored no more."""
    repository = MirrorRepository(uow.session)
    setting = await repository.setting_of(source.id)
    if setting is not None and source.removed_at is not None:
        await uow.session.delete(setting)
    elif setting is not None:
        setting.org_code = source.org_code
    for mirror in await repository.of_source(source.id):
        mirror.org_code = source.org_code


async def _check_feeds(uow: UnitOfWork, setting: MirrorSetting, feeds: Collection[str]) -> None:
    known = [feed.code for feed in await IngestRepository(uow.session).feeds(Scope.everything(), setting.source_id)]
    if unknown := sorted(set(feeds) - set(known)):
        raise Invalid("所选采集任务不属于该数据源", received=unknown, allowed=known)
