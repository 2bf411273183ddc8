"""Manifest of the metrics room."""

from suwen.domains.lake.public import register_statement
from suwen.domains.metrics.jobs import batch_standardised, refresh_all, refresh_touched
from suwen.domains.metrics.resources import GROUP, READ, RESOURCES, WRITE
from suwen.domains.metrics.routes import router
from suwen.domains.metrics.samples import samples
from suwen.domains.metrics.standards_used import metrics_using
from suwen.kernel.registry import Domain, Page

register_statement("metrics.cubes", samples)

DOMAIN = Domain(
    name="metrics",
    title="运营指标",
    title_en="Metrics",
    routers=(router,),
    resources=RESOURCES,
    jobs=(refresh_all, refresh_touched),
    handlers=(batch_standardised,),
    extensions=(metrics_using,),
    permissions=(READ, WRITE),
    pages=(Page("/metrics", "指标看板", "Metric board", READ.code, icon="line-chart", group=GROUP, order=10),),
    order=35,
)
