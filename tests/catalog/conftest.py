"""An API over the catalogue room with a caller of the test's choice."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
import pytest

from suwen.domains.catalog.domain import DOMAIN
from suwen.kernel.database import Database
from suwen.kernel.ids import new_id
from suwen.kernel.permissions import Principal
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from tests.serving import app_over


@pytest.fixture(scope="session")
def database_template(core_template: str) -> str:
    """The core standards are in force in every database of these tests."""
    return core_template


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, module_database_url: str) -> Settings:
    """Settings shared by the tests of a module, which fill the lake once and then only read it."""
    make = cast("Callable[..., Any]", Settings)
    workspace = tmp_path_factory.mktemp("workspace")
    return cast("Settings", make(_env_file=None, workspace=workspace, database_url=module_database_url, buckets=4))


@pytest.fixture
async def database(module_database_url: str) -> AsyncIterator[Database]:
    """The module's database, opened."""
    opened = Database(module_database_url, pool_size=5)
    yield opened
    await opened.close()


@pytest.fixture
def client(settings: Settings, database: Database) -> Callable[..., object]:
    """Return a function that opens a client as a caller with a scope and permissions."""

    @asynccontextmanager
    async def opened(
        scope: Scope | None = None, permissions: frozenset[str] = frozenset({"*"})
    ) -> AsyncIterator[httpx.AsyncClient]:
        app = app_over(settings, database, domains=(DOMAIN,))
        caller = Principal(new_id(), "tester", "测试", permissions, scope or Scope.everything())

        async def authenticate(_request: object) -> Principal:
            return caller

        authenticator: Callable[[object], Awaitable[Principal]] = authenticate
        app.state.authenticator = authenticator
        transport = httpx.ASGITransport(app)
        headers = {"X-Suwen-Request": "1"}
        async with httpx.AsyncClient(transport=transport, base_url="http://suwen", headers=headers) as http:
            yield http

    return opened
