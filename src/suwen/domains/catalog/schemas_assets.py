"""What the list of assets and the page of one asset show."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel

from suwen.domains.catalog.stages import HOLDS, STAGES, Hold, Stage, State
from suwen.domains.lake.public import AssetMoment
from suwen.domains.standards.public import CATEGORY_TITLES, CATEGORY_TITLES_EN, OPERATIONS, Usage
from suwen.kernel.resources import Column

CATEGORIES = tuple((code, title, CATEGORY_TITLES_EN[code]) for code, title in CATEGORY_TITLES.items())


class AssetRow(BaseModel):
    """A dataset as an asset 数据资产: where it stands in its life and its figures within the caller's institutions.

    mapped, coded, institution, department, person, score: 0 to 100, empty where there is nothing to count. readers:
    metrics and documents.
    """

    code: Annotated[str, Column("代码", "Code", sort=True, hide=("list",))]
    title: Annotated[str, Column("数据集", "Dataset", sort=True, width=170)]
    title_en: Annotated[str, Column("英文名", "English name", sort=True, hide=("list",))]
    stage: Annotated[Stage, Column("所处阶段", "Stands at", filter=True, sort=True, options=STAGES, width=130)]
    hold: Annotated[Hold | None, Column("卡点", "Held up by", filter=True, sort=True, options=HOLDS, width=170)]
    rows: Annotated[int, Column("行数", "Rows", sort=True, width=100)]
    institutions: Annotated[int, Column("机构", "Institutions", sort=True, width=90)]
    feeds: Annotated[int, Column("采集任务", "Feeds", sort=True, width=100)]
    failing: Annotated[int, Column("异常任务", "Failing feeds", sort=True, width=110)]
    arrived_at: Annotated[datetime | None, Column("最近入库", "Last arrival", filter=True, sort=True, width=150)]
    mapped: Annotated[float | None, Column("术语对照率", "Terms mapped", sort=True, width=120)]
    coded: Annotated[float | None, Column("值域符合率", "Valid codes", sort=True, width=120)]
    institution: Annotated[float | None, Column("机构已注册", "Institutions known", sort=True, width=150)]
    department: Annotated[float | None, Column("科室已注册", "Departments known", sort=True, width=150)]
    person: Annotated[float | None, Column("人员已关联", "Persons known", sort=True, width=130)]
    score: Annotated[float | None, Column("质量得分", "Score", filter=True, sort=True, width=100)]
    problems: Annotated[int, Column("未通过规则", "Rules broken", sort=True, width=110)]
    judged_at: Annotated[datetime | None, Column("最近评价", "Last judged", sort=True, width=150)]
    readers: Annotated[int, Column("使用方", "Readers", sort=True, width=90, help="读取它的指标与共享文档")]
    grade: Annotated[int, Column("分级", "Grade", filter=True, sort=True, width=80, help="GB/T 39725，字段中的最高级")]
    category: Annotated[str, Column("分类", "Category", filter=True, sort=True, options=CATEGORIES, width=110)]
    standard: Annotated[str, Column("依据标准", "Standard", sort=True)]
    version: Annotated[int, Column("版本", "Version", sort=True, width=80)]
    fields: Annotated[int, Column("字段", "Fields", sort=True, width=80)]
    review_due: Annotated[date, Column("复审期限", "Review due", filter=True, sort=True, width=120)]
    proposed: Annotated[str | None, Column("在办事项", "Proposed", filter=True, options=OPERATIONS, width=100)]
    retired_at: Annotated[datetime | None, Column("退役时间", "Retired", filter=True, sort=True, width=150)]


class StageFigure(BaseModel):
    """A figure of a stage: a count, share or score in `value`, or a moment or day in `at`; met, of: behind a share."""

    measure: str
    title: str
    title_en: str
    value: float | None = None
    percent: bool = False
    met: int | None = None
    of: int | None = None
    at: datetime | date | None = None


class AssetStage(BaseModel):
    """A stage of an asset's life with its figures."""

    stage: Stage
    title: str
    title_en: str
    state: State
    hold: Hold | None
    hold_title: str | None
    hold_title_en: str | None
    figures: list[StageFigure]


class AssetPlace(BaseModel):
    """What of an asset comes from one institution; shares and the score are 0 to 100."""

    org_code: str
    name: str | None
    rows: int
    feeds: int
    failing: int
    arrived_at: datetime | None
    mapped: float | None
    coded: float | None
    department: float | None
    person: float | None
    score: float | None
    problems: int


class AssetLife(BaseModel):
    """An asset with its stages, its institutions within the caller's, who reads it, and its history, newest first."""

    asset: AssetRow
    stages: list[AssetStage]
    places: list[AssetPlace]
    readers: list[Usage]
    moments: list[AssetMoment]


class StageCount(BaseModel):
    """How many assets stand at a stage, and how many of them are held there."""

    stage: Stage
    title: str
    title_en: str
    assets: int
    held: int
