"""The picture of a job group: its members in their order, and how they stand in a run."""

from typing import Any
from uuid import UUID

from suwen.domains.ingest.groups.members import after_of
from suwen.domains.ingest.groups.models import GroupRun, GroupStep
from suwen.domains.ingest.groups.order import layers_of
from suwen.domains.ingest.groups.repository import GroupRepository
from suwen.domains.ingest.groups.schemas import GroupPicture, GroupRunRow, PictureMember
from suwen.domains.ingest.nodes.models import IngestDelivery
from suwen.domains.ingest.nodes.schemas import STATES
from suwen.kernel.database import UnitOfWork
from suwen.kernel.jobs import JobRun
from suwen.kernel.scope import Scope

_STAGES = {state: title for state, title, _ in STATES}
TOLD = ("feed", "org_code", "layer", "status", "tries", "rows_in", "rows_std", "error", "started_at", "finished_at")


async def picture_of_group(uow: UnitOfWork, scope: Scope, key: UUID) -> GroupPicture:
    """Return a group as it is now, each member as it stands in the newest run that it was in. Raises UnknownGroup."""
    repository = GroupRepository(uow.session)
    group = await repository.group(key, scope)
    after = after_of(group.members)
    layers, feeds = layers_of(after), await repository.feeds_named(after)
    run = await repository.last_run(group.id)
    stood = {member.feed: member for member in (await _members(repository, run) if run else ())}
    members: list[PictureMember] = []
    for code, befores in sorted(after.items(), key=lambda each: layers[each[0]]):
        feed, place = feeds[code], {"after": befores, "layer": layers[code]}
        known = stood.get(code) or PictureMember(feed=code, title=feed.title, org_code=feed.org_code, after=[], layer=0)
        members.append(known.model_copy(update={"org_code": feed.org_code, "title": feed.title, **place}))
    return GroupPicture(
        id=group.id, title=group.title, members=members, run=GroupRunRow.model_validate(run) if run else None
    )


async def picture_of_run(uow: UnitOfWork, scope: Scope, key: UUID) -> GroupPicture:
    """Return a run with its members in the order that it was begun with. Raises UnknownGroupRun."""
    repository = GroupRepository(uow.session)
    run = await repository.run(key, scope)
    members = await _members(repository, run)
    return GroupPicture(id=run.group_id, title=run.title, members=members, run=GroupRunRow.model_validate(run))


async def _members(repository: GroupRepository, run: GroupRun) -> list[PictureMember]:
    steps = await repository.steps(run.id)
    feeds, jobs = await repository.feeds_named([step.feed for step in steps]), await repository.jobs_of(steps)
    brought = await repository.deliveries_of(steps)
    titles = {step.feed: feeds[step.feed].title if step.feed in feeds else step.feed for step in steps}
    return [
        _member(
            step,
            titles[step.feed],
            jobs.get(step.job_run_id) if step.job_run_id else None,
            brought.get(step.delivery_id) if step.delivery_id else None,
        )
        for step in steps
    ]


def _member(step: GroupStep, title: str, job: JobRun | None, delivery: IngestDelivery | None) -> PictureMember:
    told: dict[str, Any] = {name: getattr(step, name) for name in TOLD}
    if step.finished_at is None and delivery is not None:
        told |= {"stage": f"前置机 {delivery.node}：{_STAGES[delivery.state]}", "done": delivery.rows_read}
        # Not ended yet: why it is not further, if something is in its way.
        told["error"] = told["error"] or delivery.error
    elif step.finished_at is None and job is not None:
        told |= {"stage": job.stage, "done": job.done, "total": job.total}
    return PictureMember(title=title, after=step.after, **told)
