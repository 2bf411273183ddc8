"""What a worker tells of itself: that it is there, how busy its machine's part is, that it goes."""

import asyncio
import os
import socket
from collections.abc import Mapping
from datetime import timedelta
from importlib.metadata import version
from uuid import UUID

import psutil
from sqlalchemy import delete, or_, select, update

from suwen.kernel.clock import now
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.jobs.models import JobWorker
from suwen.kernel.logs import get_logger

DEAD_AFTER = timedelta(seconds=45)
"""A worker that has not told of itself for so long is held dead, as the queue does with its tasks."""
KEPT = timedelta(days=7)
"""How long a worker that is gone is remembered."""
log = get_logger(__name__)


async def appear(database: Database, worker_id: UUID, queues: Mapping[str, int]) -> None:
    """Tell that a worker begins, on the queues with their concurrency; what is long gone is forgotten."""
    async with database.unit_of_work() as uow:
        await uow.session.execute(delete(JobWorker).where(JobWorker.seen_at < now() - KEPT))
        uow.session.add(
            JobWorker(
                id=worker_id, host=socket.gethostname(), pid=os.getpid(), version=version("suwen"), queues=dict(queues)
            )
        )


async def live(database: Database, worker_id: UUID, queues: Mapping[str, int], every: float) -> None:
    """Tell every so many seconds that a worker is there, until cancelled; a database that is away is asked again."""
    process, known = psutil.Process(), False
    while True:
        try:
            if not known:
                await appear(database, worker_id, queues)
                known = True
            with process.oneshot():
                figures = {
                    "cpu": process.cpu_percent(),
                    "memory": process.memory_info().rss,
                    "threads": process.num_threads(),
                }
            async with database.unit_of_work() as uow:
                mine = update(JobWorker).where(JobWorker.id == worker_id)
                await uow.session.execute(mine.values(seen_at=now(), **figures))
        except Exception:
            log.warning("sign of life not stored", worker=str(worker_id), exc_info=True)
        await asyncio.sleep(every)


async def leave(database: Database, worker_id: UUID) -> None:
    """Tell that a worker ends; where the database is away it will be taken for dead."""
    try:
        async with database.unit_of_work() as uow:
            mine = update(JobWorker).where(JobWorker.id == worker_id)
            await uow.session.execute(mine.values(stopped_at=now(), seen_at=now()))
    except Exception:
        log.warning("farewell not stored", worker=str(worker_id), exc_info=True)


async def workers(uow: UnitOfWork, gone_since: timedelta = timedelta(hours=24)) -> list[JobWorker]:
    """Return the workers that are there, and those that went or died in the last hours, newest first."""
    query = select(JobWorker).where(or_(JobWorker.stopped_at.is_(None), JobWorker.stopped_at > now() - gone_since))
    query = query.where(JobWorker.seen_at > now() - gone_since).order_by(JobWorker.started_at.desc())
    return list(await uow.session.scalars(query))
