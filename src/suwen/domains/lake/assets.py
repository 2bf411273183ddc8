"""What other rooms know of the standard tables as assets: they register it here, and the catalogue reads it.

    @knows_assets("patients")
    async def linked(uow: UnitOfWork, lake: Lake, datasets: Sequence[Dataset], scope: Scope) -> list[AssetFigure]: ...

    @recalls_assets("quality")
    async def judgements(uow: UnitOfWork, dataset: str, scope: Scope) -> list[AssetMoment]: ...

The lake is to the right of all of them; the catalogue itself stands beside the patients, which may not know it. The
room names the functions in `Domain.extensions`, so that they are imported.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Literal, TypeAlias

from pydantic import BaseModel

from suwen.domains.lake.service import Lake
from suwen.domains.standards.public import Dataset
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope

AssetMeasure = Literal[
    "feeds", "failing", "received", "arrived", "mapped", "coded", "person", "score", "problems", "judged"
]
"""feeds: that fill it; failing: those whose newest run failed or waits for a person. received: rows of the source, met
those that became standard. arrived: runs that ended well, and the newest of them. mapped: terms with a standard code.
coded: values that are codes of their value set. person: rows whose person the master index knows. score: 0 to 100.
problems: rules that some rows break. judged: checks made, and when."""


class AssetFigure(BaseModel):
    """One figure of a dataset, of one institution, or (`org_code` None) of all in the scope together.

    met, of: the counts behind a share, e.g. rows with a person and all rows. value: a figure that is no share; of
    figures with `met` and `of` it is empty, for they are summed. at: when it came to be so.
    """

    dataset: str
    measure: AssetMeasure
    org_code: str | None = None
    value: float | None = None
    met: int = 0
    of: int = 0
    at: datetime | None = None


class AssetMoment(BaseModel):
    """Something that happened to a dataset: `kind` is the room's stable word for it, by: who did it, if a person."""

    at: datetime
    kind: str
    title: str
    title_en: str
    detail: str = ""
    by: str | None = None
    path: str | None = None


Knower: TypeAlias = Callable[[UnitOfWork, Lake, Sequence[Dataset], Scope], Awaitable[list[AssetFigure]]]
Recaller: TypeAlias = Callable[[UnitOfWork, str, Scope], Awaitable[list[AssetMoment]]]
_knowers: dict[str, Knower] = {}
_recallers: dict[str, Recaller] = {}


def knows_assets(name: str) -> Callable[[Knower], Knower]:
    """Register a function that tells figures of datasets within a scope (decorator)."""

    def register(function: Knower) -> Knower:
        _knowers[name] = function
        return function

    return register


def recalls_assets(name: str) -> Callable[[Recaller], Recaller]:
    """Register a function that tells what happened to a dataset, as far as a scope sees it (decorator)."""

    def register(function: Recaller) -> Recaller:
        _recallers[name] = function
        return function

    return register


async def asset_figures(uow: UnitOfWork, lake: Lake, datasets: Sequence[Dataset], scope: Scope) -> list[AssetFigure]:
    """Return what all registered rooms know of some datasets."""
    return [each for name in sorted(_knowers) for each in await _knowers[name](uow, lake, datasets, scope)]


async def asset_moments(uow: UnitOfWork, dataset: str, scope: Scope) -> list[AssetMoment]:
    """Return what all registered rooms recall of a dataset, in no order."""
    return [each for name in sorted(_recallers) for each in await _recallers[name](uow, dataset, scope)]
