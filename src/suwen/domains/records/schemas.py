"""What patient 360 shows."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

Row = dict[str, Any]


class ColumnOut(BaseModel):
    """A column of a section: the element's name, Chinese and English title, type and unit."""

    name: str
    title: str
    title_en: str
    type: str
    unit: str | None = None


class SectionOut(BaseModel):
    """One dataset of a person: how many rows, from when to when."""

    dataset: str
    title: str
    title_en: str
    category: str
    rows: int
    first_at: datetime | None
    last_at: datetime | None


class EventOut(BaseModel):
    """One thing that happened: a diagnosis, an order, a report, an operation.

    ``text`` is the line to show, ``abnormal`` marks a result outside its reference range, ``id`` asks for the row.
    """

    id: str
    dataset: str
    at: datetime | None
    text: str
    note: str | None = None
    abnormal: bool = False


class EventRow(BaseModel):
    """The whole row of an event as the reader may see it; ``titles``: column name to code to title."""

    dataset: str
    columns: list[ColumnOut]
    row: Row
    titles: dict[str, dict[str, str]]


class EncounterOut(BaseModel):
    """One encounter 就诊 with what happened in it; ``encounter`` is None for events of no known encounter."""

    key: str
    org_code: str
    encounter: Row | None
    title: str
    type_code: str | None
    started_at: datetime | None
    ended_at: datetime | None
    department: str | None
    diagnoses: list[str]
    counts: dict[str, int]
    events: list[EventOut]


class TimelineOut(BaseModel):
    """A person's encounters, newest first; ``total`` encounters before paging."""

    items: list[EncounterOut]
    total: int
    page: int
    page_size: int
    sections: list[SectionOut]
    titles: dict[str, dict[str, str]]
    """Column name to code to title, for the coded values that occur."""


class SectionRows(BaseModel):
    """One page of a section, newest first."""

    dataset: str
    columns: list[ColumnOut]
    items: list[Row]
    titles: dict[str, dict[str, str]]
    total: int
    page: int
    page_size: int


class TrendPoint(BaseModel):
    """One result: value in ``unit`` with the reference range it was judged by."""

    at: datetime
    value: float
    low: float | None
    high: float | None
    org_code: str


class TrendOut(BaseModel):
    """The course of one laboratory item or vital sign; one series a unit, since units are never converted silently."""

    item: str
    unit: str | None
    points: list[TrendPoint]


class TrendItem(BaseModel):
    """An item that has numbers to draw: how many, when last."""

    dataset: str
    item: str
    unit: str | None
    count: int
    last_at: datetime | None
    last_value: float | None
