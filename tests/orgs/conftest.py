"""An API over the orgs room with a caller of the test's choice."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from suwen.domains.orgs.domain import DOMAIN
from suwen.kernel.database import Database
from suwen.kernel.ids import new_id
from suwen.kernel.jobs_domain import DOMAIN as JOBS
from suwen.kernel.permissions import Principal
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from tests.serving import app_over


@pytest.fixture
def client(settings: Settings, database: Database) -> Callable[..., object]:
    """Return a function that opens a client as a caller with a scope and permissions."""

    @asynccontextmanager
    async def opened(
        scope: Scope | None = None, permissions: frozenset[str] = frozenset({"*"})
    ) -> AsyncIterator[httpx.AsyncClient]:
        app = app_over(settings, database, domains=(DOMAIN, JOBS))
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
