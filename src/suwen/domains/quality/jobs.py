"""Background work of the quality room."""

from typing import Any

from anyio import to_thread

from suwen.domains.ingest.events import BatchStandardised
from suwen.domains.lake.public import open_lake
from suwen.domains.quality.events import QualityJudged
from suwen.domains.quality.schemas import JUDGE, RUN_PLAN, RunResult
from suwen.domains.quality.service import run_batch, run_plan
from suwen.domains.standards.public import Catalog, load_catalog, observe
from suwen.kernel.database import UnitOfWork
from suwen.kernel.events import handles
from suwen.kernel.jobs import JobContext, job


@job(
    RUN_PLAN,
    title=("质量评估（全部数据集）", "Judge quality of all datasets"),
    queue="quality",
    lock=lambda _: "quality",
)
async def judge_all(ctx: JobContext, orgs: list[str] | None = None) -> dict[str, Any]:
    """Judge all rules over all rows, or over those of some institutions."""
    lake = await to_thread.run_sync(open_lake, ctx.settings)
    return _told(await run_plan(lake, ctx.database, await _catalog(ctx), ctx.reporter, orgs=orgs))


@job(JUDGE, title=("质量评估（到达批次）", "Judge the quality of a batch"), queue="quality", lock=lambda _: "quality")
async def judge_batch(ctx: JobContext, dataset: str, batch_id: str) -> dict[str, Any]:
    """Judge the days that a batch touched."""
    lake = await to_thread.run_sync(open_lake, ctx.settings)
    result = await run_batch(lake, ctx.database, lambda: _catalog(ctx), dataset, batch_id)
    return _told(result) if result else {}


@handles(BatchStandardised, "quality.judge_batch")
async def batch_standardised(event: BatchStandardised, uow: UnitOfWork) -> None:
    """Have the days judged that a batch touched; a batch that changed nothing needs no judging."""
    if event.rows_in:
        uow.defer(JUDGE, {"dataset": event.dataset, "batch_id": event.batch_id})


@handles(QualityJudged, "quality.tell_standards")
async def judged(_event: QualityJudged, uow: UnitOfWork) -> None:
    """Have the standards center note how far data conform now."""
    await observe(uow)


async def _catalog(ctx: JobContext) -> Catalog:
    async with ctx.uow() as uow:
        return await load_catalog(uow)


def _told(result: RunResult) -> dict[str, Any]:
    return {
        "run_id": str(result.run_id),
        "rules": result.rules,
        "checked": result.checked,
        "failed": result.failed,
        "score": result.score,
        "seconds": round(result.seconds, 3),
    }
