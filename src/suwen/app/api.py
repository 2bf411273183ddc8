"""The web application: every room's routes and lists under /api, the web UI beside them."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any, cast

from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute

from suwen.app.database import open_database
from suwen.app.menu import menu_of
from suwen.app.ui import UI_FOLDER, serve_assets, serve_pages
from suwen.domains.identity.public import authenticator
from suwen.kernel.database import Database
from suwen.kernel.errors import NotFound
from suwen.kernel.permissions import SignedIn
from suwen.kernel.registry import Domain, discover_domains
from suwen.kernel.resource_routes import catalog_router, resource_router
from suwen.kernel.settings import Settings, get_settings
from suwen.kernel.todos import TodoOut, todos_of
from suwen.kernel.web import Work, install_problem_handlers, install_request_rule


def create_app(
    settings: Settings | None = None,
    *,
    database: Database | None = None,
    domains: Sequence[Domain] | None = None,
) -> FastAPI:
    """Return the application over all rooms found.

    database: one that the caller opened and will close; without it the app opens that of the settings at start (an
    embedded PostgreSQL when they name none). domains: the rooms to serve; without it all that are found.
    """
    settings = settings or get_settings()
    rooms = tuple(domains) if domains is not None else discover_domains()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        if database is not None:
            yield
            return
        async with open_database(settings) as opened:
            app.state.database = opened
            yield

    app = FastAPI(
        title="Suwen 素问",
        version=version("suwen"),
        lifespan=lifespan,
        # The description is served by a route of our own: it is for signed-in users only.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=operation_id,
    )
    app.state.settings = settings
    app.state.domains = rooms
    app.state.authenticator = authenticator(settings)
    if database is not None:
        app.state.database = database
    install_problem_handlers(app)
    install_request_rule(app)
    ui = settings.ui_path or UI_FOLDER
    serve_assets(app, ui)
    # Rooms come before their generic lists, so that a hand-written route such as /api/x/y/summary wins over {key}.
    for domain in rooms:
        for router in domain.routers:
            app.include_router(router)
    resources = [resource for domain in rooms for resource in domain.resources]
    for resource in resources:
        app.include_router(resource_router(resource))
    app.include_router(catalog_router(resources))
    app.include_router(_own_router(rooms))
    serve_pages(app, ui)
    return app


def operation_id(route: APIRoute) -> str:
    """Return a stable OpenAPI operation id: tag and function name, e.g. `identity_login`."""
    tag = str(route.tags[0]) if route.tags else "app"
    return f"{tag}_{route.name}"


def _own_router(rooms: Sequence[Domain]) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["app"])

    @router.get("/health")
    async def health(work: Work) -> dict[str, str]:
        """Say that the service and its database answer."""
        await work.ping()
        return {"status": "ok", "version": version("suwen")}

    @router.get("/openapi.json", include_in_schema=False)
    async def description(request: Request, principal: SignedIn) -> dict[str, Any]:
        """Return the OpenAPI description of all routes."""
        return cast("FastAPI", request.app).openapi()

    @router.get("/menu")
    async def menu(principal: SignedIn) -> list[dict[str, Any]]:
        """Return the menu entries open to the caller."""
        return menu_of(rooms, principal)

    @router.get("/todos")
    async def todos(work: Work, principal: SignedIn) -> list[TodoOut]:
        """Return what waits for the caller in all rooms."""
        return await todos_of([todo for domain in rooms for todo in domain.todos], work, principal)

    @router.get("/{path:path}", include_in_schema=False)
    async def unknown(request: Request) -> None:
        """Refuse an unknown API path, which the UI's fallback would else answer with its start page."""
        raise NotFound("没有此接口", received=request.url.path)

    return router
