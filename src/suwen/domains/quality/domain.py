"""Manifest of the quality room."""

from suwen.domains.lake.public import register_statement
from suwen.domains.quality.assets import judgements, outcomes
from suwen.domains.quality.jobs import batch_standardised, judge_all, judge_batch, judged
from suwen.domains.quality.resources import GROUP, READ, RESOURCES, WRITE
from suwen.domains.quality.routes import router
from suwen.domains.quality.samples import samples
from suwen.domains.quality.standards_used import rules_behind, rules_using, scores, scores_by_day
from suwen.kernel.registry import Domain, Page

register_statement("quality.rules", samples)

DOMAIN = Domain(
    name="quality",
    title="数据质量",
    title_en="Data quality",
    routers=(router,),
    resources=RESOURCES,
    jobs=(judge_all, judge_batch),
    handlers=(batch_standardised, judged),
    extensions=(rules_using, scores, scores_by_day, rules_behind, outcomes, judgements),
    permissions=(READ, WRITE),
    pages=(Page("/quality", "质量总览", "Quality overview", READ.code, icon="dashboard", group=GROUP, order=5),),
    order=30,
)
