"""The door of the standards room: what is declared, as a checked catalogue, and how it comes into force."""

from suwen.domains.standards.catalog import Catalog
from suwen.domains.standards.definitions import (
    CATEGORY_TITLES,
    Category,
    Code,
    Dataset,
    DateOrder,
    Element,
    ElementType,
    Reference,
    ValueSet,
)
from suwen.domains.standards.errors import (
    InvalidPack,
    StandardsNotInstalled,
    UnknownDataset,
    UnknownElement,
    UnknownValueSet,
)
from suwen.domains.standards.schemas import InstallReport
from suwen.domains.standards.service import install_packs, load_catalog

__all__ = [
    "CATEGORY_TITLES",
    "Catalog",
    "Category",
    "Code",
    "Dataset",
    "DateOrder",
    "Element",
    "ElementType",
    "InstallReport",
    "InvalidPack",
    "Reference",
    "StandardsNotInstalled",
    "UnknownDataset",
    "UnknownElement",
    "UnknownValueSet",
    "ValueSet",
    "install_packs",
    "load_catalog",
]
