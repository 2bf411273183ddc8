"""Background work of migrations: a platform counted, an institution's source made, what was read checked."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from suwen.domains.ingest.events import BatchStandardised
from suwen.domains.ingest.migration import making
from suwen.domains.ingest.migration.models import Migration, MigrationPart
from suwen.domains.ingest.migration.repository import MigrationRepository
from suwen.domains.ingest.migration.tallying import tally
from suwen.domains.ingest.reconcile.checking import request_check
from suwen.kernel.database import UnitOfWork
from suwen.kernel.events import handles
from suwen.kernel.jobs import JobCancelled, JobContext, JobLost, job, told_failure
from suwen.kernel.scope import Scope


@job(
    making.TALLY,
    title=("清点原平台", "Count a platform"),
    queue="ingest",
    concurrency=2,
    lock=lambda args: f"migration:{args['migration']}",
)
async def tally_migration(ctx: JobContext, migration: str) -> dict[str, Any]:
    """Count the rows of a platform by table and institution."""
    key = UUID(migration)
    async with _noting(ctx, lambda repository: repository.migration(key, Scope.everything())):
        return await tally(ctx, key)


@job(
    making.MAKE,
    title=("建立迁移数据源", "Make the source of a migration"),
    queue="ingest",
    concurrency=2,
    lock=lambda args: f"migration-part:{args['part']}",
)
async def make_migration_part(ctx: JobContext, part: str) -> dict[str, Any]:
    """Make an institution's source after the platform's, in the commit that ends the job."""
    key = UUID(part)
    async with _noting(ctx, lambda repository: repository.part(key, Scope.everything())), ctx.uow() as uow:
        held = await MigrationRepository(uow.session).part(key, Scope.everything())
        made = await making.make(uow, ctx.settings, held)
        await ctx.settle(uow, made)
    return made


@handles(BatchStandardised, "ingest.prove_after_run")
async def prove_after_run(event: BatchStandardised, uow: UnitOfWork) -> None:
    """Check a table of an institution that is taken over as soon as it was read."""
    part = await MigrationRepository(uow.session).of_source(event.feed.partition(".")[0])
    if part is not None and part.accepted_at is None:
        await request_check(uow, Scope.everything(), event.feed, None)


@asynccontextmanager
async def _noting(
    ctx: JobContext, held: Callable[[MigrationRepository], Awaitable[Migration | MigrationPart]]
) -> AsyncGenerator[None]:
    """Keep with what is worked on why the work failed."""
    try:
        yield
    except JobLost:
        raise
    except Exception as error:
        async with ctx.uow() as uow:
            found = await held(MigrationRepository(uow.session))
            found.error = "cancelled" if isinstance(error, JobCancelled) else told_failure(error)
        raise
