"""Job runs over HTTP: one's own, or all with the permission."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request

from suwen.kernel.database import Database
from suwen.kernel.ids import new_id
from suwen.kernel.jobs import JobRun
from suwen.kernel.jobs_domain import RUNS, router
from suwen.kernel.jobs_resources import RESOURCES
from suwen.kernel.permissions import Principal
from suwen.kernel.resource_routes import resource_router
from suwen.kernel.web import install_problem_handlers
from tests.kernel.gadgets import caller


@asynccontextmanager
async def client_for(database: Database, principal: Principal) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install_problem_handlers(app)
    app.include_router(router)
    for resource in (RUNS, *RESOURCES):
        app.include_router(resource_router(resource))
    app.state.database = database

    async def who(_request: Request) -> Principal:
        return principal

    app.state.authenticator = who
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def run_of(database: Database, principal: Principal) -> str:
    run = JobRun(id=new_id(), name="a.b", queue="q", args={}, requested_by=principal.user_id)
    async with database.unit_of_work() as uow:
        uow.session.add(run)
    return str(run.id)


class TestJobs:
    async def test_one_follows_ones_own_run_only(self, database: Database) -> None:
        me, other = caller(), caller()
        mine, theirs = await run_of(database, me), await run_of(database, other)
        async with client_for(database, me) as client:
            assert (await client.get(f"/api/jobs/{mine}")).json()["status"] == "queued"
            assert (await client.get(f"/api/jobs/{theirs}")).status_code == 404
            assert (await client.get("/api/jobs/runs")).status_code == 403

    async def test_the_permission_opens_all(self, database: Database) -> None:
        theirs = await run_of(database, caller())
        async with client_for(database, caller("jobs.read")) as client:
            assert (await client.get(f"/api/jobs/{theirs}")).status_code == 200
            assert [r["id"] for r in (await client.get("/api/jobs/runs")).json()["items"]] == [theirs]
            assert (await client.post(f"/api/jobs/runs/{theirs}/cancel")).status_code == 403

    async def test_one_calls_off_ones_own_run_only(self, database: Database) -> None:
        me = caller()
        mine, theirs = await run_of(database, me), await run_of(database, caller())
        async with client_for(database, me) as client:
            assert (await client.post(f"/api/jobs/{mine}/cancel")).status_code == 204
            assert (await client.get(f"/api/jobs/{mine}")).json()["status"] == "cancelled"
            assert (await client.post(f"/api/jobs/{theirs}/cancel")).status_code == 404

    async def test_cancel(self, database: Database) -> None:
        theirs = await run_of(database, caller())
        async with client_for(database, caller("jobs.read", "jobs.cancel")) as client:
            assert (await client.post(f"/api/jobs/runs/{theirs}/cancel")).status_code == 204
            assert (await client.get(f"/api/jobs/{theirs}")).json()["status"] == "cancelled"
            assert (await client.post(f"/api/jobs/runs/{new_id()}/cancel")).status_code == 404
