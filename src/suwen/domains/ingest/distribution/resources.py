"""The lists of distributions and their runs."""

from suwen.domains.ingest.distribution.defining import DistributionRuns, Distributions
from suwen.domains.ingest.distribution.models import Distribution, DistributionRun
from suwen.domains.ingest.distribution.schemas import (
    DistributionChange,
    DistributionIn,
    DistributionRow,
    DistributionRunRow,
)
from suwen.domains.ingest.permissions import READ, RUN, WRITE
from suwen.kernel.resources import Action, Resource, listed

GROUP = "数据分发"

DISTRIBUTIONS = Resource(
    name="ingest.distributions",
    domain="ingest",
    title="分发作业",
    title_en="Distributions",
    schema=DistributionRow,
    source=Distributions(Distribution, search=("title", "dataset", "table", "place")),
    read=READ.code,
    write=WRITE.code,
    create=DistributionIn,
    update=DistributionChange,
    delete=True,
    columns=listed(DistributionRow),
    default_sort=("title",),
    actions=(
        Action("run", "立即分发", "Send now", RUN.code),
        Action("anew", "全部重发", "Send all anew", RUN.code, confirm="重新写入全部数据行？"),
    ),
    group=GROUP,
    icon="swap",
    order=10,
)

DISTRIBUTION_RUNS = Resource(
    name="ingest.distribution_runs",
    domain="ingest",
    title="分发运行",
    title_en="Runs of distributions",
    schema=DistributionRunRow,
    source=DistributionRuns(DistributionRun, search=("title", "dataset")),
    read=READ.code,
    columns=listed(DistributionRunRow),
    default_sort=("-started_at",),
    group=GROUP,
    icon="history",
    order=20,
)

RESOURCES = (DISTRIBUTIONS, DISTRIBUTION_RUNS)
