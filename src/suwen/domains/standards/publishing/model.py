"""What a collection specification says, the same for datasets of the platform and of the catalogue."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from suwen.domains.standards.definitions import (
    CatalogueDataset,
    CatalogueElement,
    Dataset,
    Element,
    ElementClass,
    ElementType,
    ValueSet,
    length_bounds,
)

_TYPES: Mapping[ElementClass, ElementType] = {"L": "boolean", "D": "date", "DT": "datetime"}
_DIGITS = re.compile(r"N\.*(?:\d+\.\.)?(?P<whole>\d+)(?:,(?P<scale>\d+))?")


@dataclass(frozen=True)
class Field:
    """One field that has to be delivered; `length` counts characters, `low` is the least number of them."""

    name: str
    title: str
    title_en: str
    de: str | None
    type: ElementType
    format: str | None
    low: int | None
    length: int | None
    precision: int | None
    scale: int | None
    key: bool
    required: bool
    value_set: str | None
    grade: int
    unit: str | None
    source: str


@dataclass(frozen=True)
class Sheet:
    """One dataset; `key`, `time` and `patient` name fields."""

    code: str
    title: str
    title_en: str
    standard: str
    edition: str
    version: int
    provenance: str
    key: tuple[str, ...]
    time: str | None
    patient: str | None
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Specified:
    """A specification: its title, number and day, the datasets, and the value sets that their fields use."""

    title: str
    number: str
    day: str
    note: str
    sheets: tuple[Sheet, ...]
    value_sets: tuple[ValueSet, ...]


def sheet_of(dataset: Dataset | CatalogueDataset, version: int) -> Sheet:
    """Return a dataset as a sheet; the type of a catalogue element follows from the standard's own."""
    if isinstance(dataset, Dataset):
        fields = tuple(_field(element, dataset) for element in dataset.elements)
        key, time, patient = dataset.key, dataset.time_column, dataset.patient_column
    else:
        fields = tuple(_catalogue_field(element, dataset) for element in dataset.elements)
        key, time, patient = dataset.key, dataset.time_element, dataset.patient_element
    head = (dataset.code, dataset.title, dataset.title_en, dataset.standard, dataset.edition, version)
    return Sheet(*head, dataset.provenance, key, time, patient, fields)


def _field(element: Element, dataset: Dataset) -> Field:
    return Field(
        name=element.name,
        title=element.title,
        title_en=element.title_en,
        de=element.de,
        type=element.type,
        format=element.format,
        low=None,
        length=element.length,
        precision=element.precision,
        scale=element.scale,
        key=element.name in dataset.key,
        required=element.required or element.name in dataset.key,
        value_set=element.value_set,
        grade=element.grade,
        unit=element.unit,
        source=element.source,
    )


def _catalogue_field(element: CatalogueElement, dataset: CatalogueDataset) -> Field:
    low, length = length_bounds(element.format)
    digits = _DIGITS.fullmatch(element.format or "") if element.type == "N" else None
    number = element.type == "N"
    return Field(
        name=element.code,
        title=element.title,
        title_en="",
        de=element.de,
        type="decimal" if number else _TYPES.get(element.type or "S1", "string"),
        format=element.format,
        low=None if number else low,
        length=length if element.type in ("S1", "S2", "S3") else None,
        precision=int(digits["whole"]) if digits else None,
        scale=int(digits["scale"] or 0) if digits else None,
        key=element.code in dataset.key,
        required=element.code in dataset.key,
        value_set=element.value_set,
        grade=element.grade,
        unit=None,
        source=dataset.standard,
    )
