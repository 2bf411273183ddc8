"""The list of changed tables."""

from suwen.domains.ingest.permissions import READ
from suwen.domains.ingest.resources import GROUP
from suwen.domains.ingest.watching.drift.models import Drift
from suwen.domains.ingest.watching.drift.schemas import DriftRow
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Resource

DRIFTS = Resource(
    name="ingest.drifts",
    domain="ingest",
    title="表结构变化",
    title_en="Changed tables",
    schema=DriftRow,
    source=ModelSource(Drift, scope_column="org_code", search=("feed", "origin", "column")),
    read=READ.code,
    columns=tuple(name for name in DriftRow.model_fields if name != "id"),
    default_sort=("-found_at",),
    group=GROUP,
    icon="diff",
    order=4,
)

RESOURCES = (DRIFTS,)
