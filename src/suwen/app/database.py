"""Which database this installation uses, and its opening."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from anyio import CancelScope, to_thread

from suwen.domains.ops.public import refuse_half_restored
from suwen.kernel.database import Database
from suwen.kernel.migrations import upgrade
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.settings import Settings


def database_url(settings: Settings) -> str:
    """Return the URL of the configured database, or of the embedded one, which is started when needed."""
    return settings.database_url or EmbeddedPostgres(settings.workspace).ensure()


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncGenerator[Database, None]:
    """Open the configured database, or the embedded one, brought to the newest revision.

    Raises InterruptedRestore where a restore waits to be completed.
    """
    refuse_half_restored(settings)
    async with reachable_database(settings) as url:
        await to_thread.run_sync(upgrade, url)
        database = Database(url, pool_size=settings.pool_size)
        try:
            yield database
        finally:
            await database.close()


@asynccontextmanager
async def reachable_database(settings: Settings) -> AsyncGenerator[str, None]:
    """Give the URL of the configured database as it is, or of the embedded one, started.

    Afterwards the embedded server is stopped, unless another process uses it.
    """
    embedded = None if settings.database_url else EmbeddedPostgres(settings.workspace)
    url = await to_thread.run_sync(embedded.ensure) if embedded else settings.database_url or ""
    try:
        yield url
    finally:
        if embedded:
            with CancelScope(shield=True):
                await to_thread.run_sync(embedded.release)
