"""Background work of the room."""

from typing import Any

from suwen.domains.orgs.schemas_registering import RegistrationReviewIn
from suwen.domains.orgs.service.reviewing import REVIEW, TAKE_EFFECT, review_many, take_due
from suwen.kernel.jobs import JobContext, Retry, job
from suwen.kernel.scope import Scope


@job(
    TAKE_EFFECT,
    title=("机构版本生效", "Versions of institutions take effect"),
    queue="orgs",
    retry=Retry(on=(Exception,), wait_seconds=60),
    lock=lambda _: TAKE_EFFECT,
    daily=True,
)
async def take_effect(ctx: JobContext) -> dict[str, int]:
    """Bring into effect the approved registrations whose day has come: all of them in one commit."""
    async with ctx.uow() as uow:
        return {"taken": await take_due(uow, ctx.reporter)}


@job(REVIEW, title=("批量审核注册申请", "Review registrations"), queue="orgs", lock=lambda _: TAKE_EFFECT)
async def review_registrations(
    ctx: JobContext, asked: dict[str, Any], orgs: list[str] | None, by: str
) -> dict[str, int]:
    """Decide many registrations and bring into effect what is due, in one commit: called off, nothing is decided."""
    scope = Scope.everything() if orgs is None else Scope.of(*orgs)
    async with ctx.uow() as uow:
        told = await review_many(uow, scope, RegistrationReviewIn.model_validate(asked), by, ctx.reporter)
        done = {"decided": told.decided, "effective": told.effective}
        await ctx.settle(uow, done)
    return done
