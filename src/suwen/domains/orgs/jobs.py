"""Background work of the room."""

from suwen.domains.orgs.service.registering import TAKE_EFFECT, take_due
from suwen.kernel.jobs import JobContext, Retry, job


@job(
    TAKE_EFFECT,
    queue="orgs",
    retry=Retry(on=(Exception,), wait_seconds=60),
    lock=lambda _: TAKE_EFFECT,
    daily=True,
)
async def take_effect(ctx: JobContext) -> dict[str, int]:
    """Bring into effect the approved registrations whose day has come: all of them in one commit."""
    async with ctx.uow() as uow:
        return {"taken": await take_due(uow)}
