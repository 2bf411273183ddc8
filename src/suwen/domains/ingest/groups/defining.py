"""Job groups as people define them, and as lists show them."""

from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel
from sqlalchemy import Select

from suwen.domains.ingest.groups.errors import GroupRunning
from suwen.domains.ingest.groups.members import members_of
from suwen.domains.ingest.groups.models import GroupRun, JobGroup, RunStatus
from suwen.domains.ingest.groups.repository import GroupRepository, within
from suwen.domains.ingest.groups.schemas import GroupChange, GroupIn
from suwen.domains.ingest.service.planning import next_begin
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.scope import Scope

TIMES = {"cron", "window_from", "window_to", "enabled"}


class Groups(ModelSource[JobGroup]):
    """The present groups of which all members lie within the scope."""

    def query(self, uow: UnitOfWork, scope: Scope) -> Select[JobGroup]:
        """Return the rows that the scope lets through."""
        return within(super().query(uow, scope).where(JobGroup.removed_at.is_(None)), JobGroup, scope)

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> object:
        """Store a group. Raises UnknownFeed, InvalidMembers, CyclicGroup, InvalidPlan."""
        wanted = cast(GroupIn, data)
        members, orgs = await members_of(uow, scope, wanted.members)
        group = JobGroup(**wanted.model_dump(mode="json") | {"members": members, "orgs": orgs})
        _set_next(group)
        uow.session.add(group)
        await self._flush(uow)
        return group

    async def update(self, uow: UnitOfWork, scope: Scope, key: str, data: BaseModel) -> object:
        """Change a group; a run that goes on keeps its order. Raises NotFound and what `create` raises."""
        group, change = await self.get(uow, scope, key), cast(GroupChange, data)
        values: Mapping[str, Any] = change.model_dump(mode="json", exclude_unset=True)
        if "members" in values:
            members, orgs = await members_of(uow, scope, change.members)
            values = {**values, "members": members, "orgs": orgs}
        for name, value in values.items():
            setattr(group, name, value)
        if TIMES & values.keys():
            _set_next(group)
        await self._flush(uow)
        return group

    async def delete(self, uow: UnitOfWork, scope: Scope, key: str) -> None:
        """Remove a group; its runs stay. Raises NotFound, GroupRunning."""
        group = await self.get(uow, scope, key)
        last = await GroupRepository(uow.session).last_run(group.id)
        if last is not None and last.status == RunStatus.RUNNING.value:
            raise GroupRunning(group.title)
        group.removed_at, group.next_at = now(), None
        await self._flush(uow)


class GroupRuns(ModelSource[GroupRun]):
    """The runs of which all members lie within the scope."""

    def query(self, uow: UnitOfWork, scope: Scope) -> Select[GroupRun]:
        """Return the rows that the scope lets through."""
        return within(super().query(uow, scope), GroupRun, scope)


def _set_next(group: JobGroup) -> None:
    if group.cron is None:
        group.next_at = None
        return
    begins = next_begin(group.cron, group.window_from, group.window_to, now())
    group.next_at = begins if group.enabled else None
