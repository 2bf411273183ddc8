"""Puts one person's rows of all datasets in the order of time."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import anyio.to_thread

from suwen.domains.identity.public import record_access
from suwen.domains.lake.public import Lake
from suwen.domains.patients.public import keys_of
from suwen.domains.records.errors import NoRecords, UnknownEvent, UnknownSection
from suwen.domains.records.events_text import describe, event_id, line_columns
from suwen.domains.records.schemas import (
    ColumnOut,
    EncounterOut,
    EventRow,
    Row,
    SectionOut,
    SectionRows,
    TimelineOut,
    TrendItem,
    TrendOut,
    TrendPoint,
)
from suwen.domains.standards.public import Catalog, Dataset
from suwen.kernel.database import UnitOfWork
from suwen.kernel.repository import PageRequest
from suwen.kernel.scope import Scope

IDENTITY_DATASET = "patient"
"""Who the person is comes from the room patients, merged over identities; here are events only."""


class PersonRows:
    """All rows of one person in the scope, read once: dataset code to rows, newest first."""

    def __init__(self, catalog: Catalog, rows: Mapping[str, list[Row]]) -> None:
        self.catalog = catalog
        self.rows = {code: sorted(found, key=self._order(code), reverse=True) for code, found in rows.items()}

    def _order(self, code: str) -> Callable[[Row], tuple[datetime, str]]:
        def order(row: Row) -> tuple[datetime, str]:
            key = (row.get(name) for name in self.catalog.dataset(code).key)
            return self.at(code, row) or datetime.min, "|".join(map(str, key))

        return order

    def at(self, code: str, row: Row) -> datetime | None:
        """When the row's fact happened; a date counts as its midnight."""
        column = self.catalog.dataset(code).time_column
        value = row.get(column) if column else None
        if isinstance(value, datetime):
            return value
        return datetime.combine(value, time()) if isinstance(value, date) else None

    def sections(self) -> list[SectionOut]:
        """The datasets that hold rows, in the order of the catalogue."""
        found: list[SectionOut] = []
        for code, dataset in self.catalog.datasets.items():
            times = [at for row in self.rows.get(code, []) if (at := self.at(code, row))]
            if self.rows.get(code):
                found.append(
                    SectionOut(
                        dataset=code,
                        title=dataset.title,
                        title_en=dataset.title_en,
                        category=dataset.category,
                        rows=len(self.rows[code]),
                        first_at=min(times, default=None),
                        last_at=max(times, default=None),
                    )
                )
        return found

    def titles(self, found: Iterable[tuple[str, Row]]) -> dict[str, dict[str, str]]:
        """The titles of the codes that occur in some (dataset, row) pairs."""
        titles: dict[str, dict[str, str]] = defaultdict(dict)
        for code, row in found:
            for element in self.catalog.dataset(code).elements:
                value = row.get(element.name)
                if element.value_set and value is not None:
                    title = self.catalog.value_set(element.value_set).titles.get(str(value))
                    if title:
                        titles[element.name][str(value)] = title
        return dict(titles)


async def read_person(
    lake: Lake,
    uow: UnitOfWork,
    catalog: Catalog,
    scope: Scope,
    person_id: UUID,
    datasets: Sequence[str] | None = None,
    columns: Mapping[str, Collection[str]] | None = None,
) -> PersonRows:
    """Read the person's rows from the lake. Raises NoRecords where the scope holds none of the person's identities.

    columns: those to read of some datasets, by code; all of the others.
    """
    keys = [key for key, _ in await keys_of(uow, scope, person_id)]
    if not keys:
        raise NoRecords(person_id)
    wanted = [
        code for code in (datasets or list(catalog.datasets)) if code != IDENTITY_DATASET and lake.exists("std", code)
    ]
    tables = await anyio.to_thread.run_sync(lambda: lake.lookup(wanted, keys, scope=scope, columns=columns))
    return PersonRows(catalog, {code: [_plain(row) for row in table.to_pylist()] for code, table in tables.items()})


def _plain(row: Row) -> Row:
    """Decimals as numbers: JSON would carry them as text, and a screen only draws them."""
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in row.items()}


async def timeline(
    lake: Lake, uow: UnitOfWork, catalog: Catalog, scope: Scope, person_id: UUID, request: PageRequest
) -> TimelineOut:
    """The person's encounters, newest first, each with its events; recorded as an access."""
    told = {code: line_columns(dataset) for code, dataset in catalog.datasets.items() if code != "encounter"}
    person = await read_person(lake, uow, catalog, scope, person_id, columns=told)
    await record_access(uow, "records.timeline", [str(person_id)], ())
    groups = _grouped(person)
    shown = [_encounter(person, group) for group in groups[request.offset : request.offset + request.page_size]]
    coded = [("encounter", encounter.encounter) for encounter in shown if encounter.encounter]
    return TimelineOut(
        items=shown,
        total=len(groups),
        page=request.page,
        page_size=request.page_size,
        sections=person.sections(),
        titles=person.titles(coded),
    )


@dataclass(frozen=True)
class _Group:
    """An encounter or a day without one: its rows by dataset, and when it began."""

    key: tuple[str, str]
    head: Row | None
    rows: list[tuple[str, Row]]
    started_at: datetime | None


def _grouped(person: PersonRows) -> list[_Group]:
    """Group events by (institution, encounter id), newest first; events of no encounter form one group a day."""
    heads: dict[tuple[str, str], Row] = {
        (row["org_code"], row["encounter_id"]): row for row in person.rows.get("encounter", [])
    }
    grouped: dict[tuple[str, str], list[tuple[str, Row]]] = {key: [] for key in heads}
    for code, rows in person.rows.items():
        if code == "encounter":
            continue
        for row in rows:
            key = (row["org_code"], str(row.get("encounter_id") or ""))
            if key not in heads:
                at = person.at(code, row)
                key = (row["org_code"], f"day:{at.date().isoformat() if at else ''}")
            grouped.setdefault(key, []).append((code, row))
    found = [_Group(key, heads.get(key), rows, _started(person, heads.get(key), rows)) for key, rows in grouped.items()]
    return sorted(found, key=lambda group: (group.started_at or datetime.min, "|".join(group.key)), reverse=True)


def _started(person: PersonRows, head: Row | None, rows: list[tuple[str, Row]]) -> datetime | None:
    if head:
        return person.at("encounter", head)
    return min((at for code, row in rows if (at := person.at(code, row))), default=None)


def _encounter(person: PersonRows, group: _Group) -> EncounterOut:
    head, rows = group.head, group.rows
    events = [describe(person.catalog, code, row, person.at(code, row)) for code, row in rows]
    events.sort(key=lambda event: (event.at or datetime.min, event.dataset))
    named = [row.get("diagnosis_name") or row.get("diagnosis_code") for code, row in rows if code == "diagnosis"]
    diagnoses = [str(name) for name in named if name]
    if head and head.get("main_diagnosis_name"):
        diagnoses.insert(0, str(head["main_diagnosis_name"]))
    type_code = str(head["encounter_type_code"]) if head and head.get("encounter_type_code") else None
    return EncounterOut(
        key="|".join(group.key),
        org_code=group.key[0],
        encounter=head,
        title=_type_title(person.catalog, type_code),
        type_code=type_code,
        started_at=group.started_at,
        ended_at=head.get("ended_at") if head else None,
        department=head.get("dept_name") if head else None,
        diagnoses=list(dict.fromkeys(diagnoses)),
        counts=dict(Counter(code for code, _ in rows)),
        events=events,
    )


def _type_title(catalog: Catalog, type_code: str | None) -> str:
    if type_code is None:
        return ""
    element = catalog.dataset("encounter").by_name["encounter_type_code"]
    titles = catalog.value_set(element.value_set).titles if element.value_set else {}
    return titles.get(type_code, type_code)


async def section(
    lake: Lake, uow: UnitOfWork, catalog: Catalog, scope: Scope, person_id: UUID, code: str, request: PageRequest
) -> SectionRows:
    """One dataset of a person, newest first. Raises UnknownSection, NoRecords."""
    dataset = _section_of(catalog, code)
    person = await read_person(lake, uow, catalog, scope, person_id, [code])
    await record_access(uow, f"records.{code}", [str(person_id)], ())
    rows = person.rows.get(code, [])
    shown = rows[request.offset : request.offset + request.page_size]
    return SectionRows(
        dataset=code,
        columns=_columns(dataset),
        items=shown,
        titles=person.titles((code, row) for row in shown),
        total=len(rows),
        page=request.page,
        page_size=request.page_size,
    )


async def event(
    lake: Lake, uow: UnitOfWork, catalog: Catalog, scope: Scope, person_id: UUID, code: str, id_: str
) -> EventRow:
    """The whole row of one event of a person; recorded as an access. Raises UnknownSection, UnknownEvent, NoRecords."""
    dataset = _section_of(catalog, code)
    person = await read_person(lake, uow, catalog, scope, person_id, [code])
    row = next((row for row in person.rows.get(code, []) if event_id(dataset, row) == id_), None)
    if row is None:
        raise UnknownEvent(id_)
    await record_access(uow, f"records.{code}", [str(person_id)], ())
    return EventRow(dataset=code, columns=_columns(dataset), row=row, titles=person.titles([(code, row)]))


def _section_of(catalog: Catalog, code: str) -> Dataset:
    if code not in catalog.datasets or code == IDENTITY_DATASET:
        raise UnknownSection(code, [name for name in catalog.datasets if name != IDENTITY_DATASET])
    return catalog.dataset(code)


def _columns(dataset: Dataset) -> list[ColumnOut]:
    return [
        ColumnOut(name=e.name, title=e.title, title_en=e.title_en, type=e.type, unit=e.unit)
        for e in dataset.elements
        if e.name != dataset.patient_column
    ]


MEASURED = ("lab_result", "vital_sign")


async def trend_items(lake: Lake, uow: UnitOfWork, catalog: Catalog, scope: Scope, person_id: UUID) -> list[TrendItem]:
    """Items with at least one number, the most measured first."""
    person = await read_person(lake, uow, catalog, scope, person_id, MEASURED)
    found: list[TrendItem] = []
    for code in MEASURED:
        groups: dict[tuple[str, str | None], list[Row]] = defaultdict(list)
        for row in person.rows.get(code, []):
            if row.get("value_number") is not None and row.get("item_name"):
                groups[row["item_name"], row.get("unit")].append(row)
        for (item, unit), rows in groups.items():
            last = rows[0]
            found.append(
                TrendItem(
                    dataset=code,
                    item=item,
                    unit=unit,
                    count=len(rows),
                    last_at=person.at(code, last),
                    last_value=float(last["value_number"]),
                )
            )
    return sorted(found, key=lambda item: (-item.count, item.item))


async def trend(
    lake: Lake, uow: UnitOfWork, catalog: Catalog, scope: Scope, person_id: UUID, code: str, item: str, unit: str | None
) -> TrendOut:
    """The course of one item in one unit, oldest first, with the reference range of each result."""
    if code not in MEASURED:
        raise UnknownSection(code, list(MEASURED))
    person = await read_person(lake, uow, catalog, scope, person_id, [code])
    points = [
        TrendPoint(
            at=at,
            value=float(row["value_number"]),
            low=_number(row.get("reference_low")),
            high=_number(row.get("reference_high")),
            org_code=row["org_code"],
        )
        for row in reversed(person.rows.get(code, []))
        if row.get("item_name") == item
        and row.get("unit") == unit
        and row.get("value_number") is not None
        and (at := person.at(code, row)) is not None
    ]
    return TrendOut(item=item, unit=unit, points=points)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
