"""Upkeep of the lake in the background."""

from typing import Any

from anyio import to_thread

from suwen.domains.lake.errors import WriteConflict
from suwen.domains.lake.opening import open_lake
from suwen.kernel.jobs import JobContext, Retry, job


@job(
    "lake.maintain",
    title=("数据湖维护", "Maintain the lake"),
    queue="lake",
    retry=Retry(on=(WriteConflict,)),
    priority=-10,
    lock=lambda _: "lake.maintain",
    daily=True,
)
async def maintain(ctx: JobContext, tables: list[str] | None = None, keep_days: float = 7) -> dict[str, Any]:
    """Sort, join and clean tables (`layer.name`; default all); versions of the last `keep_days` stay readable."""
    lake = await to_thread.run_sync(open_lake, ctx.settings)
    infos = await to_thread.run_sync(lake.tables)
    wanted = tables if tables is not None else [f"{info.layer}.{info.name}" for info in infos]
    rewritten = deleted = freed = 0
    for number, ref in enumerate(wanted):
        await ctx.progress(number, len(wanted), ref)
        report = await to_thread.run_sync(lake.maintain, ref, keep_days)
        rewritten += report.buckets_rewritten
        deleted += report.files_deleted
        freed += report.bytes_freed
    await ctx.progress(len(wanted), len(wanted))
    return {"tables": len(wanted), "buckets_rewritten": rewritten, "files_deleted": deleted, "bytes_freed": freed}
