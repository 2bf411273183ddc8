"""The lists of the standards centre: datasets, their dictionary, value sets, codes, data elements and documents."""

from suwen.domains.standards.models import (
    DictionaryCatalogueElement,
    DictionaryClause,
    DictionaryCode,
    DictionaryDataElement,
    DictionaryDocument,
    DictionaryElement,
    DictionarySection,
    Proposal,
    Publication,
)
from suwen.domains.standards.permissions import READ, WRITE
from suwen.domains.standards.repository import LivingItems, NotedFigures, PresentFigures
from suwen.domains.standards.schemas import (
    CatalogueElementRow,
    CatalogueRow,
    ClauseRow,
    CodeRow,
    DataElementRow,
    DatasetRow,
    DocumentRow,
    ElementRow,
    SectionRow,
    SpecificationRow,
    ValueSetRow,
)
from suwen.domains.standards.schemas_monitoring import ConformanceNote, ConformanceRow
from suwen.domains.standards.schemas_publishing import PublicationRow
from suwen.domains.standards.schemas_revising import ProposalRow, ReviewRow
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Action, Resource, listed

GROUP = "标准中心"
_ORIGIN = ("pack", "edition", "verified")

DATASETS = Resource(
    name="standards.datasets",
    domain="standards",
    title="标准数据集",
    title_en="Standard datasets",
    schema=DatasetRow,
    source=LivingItems("dataset"),
    read=READ.code,
    columns=("code", "title", "category", "standard", *_ORIGIN, "version", "size", "status", "valid_from"),
    default_sort=("code",),
    overrides={"cell:code": "standards/DatasetLink"},
    group=GROUP,
    icon="table",
    order=10,
)

ELEMENTS = Resource(
    name="standards.elements",
    domain="standards",
    title="数据元字典",
    title_en="Data elements",
    schema=ElementRow,
    source=ModelSource(DictionaryElement, search=("name", "title", "title_en", "de", "initials")),
    read=READ.code,
    columns=tuple(name for name in ElementRow.model_fields if name not in ("id", "title_en")),
    default_sort=("dataset", "position"),
    group=GROUP,
    icon="bars",
    order=20,
)

VALUE_SETS = Resource(
    name="standards.value_sets",
    domain="standards",
    title="值域",
    title_en="Value sets",
    schema=ValueSetRow,
    source=LivingItems("value_set"),
    read=READ.code,
    columns=("code", "title", "standard", *_ORIGIN, "version", "size", "status", "provenance", "valid_from"),
    default_sort=("code",),
    group=GROUP,
    icon="unordered-list",
    order=30,
)

CODES = Resource(
    name="standards.codes",
    domain="standards",
    title="值域代码",
    title_en="Codes",
    schema=CodeRow,
    source=ModelSource(DictionaryCode, search=("code", "title", "title_en", "initials")),
    read=READ.code,
    columns=("value_set", "position", "code", "title", "title_en", "parent", "attributes", *_ORIGIN),
    default_sort=("value_set", "position"),
    overrides={"cell:attributes": "standards/Attributes"},
    group=GROUP,
    icon="number",
    order=40,
)

DATA_ELEMENTS = Resource(
    name="standards.data_elements",
    domain="standards",
    title="数据元目录",
    title_en="Data element catalogue",
    schema=DataElementRow,
    source=ModelSource(DictionaryDataElement, search=("code", "title", "initials")),
    read=READ.code,
    columns=(
        *("code", "title", "type", "format", "min_length", "max_length", "unit", "value_set", "standard"),
        *_ORIGIN,
    ),
    default_sort=("code",),
    key="code",
    group=GROUP,
    icon="bars",
    order=50,
)

DOCUMENTS = Resource(
    name="standards.documents",
    domain="standards",
    title="共享文档",
    title_en="Shared documents",
    schema=DocumentRow,
    source=ModelSource(DictionaryDocument, search=("code", "title", "initials", "template_id")),
    read=READ.code,
    columns=("code", "title", "template_id", "source_dataset", "datasets", "size", "standard", *_ORIGIN),
    default_sort=("standard", "code"),
    key="code",
    group=GROUP,
    icon="file-text",
    order=60,
)

SECTIONS = Resource(
    name="standards.sections",
    domain="standards",
    title="文档章节",
    title_en="Document sections",
    schema=SectionRow,
    source=ModelSource(DictionarySection, search=("code", "title", "title_en", "initials")),
    read=READ.code,
    columns=("document", "position", "code", "system", "title", "title_en", *_ORIGIN),
    default_sort=("document", "position"),
    group="",
    icon="list",
    order=70,
)

CATALOGUE = Resource(
    name="standards.catalogue",
    domain="standards",
    title="数据集目录",
    title_en="Dataset catalogue",
    schema=CatalogueRow,
    source=LivingItems("catalogue"),
    read=READ.code,
    columns=("code", "title", "standard", *_ORIGIN, "version", "size", "status", "provenance"),
    default_sort=("code",),
    group=GROUP,
    icon="table",
    order=75,
)

CATALOGUE_ELEMENTS = Resource(
    name="standards.catalogue_elements",
    domain="standards",
    title="目录数据元",
    title_en="Catalogue elements",
    schema=CatalogueElementRow,
    source=ModelSource(DictionaryCatalogueElement, search=("code", "title", "de", "initials")),
    read=READ.code,
    columns=("dataset", "position", "code", "title", "de", "type", "format", "value_set", "grade", *_ORIGIN),
    default_sort=("dataset", "position"),
    group="",
    icon="bars",
    order=76,
)

SPECIFICATIONS = Resource(
    name="standards.specifications",
    domain="standards",
    title="规范",
    title_en="Specifications",
    schema=SpecificationRow,
    source=LivingItems("specification"),
    read=READ.code,
    columns=("code", "title", "category", "standard", *_ORIGIN, "version", "size", "status", "provenance"),
    default_sort=("category", "code"),
    group=GROUP,
    icon="file-protect",
    order=80,
)

CLAUSES = Resource(
    name="standards.clauses",
    domain="standards",
    title="规范条款",
    title_en="Clauses",
    schema=ClauseRow,
    source=ModelSource(DictionaryClause, search=("code", "title", "initials")),
    read=READ.code,
    columns=("specification", "position", "code", "title", "group", "level", "detail", "request", "response", *_ORIGIN),
    default_sort=("specification", "position"),
    group="",
    icon="list",
    order=81,
)

PUBLICATIONS = Resource(
    name="standards.publications",
    domain="standards",
    title="采集规范发布",
    title_en="Published specifications",
    schema=PublicationRow,
    source=ModelSource(Publication, search=("number", "title")),
    read=READ.code,
    columns=listed(PublicationRow),
    default_sort=("-published_at",),
    overrides={"cell:title": "standards/PublicationTitle"},
    group=GROUP,
    icon="file-done",
    order=4,
)

_FIGURES = (
    *("org_code", "dataset", "version", "mapped", "accepted", "loaded_version", "score", "judged_version"),
    *("filled", "fields", "refused", "received", "failed", "checked", "day"),
)
_SHARES = {"cell:mapped": "standards/Share", "cell:accepted": "standards/Share", "cell:score": "standards/Share"} | {
    f"cell:{name}": "standards/HeldAgainst" for name in ("version", "loaded_version", "judged_version")
}

PROPOSALS = Resource(
    name="standards.proposals",
    domain="standards",
    title="标准制修订",
    title_en="Proposals",
    schema=ProposalRow,
    source=ModelSource(Proposal, search=("code", "title", "reason")),
    read=READ.code,
    columns=listed(ProposalRow),
    default_sort=("-updated_at",),
    group=GROUP,
    icon="branches",
    order=3,
)

REVIEWS = Resource(
    name="standards.reviews",
    domain="standards",
    title="标准复审",
    title_en="Reviews due",
    schema=ReviewRow,
    source=LivingItems(None),
    read=READ.code,
    actions=(Action("begin", "发起复审", "Begin review", WRITE.code),),
    columns=listed(ReviewRow),
    default_sort=("review_due", "kind", "code"),
    group=GROUP,
    icon="clock",
    order=8,
)

CONFORMANCE = Resource(
    name="standards.conformance",
    domain="standards",
    title="执行监测",
    title_en="Conformance",
    schema=ConformanceRow,
    source=PresentFigures(),
    read=READ.code,
    columns=_FIGURES,
    default_sort=("score", "accepted", "mapped"),
    overrides=_SHARES,
    group=GROUP,
    icon="dashboard",
    order=6,
)

CONFORMANCE_NOTES = Resource(
    name="standards.conformance_notes",
    domain="standards",
    title="执行监测历史",
    title_en="Conformance over time",
    schema=ConformanceNote,
    source=NotedFigures(),
    read=READ.code,
    columns=(*_FIGURES, "until"),
    default_sort=("-day", "org_code", "dataset"),
    overrides=_SHARES,
    group="",
    icon="history",
    order=7,
)

RESOURCES = (
    *(CONFORMANCE, CONFORMANCE_NOTES),
    PROPOSALS,
    REVIEWS,
    PUBLICATIONS,
    *(DATASETS, ELEMENTS, VALUE_SETS, CODES, DATA_ELEMENTS, DOCUMENTS, SECTIONS),
    *(CATALOGUE, CATALOGUE_ELEMENTS, SPECIFICATIONS, CLAUSES),
)
