"""What the standards room shows: rows of its lists and the dictionary of a dataset."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel

from suwen.domains.standards.definitions import (
    CATEGORY_TITLES,
    CATEGORY_TITLES_EN,
    Code,
    Dataset,
    ElementClass,
    ElementType,
)
from suwen.kernel.resources import Column

CATEGORIES = tuple((code, title, CATEGORY_TITLES_EN[code]) for code, title in CATEGORY_TITLES.items())
SPECIFICATIONS = (
    ("exchange", "数据交换（接口）", "Exchange"),
    ("quality", "数据质量", "Data quality"),
    ("business", "业务域", "Business domains"),
    ("management", "管理类", "Management"),
    ("security", "安全隐私类", "Security and privacy"),
)
CLASSES = (
    ("S1", "S1 自由文本", "S1 free text"),
    ("S2", "S2 枚举文本", "S2 enumerated text"),
    ("S3", "S3 代码", "S3 coded text"),
    ("L", "L 是否", "L yes or no"),
    ("N", "N 数值", "N number"),
    ("D", "D 日期", "D date"),
    ("DT", "DT 日期时间", "DT date and time"),
    ("T", "T 时间", "T time"),
    ("BY", "BY 二进制", "BY binary"),
)
STATUS = (("draft", "草案", "Draft"), ("published", "已发布", "Published"), ("retired", "已废止", "Retired"))


class Origin(BaseModel):
    """Which pack a row comes from, which edition it follows, and whether its facts were read from some text."""

    pack: Annotated[str, Column("标准包", "Pack", filter=True, sort=True, width=140)]
    edition: Annotated[str, Column("标准年版", "Edition", filter=True, sort=True, width=90)]
    verified: Annotated[bool, Column("有文本依据", "Read from a text", filter=True, sort=True, width=110)]


class ItemRow(Origin):
    """What datasets and value sets have in common."""

    id: UUID
    code: Annotated[str, Column("代码", "Code", filter=True, sort=True, width=180)]
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    title_en: Annotated[str, Column("英文名称", "English title", sort=True)]
    standard: Annotated[str, Column("依据标准", "Standard", filter=True, sort=True)]
    version: Annotated[int, Column("版本", "Version", sort=True, width=80)]
    status: Annotated[str, Column("状态", "Status", kind="select", filter=True, width=90, options=STATUS)]
    provenance: Annotated[str, Column("来源", "Provenance", filter=True)]
    valid_from: Annotated[datetime, Column("生效时间", "Valid from", sort=True)]


class DatasetRow(ItemRow):
    """One living dataset."""

    category: Annotated[
        str, Column("分类", "Category", kind="select", filter=True, sort=True, width=100, options=CATEGORIES)
    ]
    size: Annotated[int, Column("数据元数", "Elements", sort=True, width=90)]


class ValueSetRow(ItemRow):
    """One living value set."""

    size: Annotated[int, Column("代码数", "Codes", sort=True, width=90)]


class ElementRow(BaseModel):
    """One line of the data dictionary."""

    id: str
    dataset: Annotated[str, Column("数据集", "Dataset", filter=True, sort=True, width=150)]
    position: Annotated[int, Column("序号", "No.", sort=True, width=70)]
    name: Annotated[str, Column("字段名", "Column", filter=True, sort=True)]
    title: Annotated[str, Column("数据元名称", "Title", filter=True, sort=True)]
    title_en: Annotated[str, Column("英文名称", "English title")]
    de: Annotated[str | None, Column("数据元标识符", "Data element id", filter=True, sort=True)]
    type: Annotated[ElementType, Column("类型", "Type", filter=True, width=90)]
    format: Annotated[str | None, Column("表示格式", "Format", width=100)]
    length: Annotated[int | None, Column("最大长度", "Length", width=90)]
    value_set: Annotated[str | None, Column("值域", "Value set", filter=True, sort=True)]
    required: Annotated[bool, Column("必填", "Required", filter=True, width=80)]
    grade: Annotated[int, Column("敏感级别", "Grade", filter=True, sort=True, width=90)]
    mask: Annotated[str | None, Column("脱敏", "Mask", filter=True, width=100)]
    unit: Annotated[str | None, Column("单位", "Unit", width=80)]
    source: Annotated[str, Column("来源", "Source", filter=True)]


class CodeRow(Origin):
    """One code of a value set."""

    id: str
    value_set: Annotated[str, Column("值域", "Value set", filter=True, sort=True)]
    position: Annotated[int, Column("序号", "No.", sort=True, width=70)]
    code: Annotated[str, Column("代码", "Code", filter=True, sort=True)]
    title: Annotated[str, Column("含义", "Title", filter=True, sort=True)]
    title_en: Annotated[str | None, Column("英文含义", "English title")]
    parent: Annotated[str | None, Column("上级代码", "Parent", filter=True)]
    attributes: Annotated[dict[str, str], Column("属性", "Attributes", kind="json")]


class DataElementRow(Origin):
    """One living data element of the catalogue."""

    code: Annotated[str, Column("数据元标识符", "Data element id", filter=True, sort=True, width=160)]
    title: Annotated[str, Column("数据元名称", "Title", filter=True, sort=True)]
    type: Annotated[
        ElementClass, Column("类型", "Type", kind="select", filter=True, sort=True, width=110, options=CLASSES)
    ]
    format: Annotated[str | None, Column("表示格式", "Format", filter=True, sort=True, width=100)]
    min_length: Annotated[int | None, Column("最小长度", "Least length", sort=True, width=90)]
    max_length: Annotated[int | None, Column("最大长度", "Greatest length", sort=True, width=90)]
    unit: Annotated[str | None, Column("单位", "Unit", filter=True, width=80)]
    value_set: Annotated[str | None, Column("值域", "Value set", filter=True, sort=True, width=140)]
    standard: Annotated[str, Column("依据标准", "Standard", filter=True, sort=True)]


class DocumentRow(Origin):
    """One living shared document."""

    code: Annotated[str, Column("文档代码", "Code", filter=True, sort=True, width=120)]
    title: Annotated[str, Column("文档名称", "Title", filter=True, sort=True)]
    template_id: Annotated[str, Column("模板标识", "Template id", filter=True, sort=True)]
    source_dataset: Annotated[str | None, Column("对应数据集标准", "Dataset of the standard", filter=True, sort=True)]
    datasets: Annotated[str, Column("对应标准数据集", "Declared datasets", filter=True, sort=True)]
    size: Annotated[int, Column("章节数", "Sections", sort=True, width=90)]
    standard: Annotated[str, Column("依据标准", "Standard", filter=True, sort=True)]


class SectionRow(Origin):
    """One section of a living document."""

    id: str
    document: Annotated[str, Column("文档代码", "Document", filter=True, sort=True, width=120)]
    position: Annotated[int, Column("序号", "No.", sort=True, width=70)]
    code: Annotated[str | None, Column("章节代码", "Section code", filter=True, sort=True, width=140)]
    system: Annotated[str | None, Column("代码系统", "Code system", filter=True, sort=True, width=110)]
    title: Annotated[str, Column("章节名称", "Title", filter=True, sort=True)]
    title_en: Annotated[str, Column("英文名称", "English title")]


class CatalogueRow(ItemRow):
    """One living dataset of a standard, for reference."""

    size: Annotated[int, Column("数据元数", "Elements", sort=True, width=90)]


class CatalogueElementRow(Origin):
    """One element of a living catalogue dataset."""

    id: str
    dataset: Annotated[str, Column("数据集标识", "Dataset", filter=True, sort=True, width=130)]
    position: Annotated[int, Column("序号", "No.", sort=True, width=70)]
    code: Annotated[str, Column("内部标识符", "Internal id", filter=True, sort=True, width=160)]
    title: Annotated[str, Column("数据元名称", "Title", filter=True, sort=True)]
    de: Annotated[str | None, Column("数据元标识符", "Data element id", filter=True, sort=True, width=150)]
    type: Annotated[
        ElementClass | None, Column("类型", "Type", kind="select", filter=True, sort=True, width=110, options=CLASSES)
    ]
    format: Annotated[str | None, Column("表示格式", "Format", filter=True, width=100)]
    value_set: Annotated[str | None, Column("值域", "Value set", filter=True, sort=True, width=140)]
    grade: Annotated[int, Column("敏感级别", "Grade", filter=True, sort=True, width=90)]


class SpecificationRow(ItemRow):
    """One living specification."""

    category: Annotated[
        str, Column("分类", "Category", kind="select", filter=True, sort=True, width=130, options=SPECIFICATIONS)
    ]
    size: Annotated[int, Column("条款数", "Clauses", sort=True, width=90)]


class ClauseRow(Origin):
    """One clause of a living specification."""

    id: str
    specification: Annotated[str, Column("规范", "Specification", filter=True, sort=True, width=160)]
    position: Annotated[int, Column("序号", "No.", sort=True, width=70)]
    code: Annotated[str, Column("条款代码", "Clause", filter=True, sort=True)]
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    group: Annotated[str, Column("分组", "Group", filter=True, sort=True)]
    level: Annotated[str | None, Column("要求等级", "Level", filter=True, sort=True, width=100)]
    detail: Annotated[str | None, Column("要点", "Detail", filter=True)]
    request: Annotated[str | None, Column("请求消息", "Request", filter=True)]
    response: Annotated[str | None, Column("应答消息", "Response", filter=True)]


class UsedValueSet(BaseModel):
    """A value set that a dataset's elements point to."""

    code: str
    title: str
    standard: str
    items: tuple[Code, ...]


class Dictionary(BaseModel):
    """A dataset in full: its declaration and the value sets it uses."""

    dataset: Dataset
    value_sets: tuple[UsedValueSet, ...]


class InstallReport(BaseModel):
    """What installing packs did: codes added and changed (new version), number left as it was, kept as revised here."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    kept: tuple[str, ...] = ()
