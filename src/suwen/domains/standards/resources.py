"""The lists of the standards centre: datasets, their dictionary, value sets and codes."""

from suwen.domains.standards.models import DictionaryCode, DictionaryElement
from suwen.domains.standards.permissions import READ
from suwen.domains.standards.repository import LivingItems
from suwen.domains.standards.schemas import CodeRow, DatasetRow, ElementRow, ValueSetRow
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Resource

DATASETS = Resource(
    name="standards.datasets",
    domain="standards",
    title="标准数据集",
    title_en="Standard datasets",
    schema=DatasetRow,
    source=LivingItems("dataset"),
    read=READ.code,
    columns=("code", "title", "category", "standard", "edition", "version", "size", "status", "valid_from"),
    default_sort=("code",),
    overrides={"cell:code": "standards/DatasetLink"},
    group="标准中心",
    icon="table",
    order=10,
)

ELEMENTS = Resource(
    name="standards.elements",
    domain="standards",
    title="数据元字典",
    title_en="Data elements",
    schema=ElementRow,
    source=ModelSource(DictionaryElement, search=("name", "title", "title_en", "de")),
    read=READ.code,
    columns=tuple(name for name in ElementRow.model_fields if name not in ("id", "title_en")),
    default_sort=("dataset", "position"),
    group="标准中心",
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
    columns=("code", "title", "standard", "edition", "version", "size", "status", "provenance", "valid_from"),
    default_sort=("code",),
    group="标准中心",
    icon="unordered-list",
    order=30,
)

CODES = Resource(
    name="standards.codes",
    domain="standards",
    title="值域代码",
    title_en="Codes",
    schema=CodeRow,
    source=ModelSource(DictionaryCode, search=("code", "title", "title_en")),
    read=READ.code,
    columns=("value_set", "position", "code", "title", "title_en", "parent"),
    default_sort=("value_set", "position"),
    group="标准中心",
    icon="number",
    order=40,
)

RESOURCES = (DATASETS, ELEMENTS, VALUE_SETS, CODES)
