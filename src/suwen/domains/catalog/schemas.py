"""What the catalogue shows of the lake."""

from datetime import datetime

from pydantic import BaseModel

from suwen.domains.standards.public import Category, ElementType


class DatasetAsset(BaseModel):
    """A dataset and how much of it there is within the caller's scope; `bytes` is the stored size of all of it."""

    code: str
    title: str
    title_en: str
    category: Category
    category_title: str
    category_title_en: str
    standard: str
    version: int
    fields: int
    rows: int
    bytes: int | None
    institutions: int
    first_time: datetime | None
    last_time: datetime | None
    last_batch: str | None
    updated_at: datetime | None


class InstitutionShare(BaseModel):
    """How much of a dataset came from one institution."""

    org_code: str
    name: str | None
    rows: int
    first_time: datetime | None
    last_time: datetime | None
    last_batch: str | None


class DatasetDetail(DatasetAsset):
    """A dataset with its share of each institution in scope."""

    shares: list[InstitutionShare]


class TopValue(BaseModel):
    """A frequent value; `label` is what the value set says of it, None for a value it does not know."""

    value: str
    label: str | None
    rows: int


class ElementProfile(BaseModel):
    """What a column holds: share of rows filled, distinct values (estimated), smallest and greatest, the most frequent.

    `hidden`: graded above the caller's scope and without a mask, nothing is told. A masked column and one of persons'
    names never tell a value.
    """

    name: str
    title: str
    title_en: str
    type: ElementType
    grade: int
    masked: bool
    hidden: bool
    filled: float | None
    distinct: int | None
    low: str | None
    high: str | None
    top: list[TopValue]


class Profile(BaseModel):
    """The profile of a dataset's rows within the caller's scope."""

    code: str
    rows: int
    elements: list[ElementProfile]
