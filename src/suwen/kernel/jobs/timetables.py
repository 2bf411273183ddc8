"""Work that begins when its moment has come: a room keeps the moments, the workers ask it every few seconds."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.jobs.definition import InvalidJob
from suwen.kernel.logs import get_logger

Timetable: TypeAlias = Callable[[UnitOfWork], Awaitable[int]]
_log = get_logger()
_timetables: dict[str, Timetable] = {}


def timetable(name: str) -> Callable[[Timetable], Timetable]:
    """Declare an async function that queues what is due and notes when it is due next, in the same commit (decorator).

    Any number of workers ask it at once, so it takes the rows that it changes by `FOR UPDATE SKIP LOCKED`. It returns
    how much it began. Raises InvalidJob for a name that is taken.
    """

    def declare(function: Timetable) -> Timetable:
        known = _timetables.setdefault(name, function)
        if (known.__module__, known.__qualname__) != (function.__module__, function.__qualname__):
            raise InvalidJob(f"timetable {name!r} is declared twice")
        return function

    return declare


async def begin_due(database: Database) -> dict[str, int]:
    """Ask every timetable once; returns how much each began. One that fails does not keep the others from beginning."""
    begun: dict[str, int] = {}
    for name, function in sorted(_timetables.items()):
        try:
            async with database.unit_of_work() as uow:
                begun[name] = await function(uow)
        except Exception:
            _log.warning("a timetable failed", timetable=name, exc_info=True)
    return begun
