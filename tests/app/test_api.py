"""The application as a whole: health, menu, the web page, and its own opening of the database."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from suwen.app.api import create_app
from suwen.app.database import open_database
from suwen.app.menu import menu_of
from suwen.kernel.database import Database
from suwen.kernel.ids import new_id
from suwen.kernel.permissions import Permission, Principal
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.registry import Domain, Page
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from tests.identity.people import visitor
from tests.kernel.gadgets import GADGETS


def caller(*permissions: str) -> Principal:
    return Principal(new_id(), "tester", "tester", frozenset(permissions), Scope.of())


@pytest.fixture
def ui(tmp_path: Path) -> Path:
    """A built web UI: a start page and one script."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<html>素问</html>", "utf-8")
    (folder / "assets" / "main.js").write_text("1", "utf-8")
    return folder


class TestCreateApp:
    async def test_health_tells_version_without_a_session(self, settings: Settings, database: Database) -> None:
        async with visitor(create_app(settings, database=database)) as client:
            response = await client.get("/api/health")
        assert response.json()["status"] == "ok"
        assert response.json()["version"]

    async def test_everything_is_503_without_a_database(self, settings: Settings) -> None:
        gone = Database("postgresql://nobody@/none?host=/nonexistent")
        async with visitor(create_app(settings, database=gone)) as client:
            client.cookies.set("suwen_session", "x")
            for path in ("/api/health", "/api/auth/me", "/api/identity/users"):
                response = await client.get(path)
                assert (response.status_code, response.json()["code"]) == (503, "unavailable")
                assert response.json()["retryable"] is True
        await gone.close()

    async def test_it_opens_the_database_of_its_settings(self, settings: Settings) -> None:
        app: FastAPI = create_app(settings)
        async with app.router.lifespan_context(app), visitor(app) as client:
            assert (await client.get("/api/health")).status_code == 200

    async def test_the_web_page_answers_every_path_of_its_own(
        self, settings: Settings, database: Database, ui: Path
    ) -> None:
        app = create_app(settings.model_copy(update={"ui_path": ui}), database=database)

        async def get(client: httpx.AsyncClient, path: str) -> tuple[int, str]:
            response = await client.get(path, headers={"Accept": "text/html"})
            return response.status_code, response.text

        async with visitor(app) as client:
            for path in ("/", "/patients/42", "/identity/users?q=x"):
                assert await get(client, path) == (200, "<html>素问</html>")
            assert await get(client, "/assets/main.js") == (200, "1")
            assert (await get(client, "/assets/gone.js"))[0] == 404
            # Asked for once only: its name changes with its content.
            kept = (await client.get("/assets/main.js")).headers["Cache-Control"]
            assert "immutable" in kept
            assert "max-age=31536000" in kept
            assert "Cache-Control" not in (await client.get("/")).headers
            status, text = await get(client, "/api/nowhere")
            assert status == 404
            assert "素问" not in text


class TestOpenDatabase:
    async def test_the_embedded_server_lives_as_long_as_it_is_used(self, workspace: Path) -> None:
        settings = Settings(workspace=workspace, database_url=None)
        server = EmbeddedPostgres(workspace)
        try:
            async with open_database(settings) as database, database.unit_of_work() as uow:
                await uow.ping()
                assert server.running()
            assert not server.running()
        finally:
            server.destroy()


class TestMenu:
    def menu(self, *permissions: str, **changes: Any) -> list[dict[str, Any]]:
        from dataclasses import replace

        domain = Domain(
            "workshop",
            "车间",
            "Workshop",
            resources=(replace(GADGETS, group="车间", order=20),),
            permissions=(Permission("workshop.read", "", ""),),
            pages=(Page("/workshop", "首页", "Home", "workshop.home", order=10),),
        )
        return menu_of([replace(domain, **changes)], caller(*permissions))

    def test_only_what_the_caller_may_open(self) -> None:
        assert self.menu() == []
        assert [e["path"] for e in self.menu("workshop.read")] == ["/workshop/gadgets"]
        assert [e["path"] for e in self.menu("*")] == ["/workshop", "/workshop/gadgets"]

    def test_an_entry_names_its_list_and_group(self) -> None:
        [entry] = self.menu("workshop.read")
        assert (entry["resource"], entry["domain"]) == ("workshop.gadgets", "workshop")
        assert (entry["group"], entry["group_en"]) == ("车间", "Workshop")

    def test_a_page_of_the_same_path_stands_for_the_list(self) -> None:
        pages = (Page("/workshop/gadgets", "器具台", "Bench", "workshop.read"),)
        [entry] = self.menu("workshop.read", pages=pages)
        assert (entry["title"], entry["resource"]) == ("器具台", None)
