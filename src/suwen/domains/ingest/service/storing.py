"""Keeping sources and feeds, and taking them away."""

from typing import Literal

from anyio import to_thread

from suwen.domains.identity.public import revoke_tokens
from suwen.domains.ingest import quarantine
from suwen.domains.ingest.connector import connector_class
from suwen.domains.ingest.definition import FeedDefinition, SourceInfo
from suwen.domains.ingest.errors import CodeTaken, InvalidDefinition, SourceUnavailable
from suwen.domains.ingest.groups.errors import FeedInGroups
from suwen.domains.ingest.groups.members import follow_groups
from suwen.domains.ingest.groups.repository import GroupRepository
from suwen.domains.ingest.mirror.setting import follow_feed, follow_source
from suwen.domains.ingest.models import IngestFeed, IngestSource
from suwen.domains.ingest.receiving.receiving import bound_to
from suwen.domains.ingest.receiving.source import BEGINNING
from suwen.domains.ingest.reconcile.repository import CheckRepository
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.rawstates import table_of_feed
from suwen.domains.ingest.service.sources import changes_of_feed
from suwen.domains.ingest.vault import completed, master_key, seal, unseal
from suwen.domains.ingest.watching.alarms import evaluating as alarms
from suwen.domains.ingest.watching.drift.repository import DriftRepository
from suwen.domains.lake.public import Lake
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Invalid
from suwen.kernel.logs import get_logger
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

Outcome = Literal["created", "updated", "unchanged"]
_log = get_logger()


async def full_info(uow: UnitOfWork, info: SourceInfo, settings: Settings, scope: Scope) -> SourceInfo:
    """Return the source with the secrets that were left out taken from the stored one.

    Raises Invalid for an institution outside the scope, CodeTaken when the code is that of a source outside it.
    """
    if not scope.allows(info.org_code):
        raise Invalid("该机构不在数据范围内", received=info.org_code)
    stored = await IngestRepository(uow.session).source_or_none(info.code)
    if stored is None:
        return info
    if not scope.allows(stored.org_code):
        raise CodeTaken(info.code)
    if stored.connector != info.connector:
        return info
    model = connector_class(info.connector).options_model
    options = completed(model, info.options, unseal(stored.options, master_key(settings)))
    return info.model_copy(update={"options": options})


async def store_source(uow: UnitOfWork, info: SourceInfo, settings: Settings) -> IngestSource:
    """Keep a source; its feeds follow it to another institution."""
    repository = IngestRepository(uow.session)
    key = master_key(settings)
    model = connector_class(info.connector).options_model
    source = await repository.source_or_none(info.code)
    if source is None:
        source = repository.add(IngestSource(code=info.code, options=seal(model, info.options, key)))
    elif unseal(source.options, key) != info.options:
        source.options = seal(model, info.options, key)
    source.title, source.org_code = info.title, info.org_code
    source.system, source.connector, source.removed_at = info.system, info.connector, None
    await uow.session.flush()
    for feed in await repository.all_feeds_of(source.id):
        feed.org_code = info.org_code
    await follow_groups(uow, source)
    await follow_source(uow, source)
    await CheckRepository(uow.session).follow_source(source.id, source.org_code)
    await alarms.follow_source(uow, source)
    for drift in await DriftRepository(uow.session).of_source(source.code):
        drift.org_code = source.org_code
    return source


async def store_feed(
    uow: UnitOfWork, source: IngestSource, feed: FeedDefinition, settings: Settings, position: int | None = None
) -> Outcome:
    """Keep a feed of a stored source, at a place in its order (default: where it stands, a new one last).

    What its source kept for it is given up where it is captured otherwise from now on.
    """
    repository = IngestRepository(uow.session)
    held = await repository.all_feeds_of(source.id)
    code = f"{source.code}.{feed.code}"
    stored = next((each for each in held if each.code == code), None)
    outcome: Outcome = "updated"
    if stored is None:
        outcome = "created"
        last = max((each.position for each in held), default=-1)
        stored = repository.add(IngestFeed(source_id=source.id, code=code, position=last + 1))
    elif stored.removed_at is not None:
        outcome = "created"
    elif stored.definition == feed.model_dump(mode="json"):
        outcome = "unchanged"
    before = FeedDefinition.model_validate(stored.definition) if outcome == "updated" else feed
    sent = not connector_class(source.connector).capabilities.whole
    if sent and stored.high_water is not None and (before.table, before.key) != (feed.table, feed.key):
        raise InvalidDefinition(
            f"feed {code}: what was sent cannot be read again under another table or key; make another feed",
            received=[feed.table, *feed.key],
            allowed=[str(before.table), *before.key],
        )
    if _begins_anew(before, feed) and not sent:
        if feed.capture.told != before.capture.told:
            await _let_go(uow, stored, settings, must=False)
        stored.high_water = None
    if (before.table, before.query, before.capture) != (feed.table, feed.query, feed.capture):
        # Another table, or read otherwise: what it knew is of no other.
        stored.known_columns = None
    if sent:
        # Nothing is read whole before: the feed begins with the first that the inbox keeps.
        stored.high_water = stored.high_water or BEGINNING
    stored.position = stored.position if position is None else position
    stored.title, stored.org_code, stored.removed_at = feed.title or feed.code, source.org_code, None
    stored.dataset, stored.origin, stored.mode = feed.dataset, feed.table or feed.code, feed.capture.mode
    if outcome != "unchanged":
        stored.definition = feed.model_dump(mode="json")
    await uow.session.flush()
    return outcome


def _begins_anew(before: FeedDefinition, now: FeedDefinition) -> bool:
    """Say whether what a feed had read of its source is no place to go on from."""
    told = now.capture.told is not None and (before.table, before.key) != (now.table, now.key)
    return told or before.capture.model_copy(update={"follow": True}) != now.capture.model_copy(update={"follow": True})


async def _let_go(uow: UnitOfWork, feed: IngestFeed, settings: Settings, *, must: bool) -> None:
    """Have a feed's source keep nothing for it any longer. must: raise SourceUnavailable when it cannot be told so."""
    changes = await changes_of_feed(IngestRepository(uow.session), feed, settings)
    if changes is None:
        return
    try:
        await to_thread.run_sync(changes.end)
    except SourceUnavailable as error:
        if must:
            raise
        _log.warning("changes_left_at_source", feed=feed.code, kept_as=changes.kept_as, reason=error.detail)


async def remove_source(
    uow: UnitOfWork, lake: Lake, scope: Scope, settings: Settings, code: str, *, with_data: bool, leave: bool = False
) -> None:
    """Take a source, its feeds and its plans away; see remove_feed. Raises UnknownSource, SourceUnavailable."""
    repository = IngestRepository(uow.session)
    source = await repository.source(code, scope)
    for feed in await repository.feeds(scope, source.id):
        await _remove(uow, lake, settings, feed, with_data=with_data, leave=leave)
    await repository.forget_plans(source.id)
    await revoke_tokens(uow, bound_to(source.code))
    source.removed_at, source.options = now(), {}
    await follow_source(uow, source)


async def remove_feed(
    uow: UnitOfWork, lake: Lake, scope: Scope, settings: Settings, code: str, *, with_data: bool, leave: bool = False
) -> None:
    """Take a feed away. Raises UnknownFeed; SourceUnavailable when its source cannot be told to keep nothing for it.

    Its batches stay in the list, and the rows as received stay in raw. with_data: its rows in std, in quarantine and in
    its mirror are deleted too; else they stay as they are. leave: what a source that is away keeps for it is left
    there.
    """
    feed = await IngestRepository(uow.session).feed(code, scope)
    await _remove(uow, lake, settings, feed, with_data=with_data, leave=leave)


async def _remove(
    uow: UnitOfWork, lake: Lake, settings: Settings, feed: IngestFeed, *, with_data: bool, leave: bool
) -> None:
    if groups := await GroupRepository(uow.session).holding([feed.code]):
        raise FeedInGroups(feed.code, [group.title for group in groups])
    await _let_go(uow, feed, settings, must=not leave)
    feed.removed_at = now()
    await follow_feed(uow, feed, emptied=with_data)
    if FeedDefinition.model_validate(feed.definition).capture.told is not None:
        # The changes since are kept no longer: brought back, it begins anew.
        feed.high_water = None
    if not with_data:
        return
    feed.high_water = None
    await IngestRepository(uow.session).forget_content(feed.id)
    own: dict[str, object] = {"feed": feed.code}
    every: dict[str, object] = {}
    mirror = f"mirror.{table_of_feed(feed)}"
    for table, where in ((f"std.{feed.dataset}", own), (quarantine.TABLE.ref, own), (mirror, every)):
        if lake.exists(table):
            await to_thread.run_sync(lake.delete, table, where)
