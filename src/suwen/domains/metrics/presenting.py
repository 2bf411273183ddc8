"""Answers as bodies of the routes, and as tables for an export."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from suwen.domains.ingest.public import HeldDay
from suwen.domains.metrics.answer import Change, Definitions, Line
from suwen.domains.metrics.query import Dim
from suwen.domains.metrics.schemas import Card, ChangeOut, HeldOut, LineOut, plain

DIM_TITLES: Mapping[Dim, str] = {
    "region": "区县",
    "org": "机构",
    "dept": "科室",
    "encounter_type": "就诊类型",
    "time": "期间",
}


def held_out(held: Sequence[HeldDay]) -> list[HeldOut]:
    """Return the days that are left out."""
    return [HeldOut.model_validate(each) for each in held]


def line_out(line: Line, dims: Sequence[str]) -> LineOut:
    """Return a line with its dimension values by name."""
    return LineOut(
        metric=line.metric,
        dims={dim: _blank_as_none(value) for dim, value in zip(dims, line.key, strict=True)},
        value=plain(line.number.value),
        reason=line.number.reason,
        yoy=_change(line.yoy),
        mom=_change(line.mom),
    )


def card(line: Line, definitions: Definitions) -> Card:
    """Return a metric's one line as a card of the board."""
    definition = definitions[line.metric]
    return Card(
        code=definition.code,
        title=definition.title,
        title_en=definition.title_en,
        group=definition.group,
        group_en=definition.group_en or definition.group,
        unit=definition.unit,
        unit_en=definition.unit_en or definition.unit,
        direction=definition.direction,
        decimals=definition.decimals,
        kind=definition.kind,
        formula=definition.formula,
        value=plain(line.number.value),
        reason=line.number.reason,
        yoy=_change(line.yoy),
        mom=_change(line.mom),
    )


def query_table(lines: Sequence[Line], dims: Sequence[Dim], definitions: Definitions) -> Iterator[list[Any]]:
    """Yield the header and a row for each line: metric, dimensions, value, unit, year-on-year and period-on-period."""
    titles = (DIM_TITLES[dim] for dim in dims)
    yield ["指标编码", "指标", *titles, "数值", "单位", "说明", "同比基数", "同比(%)", "环比基数", "环比(%)"]
    for line in lines:
        definition = definitions[line.metric]
        changes = [part for change in (line.yoy, line.mom) for part in _parts(change)]
        number = line.number
        key = [value if value is not None else "" for value in line.key]
        yield [line.metric, definition.title, *key, number.value, definition.unit, number.reason or "", *changes]


def held_table(held: Sequence[HeldDay], width: int) -> Iterator[list[Any]]:
    """Yield the rows below an export's lines that tell the days left out, `width` cells each; none where none is."""
    for each in held:
        row = ["暂缓发布，未计入", each.org_code, each.dataset, each.day, each.name]
        yield row + [None] * (width - len(row))


def _parts(change: Change | None) -> tuple[Any, Any]:
    return (change.base, change.percent) if change else (None, None)


def _change(change: Change | None) -> ChangeOut | None:
    if change is None:
        return None
    return ChangeOut(base=plain(change.base), percent=plain(change.percent), reason=change.reason)


def _blank_as_none(value: str | date | None) -> str | date | None:
    return None if value == "" else value
