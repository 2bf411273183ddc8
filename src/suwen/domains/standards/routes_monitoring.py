"""Monitoring the execution of standards: what stands behind an institution's figures, and noting them anew."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from suwen.domains.standards.conformance import Finding, Part
from suwen.domains.standards.permissions import READ, WRITE
from suwen.domains.standards.schemas_monitoring import OBSERVE, ConformanceDetail, ConformanceTrend, Observing
from suwen.domains.standards.service import monitoring
from suwen.kernel.permissions import Principal, require
from suwen.kernel.tabular import media_type, table_file
from suwen.kernel.web import Work

Reader = Annotated[Principal, Depends(require(READ.code))]
Writer = Annotated[Principal, Depends(require(WRITE.code))]
router = APIRouter(prefix="/api/standards/conformance", tags=["standards"])
_FINDING = {
    "source": "来源",
    "element": "字段",
    "code": "编码",
    "title": "名称",
    "severity": "严重程度",
    "checked": "检查数",
    "failed": "不合格数",
    "value": "合格率",
}


@router.post("/observe", status_code=202)
async def observe(work: Work, _principal: Writer) -> Observing:
    """Have the figures of all institutions noted now, instead of after the next run of quality or tomorrow."""
    return Observing(job_id=work.defer(OBSERVE))


@router.get("/trend")
async def read_trend(
    work: Work, principal: Reader, dataset: Annotated[str | None, Query(max_length=200)] = None
) -> ConformanceTrend:
    """Return the figures by day of all institutions in the scope together, of all datasets or of one."""
    return await monitoring.trend_of(work, principal.scope, Part(dataset=dataset))


@router.get("/{key}/detail")
async def read_detail(work: Work, principal: Reader, key: UUID) -> ConformanceDetail:
    """Return what stands behind an institution's figures of a dataset: elements, rules, what was refused, days."""
    return await monitoring.detail(work, principal.scope, key)


@router.get("/{key}/findings/export", response_class=StreamingResponse)
async def export_findings(
    work: Work,
    principal: Reader,
    key: UUID,
    format: str = "xlsx",
    failing: Annotated[bool, Query(description="only what fails")] = False,
) -> StreamingResponse:
    """Return the findings as csv or xlsx."""
    type_ = media_type(format)
    found = [one for one in await monitoring.found_behind(work, principal.scope, key) if not failing or _fails(one)]
    body = table_file(format, "执行监测", list(_FINDING.values()), _rows(found))
    headers = {"Content-Disposition": f'attachment; filename="standards.findings.{format}"'}
    return StreamingResponse(body, media_type=type_, headers=headers)


def _fails(one: Finding) -> bool:
    return one.source == "mapping" or bool(one.failed)


def _rows(found: list[Finding]) -> list[list[object]]:
    return [[getattr(one, name) for name in _FINDING] for one in found]
