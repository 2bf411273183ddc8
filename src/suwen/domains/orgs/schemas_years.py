"""What the yearly copies take and show."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from suwen.domains.orgs.schemas import ORG_COLUMN, Form, InstitutionIn, Name
from suwen.kernel.resources import Column

YearKind = Literal["institutions", "divisions"]
Change = Literal["added", "removed", "changed"]
Year = Annotated[int, Field(ge=1949, le=2999)]


class InstitutionYearRow(InstitutionIn):
    """One institution in one year's copy."""

    id: str
    year: Annotated[int, Column("年份", "Year", filter=True, sort=True, width=90)]
    org_code: Annotated[str, ORG_COLUMN]


class DivisionIn(Form):
    """A division as a file gives it; level, full name and parent follow from the code."""

    code: Annotated[
        str, StringConstraints(strip_whitespace=True, pattern=r"^[1-9]\d{5}(\d{3})?$"), Column("代码", "Code")
    ]
    name: Annotated[Name, Column("名称", "Name")]
    edition: Annotated[str | None, Column("年份", "Edition")] = None
    full_name: Annotated[str | None, Column("全称", "Full name")] = None
    level: Annotated[str | None, Column("级别", "Level")] = None
    parent_code: Annotated[str | None, Column("上级代码", "Parent")] = None


class YearOut(BaseModel):
    """A year, and how many institutions and divisions its copies have."""

    year: int
    institutions: int
    divisions: int


class CopyIn(BaseModel):
    """What a year is to be a copy of: another year, or (institutions, `before` empty) the register as it stands."""

    year: Year
    before: Year | None = None
    replace: bool = False


class YearReport(BaseModel):
    """What became of a year's copy, or would: numbers of rows."""

    year: int
    added: int
    removed: int
    changed: int
    unchanged: int


class FieldChange(BaseModel):
    """One field that differs."""

    field: str
    label: str
    label_en: str
    before: Any
    after: Any


class YearDifference(BaseModel):
    """One row that differs between two years."""

    code: str
    name: str
    change: Change
    fields: list[FieldChange]


class YearDifferences(BaseModel):
    """How two years differ: numbers in all, and one page of the rows asked for."""

    added: int
    removed: int
    changed: int
    unchanged: int
    items: list[YearDifference]
    total: int
    page: int
    page_size: int


class StatisticsLine(BaseModel):
    """Institutions and beds of one group in a year."""

    group: str
    institutions: int
    beds: int


class YearStatistics(BaseModel):
    """Institutions and beds of a year. `copied`: from the year's own copy, else the register."""

    year: int
    copied: bool
    institutions: int
    beds: int
    lines: list[StatisticsLine]
