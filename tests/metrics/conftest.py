"""The metrics room over a real lake and database, and its API with a caller of the test's choice."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest

from suwen.domains.lake.public import Lake, open_lake
from suwen.domains.metrics.domain import DOMAIN
from suwen.kernel.database import Database
from suwen.kernel.ids import new_id
from suwen.kernel.permissions import Principal
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from tests.serving import app_over

Client = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture(scope="session")
def database_template(core_template: str) -> str:
    """The core standards are in force in every database of these tests."""
    return core_template


@pytest.fixture
def room_lake(settings: Settings) -> Iterator[Lake]:
    """The lake of the test's workspace."""
    opened = open_lake(settings)
    yield opened
    opened.close()


@pytest.fixture
def client(settings: Settings, database: Database) -> Client:
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
