"""The lists of the room: sources, feeds, batches."""

from suwen.domains.ingest.categories.listing import CATEGORIES
from suwen.domains.ingest.categories.schemas import FeedChange
from suwen.domains.ingest.listed import PresentFeeds, PresentSources
from suwen.domains.ingest.models import IngestBatch, IngestBatchDay, IngestFeed, IngestPreparation, IngestSource
from suwen.domains.ingest.permissions import READ, RUN, WRITE
from suwen.domains.ingest.schemas import BatchDayRow, BatchRow, FeedRow, PlanChange, PlanIn, PlanRow, SourceRow
from suwen.domains.ingest.schemas_preparing import PreparationRow
from suwen.domains.ingest.service.planning import PLANS
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Action, Resource, listed

GROUP = "数据采集"

SOURCES = Resource(
    name="ingest.sources",
    domain="ingest",
    title="数据源",
    title_en="Sources",
    schema=SourceRow,
    source=PresentSources(IngestSource, scope_column="org_code", search=("code", "title", "system")),
    read=READ.code,
    columns=("code", "title", "org_code", "system", "connector", "node_id", "updated_at"),
    default_sort=("code",),
    actions=(Action("run", "运行", "Run", RUN.code),),
    group=GROUP,
    icon="database",
    order=10,
)

FEEDS = Resource(
    name="ingest.feeds",
    domain="ingest",
    title="采集任务",
    title_en="Feeds",
    schema=FeedRow,
    source=PresentFeeds(IngestFeed, scope_column="org_code", search=("code", "title", "origin", "dataset")),
    read=READ.code,
    write=WRITE.code,
    update=FeedChange,
    columns=(
        "code",
        "title",
        "org_code",
        "category",
        "priority",
        "origin",
        "dataset",
        "mode",
        "high_water",
        "data_at",
        "updated_at",
    ),
    default_sort=("code",),
    actions=(
        Action("run", "运行", "Run", RUN.code),
        Action("check", "对账", "Reconcile", RUN.code),
        Action("replay", "重放", "Replay", RUN.code, confirm="按当前映射重新标准化该任务已接收的数据？"),
    ),
    group=GROUP,
    icon="branches",
    order=20,
)

BATCHES = Resource(
    name="ingest.batches",
    domain="ingest",
    title="采集批次",
    title_en="Batches",
    schema=BatchRow,
    source=ModelSource(IngestBatch, scope_column="org_code", search=("feed", "origin", "dataset")),
    read=READ.code,
    columns=listed(BatchRow),
    default_sort=("-started_at",),
    group=GROUP,
    icon="inbox",
    order=30,
)

PREPARATION = Resource(
    name="ingest.preparation",
    domain="ingest",
    title="数据准备",
    title_en="Data preparation",
    schema=PreparationRow,
    source=ModelSource(IngestPreparation, scope_column="org_code", search=("feed", "element", "dataset")),
    read=READ.code,
    columns=listed(PreparationRow),
    default_sort=("feed", "-started_at", "element"),
    group=GROUP,
    icon="interaction",
    order=35,
)

BATCH_DAYS = Resource(
    name="ingest.batch_days",
    domain="ingest",
    title="批次日合计",
    title_en="Sums of batches",
    schema=BatchDayRow,
    source=ModelSource(IngestBatchDay, scope_column="org_code", search=("feed", "dataset")),
    read=READ.code,
    columns=listed(BatchDayRow),
    default_sort=("-landed_at", "-day"),
    group=GROUP,
    icon="number",
    order=32,
)

PLAN_LIST = Resource(
    name="ingest.plans",
    domain="ingest",
    title="采集计划",
    title_en="Plans",
    schema=PlanRow,
    source=PLANS,
    read=READ.code,
    write=WRITE.code,
    create=PlanIn,
    update=PlanChange,
    delete=True,
    columns=listed(PlanRow),
    default_sort=("next_at",),
    actions=(Action("run", "立即运行", "Run now", RUN.code),),
    group=GROUP,
    icon="schedule",
    order=25,
)

RESOURCES = (SOURCES, CATEGORIES, FEEDS, PLAN_LIST, BATCHES, BATCH_DAYS, PREPARATION)
