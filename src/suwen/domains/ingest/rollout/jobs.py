"""Background work of rollouts: one institution made, all of it or nothing."""

from typing import Any
from uuid import UUID

from suwen.domains.ingest.rollout import making
from suwen.domains.ingest.rollout.repository import RolloutRepository
from suwen.kernel.jobs import JobCancelled, JobContext, JobLost, job, told_failure
from suwen.kernel.scope import Scope


@job(
    making.MAKE,
    title=("批量接入机构", "Roll out an institution"),
    queue="ingest",
    concurrency=2,
    lock=lambda args: f"rollout:{args['code']}",
)
async def make_rollout(ctx: JobContext, rollout: str, code: str) -> dict[str, Any]:
    """Make an institution's source, feeds, settings and plans after its template, in the commit that ends the job."""
    key = UUID(rollout)
    try:
        async with ctx.uow() as uow:
            found = await RolloutRepository(uow.session).rollout(key, Scope.everything())
            made = await making.make(uow, ctx.settings, found)
            await ctx.settle(uow, made)
    except JobLost:
        raise
    except Exception as error:
        why = "cancelled" if isinstance(error, JobCancelled) else told_failure(error)
        async with ctx.uow() as uow:
            await making.fail(uow, key, ctx.run_id, why)
        raise
    return made
