"""The room with two institutions and the standards in force, and its API with a caller of the test's choice."""

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest

from suwen.domains.lake.public import Lake, open_lake
from suwen.domains.orgs.public import InstitutionIn, save
from suwen.domains.terms.domain import DOMAIN
from suwen.kernel.database import Database
from suwen.kernel.ids import new_id
from suwen.kernel.jobs import run_until_idle
from suwen.kernel.permissions import Principal
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from tests.serving import app_over

A, B = "124290999900000178", "124290999900000253"
Client = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture(scope="session")
def database_template(core_template: str) -> str:
    """The core standards are in force in every database of these tests."""
    return core_template


@pytest.fixture
def lake(settings: Settings) -> Iterator[Lake]:
    """The lake of the test's workspace."""
    opened = open_lake(settings)
    yield opened
    opened.close()


@pytest.fixture
async def region(database: Database) -> None:
    """Two institutions."""
    async with database.unit_of_work() as uow:
        await save(uow, [InstitutionIn(org_code=code, name=f"医院{code[-1]}") for code in (A, B)])


@pytest.fixture
def client(settings: Settings, database: Database, region: None) -> Client:
    """Return a function that opens a client as a caller with a name, a scope and permissions."""

    @asynccontextmanager
    async def opened(
        name: str = "张三", scope: Scope | None = None, permissions: frozenset[str] = frozenset({"*"})
    ) -> AsyncGenerator[httpx.AsyncClient]:
        app = app_over(settings, database, domains=(DOMAIN,))
        caller = Principal(new_id(), name, name, permissions, scope or Scope.everything())

        async def authenticate(_request: object) -> Principal:
            return caller

        app.state.authenticator = authenticate
        transport = httpx.ASGITransport(app)
        headers = {"X-Suwen-Request": "1"}
        async with httpx.AsyncClient(transport=transport, base_url="http://suwen", headers=headers) as http:
            yield http

    return opened


@pytest.fixture
def work(settings: Settings, database: Database) -> Callable[[], object]:
    """Return a function that runs the jobs that wait."""

    async def run() -> None:
        await run_until_idle(database, settings=settings)

    return run
