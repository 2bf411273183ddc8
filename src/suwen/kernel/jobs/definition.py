"""How a job is declared: its name, queue, what is worth a retry, what must not run twice at once."""

import inspect
import json
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeAlias, TypeVar

from suwen.kernel.errors import Invalid, NotFound
from suwen.kernel.words import Words

if TYPE_CHECKING:
    from suwen.kernel.jobs.context import JobContext

P = ParamSpec("P")
R = TypeVar("R")
JobFunction: TypeAlias = Callable[Concatenate["JobContext", P], Awaitable[R]]
LockOf: TypeAlias = Callable[[Mapping[str, Any]], str | None]


class UnknownJob(NotFound):
    """No job of that name is declared."""

    title = "没有此任务"


class InvalidJobArguments(Invalid):
    """The arguments do not fit the job's function, or cannot be kept as JSON."""

    title = "任务参数不符"


class InvalidJob(Exception):
    """Declarations contradict each other; raised at import, never while serving."""


@dataclass(frozen=True)
class Retry:
    """Which errors are worth another try, how often, and how long to wait: `wait_seconds` × `growth`^(failure - 1).

    longest: seconds that a wait never exceeds.
    """

    on: tuple[type[Exception], ...]
    times: int = 3
    wait_seconds: float = 10.0
    growth: float = 2.0
    longest: float = math.inf

    def wait_after(self, error: Exception, failures: int) -> float | None:
        """Return the seconds to wait after the `failures`-th failure, or None when the job is to be given up."""
        if not isinstance(error, self.on) or failures > self.times:
            return None
        return min(self.longest, self.wait_seconds * self.growth ** (failures - 1))


NAMELESS = Words("", "")
NEVER = Retry(on=(), times=0)


@dataclass(frozen=True)
class JobDefinition:
    """A declared job. `concurrency` is that of its queue: how many of the queue's jobs one worker process runs."""

    name: str
    function: Callable[..., Awaitable[Any]] = field(repr=False)
    queue: str
    concurrency: int
    retry: Retry
    priority: int
    lock: LockOf | None
    daily: bool = False
    title: Words = NAMELESS

    def check(self, args: Mapping[str, Any]) -> None:
        """Raise InvalidJobArguments unless the function takes these arguments and JSON can hold them."""
        signature = inspect.signature(self.function)
        names = list(signature.parameters)[1:]
        try:
            signature.bind(None, **args)
            json.dumps(args)
        except (TypeError, ValueError) as error:
            # Names only: a value may be anything.
            raise InvalidJobArguments(f"{self.name}: {error}", received=sorted(args), allowed=names) from error


_jobs: dict[str, JobDefinition] = {}


def job(
    name: str,
    *,
    queue: str,
    title: tuple[str, str] = ("", ""),
    concurrency: int = 1,
    retry: Retry = NEVER,
    priority: int = 0,
    lock: LockOf | None = None,
    daily: bool = False,
) -> Callable[[JobFunction[P, R]], JobFunction[P, R]]:
    """Declare an async function as a job (decorator).

    Example::

        @job("ingest.run_feed", queue="ingest", retry=Retry(on=(SourceDown,), times=3))
        async def run_feed(ctx: JobContext, feed: str) -> dict[str, int]: ...

    Arguments and the returned value must be JSON-able. A worker that dies is replaced by another, which starts the job
    anew: it must be safe to run again. lock: a text made of the arguments; runs of the same text never overlap.
    daily: it takes no arguments and is begun once each business day by the workers of its queue, however many run, and
    at once by one that was started after days without any. title: what people call it, in Chinese and in English.
    Raises InvalidJob when the name is taken, or jobs of one queue disagree on its concurrency.
    """

    def declare(function: JobFunction[P, R]) -> JobFunction[P, R]:
        known = _jobs.get(name)
        if known and _place(known.function) != _place(function):
            raise InvalidJob(f"job {name!r} is declared by {_place(known.function)} and {_place(function)}")
        others = {d.concurrency for d in _jobs.values() if d.queue == queue and d.name != name}
        if others - {concurrency}:
            raise InvalidJob(f"jobs of queue {queue!r} disagree on its concurrency: {sorted(others | {concurrency})}")
        if not inspect.iscoroutinefunction(function):
            raise InvalidJob(f"job {name!r} must be an async function")
        _jobs[name] = JobDefinition(name, function, queue, concurrency, retry, priority, lock, daily, Words(*title))
        return function

    return declare


def job_definition(name: str) -> JobDefinition:
    """Return a declared job. Raises UnknownJob."""
    if name not in _jobs:
        raise UnknownJob("没有此任务", received=name, allowed=sorted(_jobs))
    return _jobs[name]


def find_job(name: str) -> JobDefinition | None:
    """Return a declared job, or None: a run may be of another version of the product."""
    return _jobs.get(name)


def job_definitions() -> tuple[JobDefinition, ...]:
    """Return all declared jobs, by name."""
    return tuple(_jobs[name] for name in sorted(_jobs))


def _place(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"
