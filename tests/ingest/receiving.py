"""A source that sends visits, and what a test needs to send for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from suwen.domains.identity.domain import DOMAIN as IDENTITY
from suwen.domains.ingest.domain import DOMAIN as INGEST
from tests.identity.people import make_user, signed_in
from tests.ingest.conftest import Station
from tests.ingest.sources import ORG, visits
from tests.serving import app_over

COLUMNS = ("id", "pid", "kind", "started", "cost", "changed")
RECEIVE = "/api/ingest/receive/t/visits"


def sending(*, version: str | None = None, **options: Any) -> dict[str, Any]:
    """Return the definition of a source that sends visits."""
    table = {"columns": list(COLUMNS), "key": ["id"]} | ({"version": version} if version else {})
    return visits("push", {"tables": {"visits": table}, **options}, table="visits", capture="push")


def visit(number: object, cost: object = None, **more: object) -> dict[str, Any]:
    """Return a record of a visit."""
    return {"id": number, "pid": f"p{number}", "kind": "O", "started": "2023-01-01", "cost": cost or number} | more


def upsert(number: object, cost: object = None, **more: object) -> dict[str, Any]:
    """Return a record as it is sent among others."""
    return {"record": visit(number, cost, **more)}


def gone(number: object, **more: object) -> dict[str, Any]:
    """Return the deletion of a record."""
    return {"operation": "delete", "record": {"id": number} | more}


async def token_of(station: Station, source: str = "t", username: str = "keeper", org: str = ORG) -> str:
    """Return a token that somebody makes for a source on the screen."""
    await make_user(station.database, username, permissions=["ingest.read", "ingest.write"], orgs=[org])
    async with signed_in(whole_app(station), username) as http:
        answer = await http.post(f"/api/ingest/sources/{source}/tokens", json={"title": "HIS"})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])


def whole_app(station: Station) -> Any:
    """Return the application with its own way of telling who calls."""
    return app_over(station.settings, station.database, domains=(IDENTITY, INGEST))


@asynccontextmanager
async def sender(station: Station, token: str) -> AsyncIterator[httpx.AsyncClient]:
    """A hospital's system: it has nothing but its token."""
    transport = httpx.ASGITransport(whole_app(station), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://suwen", headers=headers) as http:
        yield http
