"""What publishing a specification takes and shows."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from suwen.kernel.resources import Column

STATES = (("current", "现行", "Current"), ("withdrawn", "已撤回", "Withdrawn"))


class Chosen(BaseModel):
    """A dataset to publish: of the platform, or of the catalogue of standards."""

    kind: Literal["dataset", "catalogue"]
    code: str


class PublicationIn(BaseModel):
    """A specification to publish; without a number it gets the next one of the year."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    number: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60, pattern=r"^[^/\\\"\s]*$")] = ""
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""
    effective_from: date | None = None
    datasets: Annotated[list[Chosen], Field(max_length=500)]


class PublicationRow(BaseModel):
    """A published specification."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    number: Annotated[str, Column("编号", "Number", filter=True, sort=True, width=140)]
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    datasets: Annotated[int, Column("数据集数", "Datasets", sort=True, width=100)]
    effective_from: Annotated[date, Column("生效日期", "Effective", filter=True, sort=True, width=120)]
    status: Annotated[str, Column("状态", "Status", kind="select", filter=True, width=90, options=STATES)]
    note: Annotated[str, Column("说明", "Note")]
    published_by: Annotated[str, Column("发布人", "By", filter=True, width=110)]
    published_at: Annotated[datetime, Column("发布时间", "Published", sort=True)]
