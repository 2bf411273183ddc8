"""Routes of the metrics room beside its list."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Response

from suwen.domains.lake.public import Lake, LakeOf
from suwen.domains.metrics.presenting import card, held_out, held_table, line_out, query_table
from suwen.domains.metrics.query import Cut, Dim, Grain, Shape
from suwen.domains.metrics.schemas import REFRESH, BoardOut, DrillOut, QueryOut, RefreshStarted, plain
from suwen.domains.metrics.service import Drilled, definitions, drill, newest_day, query
from suwen.domains.standards.public import load_catalog
from suwen.kernel import clock
from suwen.kernel.permissions import Principal, require
from suwen.kernel.tabular import media_type, table_file
from suwen.kernel.web import Work

router = APIRouter(prefix="/api/metrics", tags=["metrics"])
Reader = Annotated[Principal, Depends(require("metrics.read"))]
Writer = Annotated[Principal, Depends(require("metrics.write"))]
EXPORT_ROWS = 10_000
"""Rows of a drill's export at most."""


async def cut_of(
    first: date,
    last: date,
    org: Annotated[list[str] | None, Query()] = None,
    dept: Annotated[list[str] | None, Query()] = None,
    encounter_type: Annotated[list[str] | None, Query()] = None,
    region: Annotated[list[str] | None, Query()] = None,
) -> Cut:
    """FastAPI dependency: period and chosen values; a value given empty means rows without one."""
    return Cut(first, last, _values(org), _values(dept), _values(encounter_type), _values(region))


def _values(given: list[str] | None) -> tuple[str, ...] | None:
    return tuple(given) if given else None


async def shape_of(dims: Annotated[list[Dim] | None, Query()] = None, grain: Grain = "month") -> Shape:
    """FastAPI dependency: dimensions and grain."""
    return Shape(tuple(dims or ()), grain)


OfCut = Annotated[Cut, Depends(cut_of)]
OfShape = Annotated[Shape, Depends(shape_of)]


@router.get("/board")
async def read_board(
    work: Work,
    principal: Reader,
    lake: LakeOf,
    first: date | None = None,
    last: date | None = None,
    org: Annotated[list[str] | None, Query()] = None,
    dept: Annotated[list[str] | None, Query()] = None,
) -> BoardOut:
    """Return all metrics over a period, compared; without a period, over the last whole month with data."""
    newest = await newest_day(lake, principal.scope, clock.today())
    if last is None:
        last = (newest or clock.today()).replace(day=1) - timedelta(days=1)
    cut = Cut(first or last.replace(day=1), last, _values(org), _values(dept))
    known = await definitions(work)
    found = await query(work, lake, list(known), Shape(), cut, principal.scope)
    cards = [card(line, known) for line in found.lines]
    return BoardOut(first=cut.first, last=cut.last, newest=newest, cards=cards, held=held_out(found.held))


@router.get("/query")
async def read_query(
    work: Work,
    principal: Reader,
    lake: LakeOf,
    cut: OfCut,
    shape: OfShape,
    metric: Annotated[list[str], Query()],
    compare: bool = True,
) -> QueryOut:
    """Return metrics by dimensions, compared with the year before and the period before."""
    found = await query(work, lake, metric, shape, cut, principal.scope, compare=compare)
    lines = [line_out(line, shape.dims) for line in found.lines]
    dims = [str(dim) for dim in shape.dims]
    return QueryOut(
        first=found.cut.first,
        last=found.cut.last,
        dims=dims,
        grain=shape.grain,
        lines=lines,
        held=held_out(found.held),
    )


@router.get("/drill")
async def read_drill(
    work: Work,
    principal: Reader,
    lake: LakeOf,
    cut: OfCut,
    metric: str,
    part: Literal["numerator", "denominator"] = "numerator",
    page: Annotated[int, Query(ge=1)] = 1,
    page_size: Annotated[int, Query(ge=1, le=200)] = 20,
) -> DrillOut:
    """Return the rows behind a number; identifiers are masked."""
    found = await _drilled(work, principal, lake, cut, metric, part, (page - 1) * page_size, page_size)
    return DrillOut(
        metric=found.measure.code,
        dataset=found.measure.fact.dataset,
        columns=list(found.columns),
        items=[dict(row) for row in found.rows],
        value=plain(found.lines[0].number.value) if found.lines else None,
        total=found.total,
        page=page,
        page_size=page_size,
        held=held_out(found.held),
    )


@router.get("/export")
async def read_export(
    work: Work,
    principal: Reader,
    lake: LakeOf,
    cut: OfCut,
    shape: OfShape,
    metric: Annotated[list[str], Query()],
    of: Literal["numbers", "rows"] = "numbers",
    part: Literal["numerator", "denominator"] = "numerator",
    format: Literal["csv", "xlsx"] = "csv",
) -> Response:
    """Return the numbers of a query, or the first 10,000 rows behind the first metric, as a file."""
    if of == "rows":
        drilled = await _drilled(work, principal, lake, cut, metric[0], part, 0, EXPORT_ROWS)
        table = [list(drilled.columns), *([row[name] for name in drilled.columns] for row in drilled.rows)]
        held = drilled.held
    else:
        found = await query(work, lake, metric, shape, cut, principal.scope)
        table = list(query_table(found.lines, shape.dims, await definitions(work)))
        held = found.held
    header, *rows = [*table, *held_table(held, len(table[0]))]
    body = await to_thread.run_sync(lambda: b"".join(table_file(format, "指标", header, rows)))
    headers = {"Content-Disposition": f'attachment; filename="metrics.{format}"'}
    return Response(body, media_type=media_type(format), headers=headers)


@router.post("/refresh", status_code=202)
async def start_refresh(work: Work, principal: Writer) -> RefreshStarted:
    """Start making all cubes anew."""
    return RefreshStarted(job_id=work.defer(REFRESH, {}))


async def _drilled(
    work: Work, principal: Principal, lake: Lake, cut: Cut, metric: str, part: str, offset: int, limit: int
) -> Drilled:
    # Seeing identifiers in full is asked for, and recorded, elsewhere.
    scope = replace(principal.scope, unmask=False)
    catalog = await load_catalog(work)
    return await drill(work, lake, catalog, metric, cut, scope, part=part, offset=offset, limit=limit)
