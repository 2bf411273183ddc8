"""An API over the standards room with a caller of the test's choice."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy.engine import make_url

from suwen.domains.orgs.domain import DOMAIN as ORGS
from suwen.domains.standards.domain import DOMAIN
from suwen.kernel.database import Database
from suwen.kernel.ids import new_id
from suwen.kernel.permissions import Principal
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from suwen.kernel.testing.fixtures import MakeDatabase
from tests.serving import app_over


@pytest.fixture
async def packed(
    postgres_server: EmbeddedPostgres, make_database: MakeDatabase, shipped_template: str, anyio_backend: str
) -> AsyncIterator[Database]:
    """A fresh database with all shipped packs."""
    url = make_database(shipped_template)
    opened = Database(url, pool_size=5)
    yield opened
    await opened.close()
    postgres_server.drop_database(make_url(url).database or "")


@pytest.fixture
def client(settings: Settings, request: pytest.FixtureRequest) -> Callable[..., object]:
    """Return a function that opens a client as a caller with a scope and permissions."""
    database = request.getfixturevalue("packed" if "packed" in request.fixturenames else "database")

    @asynccontextmanager
    async def opened(
        scope: Scope | None = None, permissions: frozenset[str] = frozenset({"*"})
    ) -> AsyncIterator[httpx.AsyncClient]:
        app = app_over(settings, database, domains=(ORGS, DOMAIN))
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
