"""Who uses a standard: rooms to the left register here, for this room may not know them.

    @uses_standards("metrics")
    async def metrics_using(uow: UnitOfWork, touched: Touched, scope: Scope) -> list[Usage]: ...

The room names the functions in `Domain.extensions`, so that they are imported.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from pydantic import BaseModel

from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope


@dataclass(frozen=True)
class Touched:
    """What a change of an item would touch: datasets, (dataset, element) columns and value sets, by code.

    codes: those of the value set that alone would change; empty: any of them.
    """

    datasets: frozenset[str]
    columns: frozenset[tuple[str, str]]
    value_sets: frozenset[str]
    codes: frozenset[str] = frozenset()


class Usage(BaseModel):
    """One thing that uses a standard; `kind` groups it (mapping, rule, metric, document), `path` opens it.

    datasets: those among the touched that it reads or fills, where the room knows.
    """

    kind: str
    code: str
    title: str
    title_en: str = ""
    detail: str = ""
    path: str | None = None
    datasets: list[str] = []


User: TypeAlias = Callable[[UnitOfWork, Touched, Scope], Awaitable[list[Usage]]]
_users: dict[str, User] = {}


def uses_standards(name: str) -> Callable[[User], User]:
    """Register a function that tells what of a room uses some standards (decorator)."""

    def register(function: User) -> User:
        _users[name] = function
        return function

    return register


async def usages(uow: UnitOfWork, touched: Touched, scope: Scope) -> list[Usage]:
    """Return what all registered rooms use of some standards, as far as the scope lets it be seen."""
    return [usage for name in sorted(_users) for usage in await _users[name](uow, touched, scope)]
