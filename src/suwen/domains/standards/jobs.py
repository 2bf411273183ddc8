"""Background work of the room."""

from suwen.domains.standards.service.revising import take_due
from suwen.kernel.jobs import JobContext, Retry, job

TAKE_EFFECT = "standards.take_effect"


@job(
    TAKE_EFFECT,
    queue="standards",
    retry=Retry(on=(Exception,), wait_seconds=60),
    lock=lambda _: TAKE_EFFECT,
    daily=True,
)
async def take_effect(ctx: JobContext) -> dict[str, int]:
    """Bring into force, or retire, what was published for a day that has come."""
    async with ctx.uow() as uow:
        return {"taken": await take_due(uow)}
