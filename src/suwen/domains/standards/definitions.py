"""What a standard declares: datasets, value sets, data elements and documents, as immutable values."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from suwen.domains.standards.attributes import Attribute, AttributeName, in_order

ElementType = Literal["string", "integer", "decimal", "date", "datetime", "boolean"]
MaskKind = Literal["name", "id_number", "phone", "address", "card", "birth_date", "free_text"]
CheckKind = Literal["resident_id", "uscc", "phone", "division"]
Kind = Literal["dataset", "value_set", "data_element", "document", "catalogue", "specification"]
SpecificationCategory = Literal["exchange", "quality", "business", "management", "security"]
Status = Literal["draft", "published", "retired"]
ElementClass = Literal["S1", "S2", "S3", "L", "N", "D", "DT", "T", "BY"]
Category = Literal["person", "visit", "order", "report", "treatment", "nursing", "document", "fee", "summary"]

CATEGORY_TITLES: dict[str, str] = {
    "person": "个人信息",
    "visit": "就诊",
    "order": "医嘱",
    "report": "检验检查",
    "treatment": "手术治疗",
    "nursing": "护理",
    "document": "病历文书",
    "fee": "费用",
    "summary": "住院摘要",
}
CATEGORY_TITLES_EN: dict[str, str] = {
    "person": "Person",
    "visit": "Visit",
    "order": "Orders",
    "report": "Reports",
    "treatment": "Treatment",
    "nursing": "Nursing",
    "document": "Documents",
    "fee": "Fees",
    "summary": "Inpatient summary",
}


class Definition(BaseModel):
    """Base of every declared item: immutable, no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


class Item(Definition):
    """What every item that is kept in versions says of itself.

    `provenance` tells where the facts were read; "unverified" in it means general knowledge.
    """

    kind: ClassVar[Kind]
    code: str
    title: str
    title_en: str = ""
    standard: str
    edition: str
    provenance: str
    status: Status = "published"

    @property
    def size(self) -> int:
        """Count what it consists of: elements of a dataset, codes of a value set, sections of a document."""
        return 0

    @property
    def verified(self) -> bool:
        """Say whether its facts were read from some text, be it a third party's transcription."""
        return "unverified" not in self.provenance


class Element(Definition):
    """One data element 数据元 of a dataset: what a column of the standard table means and may hold.

    `length` counts characters and is the longest text the standard allows; `precision` and `scale` are those
    of the stored decimal, wide enough for what hospitals really send, while `format` keeps the standard's own
    notation (``AN..18``, ``DT15``, ``N..10,2``). `grade` is the GB/T 39725 level, 1 (open) to 5 (most sensitive).
    """

    name: str
    title: str
    title_en: str
    type: ElementType
    de: str | None = None
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    format: str | None = None
    value_set: str | None = None
    required: bool = False
    grade: int = 3
    mask: MaskKind | None = None
    check: CheckKind | None = None
    unit: str | None = None
    source: str = "unverified"

    @property
    def names_person(self) -> bool:
        """Say whether it holds the name 姓名 of somebody: a patient, a contact, a doctor."""
        return self.de == "DE02.01.039.00"


class Reference(Definition):
    """`columns` of this dataset name a row of `dataset` by its `target_columns`, within one institution."""

    columns: tuple[str, ...]
    dataset: str
    target_columns: tuple[str, ...]


class DateOrder(Definition):
    """`earlier` must not lie after `later` when both are filled."""

    earlier: str
    later: str


class TermBinding(Definition):
    """Columns that hold a source's own term, e.g. a diagnosis, and where its standard term stands beside it.

    `kind` is one of the kinds of source dictionaries (room terms), `parts` names columns that describe it further. The
    table has `standard_code` and `standard_name` besides its elements: the confirmed mapping fills them, no feed.
    Several standard terms of one value are joined by ``##``.
    """

    kind: str
    code: str | None = None
    name: str | None = None
    parts: dict[str, str] = {}
    standard_code: str | None = None
    standard_name: str | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the columns that it reads."""
        return tuple(column for column in (self.code, self.name, *self.parts.values()) if column is not None)

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the columns that it adds to the table."""
        return tuple(column for column in (self.standard_code, self.standard_name) if column is not None)


RESERVED_COLUMNS = frozenset({"org_code", "patient_key", "bucket", "feed", "source_key", "batch_id", "source_values"})
"""Columns that every standard table has by itself: no element may take their names."""


class Dataset(Item):
    """One dataset 数据集: the columns, keys and rules of one standard table.

    `key` names the columns that identify a row within one institution (org_code is implied), `patient_column`
    the source patient id, `time_column` when the fact happened. `adopts` is the dataset of the catalogue that it was
    made from (`service/adopting.py`).
    """

    kind: ClassVar[Kind] = "dataset"
    category: Category
    adopts: str | None = Field(default=None, exclude_if=lambda held: held is None)
    version: int = 1
    description: str = ""
    key: tuple[str, ...]
    patient_column: str = "patient_id"
    time_column: str | None = None
    elements: tuple[Element, ...]
    references: tuple[Reference, ...] = ()
    orders: tuple[DateOrder, ...] = ()
    terms: tuple[TermBinding, ...] = ()

    @property
    def size(self) -> int:
        """Return the number of its elements."""
        return len(self.elements)

    @cached_property
    def by_name(self) -> dict[str, Element]:
        """Return the elements by column name."""
        return {element.name: element for element in self.elements}

    @property
    def names(self) -> tuple[str, ...]:
        """Return the column names in declared order."""
        return tuple(element.name for element in self.elements)

    @cached_property
    def term_elements(self) -> tuple[Element, ...]:
        """Return the columns that its terms add, named after those they stand for: 科室代码 → 标准科室代码.

        A standard term is as sensitive as what it stands for.
        """
        return tuple(element for binding in self.terms for element in self._standard(binding))

    @cached_property
    def columns(self) -> tuple[Element, ...]:
        """Return all its columns: the elements, and behind the last column of a term its standard term."""
        behind: dict[str, list[Element]] = {}
        for binding in self.terms:
            named = [source for source in (binding.code, binding.name) if source is not None]
            behind.setdefault(max(named, key=self.names.index), []).extend(self._standard(binding))
        return tuple(column for element in self.elements for column in (element, *behind.get(element.name, ())))

    def _standard(self, binding: TermBinding) -> Iterator[Element]:
        grade = max((self.by_name[source].grade for source in binding.sources), default=1)
        pairs = (
            (binding.standard_code, binding.code, "代码", " code"),
            (binding.standard_name, binding.name, "名称", ""),
        )
        for name, source, kind, kind_en in pairs:
            if name is None:
                continue
            like = self.by_name[source or binding.sources[0]]
            title, title_en = like.title, f"{like.title_en[:1].lower()}{like.title_en[1:]}"
            if source is None:
                title, title_en = f"{title}{kind}", f"{title_en}{kind_en}"
            yield Element(name=name, title=f"标准{title}", title_en=f"Standard {title_en}", type="string", grade=grade)


class Code(Definition):
    """One code 代码; `parent` is the broader code of the same set, `attributes` say what the name leaves out."""

    code: str
    title: str
    title_en: str | None = None
    parent: str | None = None
    attributes: dict[AttributeName, str] = Field(default={}, exclude_if=lambda held: not held)

    def __hash__(self) -> int:
        return hash((self.code, self.title, self.parent))  # a dict has none


class ValueSet(Item):
    """One value set 值域代码表; without items it is a table that is known by its name only."""

    kind: ClassVar[Kind] = "value_set"
    items: tuple[Code, ...] = ()

    @property
    def size(self) -> int:
        """Return the number of its codes."""
        return len(self.items)

    @cached_property
    def attributes(self) -> tuple[Attribute, ...]:
        """Return the attributes that any of its codes has."""
        return in_order(name for item in self.items for name in item.attributes)

    @cached_property
    def titles(self) -> dict[str, str]:
        """Return the Chinese titles by code."""
        return {item.code: item.title for item in self.items}

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes in declared order."""
        return tuple(item.code for item in self.items)


_LENGTHS = re.compile(r"[AN]+(?P<low>\d+)?(?:\.\.(?P<high>\d+))?(?:,\d+)?")


def length_bounds(format: str | None) -> tuple[int | None, int | None]:
    """Return the least and the greatest number of characters that a format lets through, None for no bound.

    >>> length_bounds("AN..50"), length_bounds("N2..3"), length_bounds("AN10")
    ((None, 50), (2, 3), (10, 10))
    """
    found = _LENGTHS.fullmatch(format or "")
    if found is None:
        return None, None
    low, high = found["low"], found["high"]
    return (int(low) if low else None), (int(high) if high else int(low) if low else None)


_STORED: dict[str, tuple[ElementType, ...]] = {
    "N": ("integer", "decimal"),
    "L": ("boolean",),
    "D": ("date",),
    "DT": ("datetime",),
}


class DataElement(Item):
    """One data element 数据元 as WS 363 lists it, apart from any dataset.

    `type` is the standard's own: S1 free text, S2 enumerated text, S3 coded text, L yes or no, N number, D date,
    DT date and time, T time, BY binary. `format` is its notation (``AN..100``, ``N2..3``, ``D8``).
    """

    kind: ClassVar[Kind] = "data_element"
    type: ElementClass
    format: str | None = None
    unit: str | None = None
    value_set: str | None = None

    @property
    def bounds(self) -> tuple[int | None, int | None]:
        """Return the least and the greatest number of characters that the format lets through, None for no bound."""
        return length_bounds(self.format)

    @property
    def stored_types(self) -> tuple[ElementType, ...]:
        """Return the column types that hold it without loss."""
        return _STORED.get(self.type, ("string",))


class Section(Definition):
    """One section 章节 of a document; `system` is the vocabulary that `code` is of."""

    title: str
    title_en: str = ""
    code: str | None = None
    system: Literal["LOINC", "WS 363"] | None = None


class Document(Item):
    """One shared document 共享文档, e.g. C0007 检验报告.

    `template_id` is the OID of its CDA template, `source_dataset` the WS 445 dataset it is made of, `datasets` the
    codes of the declared datasets that carry its content.
    """

    kind: ClassVar[Kind] = "document"
    template_id: str
    source_dataset: str | None = None
    datasets: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()

    @property
    def size(self) -> int:
        """Return the number of its sections."""
        return len(self.sections)


class CatalogueElement(Definition):
    """One element of a catalogue dataset, as the standard lists it: `code` is its internal identifier (HDSD00.05.070).

    `type` and `format` are in the standard's own notation, empty where they are not known.
    """

    code: str
    title: str
    de: str | None = None
    type: ElementClass | None = None
    format: str | None = None
    value_set: str | None = None
    grade: int = 3


class CatalogueDataset(Item):
    """One dataset of a standard 目录数据集, e.g. HDSD00.05.01 检验记录: to look up, compare with and publish.

    It is no table of the lake; `datasets` are the declared ones of its pack that carry its content, and a declared one
    may adopt it. `key`, `time_element` and
    `patient_element` name elements by code. `document` is the shared document that is made of it.
    """

    kind: ClassVar[Kind] = "catalogue"
    key: tuple[str, ...]
    time_element: str | None = None
    patient_element: str | None = None
    document: str | None = None
    datasets: tuple[str, ...] = ()
    elements: tuple[CatalogueElement, ...] = ()

    @property
    def size(self) -> int:
        """Return the number of its elements."""
        return len(self.elements)

    @property
    def grade(self) -> int:
        """Return the highest GB/T 39725 level among its elements."""
        return max((element.grade for element in self.elements), default=3)


class Clause(Definition):
    """One clause of a specification: a part, a service with its messages, a control, a level."""

    code: str
    title: str
    group: str = ""
    detail: str | None = None
    level: str | None = None
    request: str | None = None
    response: str | None = None


class Specification(Item):
    """A standard made of clauses 规范: interfaces, data quality, business domains, management, security."""

    kind: ClassVar[Kind] = "specification"
    category: SpecificationCategory
    clauses: tuple[Clause, ...]

    @property
    def size(self) -> int:
        """Return the number of its clauses."""
        return len(self.clauses)


_MODELS = (Dataset, ValueSet, DataElement, Document, CatalogueDataset, Specification)
MODELS: dict[Kind, type[Item]] = {model.kind: model for model in _MODELS}
