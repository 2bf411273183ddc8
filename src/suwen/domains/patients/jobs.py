"""Background work of the room patients."""

from dataclasses import asdict

from suwen.domains.ingest.events import BatchStandardised
from suwen.domains.lake.public import open_lake
from suwen.domains.patients.service import linking
from suwen.kernel.database import UnitOfWork
from suwen.kernel.events import handles
from suwen.kernel.jobs import JobContext, job


@job("patients.link", title=("主索引匹配", "Link persons"), queue="patients", lock=lambda _: "patients.link")
async def link_persons(ctx: JobContext) -> dict[str, float]:
    """Find the person behind every identity."""
    async with ctx.uow() as uow:
        result = await linking.link(open_lake(ctx.settings), uow, ctx.reporter)
    return asdict(result)


@handles(BatchStandardised, "patients.link_new_identities")
async def link_on_standardised(event: BatchStandardised, uow: UnitOfWork) -> None:
    """Look for persons again once an institution's patients have changed."""
    if event.dataset == "patient" and event.rows_std > 0:
        uow.defer("patients.link")
