"""The lists of indicator-level reconciliation: differences, checks, figures, indicators."""

from suwen.domains.ingest.permissions import READ, RUN, WRITE
from suwen.domains.ingest.reconcile.indicators.defining import Indicators
from suwen.domains.ingest.reconcile.indicators.models import (
    Indicator,
    IndicatorCheck,
    IndicatorDifference,
    IndicatorLine,
)
from suwen.domains.ingest.reconcile.indicators.schemas import (
    IndicatorChange,
    IndicatorCheckRow,
    IndicatorDifferenceRow,
    IndicatorIn,
    IndicatorLineRow,
    IndicatorRow,
)
from suwen.domains.ingest.reconcile.resources import GROUP
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Action, Resource, listed

INDICATOR_DIFFERENCES = Resource(
    name="ingest.indicator_differences",
    domain="ingest",
    title="指标级差异",
    title_en="Indicator differences",
    schema=IndicatorDifferenceRow,
    source=ModelSource(IndicatorDifference, scope_column="org_code", search=("indicator", "source")),
    read=READ.code,
    columns=listed(IndicatorDifferenceRow),
    default_sort=("-day", "-found_at"),
    actions=(Action("check", "再次核对", "Check again", RUN.code),),
    group=GROUP,
    icon="exception",
    order=50,
)

INDICATOR_CHECKS = Resource(
    name="ingest.indicator_checks",
    domain="ingest",
    title="指标级对账记录",
    title_en="Indicator checks",
    schema=IndicatorCheckRow,
    source=ModelSource(IndicatorCheck, scope_column="org_code", search=("indicator", "source")),
    read=READ.code,
    columns=listed(IndicatorCheckRow),
    default_sort=("-started_at",),
    group=GROUP,
    icon="audit",
    order=60,
)

INDICATOR_LINES = Resource(
    name="ingest.indicator_lines",
    domain="ingest",
    title="指标级对账明细",
    title_en="Indicator figures",
    schema=IndicatorLineRow,
    source=ModelSource(IndicatorLine, scope_column="org_code", search=("indicator", "item")),
    read=READ.code,
    columns=listed(IndicatorLineRow),
    default_sort=("-day", "-checked_at"),
    group=GROUP,
    icon="calendar",
    order=70,
)

INDICATORS = Resource(
    name="ingest.indicators",
    domain="ingest",
    title="指标级对账配置",
    title_en="Indicators checked",
    schema=IndicatorRow,
    source=Indicators(Indicator, scope_column="org_code", search=("name", "source")),
    read=READ.code,
    write=WRITE.code,
    create=IndicatorIn,
    update=IndicatorChange,
    delete=True,
    columns=listed(IndicatorRow),
    default_sort=("name",),
    actions=(Action("check", "立即核对", "Check now", RUN.code),),
    group=GROUP,
    icon="setting",
    order=80,
)

RESOURCES = (INDICATOR_DIFFERENCES, INDICATOR_CHECKS, INDICATOR_LINES, INDICATORS)
