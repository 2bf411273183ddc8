"""Which mappings fill a standard column, and how far an institution's feeds carry a dataset."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time

from suwen.domains.ingest.models import IngestFeed
from suwen.domains.ingest.quarantine import reason_titles
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.standards.public import (
    Catalog,
    Figure,
    Finding,
    Part,
    Place,
    Touched,
    Usage,
    conforms,
    conforms_daily,
    dataset_versions,
    explains,
    load_catalog,
    uses_standards,
)
from suwen.kernel.clock import LOCAL_ZONE
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope

SHOWN = 6
"""Columns of a feed that are named; of more their number is told."""


@uses_standards("ingest")
async def mappings_using(uow: UnitOfWork, touched: Touched, scope: Scope) -> list[Usage]:
    """Return the feeds in the scope that fill a touched column, each once with the columns."""
    found: list[Usage] = []
    for feed in await IngestRepository(uow.session).feeds(scope):
        columns = [name for name in feed.definition.get("columns", {}) if (feed.dataset, name) in touched.columns]
        if columns:
            source = feed.code.partition(".")[0]
            more = f" … {len(columns)}" if len(columns) > SHOWN else ""
            detail = ", ".join(columns[:SHOWN]) + more
            path = f"/ingest/sources/{source}"
            found.append(
                Usage(
                    kind="mapping", code=feed.code, title=feed.title, detail=detail, path=path, datasets=[feed.dataset]
                )
            )
    return found


@conforms("ingest")
async def carried(uow: UnitOfWork, scope: Scope) -> list[Figure]:
    """Return, by institution and dataset, the share of fields that feeds fill and the share of rows accepted."""
    catalog, versions = await load_catalog(uow), await dataset_versions(uow)
    repository = IngestRepository(uow.session)
    figures = [
        Figure(
            org_code=org,
            dataset=code,
            measure="mapped",
            value=100 * len(columns) / len(catalog.dataset(code).names),
            met=len(columns),
            of=len(catalog.dataset(code).names),
            version=versions.in_force(code),
        )
        for (org, code), columns in sorted(_filled(await repository.feeds(scope), catalog).items())
    ]
    last = await repository.last_arrivals(scope)
    rows: defaultdict[Place, list[int]] = defaultdict(lambda: [0, 0])
    for code, org, _, received, quarantined in await repository.arrivals():
        if scope.allows(org):
            rows[Place(org, code)][0] += received
            rows[Place(org, code)][1] += quarantined
    for place, (received, quarantined) in sorted(rows.items()):
        figures.append(_accepted(place, received, quarantined, versions.at(place.dataset, last[place])))
    return figures


@conforms_daily("ingest")
async def accepted_by_day(uow: UnitOfWork, scope: Scope, part: Part, since: date) -> list[Figure]:
    """Return the share of rows accepted on each day of arrival; of one dataset, by which version in force."""
    versions = await dataset_versions(uow)
    days: defaultdict[date, list[int]] = defaultdict(lambda: [0, 0])
    for code, org, day, received, quarantined in await IngestRepository(uow.session).arrivals():
        wanted = part.org_code in (None, org) and part.dataset in (None, code) and scope.allows(org)
        if wanted and day >= since:
            days[day][0] += received
            days[day][1] += quarantined
    place = Place(part.org_code or "", part.dataset or "")
    return [
        _accepted(place, received, refused, versions.at(place.dataset, _end_of(day))).model_copy(update={"day": day})
        for day, (received, refused) in sorted(days.items())
    ]


@explains("ingest")
async def lacking(uow: UnitOfWork, scope: Scope, place: Place) -> list[Finding]:
    """Return the elements that no feed fills, and for which reasons rows could not be made standard."""
    catalog, repository = await load_catalog(uow), IngestRepository(uow.session)
    if place.dataset not in catalog.datasets or not scope.allows(place.org_code):
        return []
    dataset = catalog.dataset(place.dataset)
    filled = _filled(await repository.feeds(scope), catalog)[place.org_code, place.dataset]
    found = [
        Finding(
            source="mapping",
            code=element.name,
            title=f"{element.title}没有映射",
            title_en=f"{element.title_en} is not mapped",
            element=element.name,
            severity="critical" if element.required or element.name in dataset.key else "minor",
        )
        for element in dataset.elements
        if element.name not in filled
    ]
    received = sum(n for code, org, _, n, _ in await repository.arrivals() if (org, code) == place)
    for reason, element, rows in await repository.refused(*place):
        title, title_en = reason_titles(reason)
        about = dataset.by_name.get(element)
        found.append(
            Finding(
                source="arrival",
                code=reason,
                title=f"{about.title}：{title}" if about else title,
                title_en=f"{about.title_en}: {title_en}" if about else title_en,
                element=element or None,
                severity="critical",
                checked=received,
                failed=rows,
                value=100 * (received - rows) / received if received else None,
                path="/ingest/quarantine",
            )
        )
    return found


def _filled(feeds: Iterable[IngestFeed], catalog: Catalog) -> defaultdict[tuple[str, str], set[str]]:
    """Return the elements that feeds fill, by institution and dataset; what is no element of the dataset counts not."""
    filled: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for feed in feeds:
        if feed.dataset in catalog.datasets:
            named = set(feed.definition.get("columns", {}))
            filled[feed.org_code, feed.dataset] |= named & set(catalog.dataset(feed.dataset).names)
    return filled


def _accepted(place: Place, received: int, quarantined: int, version: int | None) -> Figure:
    return Figure(
        org_code=place.org_code,
        dataset=place.dataset,
        measure="accepted",
        value=100 * (received - quarantined) / received if received else None,
        met=received - quarantined,
        of=received,
        version=version,
    )


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, LOCAL_ZONE)
