"""One small region for all tests of the demo, and the way through ingest."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from suwen.app.demo.region import RegionManifest, RegionSpec, generate
from suwen.domains.ingest.public import BatchResult, import_source, list_feeds, run_feed
from suwen.domains.lake.public import Lake, open_lake
from suwen.kernel.database import Database
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

Carry = Callable[[dict[str, Any]], Awaitable[list[BatchResult]]]

SPEC = RegionSpec(persons=300, error_rate=0.004)


@pytest.fixture(scope="session")
def database_template(core_template: str) -> str:
    """The core standards are in force in every database of these tests."""
    return core_template


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> RegionManifest:
    """A region of 300 persons."""
    folder: Path = tmp_path_factory.mktemp("region") / "county"
    return generate(SPEC, folder)


@pytest.fixture
def lake(settings: Settings) -> Iterator[Lake]:
    opened = open_lake(settings)
    yield opened
    opened.close()


@pytest.fixture
def carry(database: Database, settings: Settings, lake: Lake) -> Carry:
    """Import a definition and run its feeds."""

    async def carried(body: dict[str, Any]) -> list[BatchResult]:
        async with database.unit_of_work() as uow:
            await import_source(uow, body, settings)
        async with database.unit_of_work() as uow:
            feeds = await list_feeds(uow, Scope.everything(), body["source"]["code"])
        return [await run_feed(database, lake, settings, feed.code) for feed in feeds]

    return carried
