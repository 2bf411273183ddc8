"""An API over the standards room with a caller of the test's choice."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
import httpx
import pytest
from sqlalchemy.engine import make_url

from suwen.app.api import create_app
from suwen.domains.orgs.domain import DOMAIN as ORGS
from suwen.domains.standards.domain import DOMAIN
from suwen.domains.standards.public import SHIPPED, install_packs
from suwen.kernel.database import Database
from suwen.kernel.ids import new_id
from suwen.kernel.permissions import Principal
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings


@pytest.fixture(scope="session")
def packed_template(make_database: Callable[[], str]) -> str:
    """The name of a database with all shipped packs, to be copied: installing them for each test takes seconds."""
    url = make_database()

    async def install() -> None:
        database = Database(url)
        async with database.unit_of_work() as uow:
            await install_packs(uow, SHIPPED)
        await database.close()

    anyio.run(install)
    return make_url(url).database or ""


@pytest.fixture
async def packed(
    postgres_server: EmbeddedPostgres, packed_template: str, anyio_backend: str
) -> AsyncIterator[Database]:
    """A fresh database with all shipped packs."""
    name = f"test_{new_id().hex[:16]}"
    postgres_server.create_database(name, template=packed_template)
    opened = Database(postgres_server.url(name), pool_size=5)
    yield opened
    await opened.close()
    postgres_server.drop_database(name)


@pytest.fixture
def client(settings: Settings, request: pytest.FixtureRequest) -> Callable[..., object]:
    """Return a function that opens a client as a caller with a scope and permissions."""
    database = request.getfixturevalue("packed" if "packed" in request.fixturenames else "database")

    @asynccontextmanager
    async def opened(
        scope: Scope | None = None, permissions: frozenset[str] = frozenset({"*"})
    ) -> AsyncIterator[httpx.AsyncClient]:
        app = create_app(settings, database=database, domains=(ORGS, DOMAIN))
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
