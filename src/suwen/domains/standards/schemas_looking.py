"""What looking standards up answers with."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from suwen.domains.standards.comparing import SourceColumn
from suwen.domains.standards.definitions import Kind
from suwen.domains.standards.usage import Usage


class Branch(BaseModel):
    """A branch of the tree below a kind."""

    key: str
    title: str
    title_en: str
    count: int


class Tree(BaseModel):
    """A kind of items with its branches."""

    kind: Kind
    title: str
    title_en: str
    count: int
    branches: list[Branch]


class VersionRow(BaseModel):
    """One version of an item."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    pack: str
    edition: str
    status: str
    valid_from: datetime
    valid_to: datetime | None


class ItemHead(VersionRow):
    """An item without its parts."""

    kind: Kind
    code: str
    title: str
    title_en: str
    category: str | None
    standard: str
    provenance: str
    verified: bool
    size: int


class ItemView(ItemHead):
    """An item in one version, as declared, with the list of its versions, newest first.

    The codes of a value set are not among its body: they come in pages (`CodesPage`). `adopted` are the platform's
    datasets that adopt a dataset of the catalogue.
    """

    body: dict[str, Any]
    versions: list[VersionRow]
    adopted: list[str] = []


class CodeOut(BaseModel):
    """One code of a value set."""

    model_config = ConfigDict(from_attributes=True)

    position: int
    code: str
    title: str
    title_en: str | None
    parent: str | None
    attributes: dict[str, str] = Field(default_factory=dict[str, str])


class CodesPage(BaseModel):
    """A page of a value set's codes, in the value set's order."""

    items: list[CodeOut]
    total: int
    page: int
    page_size: int


class Hit(BaseModel):
    """Something found: `kind` and `item` say where to look it up, `context` what it belongs to."""

    kind: Kind
    item: str
    code: str
    title: str
    context: str


class Hits(BaseModel):
    """What was found in one group: item, element, catalogue_element, document (template id), section, code, clause."""

    group: str
    count: int
    hits: list[Hit]


class Impact(BaseModel):
    """What uses an item."""

    usages: list[Usage]


class CompareIn(BaseModel):
    """A source table to compare with a dataset; `pairs` names columns by field where they are known."""

    kind: Literal["dataset", "catalogue"]
    code: str
    columns: Annotated[list[SourceColumn], Field(max_length=5000)]
    pairs: dict[str, str] = {}
