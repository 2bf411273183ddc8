"""Which database this installation uses, and its opening."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from anyio import CancelScope, to_thread

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

    Afterwards the embedded server is stopped, unless another process uses it.
    """
    embedded = None if settings.database_url else EmbeddedPostgres(settings.workspace)
    url = await to_thread.run_sync(embedded.ensure) if embedded else settings.database_url or ""
    try:
        await to_thread.run_sync(upgrade, url)
        database = Database(url, pool_size=settings.pool_size)
        try:
            yield database
        finally:
            await database.close()
    finally:
        if embedded:
            with CancelScope(shield=True):
                await to_thread.run_sync(embedded.release)
