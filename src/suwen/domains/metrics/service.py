"""What happens in the metrics room: cubes are refreshed, queries answered, numbers drilled into."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from anyio import to_thread

from suwen.domains.ingest.public import HeldDay, held_days
from suwen.domains.lake.public import Lake
from suwen.domains.metrics.answer import Definitions, Line, answer, whole_periods
from suwen.domains.metrics.cube import cube_query, facts_of
from suwen.domains.metrics.definition import Atomic, Derived, Ratio
from suwen.domains.metrics.errors import InvalidQuery, UnknownMetric
from suwen.domains.metrics.measure import Fact, Measure, measure_of
from suwen.domains.metrics.pack import load_pack
from suwen.domains.metrics.query import Cut, Shape
from suwen.domains.metrics.repository import Cubes, DefinitionRepository
from suwen.domains.metrics.repository.cubes import Key
from suwen.domains.orgs.public import institutions_of
from suwen.domains.standards.public import Catalog, load_catalog
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.progress import NullProgress, Progress
from suwen.kernel.scope import Scope

T = TypeVar("T")
_YEAR = 366


@dataclass(frozen=True)
class Answer:
    """Lines for each metric, over the period as answered; `held`: days left out because they are held back."""

    shape: Shape
    cut: Cut
    lines: tuple[Line, ...]
    held: tuple[HeldDay, ...]


@dataclass(frozen=True)
class Drilled:
    """Some of the rows behind a number, as the caller may see them, how many there are, and which days are left out."""

    measure: Measure
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]
    total: int
    lines: tuple[Line, ...]
    held: tuple[HeldDay, ...]


async def refresh(lake: Lake, database: Database, catalog: Catalog, progress: Progress | None = None) -> int:
    """Install the core pack, make all cubes anew, and return the number of metrics that can be queried."""
    progress = progress or NullProgress()
    core = await _thread(lambda: load_pack(catalog))
    async with database.unit_of_work() as uow:
        repository = DefinitionRepository(uow.session)
        await repository.install(core)
        definitions = await repository.living()
    cubes = Cubes(lake, {})
    by_dataset = _by_dataset(definitions, lake)
    progress.stage("指标计算", len(by_dataset))
    for dataset, facts in by_dataset.items():
        progress.message(catalog.dataset(dataset).title)
        version = await _thread(lambda d=dataset: lake.snapshot("std", d).version)
        lines = await _thread(lambda d=dataset, f=facts: cubes.build(d, f))
        async with database.unit_of_work() as uow:
            await DefinitionRepository(uow.session).keep_cube(dataset, _digest(facts), version, lines)
        progress.advance()
    return sum(_ready(definition, definitions, lake) for definition in definitions.values())


async def refresh_batch(lake: Lake, database: Database, dataset: str, batch_id: str) -> int:
    """Bring a dataset's cube to what a batch wrote, making only the days anew that it touched; returns those days."""
    async with database.unit_of_work() as uow:
        repository = DefinitionRepository(uow.session)
        definitions = await repository.living() or load_pack(await load_catalog(uow))
        kept = await repository.cube(dataset)
    facts = _by_dataset(definitions, lake).get(dataset)
    if not facts:
        return 0
    version = await _thread(lambda: lake.snapshot("std", dataset).version)
    same = kept is not None and await _thread(lambda: lake.same_rows(f"std.{dataset}", kept.std_version))
    if kept is not None and same and kept.digest == _digest(facts):
        return 0
    cubes = Cubes(lake, {})
    days, lines = 0, kept.lines if kept else 0
    whole = kept is None or kept.digest != _digest(facts) or not lake.exists("mart", f"cube_{dataset}")
    if not whole:
        stale = {fact: await _thread(lambda f=fact: cubes.stale_days(f, batch_id)) for fact in facts}
        stale = {fact: found for fact, found in stale.items() if found}
        days = sum(map(len, stale.values()))
        whole = any(len(found) > _YEAR for found in stale.values())
        if stale and not whole:
            lines = await _thread(lambda: cubes.rebuild(dataset, facts, stale))
    if whole:
        lines = await _thread(lambda: cubes.build(dataset, facts))
    async with database.unit_of_work() as uow:
        # Days of one batch do not make the whole cube as new as the table's version says.
        read = version if whole or kept is None else kept.std_version
        await DefinitionRepository(uow.session).keep_cube(dataset, _digest(facts), read, lines)
    return days


async def definitions(uow: UnitOfWork) -> Definitions:
    """Return the metrics in force by code."""
    return await DefinitionRepository(uow.session).living()


async def query(
    uow: UnitOfWork, lake: Lake, codes: Sequence[str], shape: Shape, cut: Cut, scope: Scope, *, compare: bool = True
) -> Answer:
    """Answer for some metrics what they are by the shape's dimensions within the cut and the scope.

    Days that reconciliation holds back are left out, of a ratio those of either part, and told. Raises UnknownMetric,
    InvalidQuery.
    """
    if cut.last < cut.first:
        received = f"{cut.first} .. {cut.last}"
        raise InvalidQuery("the period ends before it begins", received=received, allowed="first <= last")
    if len(set(shape.dims)) != len(shape.dims):
        raise InvalidQuery("a dimension is named twice", received=list(shape.dims))
    known = await definitions(uow)
    for code in codes:
        if code not in known:
            raise UnknownMetric(code, known)
    cubes = Cubes(lake, await regions(uow, cut.last.year))
    about = {code: datasets_of(code, known) for code in codes}
    held = await held_days(uow, scope, datasets=sorted({dataset for each in about.values() for dataset in each}))
    cuts = {code: _published(cut, held, datasets) for code, datasets in about.items()}

    @cache  # Ratios share their parts with each other and with the metrics that show them.
    def numbers(measure: Measure, shape: Shape, cut: Cut) -> Mapping[Key, Decimal]:
        return cubes.numbers(measure, shape, cut, scope)

    def work() -> tuple[Line, ...]:
        return tuple(
            line for code in codes for line in answer(code, known, shape, cuts[code], numbers, compare=compare)
        )

    whole = whole_periods(shape, cut)
    return Answer(shape, whole, await _thread(work), _left_out(held, whole, cubes.regions))


async def drill(
    uow: UnitOfWork,
    lake: Lake,
    catalog: Catalog,
    code: str,
    cut: Cut,
    scope: Scope,
    *,
    part: str = "numerator",
    offset: int = 0,
    limit: int = 20,
) -> Drilled:
    """Return the rows behind a number; of a ratio, those of its numerator or denominator.

    Raises UnknownMetric, InvalidQuery.
    """
    known = await definitions(uow)
    definition = known.get(code)
    if definition is None:
        raise UnknownMetric(code, known)
    about = datasets_of(code, known)
    if isinstance(definition, Ratio):
        if part not in ("numerator", "denominator"):
            raise InvalidQuery("no such part of a ratio", received=part, allowed=["numerator", "denominator"])
        code = definition.numerator if part == "numerator" else definition.denominator
    measure = measure_of(code, known)
    cubes = Cubes(lake, await regions(uow, cut.last.year))
    dataset = catalog.dataset(measure.fact.dataset)
    held = await held_days(uow, scope, datasets=sorted(about))
    cut = _published(cut, held, about)

    def work() -> tuple[int, list[dict[str, Any]], list[Line]]:
        total = cubes.count_rows(measure, cut, scope)
        rows = cubes.rows(measure, cut, scope, dataset.names, offset=offset, limit=limit) if total else []
        lines = answer(code, known, Shape(), cut, lambda m, s, c: cubes.numbers(m, s, c, scope), compare=False)
        return total, rows, lines

    total, rows, lines = await _thread(work)
    left_out = _left_out(held, cut, cubes.regions)
    return Drilled(measure, ("org_code", *dataset.names), tuple(rows), total, tuple(lines), left_out)


async def newest_day(lake: Lake, scope: Scope, before: date) -> date | None:
    """Return the last day not after `before` of which a cube has a line within the scope, or None."""
    return await _thread(lambda: Cubes(lake, {}).newest_day(scope, before))


async def regions(uow: UnitOfWork, year: int) -> dict[str, str]:
    """Return the county (first six digits of the division code) of each institution that has one, as in a year."""
    found = await institutions_of(uow, Scope.everything(), year)
    return {row.org_code: row.division_code[:6] for row in found if row.division_code}


def datasets_of(code: str, definitions: Definitions) -> frozenset[str]:
    """Return the datasets that a metric is made from; a ratio has those of both parts."""
    definition = definitions[code]
    parts = (definition.numerator, definition.denominator) if isinstance(definition, Ratio) else (code,)
    return frozenset(measure_of(part, definitions).fact.dataset for part in parts)


def _published(cut: Cut, held: Sequence[HeldDay], datasets: Collection[str]) -> Cut:
    return replace(cut, held=frozenset((each.org_code, each.day) for each in held if each.dataset in datasets))


def _left_out(held: Sequence[HeldDay], cut: Cut, regions: Mapping[str, str]) -> tuple[HeldDay, ...]:
    """Return the held days that would count within a cut."""

    def counts(each: HeldDay) -> bool:
        of_org = cut.orgs is None or each.org_code in cut.orgs
        of_region = cut.regions is None or regions.get(each.org_code) in cut.regions
        return of_org and of_region and cut.first <= each.day <= cut.last

    return tuple(each for each in held if counts(each))


def _by_dataset(definitions: Definitions, lake: Lake) -> dict[str, dict[Fact, list[Measure]]]:
    facts = facts_of(_measures(definitions))
    found: dict[str, dict[Fact, list[Measure]]] = {}
    for fact, measures in facts.items():
        if lake.exists("std", fact.dataset):
            found.setdefault(fact.dataset, {})[fact] = measures
    return found


def _measures(definitions: Definitions) -> Iterable[Measure]:
    return (measure_of(code, definitions) for code, each in definitions.items() if not isinstance(each, Ratio))


def _ready(definition: Atomic | Derived | Ratio, definitions: Definitions, lake: Lake) -> bool:
    return all(lake.exists("std", dataset) for dataset in datasets_of(definition.code, definitions))


def _digest(facts: Mapping[Fact, Sequence[Measure]]) -> str:
    text = cube_query([(fact, measures, None) for fact, measures in facts.items()]).sql("duckdb")
    return hashlib.sha256(text.encode()).hexdigest()


async def _thread(work: Callable[[], T]) -> T:
    return await to_thread.run_sync(work)
