"""A few pieces of work at a time."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar, cast

import anyio

T = TypeVar("T")


async def side_by_side(items: Iterable[T], work: Callable[[T], Awaitable[object]], at_a_time: int) -> None:
    """Do the work for every item, `at_a_time` of them at once, begun in their order.

    The first error ends the others and is raised as it is, not in a group: callers declare retries by its class.
    """
    waiting = iter(items)

    async def worker() -> None:
        for item in waiting:
            await work(item)

    try:
        async with anyio.create_task_group() as group:
            for _ in range(at_a_time):
                group.start_soon(worker)
    except BaseExceptionGroup as errors:
        raise _first(errors) from None


def _first(errors: BaseException) -> BaseException:
    found: Any = errors
    while isinstance(found, BaseExceptionGroup):
        found = cast(Any, found).exceptions[0]
    return cast(BaseException, found)
