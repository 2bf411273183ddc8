"""Jobs that the tests run, in this process or in another one that gets killed.

Run as a program it is a worker: `python -m tests.kernel.job_samples <database url> <queue>`.
"""

import asyncio
import os
import signal
import sys
from typing import Any

import anyio
from anyio import to_thread
from sqlalchemy.exc import OperationalError

from suwen.kernel.database import Database
from suwen.kernel.jobs import JobContext, Retry, WorkerTiming, job, run_worker
from suwen.kernel.settings import Settings

FAST = WorkerTiming(poll=0.1, heartbeat=0.1, stalled=1.0, grace=0.0)


class Transient(Exception):
    """An error that goes away."""


class Stage:
    """What the sample jobs of this process tell the test, and wait for."""

    def __init__(self) -> None:
        self.calls: list[Any] = []
        self.started = asyncio.Event()
        self.ended = asyncio.Event()
        self.barrier = asyncio.Barrier(2)
        self.running = 0
        self.most = 0


stage: Stage


def new_stage() -> Stage:
    """Begin a test."""
    global stage
    stage = Stage()
    return stage


@job("sample.note", queue="sample")
async def note(ctx: JobContext, text: str) -> dict[str, str]:
    """Note the call, and that no other one runs."""
    stage.running += 1
    stage.most = max(stage.most, stage.running)
    stage.calls.append(text)
    await anyio.sleep(0)
    stage.running -= 1
    return {"noted": text}


@job("sample.important", queue="sample", priority=5)
async def important(ctx: JobContext, text: str) -> None:
    """Note the call."""
    stage.calls.append(text)


@job("sample.meet", queue="sample_pair", concurrency=2)
async def meet(ctx: JobContext) -> None:
    """End only when another one runs at the same time."""
    await stage.barrier.wait()


@job("sample.locked", queue="sample_many", concurrency=4, lock=lambda args: args["key"])
async def locked(ctx: JobContext, key: str) -> None:
    """Note how many of the same key run at once."""
    stage.running += 1
    stage.most = max(stage.most, stage.running)
    for _ in range(20):
        await anyio.sleep(0)
    stage.running -= 1


@job("sample.hold", queue="sample_many", concurrency=4)
async def hold(ctx: JobContext) -> None:
    """Run until the test says so."""
    stage.running += 1
    stage.most = max(stage.most, stage.running)
    while not stage.ended.is_set():
        await ctx.progress(1)
        await anyio.sleep(0.02)
    stage.running -= 1


@job("sample.flaky", queue="sample", retry=Retry(on=(Transient,), times=2, wait_seconds=0))
async def flaky(ctx: JobContext, failures: int, error: str = "Transient") -> int:
    """Fail some times, then end; tells the attempt."""
    stage.calls.append(ctx.attempt)
    if ctx.attempt <= failures:
        if error == "OperationalError":
            raise OperationalError("SELECT 1", None, Exception("gone"))
        raise {"Transient": Transient, "ValueError": ValueError}[error]("身份证 33010219900101123X 无法解析")
    return ctx.attempt


@job("sample.endless", queue="sample")
async def endless(ctx: JobContext, in_thread: bool = False) -> None:
    """Go on until cancelled; a second start ends at once."""
    if ctx.attempt > 1:
        return

    def work() -> None:
        while True:
            ctx.reporter.advance()

    stage.started.set()
    try:
        if in_thread:
            await to_thread.run_sync(work)
        while True:
            await ctx.progress(1, 2, "half")
    finally:
        stage.ended.set()


@job("sample.outlives", queue="sample")
async def outlives(ctx: JobContext, asks: bool = False) -> int:
    """End when told to. asks: with a question to the database."""
    stage.started.set()
    await stage.ended.wait()
    if asks:
        async with ctx.database.unit_of_work() as uow:
            await uow.ping()
    return ctx.attempt


@job("sample.steps", queue="sample")
async def steps(ctx: JobContext, total: int) -> int:
    """Report each step, in a stage."""
    ctx.reporter.stage("counting", total)
    for _ in range(total):
        ctx.reporter.advance()
    await ctx.progress(total, total, "电话 13912345678 已处理")
    return total


@job("sample.parts", queue="sample")
async def parts(ctx: JobContext) -> None:
    """Tell what two threads do, until cancelled."""
    ctx.reporter.stage("reading", 100)
    while True:
        ctx.reporter.working(["1/2", "电话 13912345678"], 5)
        await ctx.progress(1)


@job("sample.deadly", queue="sample_deadly")
async def deadly(ctx: JobContext, deaths: int) -> int:
    """Kill the worker at the first starts, end at a later one."""
    if ctx.attempt <= deaths:
        os.kill(os.getpid(), signal.SIGKILL)
    return ctx.attempt


@job("sample.unkeepable", queue="sample")
async def unkeepable(ctx: JobContext) -> Any:
    """Return what JSON cannot hold."""
    return object()


async def main(url: str, queue: str) -> None:
    """Be a worker."""
    await run_worker(Database(url, pool_size=2), [queue], settings=Settings(), timing=FAST)


if __name__ == "__main__":
    anyio.run(main, *sys.argv[1:])
