"""What the metrics room hands to the outside."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from suwen.kernel.resources import Column

REFRESH = "metrics.refresh"
REFRESH_BATCH = "metrics.refresh_batch"
"""Names of the room's jobs."""

Value = float | None


class Out(BaseModel):
    """Base of the bodies that answer a request."""

    model_config = ConfigDict(from_attributes=True)


class DefinitionOut(Out):
    """A metric as declared."""

    code: Annotated[str, Column("编码", "Code", filter=True, sort=True)]
    title: Annotated[str, Column("指标", "Metric", filter=True, sort=True)]
    title_en: Annotated[str, Column("指标（英文）", "Metric (English)")]
    group: Annotated[str, Column("分组", "Group", filter=True, sort=True)]
    kind: Annotated[
        str,
        Column(
            "类型",
            "Kind",
            filter=True,
            options=(("atomic", "原子", "Atomic"), ("derived", "派生", "Derived"), ("ratio", "复合", "Ratio")),
        ),
    ]
    unit: Annotated[str, Column("单位", "Unit")]
    direction: Annotated[
        str,
        Column(
            "导向",
            "Direction",
            options=(
                ("up", "越高越好", "Higher is better"),
                ("down", "越低越好", "Lower is better"),
                ("neutral", "中性", "Neutral"),
            ),
        ),
    ]
    dataset: Annotated[str | None, Column("数据集", "Dataset", filter=True)]
    formula: Annotated[str, Column("计算公式", "Formula")]
    definition: Annotated[str, Column("定义", "Definition")]
    definition_en: Annotated[str, Column("定义（英文）", "Definition (English)", hide=("list",))]
    source: Annotated[str, Column("来源", "Source", filter=True)]
    position: Annotated[int, Column("顺序", "Order", sort=True, hide=("list", "detail", "export"))]


class ChangeOut(Out):
    """A comparison: `percent` is None with a reason (no_base_data, base_zero, no_data ...)."""

    base: Value
    percent: Value
    reason: str | None


class LineOut(Out):
    """The value of a metric for one combination of dimension values; None with a reason."""

    metric: str
    dims: dict[str, str | date | None]
    value: Value
    reason: str | None
    yoy: ChangeOut | None = None
    mom: ChangeOut | None = None


class HeldOut(Out):
    """A day of an institution's dataset that is left out: a reconciliation found a difference, open since `since`.

    kind: of a feed's quantities or of an indicator; name: the feed's code, or what the indicator is called.
    """

    org_code: str
    dataset: str
    day: date
    kind: Literal["quantity", "indicator"]
    name: str
    since: datetime


class QueryOut(Out):
    """The answer of a query: the period as answered (widened to whole grains), its lines, the days left out."""

    first: date
    last: date
    dims: list[str]
    grain: str
    lines: list[LineOut]
    held: list[HeldOut]


class Card(Out):
    """One metric on the board."""

    code: str
    title: str
    title_en: str
    group: str
    group_en: str
    unit: str
    unit_en: str
    direction: Literal["up", "down", "neutral"]
    decimals: int
    kind: str
    formula: str
    value: Value
    reason: str | None
    yoy: ChangeOut | None
    mom: ChangeOut | None


class BoardOut(Out):
    """All metrics over a period; `newest`: the last day with data within the scope; `held`: the days left out."""

    first: date
    last: date
    newest: date | None
    cards: list[Card]
    held: list[HeldOut]


class DrillOut(Out):
    """The rows behind a number: `value` is the number itself, `total` how many rows it stands on."""

    metric: str
    dataset: str
    columns: list[str]
    items: list[dict[str, Any]]
    value: Value
    total: int
    page: int
    page_size: int
    held: list[HeldOut]


class RefreshStarted(Out):
    """The job that was started."""

    job_id: UUID


def plain(value: Decimal | None) -> float | None:
    """Return a number for JSON."""
    return None if value is None else float(value)
