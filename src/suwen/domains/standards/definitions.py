"""What a standard declares: elements, datasets, codes and value sets, as immutable values."""

from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict

ElementType = Literal["string", "integer", "decimal", "date", "datetime", "boolean"]
MaskKind = Literal["name", "id_number", "phone", "address", "card", "birth_date", "free_text"]
CheckKind = Literal["resident_id", "uscc", "phone", "division"]
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


class Dataset(Definition):
    """One dataset 数据集: the columns, keys and rules of one standard table.

    `key` names the columns that identify a row within one institution (org_code is implied), `patient_column`
    the source patient id, `time_column` when the fact happened.
    """

    code: str
    title: str
    title_en: str
    category: Category
    standard: str
    edition: str
    provenance: str
    status: Literal["draft", "published", "retired"] = "published"
    version: int = 1
    description: str = ""
    key: tuple[str, ...]
    patient_column: str = "patient_id"
    time_column: str | None = None
    elements: tuple[Element, ...]
    references: tuple[Reference, ...] = ()
    orders: tuple[DateOrder, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Element]:
        """Return the elements by column name."""
        return {element.name: element for element in self.elements}

    @property
    def names(self) -> tuple[str, ...]:
        """Return the column names in declared order."""
        return tuple(element.name for element in self.elements)


class Code(Definition):
    """One code 代码 of a value set; `parent` is the broader code of the same set."""

    code: str
    title: str
    title_en: str | None = None
    parent: str | None = None


class ValueSet(Definition):
    """One value set 值域代码表."""

    code: str
    title: str
    title_en: str
    standard: str
    edition: str
    provenance: str
    status: Literal["draft", "published", "retired"] = "published"
    items: tuple[Code, ...]

    @cached_property
    def titles(self) -> dict[str, str]:
        """Return the Chinese titles by code."""
        return {item.code: item.title for item in self.items}

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes in declared order."""
        return tuple(item.code for item in self.items)
