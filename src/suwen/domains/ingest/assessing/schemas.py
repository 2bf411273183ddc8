"""What the API gives out of the assessment."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from suwen.domains.ingest.assessing.formula import Dimension, Unknown
from suwen.kernel.resources import Column

SPAN = 30
"""Days that are assessed when nobody says how many."""
SPANS = tuple((str(days), f"近 {days} 天", f"{days} days") for days in (7, 14, SPAN, 90))
TITLES = {
    Dimension.COMPLETENESS: ("完整性", "Completeness"),
    Dimension.CONSISTENCY: ("一致性", "Consistency"),
    Dimension.ACCURACY: ("准确性", "Accuracy"),
    Dimension.CONFORMITY: ("规范性", "Conformity"),
    Dimension.TIMELINESS: ("时效性", "Timeliness"),
}
REASONS = (
    (Unknown.NO_BATCHES.value, "期间没有入库的批次", "No batch reached std on these days"),
    (Unknown.NOT_EXAMINED.value, "数据准备尚未统计", "Not counted by data preparation yet"),
    (Unknown.NONE_REQUIRED.value, "数据集没有必填数据元", "The dataset requires no element"),
    (Unknown.NONE_CODED.value, "没有采集到有值域的数据", "No coded value was collected"),
    (Unknown.NOT_CHECKED.value, "期间未对账", "Not reconciled on these days"),
    (Unknown.NO_PROMISE.value, "未设采集计划或方案频度", "No plan, and no scheme that says how often"),
)
_HIDDEN = ("list",)
_BEHIND = ("list", "detail")
"""A cell of the list, or what is below a detail, shows it."""


def _value(dimension: Dimension, help: str) -> Column:
    title, english = TITLES[dimension]
    return Column(f"{title}（%）", f"{english} (%)", kind="number", filter=True, sort=True, help=help, hide=("detail",))


def _count(title: str, english: str) -> Column:
    return Column(title, english, hide=_BEHIND)


def _reason(dimension: Dimension) -> Column:
    title, english = TITLES[dimension]
    return Column(f"{title}未评估", f"{english}: why not", filter=True, hide=_BEHIND, options=REASONS)


class AssessedFeed(BaseModel):
    """A feed in five dimensions, over the last `days` days; a dimension without a value has a reason.

    total: weighted mean of the dimensions that have a value; assessed: how many these are.
    """

    days: Annotated[
        int,
        Column("近几天", "Last days", filter=True, hide=_BEHIND, options=SPANS, help=f"含今日；不选为 {SPAN} 天"),
        Field(description=f"So many days, today among them; {SPAN} when not said."),
    ]
    feed: Annotated[str, Column("采集任务", "Feed", kind="code", filter=True, sort=True)]
    title: Annotated[str, Column("名称", "Title", sort=True, hide=_HIDDEN)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    source: Annotated[str, Column("数据源", "Source", kind="ingest-source", filter=True, sort=True)]
    dataset: Annotated[str, Column("数据集", "Dataset", kind="dataset", filter=True, sort=True)]
    total: Annotated[
        float | None,
        Column("总分", "Total", kind="number", filter=True, sort=True, help="已评估维度的加权平均", hide=("detail",)),
    ]
    assessed: Annotated[int, Column("已评估维度", "Dimensions assessed", filter=True, sort=True, hide=_BEHIND)]
    completeness: Annotated[float | None, _value(Dimension.COMPLETENESS, "必填数据元中有值的比例")]
    consistency: Annotated[float | None, _value(Dimension.CONSISTENCY, "对账一致的业务日比例")]
    accuracy: Annotated[float | None, _value(Dimension.ACCURACY, "未隔离、且没有读不出的值的行比例")]
    conformity: Annotated[float | None, _value(Dimension.CONFORMITY, "有值域的值中属于值域的比例")]
    timeliness: Annotated[float | None, _value(Dimension.TIMELINESS, "在计划承诺的时间内入库的批次比例")]
    completeness_met: Annotated[int, _count("必填有值", "Required values present")]
    completeness_of: Annotated[int, _count("必填应有", "Required values")]
    completeness_reason: Annotated[Unknown | None, _reason(Dimension.COMPLETENESS)]
    consistency_met: Annotated[int, _count("对账一致日", "Business days equal")]
    consistency_of: Annotated[int, _count("对账日", "Business days compared")]
    consistency_reason: Annotated[Unknown | None, _reason(Dimension.CONSISTENCY)]
    accuracy_met: Annotated[int, _count("准确行", "Rows accurate")]
    accuracy_of: Annotated[int, _count("接收行", "Rows received")]
    accuracy_reason: Annotated[Unknown | None, _reason(Dimension.ACCURACY)]
    conformity_met: Annotated[int, _count("值域内的值", "Values in their value sets")]
    conformity_of: Annotated[int, _count("有值域的值", "Coded values")]
    conformity_reason: Annotated[Unknown | None, _reason(Dimension.CONFORMITY)]
    timeliness_met: Annotated[int, _count("按时批次", "Batches in time")]
    timeliness_of: Annotated[int, _count("应到批次", "Batches due")]
    timeliness_reason: Annotated[Unknown | None, _reason(Dimension.TIMELINESS)]
    batches: Annotated[int, Column("入库批次", "Batches", sort=True, hide=_BEHIND)]
    examined: Annotated[int, Column("已统计批次", "Batches counted", sort=True, hide=_BEHIND, help="数据准备已统计")]


class Assessed(BaseModel):
    """A dimension: value in per cent = 100 × met / of; without a value the reason."""

    dimension: Dimension
    weight: int
    value: float | None
    met: int
    of: int
    reason: Unknown | None


class AssessedFigures(BaseModel):
    """The five dimensions of some feeds together; total: None where none is assessed.

    batches: those that reached std; examined: of these, those that data preparation has counted.
    """

    total: float | None
    batches: int
    examined: int
    dimensions: list[Assessed]


class AssessedDay(AssessedFigures):
    """Batches that began on a day, and checks of that day."""

    day: date


class AssessedPart(AssessedFigures):
    """An institution or a source; feeds: how many it has."""

    code: str
    org_code: str
    feeds: int


class Assessment(BaseModel):
    """The last days, today among them, of the caller's institutions and what the filters let through."""

    first: date
    last: date
    feeds: int
    together: AssessedFigures
    days: list[AssessedDay]
    parts: list[AssessedPart]


class AssessedElement(BaseModel):
    """An element of a feed: values that the standard requires and that came; coded values and those in the value set.

    mapped: the feed's mapping fills it; one that is required and not mapped is missing in every row.
    """

    element: str
    title: str
    title_en: str
    is_required: bool
    is_coded: bool
    is_mapped: bool
    required: int
    present: int
    coded: int
    inside: int
    filled: int
    blanked: int
    quarantined: int
    duplicates: int
    defaulted: int


class AssessedRefusal(BaseModel):
    """How many rows were quarantined for a reason at an element."""

    reason: str
    reason_title: str
    reason_title_en: str
    element: str
    rows: int


class LateBatch(BaseModel):
    """A batch that was due and failed, or came later than promised; seconds: what the run itself took."""

    id: UUID
    number: int
    status: str
    started_at: datetime
    latency: float | None
    seconds: float | None


class AssessedDetail(BaseModel):
    """What is behind the figures of a feed.

    promised: seconds between two runs at the most, None where nothing is promised. differences_open: whenever found;
    differences_closed: on the days. late: the newest 20.
    """

    feed: AssessedFeed
    first: date
    last: date
    promised: int | None
    days: list[AssessedDay]
    elements: list[AssessedElement]
    refused: list[AssessedRefusal]
    differences_open: int
    differences_closed: int
    late: list[LateBatch]
