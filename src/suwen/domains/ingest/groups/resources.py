"""The lists of job groups: groups, their runs, the members in them."""

from suwen.domains.ingest.groups.defining import GroupRuns, Groups
from suwen.domains.ingest.groups.models import GroupRun, GroupStep, JobGroup
from suwen.domains.ingest.groups.schemas import GroupChange, GroupIn, GroupRow, GroupRunRow, GroupStepRow
from suwen.domains.ingest.permissions import READ, RUN, WRITE
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Action, Resource, listed

GROUP = "数据采集"

GROUPS = Resource(
    name="ingest.groups",
    domain="ingest",
    title="作业组",
    title_en="Job groups",
    schema=GroupRow,
    source=Groups(JobGroup, search=("title",)),
    read=READ.code,
    write=WRITE.code,
    create=GroupIn,
    update=GroupChange,
    delete=True,
    columns=listed(GroupRow),
    default_sort=("title",),
    actions=(Action("run", "立即运行", "Run now", RUN.code),),
    group=GROUP,
    icon="apartment",
    order=26,
)

GROUP_RUNS = Resource(
    name="ingest.group_runs",
    domain="ingest",
    title="作业组运行",
    title_en="Runs of groups",
    schema=GroupRunRow,
    source=GroupRuns(GroupRun, search=("title",)),
    read=READ.code,
    columns=listed(GroupRunRow),
    default_sort=("-started_at",),
    actions=(
        Action("retry", "重试并继续", "Retry and go on", RUN.code, confirm="重新运行未成功的成员并继续？"),
        Action("cancel", "取消", "Cancel", RUN.code, confirm="取消该次运行？"),
    ),
    group=GROUP,
    icon="history",
    order=27,
)

GROUP_STEPS = Resource(
    name="ingest.group_steps",
    domain="ingest",
    title="作业组成员运行",
    title_en="Members in runs",
    schema=GroupStepRow,
    source=ModelSource(GroupStep, scope_column="org_code", search=("title", "feed")),
    read=READ.code,
    columns=listed(GroupStepRow),
    default_sort=("-started_at", "title", "layer"),
    icon="deployment-unit",
    order=28,
)

RESOURCES = (GROUPS, GROUP_RUNS, GROUP_STEPS)
