"""Background work of the room: one backup at a time."""

import uuid
from typing import Any

from anyio import to_thread

from suwen.domains.lake.public import open_lake
from suwen.domains.ops.service.recording import DAILY, MAKE, VERIFY, make, make_daily
from suwen.domains.ops.service.recording import verify as check
from suwen.kernel.jobs import JobContext, job


@job(MAKE, title=("备份", "Back up"), queue="ops", lock=lambda _: MAKE)
async def back_up(ctx: JobContext, backup: str) -> dict[str, Any]:
    """Make the backup that was asked for."""
    lake = await to_thread.run_sync(open_lake, ctx.settings)
    return {"digest": await make(ctx.database, lake, ctx.settings, ctx.reporter, uuid.UUID(backup))}


@job(VERIFY, title=("校验备份", "Verify a backup"), queue="ops", lock=lambda _: MAKE)
async def verify(ctx: JobContext, backup: str) -> dict[str, Any]:
    """Read a backup whole and compare it with its list."""
    by = ctx.requester.username if ctx.requester else None
    return {"whole": await check(ctx.database, ctx.settings, ctx.reporter, uuid.UUID(backup), by)}


@job(DAILY, title=("每日备份", "Daily backup"), queue="ops", lock=lambda _: MAKE, daily=True)
async def back_up_daily(ctx: JobContext) -> dict[str, Any]:
    """Make the day's backup where the settings want one, and let go of the oldest."""
    lake = await to_thread.run_sync(open_lake, ctx.settings)
    return {"removed": await make_daily(ctx.database, lake, ctx.settings, ctx.reporter)}
