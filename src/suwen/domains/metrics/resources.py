"""Lists of the metrics room."""

from suwen.domains.metrics.repository.sources import definition_source
from suwen.domains.metrics.schemas import DefinitionOut
from suwen.kernel.permissions import Permission
from suwen.kernel.resources import Resource

READ = Permission("metrics.read", "查看指标", "View metrics")
WRITE = Permission("metrics.write", "重算指标", "Refresh metrics")
GROUP = "运营指标"

DEFINITIONS = Resource(
    name="metrics.definitions",
    domain="metrics",
    title="指标目录",
    title_en="Metric catalogue",
    schema=DefinitionOut,
    source=definition_source(),
    read=READ.code,
    columns=("code", "title", "group", "kind", "unit", "direction", "dataset", "formula", "source"),
    default_sort=("position",),
    group=GROUP,
    icon="book",
    key="code",
    order=20,
)
RESOURCES = (DEFINITIONS,)
