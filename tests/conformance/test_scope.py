"""A user of one institution gets no row of another, through any declared list."""

import csv
import io

import pytest
from fastapi import FastAPI, Request

from suwen.kernel.database import Database
from suwen.kernel.ids import new_id
from suwen.kernel.permissions import Principal
from suwen.kernel.registry import discover_domains
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Resource
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from tests.conformance.samples import SeedContext, seed_for
from tests.identity.people import visitor
from tests.serving import app_over

RESOURCES = [resource for domain in discover_domains() for resource in domain.resources]
SCOPED = [resource for resource in RESOURCES if resource.source.scope_column is not None]


def caller(scope: Scope) -> Principal:
    return Principal(new_id(), "tester", "tester", frozenset({"*"}), scope)


@pytest.fixture
def app(settings: Settings, database: Database) -> FastAPI:
    """The whole application on a fresh database, its caller set by `act_as`."""
    return app_over(settings, database)


def act_as(app: FastAPI, scope: Scope) -> None:
    async def who(_request: Request) -> Principal:
        return caller(scope)

    app.state.authenticator = who


async def seeded(resource: Resource, settings: Settings, database: Database, org: str) -> str:
    async with database.unit_of_work() as uow:
        return await seed_for(resource)(SeedContext(uow, settings, org))


class TestScope:
    @pytest.mark.parametrize("resource", SCOPED, ids=lambda r: r.name)
    async def test_rows_of_another_institution_stay_hidden(
        self, app: FastAPI, settings: Settings, database: Database, resource: Resource
    ) -> None:
        ours = await seeded(resource, settings, database, "ORG-A")
        theirs = await seeded(resource, settings, database, "ORG-B")
        assert ours != theirs
        async with visitor(app) as client:

            async def listed(scope: Scope) -> set[str]:
                act_as(app, scope)
                response = await client.get(f"{resource.path}?page_size=1000")
                assert response.status_code == 200, response.text
                return {str(item[resource.key]) for item in response.json()["items"]}

            async def exported() -> int:
                response = await client.get(f"{resource.path}/export")
                assert response.status_code == 200, response.text
                return len(list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))) - 1

            async def detail(key: str) -> int:
                return (await client.get(f"{resource.path}/{key}")).status_code

            everything = Scope(None, 5)
            act_as(app, everything)
            assert (await detail(ours), await detail(theirs)) == (200, 200)
            both = await listed(everything)
            only_ours, only_theirs = await listed(Scope.of("ORG-A", grade=5)), await listed(Scope.of("ORG-B", grade=5))
            assert only_ours
            assert only_theirs
            assert only_ours.isdisjoint(only_theirs)
            assert only_ours | only_theirs <= both
            act_as(app, Scope.of("ORG-A", grade=5))
            assert (await detail(ours), await detail(theirs)) == (200, 404)
            if resource.export:
                assert await exported() == len(only_ours)
            act_as(app, Scope.of(grade=5))
            assert await listed(Scope.of(grade=5)) == set()
            assert (await detail(ours), await detail(theirs)) == (404, 404)
            if resource.export:
                assert await exported() == 0

    async def test_every_list_answers_and_can_be_filtered_and_sorted(self, app: FastAPI) -> None:
        act_as(app, Scope(None, 5, unmask=True))
        async with visitor(app) as client:
            for resource in RESOURCES:
                columns = resource.describe()["columns"]
                sorts = ",".join(c["name"] for c in columns if c["sort"])
                filters = "&".join(f"f.{c['name']}.null=true" for c in columns if c["filter"])
                for query in ("", f"?sort={sorts}", f"?{filters}", "?q=x"):
                    response = await client.get(resource.path + query)
                    assert response.status_code == 200, (resource.name, query, response.text)
                    assert set(response.json()) == {"items", "total", "page", "page_size"}, resource.name

    @pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.name)
    def test_a_model_with_an_institution_is_scoped(self, resource: Resource) -> None:
        if isinstance(resource.source, ModelSource) and "org_code" in resource.source.attributes:
            assert resource.source.scope_column is not None
        if "org_code" in resource.schema.model_fields:
            assert resource.source.scope_column is not None

    def test_there_are_scoped_lists(self) -> None:
        assert {"identity.users", "identity.sessions", "identity.change_log"} <= {r.name for r in SCOPED}
