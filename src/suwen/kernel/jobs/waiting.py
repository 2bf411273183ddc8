"""Why a run has not begun: what it waits for, how many are before it, when it will begin by what such runs take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text

from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.jobs.claiming import Bar, NodeUse, bar, rules_of, use_of
from suwen.kernel.jobs.definition import find_job
from suwen.kernel.jobs.models import JobEvent, JobRule, JobRun, JobSetting, JobStatus, JobWorker
from suwen.kernel.jobs.presence import DEAD_AFTER
from suwen.kernel.words import Words

USUAL_RUNS = 20
"""Of how many runs of a task, the newest, its usual length is taken."""
_ENTRY = text("SELECT lock, scheduled_at, status::text FROM procrastinate_jobs WHERE id = :number")
_HOLDER = text(
    """
    SELECT r.name FROM procrastinate_jobs AS q LEFT JOIN job_run AS r ON r.id = (q.args ->> 'run_id')::uuid
    WHERE q.lock = :lock AND q.id <> :number
      AND (q.status = 'doing' OR (q.status = 'todo' AND (q.priority > :priority OR q.id < :number))) LIMIT 1
    """
)
_AHEAD = text(
    """
    SELECT r.name, count(*) FROM procrastinate_jobs AS q
    JOIN procrastinate_jobs AS mine ON mine.id = :number JOIN job_run AS r ON r.id = (q.args ->> 'run_id')::uuid
    WHERE q.queue_name = mine.queue_name AND q.status = 'todo'
      AND (q.scheduled_at IS NULL OR q.scheduled_at <= now())
      AND (q.priority > mine.priority OR (q.priority = mine.priority AND q.id < mine.id))
    GROUP BY r.name
    """
)


@dataclass(frozen=True)
class Waiting:
    """What a run waits for. ahead: runs of its queue that begin before it; begins_at: when it will, None unknown."""

    reason: Words
    ahead: int = 0
    begins_at: datetime | None = None


async def why_waiting(uow: UnitOfWork, run: JobRun) -> Waiting | None:
    """Return why a run has not begun, None for one that runs or has ended."""
    if run.status == JobStatus.PAUSED:
        return Waiting(Words("已暂停，等待恢复", "paused until somebody resumes it"))
    if run.status not in (JobStatus.QUEUED, JobStatus.WAITING) or run.queue_id is None:
        return None
    entry = (await uow.session.execute(_ENTRY, {"number": run.queue_id})).one_or_none()
    if entry is None or entry.status != "todo":
        return None
    if entry.scheduled_at is not None and entry.scheduled_at > now():
        return Waiting(Words("等待重试", "waits for its next try"), begins_at=entry.scheduled_at)
    held = {"lock": entry.lock, "number": run.queue_id, "priority": run.priority}
    if entry.lock is not None and (holder := (await uow.session.execute(_HOLDER, held)).first()) is not None:
        name = holder.name or ""
        return Waiting(Words(f"同一对象的任务 {name} 先行", f"{name}, which works on the same, goes first"))
    return await _for_place(uow, run)


async def _for_place(uow: UnitOfWork, run: JobRun) -> Waiting:
    alive = JobWorker.stopped_at.is_(None), JobWorker.seen_at > now() - DEAD_AFTER
    serving = [one for one in await uow.session.scalars(select(JobWorker).where(*alive)) if run.queue in one.queues]
    if not serving:
        return Waiting(Words(f"没有处理队列 {run.queue} 的工作进程", f"no worker serves the queue {run.queue}"))
    ahead = {name: int(count) for name, count in await uow.session.execute(_AHEAD, {"number": run.queue_id})}
    count = sum(ahead.values())
    bars = await _bars(uow, run, sorted({one.host for one in serving}))
    if bars and all(found is not None for found in bars.values()):
        told = [(node, found) for node, found in bars.items() if found is not None]
        reason = Words(
            "；".join(f"节点 {node}：{found.reason.zh}" for node, found in told),
            "; ".join(f"node {node}: {found.reason.en}" for node, found in told),
        )
        return Waiting(reason, count, min((found.until for _, found in told if found.until), default=None))
    running = JobRun.queue == run.queue, JobRun.status == JobStatus.RUNNING.value
    busy = list(await uow.session.scalars(select(JobRun).where(*running)))
    places = sum(int(one.queues[run.queue]) for one in serving)
    begins = await _begins(uow, ahead, busy, places)
    if len(busy) >= places:
        reason = Words(f"队列 {run.queue} 的 {places} 个位置都在运行", f"all {places} places of {run.queue} are taken")
    elif count:
        reason = Words("排在前面的任务先行", "others go before it")
    else:
        reason = Words("即将开始", "about to begin")
    return Waiting(reason, count, begins)


async def _bars(uow: UnitOfWork, run: JobRun, nodes: Sequence[str]) -> dict[str, Bar | None]:
    job = find_job(run.name)
    if job is None:
        return {}
    return {node: bar(job, await rules_of(uow, node), await use_of(uow, node), now()) for node in nodes}


async def _begins(uow: UnitOfWork, ahead: Mapping[str, int], busy: Sequence[JobRun], places: int) -> datetime | None:
    """Return when a place is free for a run: what goes before it, and what runs, by how long such runs usually take."""
    if len(busy) + sum(ahead.values()) < places:
        return now()
    known = await usual_seconds(uow)
    if not {*ahead, *(run.name for run in busy)} <= known.keys():
        return None
    left = [max(known[run.name] - _age(run), 0.0) for run in busy]
    seconds = sum(left) + sum(known[name] * count for name, count in ahead.items())
    return now() + timedelta(seconds=seconds / places)


def _age(run: JobRun) -> float:
    return (now() - run.started_at).total_seconds() if run.started_at else 0.0


async def usual_seconds(uow: UnitOfWork) -> dict[str, float]:
    """Return, by task, the median of what its newest runs took that succeeded; of tasks that have such runs."""
    took = func.extract("epoch", JobRun.finished_at - JobRun.started_at).label("seconds")
    place = func.row_number().over(partition_by=JobRun.name, order_by=JobRun.created_at.desc()).label("place")
    ended = JobRun.status == JobStatus.SUCCEEDED.value, JobRun.started_at.is_not(None)
    newest = select(JobRun.name, took, place).where(*ended).subquery()
    middle = func.percentile_cont(0.5).within_group(newest.c.seconds)
    query = select(newest.c.name, middle).where(newest.c.place <= USUAL_RUNS).group_by(newest.c.name)
    return {name: float(seconds) for name, seconds in await uow.session.execute(query)}


async def node_use(uow: UnitOfWork, node: str) -> tuple[NodeUse, Sequence[JobRule]]:
    """Return what of a node is in use, and the rules that it stands under."""
    return await use_of(uow, node), await rules_of(uow, node)


async def job_settings(uow: UnitOfWork) -> list[JobSetting]:
    """Return what people set of kinds of task."""
    return list(await uow.session.scalars(select(JobSetting)))


@dataclass(frozen=True)
class Moment:
    """A moment of a run's life: the status that it took, by which worker (``host:pid``), and why."""

    at: datetime
    status: str
    attempt: int
    worker: str | None
    error: str | None


async def life_of(uow: UnitOfWork, run: UUID) -> list[Moment]:
    """Return the moments of a run's life, the first first."""
    query = select(JobEvent, JobWorker).outerjoin(JobWorker, JobWorker.id == JobEvent.worker_id)
    found = await uow.session.execute(query.where(JobEvent.run_id == run).order_by(JobEvent.id))
    return [
        Moment(event.at, event.status, event.attempt, f"{worker.host}:{worker.pid}" if worker else None, event.error)
        for event, worker in found
    ]
