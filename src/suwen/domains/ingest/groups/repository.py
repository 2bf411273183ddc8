"""The queries of job groups on PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH

from suwen.domains.ingest.groups.errors import UnknownGroup, UnknownGroupRun
from suwen.domains.ingest.groups.models import GroupRun, GroupStep, JobGroup, RunStatus, StepStatus
from suwen.domains.ingest.models import IngestFeed
from suwen.domains.ingest.nodes.models import IngestDelivery
from suwen.kernel.jobs import JobRun
from suwen.kernel.repository import Repository, among
from suwen.kernel.scope import Scope

M = TypeVar("M", JobGroup, GroupRun)


def within(query: Select[M], model: type[M], scope: Scope) -> Select[M]:
    """Return the query for the groups or runs whose members all lie within the scope."""
    if scope.orgs is None:
        return query
    return query.where(model.orgs.contained_by(cast(sorted(scope.orgs), JSONB)))


class GroupRepository(Repository):
    """Groups, runs, steps."""

    async def group(self, key: UUID, scope: Scope, *, lock: bool = False) -> JobGroup:
        """Return a present group; lock: until the end of this unit of work. Raises UnknownGroup."""
        query = within(select(JobGroup).where(JobGroup.id == key, JobGroup.removed_at.is_(None)), JobGroup, scope)
        found = await self.one_or_none(query.with_for_update() if lock else query)
        if found is None:
            raise UnknownGroup(key)
        return found

    async def run(self, key: UUID, scope: Scope, *, lock: bool = False) -> GroupRun:
        """Return a run; lock: until the end of this unit of work, and as it is now. Raises UnknownGroupRun."""
        query = within(select(GroupRun).where(GroupRun.id == key), GroupRun, scope)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = await self.one_or_none(query)
        if found is None:
            raise UnknownGroupRun(key)
        return found

    async def last_run(self, group: UUID) -> GroupRun | None:  # unscoped: of a group read by scope before
        """Return the newest run of a group."""
        query = select(GroupRun).where(GroupRun.group_id == group)
        return await self.one_or_none(query.order_by(GroupRun.started_at.desc(), GroupRun.id.desc()).limit(1))

    async def steps(self, run: UUID) -> list[GroupStep]:  # unscoped: of a run read by scope before
        """Return the steps of a run in their order."""
        return await self.all(select(GroupStep).where(GroupStep.run_id == run).order_by(GroupStep.position))

    async def step(self, key: UUID) -> GroupStep | None:  # unscoped: a job's own
        """Return a step as it is now."""
        return await self.session.get(GroupStep, key, populate_existing=True)

    async def jobs_of(self, steps: Sequence[GroupStep]) -> dict[UUID, JobRun]:  # unscoped: of steps read before
        """Return the job runs of steps, as they are now."""
        wanted = [step.job_run_id for step in steps if step.job_run_id is not None]
        query = select(JobRun).where(among(JobRun.id, wanted)).execution_options(populate_existing=True)
        return {job.id: job for job in await self.all(query)} if wanted else {}

    async def deliveries_of(self, steps: Sequence[GroupStep]) -> dict[UUID, IngestDelivery]:  # unscoped: ditto
        """Return what edge nodes were ordered to bring for steps."""
        wanted = [step.delivery_id for step in steps if step.delivery_id is not None]
        query = select(IngestDelivery).where(among(IngestDelivery.id, wanted))
        return {held.id: held for held in await self.all(query)} if wanted else {}

    async def feeds_named(self, codes: Collection[str]) -> dict[str, IngestFeed]:  # unscoped: members of a seen group
        """Return the present feeds of some codes."""
        query = select(IngestFeed).where(among(IngestFeed.code, codes), IngestFeed.removed_at.is_(None))
        return {feed.code: feed for feed in await self.all(query)}

    async def due(self, moment: datetime) -> list[JobGroup]:  # unscoped: the workers' own
        """Return the groups that are due, taken for this transaction; those that another worker has are left out."""
        query = select(JobGroup).where(JobGroup.enabled, JobGroup.next_at <= moment, JobGroup.removed_at.is_(None))
        return await self.all(query.order_by(JobGroup.next_at).with_for_update(skip_locked=True))

    async def under_way(self) -> list[GroupRun]:  # unscoped: the workers' own
        """Return the runs that go on, taken for this transaction; those that another worker has are left out."""
        query = select(GroupRun).where(GroupRun.status == RunStatus.RUNNING.value).order_by(GroupRun.started_at)
        return await self.all(query.with_for_update(skip_locked=True))

    async def waiting_for(self, delivery: UUID) -> list[UUID]:  # unscoped: the workers' own
        """Return the runs with a member that waits for a delivery of an edge node."""
        waits = GroupStep.status == StepStatus.RUNNING.value
        query = select(GroupStep.run_id).where(GroupStep.delivery_id == delivery, waits).distinct()
        return await self.all(query.order_by(GroupStep.run_id))

    async def holding(self, feeds: Collection[str]) -> list[JobGroup]:  # unscoped: of feeds read by scope before
        """Return the present groups that have one of the feeds as a member."""
        members = cast(func.jsonb_path_query_array(JobGroup.members, cast("$[*].feed", JSONPATH)), JSONB)
        one = members.has_any(literal(list(feeds), ARRAY(Text)))
        query = select(JobGroup).where(JobGroup.removed_at.is_(None), one)
        return await self.all(query.order_by(JobGroup.title))
