"""Runs of job groups: begun, carried on step by step, called off, continued.

What is to happen next follows from the rows of the run alone: whoever has it locked brings it on by one commit, after
each member's end and on the timetable. A worker that dies leaves a member to the queue's rescue, and the run as it was.
"""

from collections.abc import Sequence
from uuid import UUID

from suwen.domains.ingest.groups import delivering
from suwen.domains.ingest.groups.ending import (
    CANCELLED,
    ENDED,
    FAILED,
    QUEUED,
    SKIPPED,
    WAITING,
    WELL,
    WORKING,
    end,
    end_by_job,
)
from suwen.domains.ingest.groups.errors import GroupRunning, NothingToRetry
from suwen.domains.ingest.groups.members import after_of
from suwen.domains.ingest.groups.models import GroupRun, GroupStep, JobGroup, OnFailure, RunStatus
from suwen.domains.ingest.groups.order import layers_of
from suwen.domains.ingest.groups.repository import GroupRepository
from suwen.domains.ingest.service.queueing import weight_of
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.jobs import FINAL, JobStatus, cancel
from suwen.kernel.scope import Scope

RUN_MEMBER = "ingest.run_member"
RUNNING = RunStatus.RUNNING.value


async def begin(uow: UnitOfWork, group: JobGroup, cause: str, by: str | None = None) -> GroupRun:
    """Begin a run of a group that the caller has locked. Raises GroupRunning."""
    repository = GroupRepository(uow.session)
    last = await repository.last_run(group.id)
    if last is not None and last.status == RUNNING:
        raise GroupRunning(group.title)
    after = after_of(group.members)
    layers, feeds = layers_of(after), await repository.feeds_named(after)
    run = repository.add(
        GroupRun(
            group_id=group.id, title=group.title, orgs=group.orgs, cause=cause, begun_by=by, total=len(after),
            on_failure=group.on_failure, retries=group.retries, retry_seconds=group.retry_seconds,
        )
    )  # fmt: skip
    await uow.session.flush()
    for position, (feed, befores) in enumerate(sorted(after.items(), key=lambda each: layers[each[0]])):
        org = feeds[feed].org_code
        own = {"feed": feed, "org_code": org, "after": befores, "layer": layers[feed], "position": position}
        repository.add(GroupStep(run_id=run.id, title=group.title, **own))
    group.last_run_id, group.last_at, group.last_status = run.id, now(), run.status
    await uow.session.flush()
    await advance(uow, run)
    return run


async def advance(uow: UnitOfWork, run: GroupRun) -> list[UUID]:
    """Bring a run that the caller has locked as far as it can go now; returns the job runs that were queued.

    Members whose job ended without a word (it was called off, or its workers died too often) are ended, and those that
    an edge node has brought, or not; those whose others have ended begin; when all have ended the run does.
    """
    repository = GroupRepository(uow.session)
    steps = await repository.steps(run.id)
    jobs = await repository.jobs_of(steps)
    for step in steps:
        job = jobs.get(step.job_run_id) if step.job_run_id else None
        if step.delivery_id is not None:
            await delivering.look(uow, run, step)
        elif step.status in (QUEUED, WORKING) and job is not None and JobStatus(job.status) in FINAL:
            end_by_job(run, step, job)
    by_feed = {step.feed: step for step in steps}
    queued: list[UUID] = []
    # In the order of layers: what one of them brings about is seen by those behind it.
    for step in steps:
        if step.status == WAITING:
            queued += await _next(uow, run, step, [by_feed[feed] for feed in step.after])
    await _sum_up(uow, run, steps)
    return queued


async def bring_on(uow: UnitOfWork, delivery: UUID) -> None:
    """Bring on the runs with a member that waits for what an edge node was to bring."""
    repository = GroupRepository(uow.session)
    for key in await repository.waiting_for(delivery):
        await advance(uow, await repository.run(key, Scope.everything(), lock=True))


async def _next(uow: UnitOfWork, run: GroupRun, step: GroupStep, befores: Sequence[GroupStep]) -> list[UUID]:
    """Begin, leave out or leave waiting a member that waits for others."""
    if run.cancel_requested:
        end(step, CANCELLED)
    elif any(before.status not in ENDED for before in befores):
        return []
    elif run.on_failure == OnFailure.STOP and (bad := [one.feed for one in befores if one.status != WELL]):
        end(step, SKIPPED, "did not end well before: " + ", ".join(bad))
    elif step.not_before is None or step.not_before <= now():
        feeds = await GroupRepository(uow.session).feeds_named([step.feed])
        priority = weight_of(feeds[step.feed]) if step.feed in feeds else 0
        step.status, step.tries, step.not_before, step.delivery_id = QUEUED, step.tries + 1, None, None
        arguments = {"step": str(step.id), "feed": step.feed}
        queued = step.job_run_id = uow.defer(RUN_MEMBER, arguments, priority=priority)
        return [queued]
    return []


async def _sum_up(uow: UnitOfWork, run: GroupRun, steps: Sequence[GroupStep]) -> None:
    """Count how the members stand and end the run when all have ended."""
    states = [step.status for step in steps]
    run.done, run.failed, run.skipped = states.count(WELL), states.count(FAILED), states.count(SKIPPED)
    if ENDED.issuperset(states):
        run.finished_at = now()
        if run.done == run.total:
            run.status = RunStatus.SUCCEEDED.value
        else:
            run.status = (RunStatus.CANCELLED if run.cancel_requested else RunStatus.FAILED).value
    group = await uow.session.get(JobGroup, run.group_id)
    if group is not None and group.last_run_id == run.id:
        group.last_status = run.status
    await uow.session.flush()


async def cancel_run(uow: UnitOfWork, scope: Scope, key: UUID) -> None:
    """Call a run off: what waits never begins, what runs stops at its next report. One that has ended stays as it is.

    Raises UnknownGroupRun.
    """
    repository = GroupRepository(uow.session)
    run = await repository.run(key, scope, lock=True)
    if run.status == RUNNING:
        run.cancel_requested = True
        for step in await repository.steps(run.id):
            if step.delivery_id is not None:
                await delivering.call_off(uow, step)
            elif step.status in (QUEUED, WORKING) and step.job_run_id is not None:
                await cancel(uow, step.job_run_id)
        await uow.session.flush()
        await advance(uow, run)


async def continue_run(uow: UnitOfWork, scope: Scope, key: UUID) -> tuple[GroupRun, list[UUID]]:
    """Try again what did not end well in a run, in its order; what did stays. Returns the job runs queued at once.

    Raises UnknownGroupRun, GroupRunning when the group runs, NothingToRetry.
    """
    repository = GroupRepository(uow.session)
    found = await repository.run(key, scope)
    group = await repository.find(JobGroup, found.group_id)
    if group is None or group.removed_at is not None or found.status == RunStatus.SUCCEEDED.value:
        raise NothingToRetry(found.status)
    await repository.group(group.id, Scope.everything(), lock=True)
    run = await repository.run(key, scope, lock=True)
    last = await repository.last_run(group.id)
    if run.status == RUNNING or (last is not None and last.status == RUNNING):
        raise GroupRunning(group.title)
    for step in await repository.steps(run.id):
        if step.status != WELL:
            step.status, step.tries, step.job_run_id, step.not_before = WAITING, 0, None, None
            step.error = step.started_at = step.finished_at = step.delivery_id = None
    run.status, run.cancel_requested, run.finished_at = RUNNING, False, None
    await uow.session.flush()
    return run, await advance(uow, run)
