"""What every process opens: settings, database, lake; and what a new installation is given."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from anyio import to_thread

from suwen.app.database import open_database
from suwen.domains.identity.public import ensure_admin
from suwen.domains.ingest.public import install_alarm_rules
from suwen.domains.lake.public import Lake, open_lake
from suwen.domains.orgs.public import install_divisions
from suwen.domains.standards.public import SHIPPED, install_packs, take_due
from suwen.kernel.database import Database
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.registry import discover_domains
from suwen.kernel.settings import Settings


@dataclass(frozen=True)
class Runtime:
    """An opened installation."""

    settings: Settings
    database: Database
    lake: Lake


@asynccontextmanager
async def open_runtime(settings: Settings) -> AsyncGenerator[Runtime]:
    """Open the installation, its tables brought to the newest revision."""
    discover_domains()
    async with open_database(settings) as database:
        yield Runtime(settings, database, open_lake(settings))


@asynccontextmanager
async def passing_runtime(settings: Settings) -> AsyncGenerator[Runtime]:
    """Open an installation for one measurement: its embedded server, if it has one, goes with it at the end."""
    try:
        async with open_runtime(settings) as runtime:
            yield runtime
    finally:
        await to_thread.run_sync(EmbeddedPostgres(settings.workspace).destroy)


async def prepare(runtime: Runtime) -> str | None:
    """Load standards, divisions, alarm rules and the first administrator; the same again changes nothing.

    Returns the administrator's one-time password until the first login, then None.
    """
    async with runtime.database.unit_of_work() as uow:
        await install_packs(uow, SHIPPED)
        await take_due(uow)
        await install_divisions(uow)
        await install_alarm_rules(uow)
        return await ensure_admin(uow)
