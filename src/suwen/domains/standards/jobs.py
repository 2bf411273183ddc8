"""Background work of the room."""

from typing import Any
from uuid import UUID

from suwen.domains.standards.events import StandardChanged
from suwen.domains.standards.schemas_importing import IMPORT, ListIn
from suwen.domains.standards.schemas_monitoring import OBSERVE
from suwen.domains.standards.service.importing import import_kept
from suwen.domains.standards.service.monitoring import observe
from suwen.domains.standards.service.revising import take_due
from suwen.kernel.database import UnitOfWork
from suwen.kernel.events import handles
from suwen.kernel.jobs import JobContext, Retry, job
from suwen.kernel.uploads import Place

TAKE_EFFECT = "standards.take_effect"


@job(
    TAKE_EFFECT,
    title=("标准版本生效", "Versions of standards take effect"),
    queue="standards",
    retry=Retry(on=(Exception,), wait_seconds=60),
    lock=lambda _: TAKE_EFFECT,
    daily=True,
)
async def take_effect(ctx: JobContext) -> dict[str, int]:
    """Bring into force, or retire, what was published for a day that has come."""
    async with ctx.uow() as uow:
        return {"taken": await take_due(uow)}


@job(
    IMPORT,
    title=("导入标准清单", "Import a list of standards"),
    queue="standards",
    lock=lambda args: f"{IMPORT} {args['wanted']['code']}",
)
async def import_list(
    ctx: JobContext, file: str, wanted: dict[str, Any], file_name: str, place: dict[str, Any]
) -> dict[str, int | None]:
    """Import a long list in one commit: called off or broken off, nothing of it is there."""
    async with ctx.uow() as uow:
        told = await import_kept(
            uow, UUID(file), ListIn.model_validate(wanted), file_name, Place(**place), ctx.reporter
        )
        done = told.model_dump(include={"version", "added", "renamed", "removed", "unchanged"})
        await ctx.settle(uow, done)
    return done


@job(
    OBSERVE,
    title=("每日符合度记录", "Note conformance of the day"),
    queue="standards",
    retry=Retry(on=(Exception,), wait_seconds=60),
    lock=lambda _: OBSERVE,
    daily=True,
)
async def note_conformance(ctx: JobContext) -> dict[str, int]:
    """Note how far every institution's data conform to the datasets in force."""
    async with ctx.uow() as uow:
        return {"changed": await observe(uow)}


@handles(StandardChanged, "standards.observe")
async def dataset_changed(event: StandardChanged, uow: UnitOfWork) -> None:
    """Have the figures noted anew against the new version of a dataset."""
    if event.kind == "dataset":
        await observe(uow)
