"""The door of the quality room.

result = await run_plan(lake, database, catalog, progress)
state = await overview(uow, catalog, scope)
page = await failing_rows(lake, catalog, "encounter.required.started_at", scope, org="...")
"""

from suwen.domains.quality.repository import Selection
from suwen.domains.quality.rule import Rule, compile_rules, rule_types
from suwen.domains.quality.schemas import NamedScore, OverviewOut, RunResult, ScoreOut, TrendPoint
from suwen.domains.quality.service import (
    failing_keys,
    failing_rows,
    overall_score,
    overview,
    run_batch,
    run_plan,
    trend,
)

__all__ = [
    "NamedScore",
    "OverviewOut",
    "Rule",
    "RunResult",
    "ScoreOut",
    "Selection",
    "TrendPoint",
    "compile_rules",
    "failing_keys",
    "failing_rows",
    "overall_score",
    "overview",
    "rule_types",
    "run_batch",
    "run_plan",
    "trend",
]
