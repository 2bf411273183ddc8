"""Who is in a group, and whose institutions it is of."""

from collections.abc import Sequence
from typing import Any

from suwen.domains.ingest.groups.errors import InvalidMembers
from suwen.domains.ingest.groups.models import JobGroup
from suwen.domains.ingest.groups.order import layers_of
from suwen.domains.ingest.groups.repository import GroupRepository
from suwen.domains.ingest.groups.schemas import MemberIn
from suwen.domains.ingest.models import IngestSource
from suwen.domains.ingest.repository import IngestRepository
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope


async def members_of(
    uow: UnitOfWork, scope: Scope, wanted: Sequence[MemberIn]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return members as a group keeps them, and their institutions.

    Raises UnknownFeed, InvalidMembers, CyclicGroup.
    """
    codes = [member.feed for member in wanted]
    if doubled := sorted({code for code in codes if codes.count(code) > 1}):
        raise InvalidMembers("a feed stands in a group once", received=doubled)
    repository = IngestRepository(uow.session)
    feeds = [await repository.feed(code, scope) for code in codes]
    members = [{"feed": one.code, "after": list(dict.fromkeys(m.after))} for one, m in zip(feeds, wanted, strict=True)]
    layers_of({str(member["feed"]): list(member["after"]) for member in members})
    return members, sorted({feed.org_code for feed in feeds})


def after_of(members: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """Return what each member waits for."""
    return {member["feed"]: list(member["after"]) for member in members}


async def follow_groups(uow: UnitOfWork, source: IngestSource) -> None:
    """Have the groups follow a source, and its feeds, to the institution that it is of now."""
    own = [feed.code for feed in await IngestRepository(uow.session).all_feeds_of(source.id)]
    repository = GroupRepository(uow.session)
    for group in await repository.holding(own) if own else ():
        await set_orgs(repository, group)


async def set_orgs(repository: GroupRepository, group: JobGroup) -> None:
    """Note the institutions of a group's members as they are now."""
    feeds = await repository.feeds_named([member["feed"] for member in group.members])
    group.orgs = sorted({feed.org_code for feed in feeds.values()})
