"""The door of the standards room: what is declared, as a checked catalogue, and how it comes into force."""

from suwen.domains.standards.attributes import Attribute, AttributeName, attributes
from suwen.domains.standards.catalog import Catalog
from suwen.domains.standards.conformance import (
    Figure,
    Finding,
    Part,
    Place,
    Versions,
    conforms,
    conforms_daily,
    explains,
)
from suwen.domains.standards.definitions import (
    CATEGORY_TITLES,
    CATEGORY_TITLES_EN,
    Category,
    Code,
    DataElement,
    Dataset,
    DateOrder,
    Document,
    Element,
    ElementType,
    Reference,
    Section,
    TermBinding,
    ValueSet,
)
from suwen.domains.standards.errors import (
    InvalidPack,
    StandardsNotInstalled,
    UnknownDataset,
    UnknownElement,
    UnknownValueSet,
)
from suwen.domains.standards.packs import SHIPPED
from suwen.domains.standards.schemas import InstallReport
from suwen.domains.standards.schemas_importing import ValueSetChanges
from suwen.domains.standards.schemas_revising import OPERATIONS
from suwen.domains.standards.service.importing import value_set_changes
from suwen.domains.standards.service.installing import install_packs
from suwen.domains.standards.service.lives import (
    DatasetLife,
    Proposed,
    VersionSpan,
    dataset_lives,
    uses_of,
    version_spans,
)
from suwen.domains.standards.service.monitoring import dataset_versions, observe
from suwen.domains.standards.service.reading import load_catalog
from suwen.domains.standards.service.revising import take_due
from suwen.domains.standards.service.terminology import (
    Term,
    Terminology,
    ValueSetHead,
    load_value_set,
    retired_codes,
    search_terms,
    terminologies,
    terms_of,
    value_set_head,
)
from suwen.domains.standards.usage import Touched, Usage, uses_standards

__all__ = [
    "CATEGORY_TITLES",
    "CATEGORY_TITLES_EN",
    "OPERATIONS",
    "SHIPPED",
    "Attribute",
    "AttributeName",
    "Catalog",
    "Category",
    "Code",
    "DataElement",
    "Dataset",
    "DatasetLife",
    "DateOrder",
    "Document",
    "Element",
    "ElementType",
    "Figure",
    "Finding",
    "InstallReport",
    "InvalidPack",
    "Part",
    "Place",
    "Proposed",
    "Reference",
    "Section",
    "StandardsNotInstalled",
    "Term",
    "TermBinding",
    "Terminology",
    "Touched",
    "UnknownDataset",
    "UnknownElement",
    "UnknownValueSet",
    "Usage",
    "ValueSet",
    "ValueSetChanges",
    "ValueSetHead",
    "VersionSpan",
    "Versions",
    "attributes",
    "conforms",
    "conforms_daily",
    "dataset_lives",
    "dataset_versions",
    "explains",
    "install_packs",
    "load_catalog",
    "load_value_set",
    "observe",
    "retired_codes",
    "search_terms",
    "take_due",
    "terminologies",
    "terms_of",
    "uses_of",
    "uses_standards",
    "value_set_changes",
    "value_set_head",
    "version_spans",
]
