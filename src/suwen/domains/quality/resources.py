"""Lists of the quality room."""

from suwen.domains.quality.repository.sources import RuleSource, RunSource, result_source, total_source
from suwen.domains.quality.schemas import ResultOut, RuleChange, RuleOut, RunOut, TotalOut
from suwen.kernel.permissions import Permission
from suwen.kernel.resources import Resource

READ = Permission("quality.read", "查看数据质量", "View data quality")
WRITE = Permission("quality.write", "运行质控与调整规则", "Run and adjust quality rules")
GROUP = "数据质量"

RULES = Resource(
    name="quality.rules",
    domain="quality",
    title="质控规则",
    title_en="Quality rules",
    schema=RuleOut,
    source=RuleSource(),
    read=READ.code,
    write=WRITE.code,
    update=RuleChange,
    columns=("code", "dataset", "column", "title", "type", "dimension", "severity", "enabled"),
    default_sort=("dataset", "column"),
    group=GROUP,
    icon="safety",
    key="code",
    order=40,
)
RESULTS = Resource(
    name="quality.results",
    domain="quality",
    title="质控结果（按日）",
    title_en="Quality results by day",
    schema=ResultOut,
    source=result_source(),
    read=READ.code,
    columns=("day", "org_code", "dataset", "rule", "dimension", "severity", "checked", "failed"),
    default_sort=("-day", "-failed"),
    group=GROUP,
    icon="calendar",
    order=20,
)
TOTALS = Resource(
    name="quality.totals",
    domain="quality",
    title="质控结果（汇总）",
    title_en="Quality results in total",
    schema=TotalOut,
    source=total_source(),
    read=READ.code,
    columns=("org_code", "dataset", "rule", "dimension", "severity", "checked", "failed", "score"),
    default_sort=("score", "-failed"),
    group=GROUP,
    icon="bars",
    order=10,
)
RUNS = Resource(
    name="quality.runs",
    domain="quality",
    title="质控运行记录",
    title_en="Quality runs",
    schema=RunOut,
    source=RunSource(),
    read=READ.code,
    default_sort=("-started_at",),
    group=GROUP,
    icon="history",
    order=50,
)
RESOURCES = (TOTALS, RESULTS, RULES, RUNS)
