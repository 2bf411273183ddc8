"""Executing, monitoring, maintenance of standards: notes how far each institution's data conform, and explains it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from suwen.domains.standards.conformance import Figure, Finding, Part, Place, Versions, daily_figures, figures, findings
from suwen.domains.standards.definitions import Dataset
from suwen.domains.standards.models import ConformanceFigure
from suwen.domains.standards.repository import ConformanceRepository, StandardsRepository
from suwen.domains.standards.schemas_monitoring import ConformanceDetail, ConformanceTrend, ElementState, VersionMark
from suwen.domains.standards.service.looking import living_item
from suwen.kernel.clock import LOCAL_ZONE, today
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import NotFound
from suwen.kernel.scope import Scope

TREND_DAYS = 90
"""Days of a trend."""
_COUNTS = {"mapped": ("filled", "fields"), "accepted": ("refused", "received"), "score": ("failed", "checked")}
_VERSIONS = {"accepted": "loaded_version", "score": "judged_version"}


async def dataset_versions(uow: UnitOfWork) -> Versions:
    """Return which version of every dataset was in force when."""
    return Versions(await StandardsRepository(uow.session).editions("dataset"))


async def observe(uow: UnitOfWork) -> int:
    """Note how far every institution's data conform now; returns how many places have other figures than before.

    What did not change adds nothing; a second note of one day takes the first one's place, unless the version changed.
    """
    repository = ConformanceRepository(uow.session)
    await repository.lock()
    versions, day = await dataset_versions(uow), today()
    if not versions.by_code:
        return 0
    noted = await repository.living()
    found = _gathered(await figures(uow, Scope.everything()), versions)
    changed = 0
    for place, values in found.items():
        former = noted.pop(place, None)
        if former is not None and all(getattr(former, name) == value for name, value in values.items()):
            continue
        changed += 1
        if former is not None and (former.day, former.version) == (day, values["version"]):
            for name, value in values.items():
                setattr(former, name, value)
            continue
        if former is not None:
            former.until = day
        repository.add(ConformanceFigure(org_code=place.org_code, dataset=place.dataset, day=day, **values))
    for gone in noted.values():
        gone.until = day
    return changed + len(noted)


def _gathered(known: Sequence[Figure], versions: Versions) -> dict[Place, dict[str, Any]]:
    found: dict[Place, dict[str, Any]] = {}
    for figure in known:
        version = versions.in_force(figure.dataset)
        if version is None:
            continue
        values = found.setdefault(Place(figure.org_code, figure.dataset), _nothing(version))
        part, whole = _COUNTS[figure.measure]
        values[figure.measure] = None if figure.value is None else round(figure.value, 2)
        values[part] = figure.met if figure.measure == "mapped" else figure.of - figure.met
        values[whole] = figure.of
        if figure.measure in _VERSIONS:
            values[_VERSIONS[figure.measure]] = figure.version
    return found


def _nothing(version: int) -> dict[str, Any]:
    counts = {name: 0 for pair in _COUNTS.values() for name in pair}
    return {"version": version, **dict.fromkeys((*_COUNTS, *_VERSIONS.values())), **counts}


async def detail(uow: UnitOfWork, scope: Scope, key: UUID) -> ConformanceDetail:
    """Return what stands behind the figures of one place. Raises NotFound, also for what the scope does not see."""
    place = await _place(uow, scope, key)
    known = await findings(uow, scope, place)
    living = await living_item(uow, "dataset", place.dataset)
    dataset = living[0] if living is not None and isinstance(living[0], Dataset) else None
    trend = await trend_of(uow, scope, Part(*place))
    return ConformanceDetail(
        elements=[] if dataset is None else _states(dataset, known),
        findings=sorted(known, key=lambda one: (one.value is None, one.value or 0, one.code)),
        days=trend.days,
        versions=trend.versions,
    )


async def trend_of(uow: UnitOfWork, scope: Scope, part: Part) -> ConformanceTrend:
    """Return the figures of the last days of a part of all places, as far as the scope sees them, all in one."""
    since = today() - timedelta(days=TREND_DAYS)
    editions = (await StandardsRepository(uow.session).editions("dataset")).get(part.dataset or "", ())
    return ConformanceTrend(
        days=[*await _noted(uow, scope, part, since), *await daily_figures(uow, scope, part, since)],
        versions=[VersionMark(version=v, day=begun.astimezone(LOCAL_ZONE).date()) for v, begun, _ in editions],
    )


async def found_behind(uow: UnitOfWork, scope: Scope, key: UUID) -> list[Finding]:
    """Return the findings of one place alone. Raises NotFound, also for what the scope does not see."""
    known = await findings(uow, scope, await _place(uow, scope, key))
    return sorted(known, key=lambda one: (one.value is None, one.value or 0, one.code))


async def _place(uow: UnitOfWork, scope: Scope, key: UUID) -> Place:
    row = await ConformanceRepository(uow.session).figure(key)
    if row is None or not scope.allows(row.org_code):
        raise NotFound("没有这条监测记录", received=key)
    return Place(row.org_code, row.dataset)


async def _noted(uow: UnitOfWork, scope: Scope, part: Part, since: date) -> list[Figure]:
    """Return the share of fields on each day on which it changed: of it alone no room knows single days."""
    rows = await ConformanceRepository(uow.session).history(scope, part, since)
    found: list[Figure] = []
    for day in sorted({max(row.day, since) for row in rows} | {row.until for row in rows if row.until}):
        held = [row for row in rows if row.day <= day and (row.until is None or row.until > day)]
        met, whole = sum(row.filled for row in held), sum(row.fields for row in held)
        found.append(
            Figure(
                org_code=part.org_code or "",
                dataset=part.dataset or "",
                measure="mapped",
                value=round(100 * met / whole, 2) if whole else None,
                met=met,
                of=whole,
                version=max((row.version for row in held), default=None) if part.dataset else None,
                day=day,
            )
        )
    return found


def _states(dataset: Dataset, known: Sequence[Finding]) -> list[ElementState]:
    unmapped = {one.element for one in known if one.source == "mapping"}
    rules: Mapping[str, list[Finding]] = {element.name: [] for element in dataset.elements}
    for one in known:
        if one.source != "mapping" and one.element in rules:
            rules[one.element].append(one)
    states: list[ElementState] = []
    for element in dataset.elements:
        own = rules[element.name]
        values = [one.value for one in own if one.value is not None]
        states.append(
            ElementState(
                name=element.name,
                title=element.title,
                title_en=element.title_en,
                required=element.required or element.name in dataset.key,
                key=element.name in dataset.key,
                mapped=element.name not in unmapped,
                rules=len(own),
                failing=sum(bool(one.failed) for one in own),
                failed=sum(one.failed or 0 for one in own),
                value=min(values, default=None),
            )
        )
    return states
