"""Jobs deferred, awaited and worked on, for the tests of jobs."""

import asyncio
import subprocess
import sys
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text

from suwen.kernel.database import Database
from suwen.kernel.jobs import (
    JobRun,
    JobStatus,
    run_worker,
)
from suwen.kernel.permissions import Principal
from suwen.kernel.scope import Scope
from tests.kernel.job_samples import FAST

ROOT = Path(__file__).parents[2]
USER = Principal(uuid.UUID(int=7), "wang", "王", frozenset(), Scope.of())


async def deferred(database: Database, name: str, priority: int = 0, **args: Any) -> uuid.UUID:
    async with database.unit_of_work(USER) as uow:
        return uow.defer(name, args, priority=priority)


async def run_of(database: Database, run_id: uuid.UUID) -> JobRun:
    async with database.unit_of_work() as uow:
        run = await uow.session.get(JobRun, run_id)
        assert run is not None
        return run


async def queued(database: Database) -> int:
    async with database.unit_of_work() as uow:
        return await uow.session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) or 0


@asynccontextmanager
async def working(database: Database, *queues: str) -> AsyncGenerator[None]:
    stop = asyncio.Event()
    worker = asyncio.create_task(run_worker(database, queues, stop, timing=FAST))
    try:
        yield
    finally:
        stop.set()
        await worker


async def until(database: Database, run_id: uuid.UUID, reached: Callable[[JobRun], bool]) -> JobRun:
    """Wait until a run has come so far."""
    while not reached(run := await run_of(database, run_id)):
        await asyncio.sleep(0.02)
    return run


async def noted(database: Database, text: str) -> None:
    """Have a note taken by the worker."""
    run_id = await deferred(database, "sample.note", text=text)
    await until(database, run_id, lambda run: run.status == JobStatus.SUCCEEDED)


async def emptied(database: Database) -> None:
    """Wait until the queue holds nothing."""
    while await queued(database):
        await asyncio.sleep(0.02)


def start_worker(database: Database, queue: str) -> subprocess.Popen[bytes]:
    """Start a worker in a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "tests.kernel.job_samples", database.dsn, queue], cwd=ROOT)
