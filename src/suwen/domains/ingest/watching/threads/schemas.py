"""What the API gives out of workers, tasks, receivers and edge nodes."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel

from suwen.domains.ingest.nodes.schemas import EdgeThread


class WorkerState(StrEnum):
    """How a worker stands: it runs something, it waits for work, it went in order, it was killed or cut off."""

    BUSY = "busy"
    IDLE = "idle"
    STOPPED = "stopped"
    DEAD = "dead"


class WorkerThread(BaseModel):
    """A worker process. queues: those it serves, with how many tasks it runs of each at once.

    cpu: per cent of one core; memory: bytes; threads: of the process; tasks: the names of those it runs now.
    """

    id: UUID
    host: str
    pid: int
    version: str
    state: WorkerState
    queues: dict[str, int]
    started_at: datetime
    seen_at: datetime
    stopped_at: datetime | None
    cpu: float
    memory: int
    threads: int
    tasks: list[str]


class TaskThread(BaseModel):
    """A task that runs, waits or is paused.

    done of total: steps of its present stage; parts: what each of its readers does now. rows, rows_per_second: of the
    stage where it tells them, else of the batches that it has brought in so far; None where neither is known.
    silent: its worker is gone, and it waits for another to take it over.
    """

    id: UUID
    name: str
    status: str
    queue: str
    feed: str | None
    source: str | None
    org_code: str | None
    stage: str | None
    done: int
    total: int | None
    message: str | None
    parts: list[str]
    rows: int | None
    rows_per_second: float | None
    attempts: int
    error: str | None
    requested_by: str | None
    created_at: datetime
    started_at: datetime | None
    seconds: float | None
    worker_id: UUID | None
    worker: str | None
    silent: bool
    stopping: bool


class ReceiverState(StrEnum):
    """How a receiver stands.

    standby: another process has the port. gone: its process has not told of itself for too long. open: the platform's
    own interface, which every serving process offers.
    """

    RECEIVING = "receiving"
    FAILED = "failed"
    STANDBY = "standby"
    GONE = "gone"
    OPEN = "open"


class ReceiverThread(BaseModel):
    """What takes messages in for a source. taken: since it began; of the platform's interface in the last hour."""

    source: str
    org_code: str
    channel: str
    host: str | None
    pid: int | None
    place: str
    state: ReceiverState
    since: datetime | None
    seen_at: datetime | None
    taken: int
    refused: int
    last_at: datetime | None
    error: str | None
    error_at: datetime | None


class QueueLength(BaseModel):
    """How many tasks wait in a queue, and since when the oldest does."""

    queue: str
    waiting: int
    oldest: datetime


class Threads(BaseModel):
    """All of it at one moment. platform: the caller sees the whole platform, and so its workers and queues.

    more: tasks of the scope that are left out, beyond the first so many.
    """

    at: datetime
    platform: bool
    workers: list[WorkerThread]
    tasks: list[TaskThread]
    more: int
    receivers: list[ReceiverThread]
    edges: list[EdgeThread]
    queues: list[QueueLength]
