"""Fixtures for the tests of every room; a pytest plug-in."""

import os
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, Protocol, cast

import pytest
from sqlalchemy.engine import make_url

from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.settings import Settings
from suwen.kernel.testing.server import TEMPLATE, run_server


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run every async test on asyncio, the loop of the product."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """The PostgreSQL server of this test run, shared by all its processes."""
    with run_server(os.environ.get("PYTEST_XDIST_TESTRUNUID")) as server:
        yield server


class MakeDatabase(Protocol):
    """Makes a fresh database, by default with all tables and no rows, and returns its url; gone with the run."""

    def __call__(self, template: str = TEMPLATE) -> str:
        """Make a copy of a template."""
        ...


@pytest.fixture(scope="session")
def make_database(postgres_server: EmbeddedPostgres) -> MakeDatabase:
    """A function that makes a fresh database."""

    def make(template: str = TEMPLATE) -> str:
        name = f"test_{uuid.uuid4().hex[:16]}"
        postgres_server.create_database(name, template=template)
        return postgres_server.url(name)

    return make


@pytest.fixture(scope="session")
def database_template() -> str:
    """What the databases of tests are copies of: all tables, no rows. A folder's conftest may want another."""
    return TEMPLATE


@pytest.fixture
def database_url(
    postgres_server: EmbeddedPostgres, make_database: MakeDatabase, database_template: str
) -> Iterator[str]:
    """The url of a fresh copy of the template, dropped after the test."""
    yield from _dropped_after(postgres_server, make_database(database_template))


@pytest.fixture(scope="module")
def module_database_url(
    postgres_server: EmbeddedPostgres, make_database: MakeDatabase, database_template: str
) -> Iterator[str]:
    """Like `database_url`, one for all tests of a module: for rows that are costly to make and only read."""
    yield from _dropped_after(postgres_server, make_database(database_template))


@pytest.fixture
async def database(database_url: str, anyio_backend: str) -> AsyncIterator[Database]:
    """A fresh database, opened."""
    opened = Database(database_url, pool_size=5)
    yield opened
    await opened.close()


@pytest.fixture
async def uow(database: Database, anyio_backend: str) -> AsyncIterator[UnitOfWork]:
    """A unit of work on the fresh database, rolled back after the test unless the test commits it."""
    async with database.unit_of_work() as work:
        yield work
        await work.session.rollback()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """An empty workspace folder."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


@pytest.fixture
def settings(workspace: Path, database_url: str) -> Settings:
    """Settings of an installation with an empty workspace and a fresh database."""
    # Any: the arguments of a settings class are not those of its fields for a type checker.
    make = cast("Callable[..., Any]", Settings)
    return cast("Settings", make(_env_file=None, workspace=workspace, database_url=database_url, buckets=4))


def _dropped_after(server: EmbeddedPostgres, url: str) -> Iterator[str]:
    yield url
    server.drop_database(make_url(url).database or "")
