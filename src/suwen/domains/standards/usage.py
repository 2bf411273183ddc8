"""Who uses a standard: rooms to the left register here, for this room may not know them.

    @uses_standards("metrics")
    async def metrics_using(uow: UnitOfWork, touched: Touched, scope: Scope) -> list[Usage]: ...

    @conforms("quality")
    async def scores(uow: UnitOfWork, scope: Scope) -> list[Figure]: ...

The room names the functions in `Domain.extensions`, so that they are imported.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pydantic import BaseModel

from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope


@dataclass(frozen=True)
class Touched:
    """What a change of an item would touch: datasets, (dataset, element) columns and value sets, by code."""

    datasets: frozenset[str]
    columns: frozenset[tuple[str, str]]
    value_sets: frozenset[str]


class Usage(BaseModel):
    """One thing that uses a standard; `kind` groups it (mapping, rule, metric, document), `path` opens it."""

    kind: str
    code: str
    title: str
    detail: str = ""
    path: str | None = None


class Figure(BaseModel):
    """How far an institution's data of a dataset conform; `value` is a share or score of 0 to 100.

    measure: "score" quality score, "accepted" share of received rows that became standard, "mapped" share of fields.
    """

    org_code: str
    dataset: str
    measure: Literal["score", "accepted", "mapped"]
    value: float | None
    rows: int | None = None
    version: str | None = None


User: TypeAlias = Callable[[UnitOfWork, Touched, Scope], Awaitable[list[Usage]]]
Witness: TypeAlias = Callable[[UnitOfWork, Scope], Awaitable[list[Figure]]]
_users: dict[str, User] = {}
_witnesses: dict[str, Witness] = {}


def uses_standards(name: str) -> Callable[[User], User]:
    """Register a function that tells what of a room uses some standards (decorator)."""

    def register(function: User) -> User:
        _users[name] = function
        return function

    return register


def conforms(name: str) -> Callable[[Witness], Witness]:
    """Register a function that tells how far institutions' data conform, within a scope (decorator)."""

    def register(function: Witness) -> Witness:
        _witnesses[name] = function
        return function

    return register


async def usages(uow: UnitOfWork, touched: Touched, scope: Scope) -> list[Usage]:
    """Return what all registered rooms use of some standards, as far as the scope lets it be seen."""
    return [usage for name in sorted(_users) for usage in await _users[name](uow, touched, scope)]


async def figures(uow: UnitOfWork, scope: Scope) -> list[Figure]:
    """Return what all registered rooms know of the conformance of the institutions in a scope."""
    return [figure for name in sorted(_witnesses) for figure in await _witnesses[name](uow, scope)]
