"""How far a running job is: told from any thread, stored now and then in a short transaction of its own."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from suwen.kernel.clock import now
from suwen.kernel.errors import SuwenError
from suwen.kernel.logs import scrub
from suwen.kernel.progress import NullProgress, Progress

STORE_EVERY_SECONDS = 0.5
"""Least time between two stored states."""
SIGN_OF_LIFE_SECONDS = 10.0
"""A run's `seen_at` is never older than this while its process lives."""


class JobCancelled(Exception):
    """Somebody asked the job to stop; raised at the job's next sign of progress."""


class JobPaused(JobCancelled):
    """Somebody asked the job to stop until it is resumed."""


def told_failure(error: Exception) -> str:
    """Return what is kept of an error that ended some work: an unexpected one's text may hold values of a row."""
    if isinstance(error, SuwenError):
        return error.detail
    return "cancelled" if isinstance(error, JobCancelled) else f"unexpected error: {type(error).__name__}"


class JobOverdue(SuwenError):
    """A run took longer than its task may."""

    title = "任务超时"
    code = "job_overdue"


class JobLost(Exception):
    """Another worker has taken the job over, because this one gave no sign of life for too long."""


@dataclass(frozen=True)
class Standing:
    """Where a job stands: `done` of `total` steps of a `stage`.

    parts: what each of its threads does now; rows: of the stage so far, where they are told.
    """

    stage: str | None = None
    done: int = 0
    total: int | None = None
    message: str | None = None
    stage_at: datetime = field(default_factory=now)
    parts: tuple[str, ...] = ()
    rows: int | None = None

    def columns(self) -> dict[str, Any]:
        """Return what a run's row says of it."""
        message = self.message and scrub(self.message)
        return {
            "stage": self.stage, "done": self.done, "total": self.total, "message": message,
            "stage_at": self.stage_at, "parts": [scrub(part) for part in self.parts], "rows": self.rows,
        }  # fmt: skip


Store = Callable[[Standing], Awaitable[None]]


class JobProgress:
    """The `Progress` of a job; may be used from the loop and from threads.

    Each report raises JobCancelled when the job is to stop, so a job that reports can be cancelled.
    """

    def __init__(self, check: Callable[[], None], watcher: Progress | None = None) -> None:
        self._check = check
        self._watcher = watcher or NullProgress()
        self._lock = threading.Lock()
        self._standing = Standing()
        self._changed = asyncio.Event()
        self._closed = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    @property
    def standing(self) -> Standing:
        """The latest report."""
        return self._standing

    def stage(self, title: str, total: int | None = None) -> None:
        """Begin a stage of `total` steps."""
        self._report(lambda _: Standing(title, 0, total))
        self._watcher.stage(title, total)

    def advance(self, n: int = 1) -> None:
        """Report `n` more finished steps."""
        self._report(lambda was: replace(was, done=was.done + n))
        self._watcher.advance(n)

    def message(self, text: str) -> None:
        """Tell what is happening now; never carries a direct identifier."""
        self._report(lambda was: replace(was, message=text))
        self._watcher.message(text)

    def working(self, parts: Sequence[str], rows: int | None = None) -> None:
        """Tell what each thread does now, and how many rows the stage has done; never carries a direct identifier."""
        if (tuple(parts), rows) != (self._standing.parts, self._standing.rows):
            self._report(lambda was: replace(was, parts=tuple(parts), rows=rows))

    def at(self, done: int, total: int | None = None, message: str | None = None) -> None:
        """Report the steps done so far; a total or message not given stays as it is."""
        before = self._standing
        if total is not None and total != before.total:
            self.stage(before.stage or "", total)
            before = self._standing
        self.advance(done - before.done)
        if message is not None:
            self.message(message)

    async def store_until_closed(self, store: Store) -> None:
        """Store each new standing, at most every STORE_EVERY_SECONDS, and a sign of life; ends when closed.

        Not by cancellation: that would break off a statement, and with it the connection.
        """
        while not self._closed.is_set():
            await _either(self._changed, SIGN_OF_LIFE_SECONDS)
            self._changed.clear()
            if not self._closed.is_set():
                await store(self._standing)
                await _either(self._closed, STORE_EVERY_SECONDS)

    def close(self) -> None:
        """End `store_until_closed`; what is not stored yet goes with the end of the run."""
        self._closed.set()
        self._changed.set()

    def _report(self, change: Callable[[Standing], Standing]) -> None:
        self._check()
        with self._lock:
            self._standing = change(self._standing)
        self._loop.call_soon_threadsafe(self._changed.set)


async def _either(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
