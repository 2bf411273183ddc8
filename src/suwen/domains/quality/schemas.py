"""What the quality room hands to the outside: values between its layers and bodies of its routes."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from suwen.domains.quality.rule import rule_types
from suwen.domains.quality.rule_type import DIMENSION_TITLES, Dimension, Severity
from suwen.kernel.resources import Column

JUDGE = "quality.judge"
RUN_PLAN = "quality.run_plan"
"""Names of the room's jobs."""


DIMENSIONS = tuple((each.value, *titles) for each, titles in DIMENSION_TITLES.items())
TYPES = (
    ("arrival", "入库", "Arrival"),
    *((code, each.title, each.title_en) for code, each in rule_types().items()),
)
"""Choices of the lists: value, Chinese and English label."""


@dataclass(frozen=True)
class RunResult:
    """What one run came to: rules judged, row checks made, checks failed, overall score (None: nothing checked)."""

    run_id: uuid.UUID
    rules: int
    checked: int
    failed: int
    score: float | None
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """The counts of one dataset: `rows` by (institution, day), and a column of `checked` and `failed` per rule.

    keys[i] is the institution and day (None: undated) of line i; arrays are int64, lines × rules.
    """

    rules: tuple[str, ...]
    keys: tuple[tuple[str, date | None], ...]
    rows: npt.NDArray[np.int64]
    checked: npt.NDArray[np.int64]
    failed: npt.NDArray[np.int64]


class Out(BaseModel):
    """Base of the bodies that answer a request."""

    model_config = ConfigDict(from_attributes=True)


class ScoreOut(Out):
    """A score with what it was made of; `score` is None when nothing was checked."""

    score: float | None
    rules: int
    checked: int
    failed: int


class NamedScore(ScoreOut):
    """The score of something: `code` with its titles."""

    code: str
    title: str
    title_en: str


class CellScore(ScoreOut):
    """The score of one dataset of one institution."""

    org_code: str
    dataset: str


class RunOut(Out):
    """One run."""

    id: uuid.UUID
    kind: Annotated[
        str,
        Column("类型", "Kind", filter=True, options=(("plan", "全量", "Full run"), ("batch", "批次增量", "By batch"))),
    ]
    status: Annotated[str, Column("状态", "Status", filter=True)]
    datasets: Annotated[list[str], Column("数据集", "Datasets")]
    rules: Annotated[int, Column("规则数", "Rules", sort=True)]
    checked: Annotated[int, Column("检查次数", "Checks", sort=True)]
    failed: Annotated[int, Column("不合格次数", "Failures", sort=True)]
    score: Annotated[float | None, Column("得分", "Score", sort=True)]
    seconds: Annotated[float | None, Column("耗时（秒）", "Seconds", sort=True)]
    started_at: Annotated[datetime, Column("开始时间", "Started", sort=True, filter=True)]
    finished_at: Annotated[datetime | None, Column("完成时间", "Finished")]


class OverviewOut(Out):
    """The state of quality within the caller's scope."""

    overall: ScoreOut
    orgs: list[NamedScore]
    datasets: list[NamedScore]
    dimensions: list[NamedScore]
    cells: list[CellScore]
    latest_run: RunOut | None


class TrendPoint(ScoreOut):
    """The score of one day."""

    day: date


class RuleOut(Out):
    """A rule."""

    code: Annotated[str, Column("编码", "Code", filter=True, sort=True)]
    dataset: Annotated[str, Column("数据集", "Dataset", kind="dataset", filter=True, sort=True)]
    column: Annotated[str, Column("数据元", "Element", filter=True, sort=True)]
    title: Annotated[str, Column("规则", "Rule", filter=True)]
    title_en: Annotated[str, Column("规则（英文）", "Rule (English)", hide=("list",))]
    type: Annotated[str, Column("类型", "Type", filter=True, sort=True, options=TYPES)]
    dimension: Annotated[Dimension, Column("维度", "Dimension", filter=True, sort=True, options=DIMENSIONS)]
    severity: Annotated[Severity, Column("严重程度", "Severity", filter=True, sort=True)]
    enabled: Annotated[bool, Column("启用", "Enabled", filter=True)]
    retired: Annotated[bool, Column("已退役", "Retired", filter=True)]
    params: Annotated[dict[str, Any], Column("参数", "Parameters", hide=("list",))]


class RuleChange(BaseModel):
    """What a user may change of a rule; takes effect with the next run."""

    severity: Annotated[Severity, Column("严重程度", "Severity")] = Severity.major
    enabled: Annotated[bool, Column("启用", "Enabled")] = True


class ResultOut(Out):
    """The outcome of one rule × institution × day that has failures."""

    id: uuid.UUID
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    day: Annotated[date, Column("业务日期", "Day", filter=True, sort=True)]
    dataset: Annotated[str, Column("数据集", "Dataset", kind="dataset", filter=True, sort=True)]
    rule: Annotated[str, Column("规则", "Rule", filter=True, sort=True)]
    dimension: Annotated[Dimension, Column("维度", "Dimension", filter=True, sort=True, options=DIMENSIONS)]
    severity: Annotated[Severity, Column("严重程度", "Severity", filter=True, sort=True)]
    checked: Annotated[int, Column("检查数", "Checked", sort=True)]
    failed: Annotated[int, Column("不合格数", "Failed", filter=True, sort=True)]


class TotalOut(Out):
    """The outcome of one rule × institution over all days."""

    id: uuid.UUID
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    dataset: Annotated[str, Column("数据集", "Dataset", kind="dataset", filter=True, sort=True)]
    rule: Annotated[str, Column("规则", "Rule", filter=True, sort=True)]
    type: Annotated[str, Column("类型", "Type", filter=True, sort=True, options=TYPES)]
    dimension: Annotated[Dimension, Column("维度", "Dimension", filter=True, sort=True, options=DIMENSIONS)]
    severity: Annotated[Severity, Column("严重程度", "Severity", filter=True, sort=True)]
    checked: Annotated[int, Column("检查数", "Checked", sort=True)]
    failed: Annotated[int, Column("不合格数", "Failed", filter=True, sort=True)]
    score: Annotated[float | None, Column("得分", "Score", filter=True, sort=True)]


class SampleOut(Out):
    """A failing row by its keys."""

    rule: str
    org_code: str
    day: date | None
    feed: str | None
    source_key: str | None
    keys: Mapping[str, Any]


class RowsOut(Out):
    """A page of the failing rows themselves, as the caller may see them."""

    dataset: str
    rule: str
    columns: list[str]
    items: list[dict[str, Any]]
    total: int
    page: int
    page_size: int


class RuleTypeOut(Out):
    """A rule type explained: the text is its docstring."""

    code: str
    title: str
    title_en: str
    dimension: Dimension
    severity: Severity
    text: str


class RunStarted(Out):
    """The job that was started."""

    job_id: uuid.UUID
