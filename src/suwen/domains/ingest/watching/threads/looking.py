"""Workers, tasks and receivers as they are at one moment."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from suwen.domains.ingest.models import IngestReceiver
from suwen.domains.ingest.nodes.standing import standing
from suwen.domains.ingest.receiving.standing import FAILED, RECEIVING
from suwen.domains.ingest.receiving.standing_repository import ReceiverRepository
from suwen.domains.ingest.watching.threads.repository import Task, TaskRepository
from suwen.domains.ingest.watching.threads.schemas import (
    QueueLength,
    ReceiverState,
    ReceiverThread,
    TaskThread,
    Threads,
    WorkerState,
    WorkerThread,
)
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.jobs import DEAD_AFTER, JobStatus, JobWorker, cancel, pause, resume, workers
from suwen.kernel.scope import Scope

MOST_TASKS = 200
MOST_PUSHED = 10_000
PUSHED_SINCE = timedelta(hours=1)


async def threads(uow: UnitOfWork, scope: Scope) -> Threads:
    """Return what runs for the scope's institutions; workers and queues only for who sees the whole platform."""
    moment, repository = now(), TaskRepository(uow.session)
    platform = scope.orgs is None
    known = await workers(uow)
    found, total = await repository.tasks(scope, MOST_TASKS)
    rows = await repository.rows([one.run.id for one in found if one.run.status == JobStatus.RUNNING])
    there = {one.id: one for one in known}
    tasks = [_task(one, there.get(one.run.worker_id or one.run.id), rows, moment) for one in found]
    return Threads(
        at=moment,
        platform=platform,
        workers=_workers(known, await repository.on_workers(), moment) if platform else [],
        tasks=tasks,
        more=total - len(tasks),
        receivers=await _receivers(ReceiverRepository(uow.session), scope, moment),
        edges=await standing(uow, scope),
        queues=[QueueLength(queue=name, waiting=count, oldest=oldest) for name, count, oldest in
                await repository.queues()] if platform else [],
    )  # fmt: skip


def _workers(known: Iterable[JobWorker], tasks: Mapping[UUID, list[str]], moment: datetime) -> list[WorkerThread]:
    told: list[WorkerThread] = []
    for one in known:
        state = _state(one, moment)
        mine = tasks.get(one.id, []) if state == WorkerState.IDLE else []
        told.append(
            WorkerThread(
                id=one.id, host=one.host, pid=one.pid, version=one.version, queues=one.queues,
                state=WorkerState.BUSY if mine else state, started_at=one.started_at, seen_at=one.seen_at,
                stopped_at=one.stopped_at, cpu=one.cpu, memory=one.memory, threads=one.threads, tasks=mine,
            )
        )  # fmt: skip
    order = list(WorkerState)
    return sorted(told, key=lambda one: (order.index(one.state), one.host, one.pid))


def _state(one: JobWorker, moment: datetime) -> WorkerState:
    if one.stopped_at is not None:
        return WorkerState.STOPPED
    return WorkerState.DEAD if one.seen_at < moment - DEAD_AFTER else WorkerState.IDLE


def _task(one: Task, worker: JobWorker | None, brought: Mapping[UUID, int], moment: datetime) -> TaskThread:
    run = one.run
    running = run.status == JobStatus.RUNNING
    gone = worker is not None and _state(worker, moment) in (WorkerState.DEAD, WorkerState.STOPPED)
    rows, since = (run.rows, run.stage_at) if run.rows is not None else (brought.get(run.id), run.started_at)
    seconds = (moment - since).total_seconds() if since else 0.0
    return TaskThread(
        id=run.id, name=run.name, status=run.status, queue=run.queue, feed=one.feed, source=one.source,
        org_code=one.org_code, stage=run.stage, done=run.done, total=run.total, message=run.message,
        parts=run.parts, rows=rows if running else None, attempts=run.attempts, error=run.error,
        rows_per_second=rows / seconds if running and rows and seconds > 0 else None,
        requested_by=run.requested_by_name, created_at=run.created_at, started_at=run.started_at,
        seconds=(moment - run.started_at).total_seconds() if running and run.started_at else None,
        worker_id=run.worker_id if running else None, worker=f"{worker.host}:{worker.pid}" if worker else None,
        silent=running and gone, stopping=running and (run.cancel_requested or run.pause_requested),
    )  # fmt: skip


async def _receivers(repository: ReceiverRepository, scope: Scope, moment: datetime) -> list[ReceiverThread]:
    known = await repository.receivers(scope)
    heard = {
        (one.source, one.channel) for one in known if one.state == RECEIVING and one.seen_at >= moment - DEAD_AFTER
    }
    told: list[ReceiverThread] = []
    for one in known:
        state = _receiver_state(one, moment, heard=(one.source, one.channel) in heard)
        if state == ReceiverState.GONE and (one.source, one.channel) in heard:
            # Another process has taken its place.
            continue
        values: dict[str, Any] = {name: getattr(one, name) for name in ReceiverThread.model_fields if name in _KEPT}
        told.append(ReceiverThread(**values, state=state, refused=0))
    for one in await repository.pushes(scope, moment - PUSHED_SINCE, MOST_PUSHED):
        told.append(
            ReceiverThread(
                **dict(one), channel="push", host=None, pid=None, place=f"/api/ingest/receive/{one['source']}",
                state=ReceiverState.OPEN, since=None, seen_at=None, error=None, error_at=None,
            )
        )  # fmt: skip
    order = {ReceiverState.FAILED: 0, ReceiverState.GONE: 1}
    return sorted(told, key=lambda one: (order.get(one.state, 2), one.source, one.channel))


_KEPT = frozenset(
    {"source", "org_code", "channel", "host", "pid", "place", "since", "seen_at", "taken", "last_at", "error"}
    | {"error_at"}
)


def _receiver_state(one: IngestReceiver, moment: datetime, *, heard: bool) -> ReceiverState:
    if one.seen_at < moment - DEAD_AFTER:
        return ReceiverState.GONE
    if one.state == FAILED:
        return ReceiverState.STANDBY if heard and one.channel == "mllp" else ReceiverState.FAILED
    return ReceiverState.RECEIVING


async def call_off(uow: UnitOfWork, scope: Scope, key: UUID) -> None:
    """Cancel a task; one that has ended is left as it is. Raises UnknownTask."""
    await cancel(uow, await TaskRepository(uow.session).taken(key, scope))


async def halt(uow: UnitOfWork, scope: Scope, key: UUID) -> None:
    """Have a task wait until it is resumed; what it has read in pieces is kept. Raises UnknownTask."""
    await pause(uow, await TaskRepository(uow.session).taken(key, scope))


async def go_on(uow: UnitOfWork, scope: Scope, key: UUID) -> None:
    """Let a paused task go on. Raises UnknownTask."""
    await resume(uow, await TaskRepository(uow.session).taken(key, scope))
