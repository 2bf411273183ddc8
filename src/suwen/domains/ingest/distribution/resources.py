"""The lists of distributions and their runs."""

from suwen.domains.ingest.distribution.defining import DistributionRuns, Distributions
from suwen.domains.ingest.distribution.models import DistributedRow, Distribution, DistributionRun, Receipt
from suwen.domains.ingest.distribution.schemas import (
    DistributedRowInfo,
    DistributionChange,
    DistributionIn,
    DistributionRow,
    DistributionRunRow,
    ReceiptRow,
)
from suwen.domains.ingest.permissions import READ, ROWS, RUN, WRITE
from suwen.kernel.resource_source import ModelSource
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

DISTRIBUTED_ROWS = Resource(
    name="ingest.distributed_rows",
    domain="ingest",
    title="分发记录",
    title_en="Distributed rows",
    schema=DistributedRowInfo,
    source=ModelSource(DistributedRow, scope_column="org_code", search=("title", "message")),
    read=ROWS.code,
    columns=listed(DistributedRowInfo),
    default_sort=("-told_at",),
    group=GROUP,
    icon="unordered-list",
    order=30,
)

RECEIPTS = Resource(
    name="ingest.receipts",
    domain="ingest",
    title="平台回执",
    title_en="Receipts",
    schema=ReceiptRow,
    source=ModelSource(Receipt, scope_column="org_code", search=("title", "message", "number")),
    read=ROWS.code,
    columns=listed(ReceiptRow),
    default_sort=("-answered_at",),
    group=GROUP,
    icon="file-done",
    order=40,
)

RESOURCES = (DISTRIBUTIONS, DISTRIBUTION_RUNS, DISTRIBUTED_ROWS, RECEIPTS)
