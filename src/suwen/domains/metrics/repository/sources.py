"""Where the rows of the room's lists come from."""

from suwen.domains.metrics.models import MetricDefinition
from suwen.kernel.resource_source import ModelSource


def definition_source() -> ModelSource[MetricDefinition]:
    """Return the metrics in force; they belong to no institution."""
    return ModelSource(MetricDefinition, search=("code", "title", "title_en"), default_sort=("position",))
