"""What the standards room shows: rows of its lists and the dictionary of a dataset."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel

from suwen.domains.standards.definitions import CATEGORY_TITLES, CATEGORY_TITLES_EN, Code, Dataset, ElementType
from suwen.kernel.resources import Column

CATEGORIES = tuple((code, title, CATEGORY_TITLES_EN[code]) for code, title in CATEGORY_TITLES.items())
STATUS = (("draft", "草案", "Draft"), ("published", "已发布", "Published"), ("retired", "已废止", "Retired"))


class ItemRow(BaseModel):
    """What datasets and value sets have in common."""

    id: UUID
    code: Annotated[str, Column("代码", "Code", filter=True, sort=True, width=180)]
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    title_en: Annotated[str, Column("英文名称", "English title", sort=True)]
    standard: Annotated[str, Column("依据标准", "Standard", filter=True, sort=True)]
    edition: Annotated[str, Column("标准年版", "Edition", filter=True, sort=True, width=90)]
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


class CodeRow(BaseModel):
    """One code of a value set."""

    id: str
    value_set: Annotated[str, Column("值域", "Value set", filter=True, sort=True)]
    position: Annotated[int, Column("序号", "No.", sort=True, width=70)]
    code: Annotated[str, Column("代码", "Code", filter=True, sort=True)]
    title: Annotated[str, Column("含义", "Title", filter=True, sort=True)]
    title_en: Annotated[str | None, Column("英文含义", "English title")]
    parent: Annotated[str | None, Column("上级代码", "Parent", filter=True)]


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
    """What installing packs did: codes of the items added, changed (new version) and left as they were."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
