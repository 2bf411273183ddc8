"""How far institutions' data conform to a dataset: rooms to the left register what they know, nothing is typed in.

    @conforms("quality")
    async def scores(uow: UnitOfWork, scope: Scope) -> list[Figure]: ...

    @conforms_daily("quality")
    async def scores_by_day(uow: UnitOfWork, scope: Scope, place: Place, since: date) -> list[Figure]: ...

    @explains("quality")
    async def failing_rules(uow: UnitOfWork, scope: Scope, place: Place) -> list[Finding]: ...

The room names the functions in `Domain.extensions`, so that they are imported.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, TypeAlias

from pydantic import BaseModel

from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope

Measure = Literal["mapped", "accepted", "score"]


class Place(NamedTuple):
    """An institution's data of a dataset."""

    org_code: str
    dataset: str


class Part(NamedTuple):
    """A part of all places: those of an institution, of a dataset, of both; None: not narrowed."""

    org_code: str | None = None
    dataset: str | None = None


class Figure(BaseModel):
    """How far an institution's data of a dataset conform; `value` is a share or score of 0 to 100.

    Of several institutions or datasets together, `org_code` or `dataset` is empty.

    measure: "mapped" fields that feeds fill, "accepted" received rows that became standard, "score" quality score (of
    its checks `met` passed; the score weighs them). met, of: the counts behind. version: the dataset's version that the
    data were held against. day: of a figure of one day.
    """

    org_code: str
    dataset: str
    measure: Measure
    value: float | None
    met: int
    of: int
    version: int | None = None
    day: date | None = None


class Finding(BaseModel):
    """One reason why data do not conform, or a check that they pass (`failed` 0).

    source: "mapping" an element that no feed fills, "arrival" rows that could not be made standard, "rule" a rule of
    quality. element: the column it is about; None: the whole row. path: where the rows behind it are seen.
    """

    source: Literal["mapping", "arrival", "rule"]
    code: str
    title: str
    title_en: str
    element: str | None = None
    severity: str | None = None
    checked: int | None = None
    failed: int | None = None
    value: float | None = None
    path: str | None = None


@dataclass(frozen=True)
class Versions:
    """Versions of the datasets: by code (version, in force from, until), oldest first; None: in force."""

    by_code: Mapping[str, Sequence[tuple[int, datetime, datetime | None]]]

    def at(self, code: str, moment: datetime) -> int | None:
        """Return the version that was in force at a moment; before the first one, None."""
        return next((number for number, begun, _ in reversed(self.by_code.get(code, ())) if begun <= moment), None)

    def in_force(self, code: str) -> int | None:
        """Return the version in force, None for a dataset that is unknown or retired."""
        return next((version for version, _, until in self.by_code.get(code, ()) if until is None), None)


Witness: TypeAlias = Callable[[UnitOfWork, Scope], Awaitable[list[Figure]]]
Daily: TypeAlias = Callable[[UnitOfWork, Scope, Part, date], Awaitable[list[Figure]]]
Explainer: TypeAlias = Callable[[UnitOfWork, Scope, Place], Awaitable[list[Finding]]]
_witnesses: dict[str, Witness] = {}
_daily: dict[str, Daily] = {}
_explainers: dict[str, Explainer] = {}


def conforms(name: str) -> Callable[[Witness], Witness]:
    """Register a function that tells how far institutions' data conform now, within a scope (decorator)."""

    def register(function: Witness) -> Witness:
        _witnesses[name] = function
        return function

    return register


def conforms_daily(name: str) -> Callable[[Daily], Daily]:
    """Register a function that tells the same of single days, from a day on, of one place or of many together."""

    def register(function: Daily) -> Daily:
        _daily[name] = function
        return function

    return register


def explains(name: str) -> Callable[[Explainer], Explainer]:
    """Register a function that tells what stands behind the figures of one place (decorator)."""

    def register(function: Explainer) -> Explainer:
        _explainers[name] = function
        return function

    return register


async def figures(uow: UnitOfWork, scope: Scope) -> list[Figure]:
    """Return what all registered rooms know of the conformance of the institutions in a scope."""
    return [figure for name in sorted(_witnesses) for figure in await _witnesses[name](uow, scope)]


async def daily_figures(uow: UnitOfWork, scope: Scope, part: Part, since: date) -> list[Figure]:
    """Return what they know of single days of a part of all places, from a day on: one figure a day and measure."""
    return [figure for name in sorted(_daily) for figure in await _daily[name](uow, scope, part, since)]


async def findings(uow: UnitOfWork, scope: Scope, place: Place) -> list[Finding]:
    """Return what they know to stand behind the figures of one place."""
    return [finding for name in sorted(_explainers) for finding in await _explainers[name](uow, scope, place)]
