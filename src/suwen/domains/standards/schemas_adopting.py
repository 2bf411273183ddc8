"""What adopting a dataset of the catalogue takes and shows."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from suwen.domains.standards.definitions import Category, CheckKind, ElementType, MaskKind
from suwen.domains.standards.schemas_revising import Line, Text

ColumnNote = Literal["identifier", "no_type", "no_length", "no_codes", "platform"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class AdoptedColumn(BaseModel):
    """One column of the declaration. `element` is the catalogue's element it is made of, None for the platform's own.

    note: why the proposal is as it is. "identifier": names a person, left out at first, since direct identifiers
    belong in the dataset patient; "no_type": the standard's text gives no type, so one is to be chosen; "no_length":
    it gives none, the length is the platform's; "no_codes": its value set is known by name only and is not judged;
    "platform": leads to the person or the encounter, which the catalogue's elements do not.
    """

    element: str | None
    included: bool = True
    name: Name
    title: Line
    title_en: Line
    type: ElementType | None
    length: Annotated[int | None, Field(ge=1, le=1_000_000)] = None
    precision: Annotated[int | None, Field(ge=1, le=38)] = None
    scale: Annotated[int | None, Field(ge=0, le=38)] = None
    value_set: Line | None = None
    required: bool = False
    grade: Annotated[int, Field(ge=1, le=5)] = 3
    mask: MaskKind | None = None
    check: CheckKind | None = None
    de: str | None = None
    format: str | None = None
    note: ColumnNote | None = None


class AdoptionIn(BaseModel):
    """A dataset of the catalogue as it is to become one of the platform; columns that are not included are left out."""

    catalogue: Line
    code: Name
    title: Line
    title_en: Line
    category: Category
    key: Annotated[list[Name], Field(max_length=32)]
    patient_column: Name
    time_column: Name | None = None
    columns: Annotated[list[AdoptedColumn], Field(max_length=2000)]
    note: Text = ""


class CategoryChoice(BaseModel):
    """A category that a dataset may be of."""

    code: Category
    title: str
    title_en: str


class AdoptionDraft(AdoptionIn):
    """The declaration that is proposed. `carried` are the platform's datasets that carry its content already."""

    standard: str
    edition: str
    categories: list[CategoryChoice]
    carried: list[str]
    problems: list[str]


class AdoptionJudged(BaseModel):
    """What stands in the way of adopting; empty when nothing does."""

    problems: list[str]
