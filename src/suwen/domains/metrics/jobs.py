"""Background work of the metrics room."""

from anyio import to_thread

from suwen.domains.ingest.events import BatchStandardised
from suwen.domains.lake.public import open_lake
from suwen.domains.metrics.schemas import REFRESH, REFRESH_BATCH
from suwen.domains.metrics.service import refresh, refresh_batch
from suwen.domains.standards.public import load_catalog
from suwen.kernel.database import UnitOfWork
from suwen.kernel.events import handles
from suwen.kernel.jobs import JobContext, job


@job(REFRESH, title=("指标计算（全部）", "Compute all metrics"), queue="metrics", lock=lambda _: "metrics")
async def refresh_all(ctx: JobContext) -> dict[str, int]:
    """Make all cubes anew."""
    lake = await to_thread.run_sync(open_lake, ctx.settings)
    async with ctx.uow() as uow:
        catalog = await load_catalog(uow)
    return {"metrics": await refresh(lake, ctx.database, catalog, ctx.reporter)}


@job(
    REFRESH_BATCH,
    title=("指标计算（到达批次）", "Compute metrics of a batch"),
    queue="metrics",
    lock=lambda _: "metrics",
)
async def refresh_touched(ctx: JobContext, dataset: str, batch_id: str) -> dict[str, int]:
    """Make the days anew that a batch touched."""
    lake = await to_thread.run_sync(open_lake, ctx.settings)
    return {"days": await refresh_batch(lake, ctx.database, dataset, batch_id)}


@handles(BatchStandardised, "metrics.refresh_batch")
async def batch_standardised(event: BatchStandardised, uow: UnitOfWork) -> None:
    """Have the cube brought to what the batch wrote."""
    if event.rows_in:
        uow.defer(REFRESH_BATCH, {"dataset": event.dataset, "batch_id": event.batch_id})
