"""What monitoring the execution of standards shows: figures by institution and dataset, and what stands behind them."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from suwen.domains.standards.conformance import Figure, Finding
from suwen.kernel.resources import Column

OBSERVE = "standards.observe"
"""Job that notes how far every institution's data conform now."""


class ConformanceRow(BaseModel):
    """How far an institution's data of a dataset conform, as it was from `day` on."""

    id: UUID
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    dataset: Annotated[str, Column("数据集", "Dataset", kind="dataset", filter=True, sort=True)]
    version: Annotated[int, Column("现行版本", "Version in force", filter=True, sort=True, width=100)]
    mapped: Annotated[float | None, Column("字段映射率", "Mapped %", filter=True, sort=True, width=120)]
    filled: Annotated[int, Column("已映射字段", "Fields mapped", sort=True, width=110)]
    fields: Annotated[int, Column("字段数", "Fields", sort=True, width=90)]
    accepted: Annotated[float | None, Column("入库率", "Accepted %", filter=True, sort=True, width=110)]
    refused: Annotated[int, Column("未入库行数", "Rows refused", filter=True, sort=True, width=110)]
    received: Annotated[int, Column("接收行数", "Rows received", sort=True, width=110)]
    loaded_version: Annotated[
        int | None,
        Column("入库所据版本", "Loaded against", filter=True, sort=True, width=120, help="最近一批入库时的现行版本"),
    ]
    score: Annotated[float | None, Column("质量得分", "Score", filter=True, sort=True, width=100)]
    failed: Annotated[int, Column("不合格数", "Failed checks", filter=True, sort=True, width=110)]
    checked: Annotated[int, Column("检查数", "Checks", sort=True, width=100)]
    judged_version: Annotated[
        int | None,
        Column("评价所据版本", "Judged against", filter=True, sort=True, width=120, help="最近一次评价时的现行版本"),
    ]
    day: Annotated[date, Column("自", "Since", filter=True, sort=True, width=110, help="从这一天起是这个数")]


class ConformanceNote(ConformanceRow):
    """The same with the day on which it stopped to be so."""

    until: Annotated[date | None, Column("至", "Until", filter=True, sort=True, width=110)]


class ElementState(BaseModel):
    """An element of the version in force, as one institution's data keep it; value: the worst of its rules."""

    name: str
    title: str
    title_en: str
    required: bool
    key: bool
    mapped: bool
    rules: int
    failing: int
    failed: int
    value: float | None


class VersionMark(BaseModel):
    """The day on which a version came into force."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    day: date


class ConformanceDetail(BaseModel):
    """What stands behind one institution's figures of a dataset: its elements, findings, and figures by day."""

    elements: list[ElementState]
    findings: list[Finding]
    days: list[Figure]
    versions: list[VersionMark]


class ConformanceTrend(BaseModel):
    """Figures by day of many institutions together; `versions` are those of the one dataset that was asked for."""

    days: list[Figure]
    versions: list[VersionMark]


class Observing(BaseModel):
    """The job that notes the figures."""

    job_id: UUID
