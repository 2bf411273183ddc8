"""What a node of work has resources for: the rules that stand, what they bar now, and the claim that heeds them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, text

from suwen.kernel.clock import LOCAL_ZONE, now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.jobs.definition import JobDefinition, job_definitions
from suwen.kernel.jobs.models import RUN_TASK, JobRule, JobWorker
from suwen.kernel.jobs.presence import DEAD_AFTER
from suwen.kernel.jobs.windows import opened
from suwen.kernel.words import Words

ALL = "*"
_LOCK = 0x6A6F_6273
_RUNNING = text(
    """
    SELECT r.name, count(*) FROM procrastinate_jobs AS q
    JOIN job_run AS r ON r.id = (q.args ->> 'run_id')::uuid JOIN job_worker AS w ON w.id = r.worker_id
    WHERE q.status = 'doing' AND q.task_name = :task AND w.host = :host GROUP BY r.name
    """
)
# As the queue's own procrastinate_fetch_job_v2 chooses, but for the jobs that are barred.
_CLAIM = text(
    """
    WITH candidate AS (
        SELECT q.id FROM procrastinate_jobs AS q
        LEFT JOIN job_run AS r ON q.task_name = :task AND r.id = (q.args ->> 'run_id')::uuid
        WHERE q.status = 'todo' AND q.queue_name = ANY(:queues)
          AND (q.scheduled_at IS NULL OR q.scheduled_at <= now())
          AND (r.name IS NULL OR r.name <> ALL(:barred))
          AND NOT EXISTS (
            SELECT 1 FROM procrastinate_jobs AS o WHERE q.lock IS NOT NULL AND o.lock = q.lock AND (
                o.status = 'doing' OR (o.status = 'todo' AND (
                    o.priority > q.priority OR (o.priority = q.priority AND o.id < q.id)))))
        ORDER BY q.priority DESC, q.id LIMIT 1 FOR UPDATE OF q SKIP LOCKED
    )
    UPDATE procrastinate_jobs AS t SET status = 'doing', worker_id = :worker FROM candidate WHERE t.id = candidate.id
    RETURNING t.id, t.status::text, t.task_name, t.priority, t.lock, t.queueing_lock, t.args, t.scheduled_at,
              t.queue_name, t.attempts, t.worker_id
    """
)
_MINE = text("UPDATE job_run SET worker_id = :own WHERE id = :run")


@dataclass(frozen=True)
class Bar:
    """Why a job cannot begin on a node now, in words; until: when it may, where the clock alone decides."""

    reason: Words
    until: datetime | None = None


@dataclass(frozen=True)
class NodeUse:
    """What of a node is in use: runs by job name, bytes that its workers hold."""

    running: Mapping[str, int]
    memory: int


async def rules_of(uow: UnitOfWork, node: str) -> Sequence[JobRule]:
    """Return the rules in force that a node stands under."""
    query = select(JobRule).where(JobRule.enabled, or_(JobRule.node == node, JobRule.node == ALL))
    return list(await uow.session.scalars(query.order_by(JobRule.node, JobRule.kind, JobRule.id)))


async def use_of(uow: UnitOfWork, node: str) -> NodeUse:
    """Return what of a node is in use."""
    running = (await uow.session.execute(_RUNNING, {"task": RUN_TASK, "host": node})).all()
    alive = JobWorker.host == node, JobWorker.stopped_at.is_(None), JobWorker.seen_at > now() - DEAD_AFTER
    memory = await uow.session.scalar(select(func.coalesce(func.sum(JobWorker.memory), 0)).where(*alive))
    return NodeUse({name: int(count) for name, count in running}, int(memory or 0))


def bar(job: JobDefinition, rules: Sequence[JobRule], use: NodeUse, moment: datetime) -> Bar | None:
    """Return the first rule's reason why a job cannot begin on a node now, or None when it can."""
    for rule in rules:
        if covers(rule, job) and (found := _barred_by(rule, use, moment.astimezone(LOCAL_ZONE))) is not None:
            return found
    return None


def covers(rule: JobRule, job: JobDefinition) -> bool:
    """Return whether a rule is about a job."""
    return rule.kind in (ALL, job.queue, job.name)


def _barred_by(rule: JobRule, use: NodeUse, moment: datetime) -> Bar | None:
    if rule.at_once is not None:
        busy = sum(use.running.get(job.name, 0) for job in job_definitions() if covers(rule, job))
        if rule.at_once == 0:
            return Bar(Words(f"规则「{rule.kind}」不许在此节点运行", f'rule "{rule.kind}" takes none of these here'))
        if busy >= rule.at_once:
            many = f"{busy}/{rule.at_once}"
            return Bar(Words(f"「{rule.kind}」同时任务数已满 {many}", f'places of "{rule.kind}" are taken: {many}'))
    if rule.window_from is not None and rule.window_to is not None:
        begins = opened(moment, time.fromisoformat(rule.window_from), time.fromisoformat(rule.window_to))
        if begins != moment:
            span = f"{rule.window_from}-{rule.window_to}"
            return Bar(Words(f"不在时段 {span}", f"outside the window {span}"), begins)
    # Beside nothing else it begins whatever is held: memory that no task gives back would bar it for ever.
    if rule.memory_mb is not None and use.memory >= rule.memory_mb * 1_000_000 and sum(use.running.values()):
        held = f"{use.memory // 1_000_000}/{rule.memory_mb} MB"
        return Bar(Words(f"内存已达上限 {held}", f"memory is at its limit: {held}"))
    return None


async def barred_jobs(uow: UnitOfWork, worker: UUID) -> list[str] | None:
    """Return the names of the jobs that a worker's node has nothing left for, None where no rule is about it.

    Until the end of the unit of work no other worker of the node asks, so that what is free is given away once.
    """
    if not await uow.session.scalar(select(JobRule.id).where(JobRule.enabled).limit(1)):
        return None
    node = await uow.session.scalar(select(JobWorker.host).where(JobWorker.id == worker))
    if node is None:
        # It has not told yet where it is: what it took would not be counted.
        return [job.name for job in job_definitions()]
    rules = await rules_of(uow, node)
    if not rules:
        return None
    await uow.session.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(node))))
    use, moment = await use_of(uow, node), now()
    return [job.name for job in job_definitions() if bar(job, rules, use, moment) is not None]


async def claim(
    uow: UnitOfWork, own: UUID, worker: int, queues: Sequence[str], barred: Collection[str]
) -> dict[str, Any] | None:
    """Take the queues' most urgent task that is not barred for a worker (`own`; `worker` in the queue), or None."""
    values = {"task": RUN_TASK, "queues": list(queues), "barred": list(barred), "worker": worker}
    row = (await uow.session.execute(_CLAIM, values)).mappings().one_or_none()
    if row is None:
        return None
    if row["task_name"] == RUN_TASK:
        await uow.session.execute(_MINE, {"own": own, "run": row["args"]["run_id"]})
    return dict(row)
