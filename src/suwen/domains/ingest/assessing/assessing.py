"""The assessment of collection: the counts of feeds, sources, institutions and days, and what is behind a feed's."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping

from suwen.domains.ingest.assessing.formula import WEIGHTS, Counts, Dimension
from suwen.domains.ingest.assessing.promises import Promise, promises
from suwen.domains.ingest.assessing.repository import AssessingRepository, Key
from suwen.domains.ingest.assessing.schemas import (
    Assessed,
    AssessedDay,
    AssessedDetail,
    AssessedElement,
    AssessedFeed,
    AssessedFigures,
    AssessedPart,
    AssessedRefusal,
    Assessment,
    LateBatch,
)
from suwen.domains.ingest.assessing.wanted import Wanted
from suwen.domains.ingest.quarantine import reason_titles
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.schemes.repository import SchemeRepository
from suwen.domains.ingest.watching.repository import Chosen, midnight
from suwen.domains.ingest.watching.schemas import Part
from suwen.domains.standards.public import Catalog, StandardsNotInstalled, load_catalog
from suwen.kernel.clock import now, today
from suwen.kernel.database import UnitOfWork
from suwen.kernel.repository import PageRequest
from suwen.kernel.scope import Scope

LATE_SHOWN = 20


@dataclass(frozen=True)
class Asked:
    """A question: the repository, which feeds and days, and what is promised of the feeds."""

    repository: AssessingRepository
    wanted: Wanted
    promises: dict[str, Promise]
    catalog: Catalog
    feeds: Sequence[RowMapping]

    async def counts(self, by: Key) -> dict[Any, Counts]:
        """Return what is known, by institution, source, feed or day; every chosen feed has its place."""
        found: dict[Any, Counts] = {}
        if by is not Key.DAY:
            self._feeds(by, found)
        for read, put in _READS:
            for row in await read(self.repository, self.wanted, by):
                put(found.setdefault(row["key"], Counts()), row)
        return found

    def _feeds(self, by: Key, found: dict[Any, Counts]) -> None:
        begin = midnight(self.wanted.chosen.first)
        for feed in self.feeds:
            counts = found.setdefault(feed[by.value], Counts())
            promise = self.promises.get(feed["feed"])
            if promise is None:
                continue
            counts.promised = True
            if not feed["ran"] and promise.since is not None and begin <= promise.since <= now():
                # Something was due on these days, and no batch was even begun.
                counts.put(Dimension.TIMELINESS, 0, 1)


def _put_values(counts: Counts, row: RowMapping) -> None:
    counts.put(Dimension.COMPLETENESS, row["present"], row["required"])
    counts.put(Dimension.CONFORMITY, row["inside"], row["coded"])


def _put_rows(counts: Counts, row: RowMapping) -> None:
    counts.batches, counts.examined = row["batches"], row["examined"]
    counts.put(Dimension.ACCURACY, row["received"] - row["spoilt"], row["received"])


def _put_days(counts: Counts, row: RowMapping) -> None:
    counts.put(Dimension.CONSISTENCY, row["equal"], row["compared"])


def _put_runs(counts: Counts, row: RowMapping) -> None:
    counts.put(Dimension.TIMELINESS, row["kept"], row["due"])


_Read = Callable[[AssessingRepository, Wanted, Key], Awaitable[Sequence[RowMapping]]]
_READS: tuple[tuple[_Read, Callable[[Counts, RowMapping], None]], ...] = (
    (AssessingRepository.values, _put_values),
    (AssessingRepository.rows, _put_rows),
    (AssessingRepository.days, _put_days),
    (AssessingRepository.runs, _put_runs),
)


async def assessment(uow: UnitOfWork, scope: Scope, asked: PageRequest, *, days: int, by: Part) -> Assessment:
    """Return the last `days` days, filtered by institution and source, broken down by one of them.

    Raises Invalid for other filters.
    """
    question = await _question(uow, scope, asked, days)
    key = Key.ORG if by is Part.ORG else Key.SOURCE
    parts = await question.counts(key)
    held: dict[str, list[RowMapping]] = {}
    for feed in question.feeds:
        held.setdefault(feed[key.value], []).append(feed)
    chosen = question.wanted.chosen
    return Assessment(
        first=chosen.first,
        last=chosen.last,
        feeds=len(question.feeds),
        together=_figures(_together(list(parts.values()))),
        days=await _days(question),
        parts=[
            AssessedPart(
                code=code, org_code=feeds[0]["org_code"], feeds=len(feeds), **_figures(parts[code]).model_dump()
            )
            for code, feeds in sorted(held.items())
        ],
    )


async def feeds(uow: UnitOfWork, scope: Scope, days: int) -> list[AssessedFeed]:
    """Return every feed of the scope in the five dimensions."""
    question = await _question(uow, scope, PageRequest(), days)
    counts = await question.counts(Key.FEED)
    return [_assessed(feed, counts[feed["feed"]], days) for feed in question.feeds]


async def detail(uow: UnitOfWork, scope: Scope, code: str, days: int) -> AssessedDetail:
    """Return what is behind the figures of a feed. Raises UnknownFeed."""
    feed = await IngestRepository(uow.session).feed(code, scope)
    question = await _question(uow, scope, PageRequest(), days, feed.code)
    repository, wanted = question.repository, question.wanted
    counts = await question.counts(Key.FEED)
    known = question.catalog.dataset(feed.dataset).by_name
    promise = question.promises.get(feed.code)
    differences = await repository.differences(wanted)
    return AssessedDetail(
        feed=_assessed(question.feeds[0], counts[feed.code], days),
        first=wanted.chosen.first,
        last=wanted.chosen.last,
        promised=promise.seconds if promise else None,
        days=await _days(question),
        elements=[
            AssessedElement(title=known[row["element"]].title, title_en=known[row["element"]].title_en, **row)
            for row in await repository.elements(wanted)
        ],
        refused=[_refused(row) for row in await repository.refusals(wanted)],
        differences_open=differences["open"],
        differences_closed=differences["closed"],
        late=[LateBatch.model_validate(dict(row)) for row in await repository.late(wanted, LATE_SHOWN)],
    )


async def _question(uow: UnitOfWork, scope: Scope, asked: PageRequest, days: int, feed: str | None = None) -> Asked:
    repository, catalog, last = AssessingRepository(uow.session), await _standards(uow), today()
    chosen = Chosen(scope, last - timedelta(days=days - 1), last, asked)
    elements = [
        (dataset.code, element.name, element.required or element.name in needed, element.value_set is not None)
        for dataset in catalog
        for needed in ({*dataset.key, dataset.patient_column},)
        for element in dataset.elements
    ]
    wanted = Wanted(chosen, elements, feed=feed)
    found = await repository.feeds(wanted)
    plans = await repository.plans({one["source"] for one in found})
    schemes = await SchemeRepository(uow.session).schemes(scope)
    promised = promises(found, plans, await repository.groups(), schemes)
    wanted = replace(wanted, allowed={code: one.allowed for code, one in promised.items()})
    return Asked(repository, wanted, promised, catalog, found)


async def _standards(uow: UnitOfWork) -> Catalog:
    """Return the standards in force; before they are installed nothing is required and nothing coded."""
    try:
        return await load_catalog(uow)
    except StandardsNotInstalled:
        return Catalog.of(())


async def _days(question: Asked) -> list[AssessedDay]:
    """Return each of the days; one of which nothing is known is there too, so that a gap shows."""
    counts, chosen = await question.counts(Key.DAY), question.wanted.chosen
    span = (chosen.first + timedelta(days=step) for step in range((chosen.last - chosen.first).days + 1))
    return [AssessedDay(day=day, **_figures(counts.get(day, Counts())).model_dump()) for day in span]


def _together(parts: Sequence[Counts]) -> Counts:
    total = Counts(promised=any(part.promised for part in parts))
    for part in parts:
        total.batches += part.batches
        total.examined += part.examined
        for dimension in part.of:
            total.put(dimension, part.met[dimension], part.of[dimension])
    return total


def _figures(counts: Counts) -> AssessedFigures:
    return AssessedFigures(
        total=counts.total(),
        batches=counts.batches,
        examined=counts.examined,
        dimensions=[
            Assessed(
                dimension=one,
                weight=WEIGHTS[one],
                value=counts.value(one),
                met=counts.met.get(one, 0),
                of=counts.of.get(one, 0),
                reason=counts.reason(one),
            )
            for one in Dimension
        ],
    )


def _assessed(feed: RowMapping, counts: Counts, days: int) -> AssessedFeed:
    values: dict[str, Any] = {name: feed[name] for name in ("feed", "title", "org_code", "source", "dataset")}
    for one in _figures(counts).dimensions:
        told = {"": one.value, "_met": one.met, "_of": one.of, "_reason": one.reason}
        values |= {f"{one.dimension.value}{end}": value for end, value in told.items()}
    return AssessedFeed(
        **values,
        total=counts.total(),
        assessed=sum(counts.value(one) is not None for one in Dimension),
        batches=counts.batches,
        examined=counts.examined,
        days=days,
    )


def _refused(row: RowMapping) -> AssessedRefusal:
    title, english = reason_titles(row["reason"])
    return AssessedRefusal(reason_title=title, reason_title_en=english, **row)
