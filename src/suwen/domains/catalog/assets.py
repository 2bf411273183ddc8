"""The datasets as assets: what every room knows of them, gathered within a scope, and where each stands in its life."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from anyio import to_thread

from suwen.domains.catalog.repository import CatalogRepository
from suwen.domains.catalog.settings import CatalogSettings
from suwen.domains.catalog.stages import Facts, Least, Share, Standing, standings
from suwen.domains.lake.public import AssetFigure, AssetMeasure, Lake, asset_figures
from suwen.domains.orgs.public import departments, institutions
from suwen.domains.standards.public import Dataset, DatasetLife, Usage, dataset_lives, uses_of
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope

DEPARTMENT = "department"
"""Kind of the terms that name a department."""
READERS = ("metric", "document")
"""Kinds of uses that bring an asset to somebody; rules and mappings serve the asset itself."""
Measure: TypeAlias = AssetMeasure | Literal["rows", "institution", "department"]


@dataclass
class Known:
    """A measure of an asset: a value, or what is met of what is counted; and the newest moment it is from."""

    value: float | None = None
    met: int = 0
    of: int = 0
    at: datetime | None = None

    def add(self, other: "Known") -> None:
        """Sum up another institution's."""
        self.value = other.value if self.value is None else self.value + (other.value or 0)
        self.met, self.of = self.met + other.met, self.of + other.of
        self.at = max((moment for moment in (self.at, other.at) if moment is not None), default=None)

    @property
    def share(self) -> Share:
        """Return it as a share."""
        return Share(self.met, self.of)


@dataclass
class Figures:
    """The measures of an asset: of all institutions in the scope together, and of each."""

    whole: dict[str, Known] = field(default_factory=dict[str, Known])
    places: defaultdict[str, dict[str, Known]] = field(default_factory=lambda: defaultdict(dict))

    def take(self, measure: Measure, org: str | None, known: Known) -> None:
        """Take in what is known of an institution, or (None) of all together, which then is no sum."""
        if org is not None:
            self.places[org].setdefault(measure, Known()).add(known)
            return
        self.whole[measure] = known

    def sum(self) -> None:
        """Sum the institutions up where nobody told the whole."""
        told = set(self.whole)
        for measures in self.places.values():
            for measure, known in measures.items():
                if measure not in told:
                    self.whole.setdefault(measure, Known()).add(known)

    def of(self, measure: Measure, org: str | None = None) -> Known:
        """Return a measure of an institution, or of all; an empty one where nobody knows it."""
        measures = self.whole if org is None else self.places.get(org, {})
        return measures.get(measure, Known())


@dataclass(frozen=True)
class Asset:
    """A dataset with everything that is known of it."""

    life: DatasetLife
    figures: Figures
    uses: Sequence[Usage]
    standings: list[Standing]

    @property
    def dataset(self) -> Dataset:
        """Return its declaration."""
        return self.life.dataset


def readers(uses: Iterable[Usage]) -> list[Usage]:
    """Return the metrics and documents among the uses of a dataset."""
    return [usage for usage in uses if usage.kind in READERS]


async def gather(uow: UnitOfWork, lake: Lake | None, scope: Scope, code: str | None = None) -> list[Asset]:
    """Return every dataset that is or was in force, or the one of `code`, with its figures within the scope."""
    lives = [each for each in await dataset_lives(uow) if code is None or each.dataset.code == code]
    datasets = [each.dataset for each in lives]
    figures = await _figures(uow, lake, datasets, scope) if lake is not None else dict[str, Figures]()
    uses = await uses_of(uow, [each.dataset for each in lives if each.retired_at is None], scope)
    settings = CatalogSettings()
    least = Least(share=settings.asset_share_least, score=settings.asset_score_least)
    return [_asset(life, figures.get(life.dataset.code, Figures()), uses, least) for life in lives]


async def _figures(uow: UnitOfWork, lake: Lake, datasets: Sequence[Dataset], scope: Scope) -> Mapping[str, Figures]:
    found: defaultdict[str, Figures] = defaultdict(Figures)
    for each in await asset_figures(uow, lake, datasets, scope):
        found[each.dataset].take(each.measure, each.org_code, _known(each))
    registered = {row.org_code for row in await institutions(uow, scope)}
    known_departments = {(row.org_code, row.code) for row in await departments(uow, scope)}
    for dataset, rows, named in await to_thread.run_sync(_counted, lake, datasets):
        for org, count in rows:
            if scope.allows(org):
                found[dataset].take("rows", org, Known(count))
                found[dataset].take("institution", org, Known(met=count if org in registered else 0, of=count))
        for org, department, count in named:
            if scope.allows(org):
                met = count if (org, department) in known_departments else 0
                found[dataset].take("department", org, Known(met=met, of=count))
    for each in found.values():
        each.sum()
    return found


Rows: TypeAlias = Iterable[tuple[str, int]]
Named: TypeAlias = Iterable[tuple[str, str, int]]


def _counted(lake: Lake, datasets: Sequence[Dataset]) -> list[tuple[str, Rows, Named]]:
    """Return of each dataset its rows by institution, and its rows that name a department by institution and code."""
    repository = CatalogRepository(lake)
    found: list[tuple[str, Rows, Named]] = []
    for dataset in datasets:
        present = repository.present(dataset)
        rows = [(share.org_code, share.rows) for share in repository.shares(dataset)] if present else []
        columns = [term.code for term in dataset.terms if term.kind == DEPARTMENT and term.code in present]
        named = [each for column in columns if column for each in repository.values(dataset.code, column)]
        found.append((dataset.code, rows, named))
    return found


def _known(figure: AssetFigure) -> Known:
    return Known(figure.value, figure.met, figure.of, figure.at)


def _asset(life: DatasetLife, figures: Figures, uses: Mapping[str, Sequence[Usage]], least: Least) -> Asset:
    used = uses.get(life.dataset.code, [])
    facts = Facts(
        retired=life.retired_at is not None,
        rows=int(figures.of("rows").value or 0),
        feeds=int(figures.of("feeds").value or 0),
        failing=int(figures.of("failing").value or 0),
        mapped=figures.of("mapped").share,
        coded=figures.of("coded").share,
        institution=figures.of("institution").share,
        department=figures.of("department").share,
        person=figures.of("person").share,
        checks=int(figures.of("judged").value or 0),
        score=figures.of("score").value,
        readers=len(readers(used)),
    )
    return Asset(life, figures, used, standings(facts, least))
