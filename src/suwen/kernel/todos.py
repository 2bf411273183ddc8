"""What waits for somebody: each room declares its to-dos, the home page shows those that are not at zero."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from suwen.kernel.database import UnitOfWork
from suwen.kernel.permissions import Principal


@dataclass(frozen=True)
class Todo:
    """Something that holders of a permission are to do; `count` says how much of it waits for the caller.

    path: the screen where it is done, with the filters that show just that.
    """

    name: str
    title: str
    title_en: str
    path: str
    permission: str
    count: Callable[[UnitOfWork, Principal], Awaitable[int]]


class TodoOut(BaseModel):
    """One kind of to-do that waits for the caller, and how many."""

    name: str
    title: str
    title_en: str
    path: str
    count: int


async def todos_of(todos: Sequence[Todo], uow: UnitOfWork, principal: Principal) -> list[TodoOut]:
    """Return what waits for a principal, without what is at zero."""
    found: list[TodoOut] = []
    for todo in todos:
        if principal.may(todo.permission) and (count := await todo.count(uow, principal)):
            found.append(TodoOut(name=todo.name, title=todo.title, title_en=todo.title_en, path=todo.path, count=count))
    return found
