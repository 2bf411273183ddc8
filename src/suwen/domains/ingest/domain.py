"""The manifest of the room ingest."""

from suwen.domains.ingest.jobs import replay_feed, run_feed, run_source
from suwen.domains.ingest.permissions import PERMISSIONS, READ, ROWS
from suwen.domains.ingest.resources import GROUP, RESOURCES
from suwen.domains.ingest.routes import router
from suwen.domains.ingest.routes_editing import router as editing_router
from suwen.domains.ingest.samples import samples
from suwen.domains.ingest.standards_used import accepted_by_day, carried, lacking, mappings_using
from suwen.domains.lake.public import register_statement
from suwen.kernel.registry import Domain, Page

register_statement("ingest.mapping", samples)

DOMAIN = Domain(
    name="ingest",
    title="数据采集",
    title_en="Ingestion",
    routers=(router, editing_router),
    resources=RESOURCES,
    jobs=(run_feed, replay_feed, run_source),
    extensions=(mappings_using, carried, accepted_by_day, lacking),
    permissions=PERMISSIONS,
    pages=(
        Page("/ingest", "采集总览", "Ingestion", READ.code, icon="cloud-download", group=GROUP, order=5),
        Page("/ingest/quarantine", "隔离数据", "Quarantine", ROWS.code, icon="stop", group=GROUP, order=40),
    ),
    order=20,
)
