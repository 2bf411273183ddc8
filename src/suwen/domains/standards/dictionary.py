"""What the lists show of the living items: rows of the dictionary tables, taken out of the items."""

from collections.abc import Iterator
from typing import Any

import orjson

from suwen.domains.standards.definitions import (
    CatalogueDataset,
    DataElement,
    Dataset,
    Definition,
    Document,
    Item,
    Kind,
    Specification,
    ValueSet,
)
from suwen.domains.standards.models import (
    DictionaryCatalogueElement,
    DictionaryClause,
    DictionaryCode,
    DictionaryDataElement,
    DictionaryDocument,
    DictionaryElement,
    DictionarySection,
)
from suwen.kernel.database import Base
from suwen.kernel.pinyin import initials

TABLES: dict[Kind, tuple[tuple[type[Base], str], ...]] = {
    "dataset": ((DictionaryElement, "dataset"),),
    "value_set": ((DictionaryCode, "value_set"),),
    "data_element": ((DictionaryDataElement, "code"),),
    "document": ((DictionaryDocument, "code"), (DictionarySection, "document")),
    "catalogue": ((DictionaryCatalogueElement, "dataset"),),
    "specification": ((DictionaryClause, "specification"),),
}
"""The tables that hold rows of a kind of item, each with the column that names the item."""


def code_key(value_set: str, code: str) -> str:
    """Return the key of a code among those of all living value sets."""
    return f"{value_set}:{code}"


def rows_of(pack: str, item: Item) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    """Yield an item's rows, each with its table."""
    origin = {"pack": pack, "edition": item.edition, "verified": item.verified}
    named = {"code": item.code, "title": item.title, "initials": initials(item.title), "standard": item.standard}
    match item:
        case Dataset():
            yield from ((DictionaryElement, row) for row in _elements(item))
        case ValueSet():
            for position, code in enumerate(item.items, start=1):
                place = {"id": code_key(item.code, code.code), "value_set": item.code, "position": position}
                read = {"initials": initials(code.title), "attributes": orjson.dumps(code.attributes).decode()}
                yield DictionaryCode, place | _fields(code) | read | origin
        case DataElement():
            low, high = item.bounds
            held = item.model_dump(include={"type", "format", "unit", "value_set"})
            yield DictionaryDataElement, named | held | {"min_length": low, "max_length": high} | origin
        case Document():
            held = item.model_dump(include={"template_id", "source_dataset"})
            yield DictionaryDocument, named | held | {"datasets": ", ".join(item.datasets), "size": item.size} | origin
            for position, section in enumerate(item.sections, start=1):
                place = {"id": f"{item.code}:{position}", "document": item.code, "position": position}
                yield DictionarySection, place | section.model_dump() | {"initials": initials(section.title)} | origin
        case CatalogueDataset():
            for position, element in enumerate(item.elements, start=1):
                place = {"id": f"{item.code}:{element.code}", "dataset": item.code, "position": position}
                read = {"initials": initials(element.title)} | origin
                yield DictionaryCatalogueElement, place | _fields(element) | read
        case Specification():
            for position, clause in enumerate(item.clauses, start=1):
                place = {"id": f"{item.code}:{clause.code}", "specification": item.code, "position": position}
                yield DictionaryClause, place | _fields(clause) | {"initials": initials(clause.title)} | origin
        case _:
            raise TypeError(type(item))


def _elements(dataset: Dataset) -> Iterator[dict[str, Any]]:
    shown = {"name", "title", "title_en", "de", "type", "format", "length", "value_set", "required", "grade", "mask"}
    for position, element in enumerate(dataset.elements, start=1):
        place = {"id": f"{dataset.code}.{element.name}", "dataset": dataset.code, "position": position}
        yield place | element.model_dump(include={*shown, "unit", "source"}) | {"initials": initials(element.title)}


def _fields(part: Definition) -> dict[str, Any]:
    # Flat, so that a model_dump of thousands of them is not needed.
    return {name: getattr(part, name) for name in type(part).model_fields}
