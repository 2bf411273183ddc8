"""Fixtures of the ingest tests: an installation with the standards in force."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from suwen.domains.ingest.domain import DOMAIN
from suwen.domains.ingest.public import BatchResult, ImportReport, import_source, replay_feed, run_feed
from suwen.domains.lake.public import Lake, open_lake
from suwen.kernel.database import Database
from suwen.kernel.ids import new_id
from suwen.kernel.permissions import Principal
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from tests.ingest.distributing import FIRST, Sender
from tests.nursery import Nursery, nursery_of
from tests.serving import app_over

if TYPE_CHECKING:
    from tests.ingest.edges import Center

EVERYTHING = Scope.everything()


@dataclass
class Station:
    """An installation under test, used through the room's public door."""

    database: Database
    lake: Lake
    settings: Settings

    async def bring_in(self, definition: Any) -> ImportReport:
        """Import a source definition."""
        async with self.database.unit_of_work() as uow:
            return await import_source(uow, definition, self.settings)

    async def run(self, feed: str) -> BatchResult:
        """Run a feed."""
        return await run_feed(self.database, self.lake, self.settings, feed)

    async def replay(self, feed: str) -> BatchResult:
        """Replay a feed."""
        return await replay_feed(self.database, self.lake, self.settings, feed)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Return rows of a query over the lake."""
        return self.lake.select(sql, scope=EVERYTHING).to_pylist()


@pytest.fixture(scope="session")
def database_template(core_template: str) -> str:
    """The core standards are in force in every database of these tests."""
    return core_template


@pytest.fixture
async def station(database: Database, settings: Settings, anyio_backend: str) -> AsyncIterator[Station]:
    """A fresh installation with the standards installed."""
    lake = open_lake(settings)
    yield Station(database, lake, settings)
    lake.close()


@pytest.fixture
def client(station: Station) -> Callable[..., Any]:
    """Return a function that opens a client as a caller with a scope and permissions."""

    @asynccontextmanager
    async def opened(
        scope: Scope | None = None, permissions: frozenset[str] = frozenset({"*"})
    ) -> AsyncIterator[httpx.AsyncClient]:
        app = app_over(station.settings, station.database, domains=(DOMAIN,))
        caller = Principal(new_id(), "tester", "测试", permissions, scope or Scope.everything())

        async def authenticate(_request: object) -> Principal:
            return caller

        app.state.authenticator = authenticate
        transport = httpx.ASGITransport(app)
        headers = {"X-Suwen-Request": "1"}
        async with httpx.AsyncClient(transport=transport, base_url="http://suwen", headers=headers) as http:
            yield http

    return opened


@pytest.fixture
def nursery() -> Nursery:
    """Processes that run a feed and are killed meanwhile."""
    return nursery_of("tests.ingest.run_nursery")


@pytest.fixture
def receivers() -> Nursery:
    """Receivers that die at one of their commits."""
    return nursery_of("tests.ingest.run_receiver")


@pytest.fixture
def workers() -> Nursery:
    """Workers that die at one of their commits."""
    return nursery_of("tests.ingest.run_worker")


@pytest.fixture
async def sender(station: Station, client: Callable[..., Any], tmp_path: Path) -> AsyncIterator[Sender]:
    """A hospital with three visits."""
    async with client() as http:
        made = Sender(station, http, tmp_path)
        await made.receive(FIRST)
        yield made


@pytest.fixture
async def center(station: Station) -> "AsyncIterator[Center]":
    """A center that serves edge nodes."""
    # They know the station, so they are not known where it is declared.
    from tests.ingest.edges import center_of

    async with center_of(station) as served:
        yield served
