"""Every route of every room: 401 without a session, 403 without its permission."""

import pytest
from fastapi import FastAPI

from suwen.kernel.database import Database
from suwen.kernel.registry import discover_domains
from suwen.kernel.settings import Settings
from tests.conformance.routing import PUBLIC, ROUTES, SIGNED_IN, Route
from tests.identity.people import make_user, signed_in, visitor
from tests.serving import app_over, whole_app

GUARDED = [route for route in ROUTES if route.key not in PUBLIC]
DEMANDING = [route for route in GUARDED if route.key not in SIGNED_IN]


@pytest.fixture
def app(settings: Settings, database: Database) -> FastAPI:
    """The whole application on a fresh database."""
    return app_over(settings, database)


class TestRoutes:
    def test_each_open_route_exists(self) -> None:
        # A route that is gone must leave the lists of open ones, or a later one of that path would be open unnoticed.
        assert {route.key for route in ROUTES} >= PUBLIC | SIGNED_IN

    def test_no_path_is_served_twice(self) -> None:
        keys = [route.key for route in ROUTES]
        assert sorted({key for key in keys if keys.count(key) > 1}) == []

    def test_every_route_is_under_api(self) -> None:
        assert [str(route) for route in ROUTES if not route.path.startswith("/api/")] == []

    @pytest.mark.parametrize("route", DEMANDING, ids=str)
    def test_it_demands_a_declared_permission(self, route: Route) -> None:
        declared = {p.code for domain in discover_domains() for p in domain.permissions}
        assert route.permissions
        assert route.permissions <= declared

    async def test_401_without_a_session(self, app: FastAPI) -> None:
        async with visitor(app) as client:
            answers = {str(r): (await client.request(r.method, r.url)).status_code for r in GUARDED}
        assert {route: status for route, status in answers.items() if status != 401} == {}
        assert len(answers) > 20

    async def test_403_without_the_permission(self, app: FastAPI, database: Database) -> None:
        await make_user(database, permissions=[], orgs=None, grade=5, unmask=True)
        async with signed_in(app) as client:
            answers = {str(r): (await client.request(r.method, r.url)).status_code for r in DEMANDING}
        assert {route: status for route, status in answers.items() if status != 403} == {}

    async def test_403_with_all_permissions_but_its_own(self, app: FastAPI, database: Database) -> None:
        declared = {p.code for domain in discover_domains() for p in domain.permissions}
        wrong: dict[str, int] = {}
        for number, permission in enumerate(sorted(declared)):
            username = f"without{number}"
            await make_user(database, username, permissions=sorted(declared - {permission}), orgs=None, grade=5)
            async with signed_in(app, username) as client:
                for route in (r for r in DEMANDING if permission in r.permissions):
                    status = (await client.request(route.method, route.url)).status_code
                    if status != 403:
                        wrong[str(route)] = status
        assert wrong == {}

    async def test_an_unknown_path_is_a_problem_not_the_web_page(self, app: FastAPI) -> None:
        async with visitor(app) as client:
            response = await client.get("/api/no/such/thing")
        assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")
        assert response.json()["received"] == "/api/no/such/thing"

    def test_operation_ids_are_unique_and_speak(self) -> None:
        paths = whole_app().openapi()["paths"]
        ids = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
        assert len(ids) == len(set(ids))
        assert {"identity_log_in", "identity_users_list", "resources_list"} <= set(ids)
