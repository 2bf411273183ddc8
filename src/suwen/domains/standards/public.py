"""The door of the standards room: what is declared, as a checked catalogue."""

from suwen.domains.standards.catalog import Catalog
from suwen.domains.standards.definitions import Code, Dataset, DateOrder, Element, Reference, ValueSet
from suwen.domains.standards.errors import InvalidPack, UnknownDataset, UnknownElement, UnknownValueSet

__all__ = [
    "Catalog",
    "Code",
    "Dataset",
    "DateOrder",
    "Element",
    "InvalidPack",
    "Reference",
    "UnknownDataset",
    "UnknownElement",
    "UnknownValueSet",
    "ValueSet",
]
