"""What importing an official list takes and shows."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from suwen.domains.standards.attributes import AttributeName
from suwen.kernel.uploads import Mistake

IMPORT = "standards.import_list"
"""Job that imports a long list."""
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[A-Za-z][A-Za-z0-9_./ -]*$")]


class ListColumns(BaseModel):
    """Which columns of the file, by header, hold what; several for the name are joined by a blank.

    attributes: attribute → column, e.g. ``{"strength": "规格"}``.
    """

    code: Line
    title: Annotated[list[Line], Field(min_length=1, max_length=5)]
    title_en: Line | None = None
    parent: Line | None = None
    attributes: dict[AttributeName, Line] = Field(default_factory=dict[AttributeName, Line])


class ListIn(BaseModel):
    """A list to import as a value set.

    complete: the file is the whole list, so codes that it lacks are dropped; else they stay as they are.
    """

    code: Code
    title: Line
    standard: Line
    edition: Line
    provenance: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    columns: ListColumns
    complete: bool = True


class ListHeader(BaseModel):
    """A workbook's sheets, the header of a file with its first rows, and the columns guessed from their names."""

    sheets: list[str]
    header: list[str]
    rows: list[list[str]]
    columns: dict[str, Any]


class Renamed(BaseModel):
    """A code whose name, place in the hierarchy or attributes are others now: both sides in words."""

    code: str
    before: str
    after: str


class ListPreview(BaseModel):
    """What an import would do, or did; lists hold the first 200, counts are whole.

    errors: what is wrong with the file; with one mistake nothing is imported. job_id: the run that imports
    a long list, which was found right; the counts say what it is going to do.
    """

    rows: int
    added: int
    renamed: int
    removed: int
    unchanged: int
    added_codes: list[Renamed]
    renamed_codes: list[Renamed]
    removed_codes: list[Renamed]
    error_count: int
    errors: list[Mistake]
    version: int | None = None
    job_id: UUID | None = None


@dataclass(frozen=True)
class ValueSetChanges:
    """What became of a value set's codes from one version to another, each set by code.

    kept: code and name agree, so what was mapped to it stays right. renamed: the code has another name (before,
    after). removed: the code is gone. added: it is new.
    """

    kept: frozenset[str]
    renamed: dict[str, tuple[str, str]]
    removed: frozenset[str]
    added: frozenset[str]
