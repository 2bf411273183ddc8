"""Every route of the whole application, and which of them are open to whom."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from suwen.kernel.permissions import Required
from tests.serving import whole_app

PUBLIC = {
    ("POST", "/api/auth/login"),
    ("POST", "/api/ingest/edge/enrol"),
    ("GET", "/api/health"),
    ("GET", "/api/{path:path}"),
}
"""Open to everybody: to log in, to make a machine an edge node by its one-time code, to ask whether the service lives,
to be told that a path does not exist.
"""

SIGNED_IN = {
    ("POST", "/api/auth/logout"),
    ("GET", "/api/auth/me"),
    ("POST", "/api/auth/password"),
    ("GET", "/api/jobs/{key:uuid}"),
    ("GET", "/api/jobs/{key:uuid}/life"),
    ("POST", "/api/jobs/{key:uuid}/cancel"),
    ("GET", "/api/menu"),
    ("GET", "/api/openapi.json"),
    ("GET", "/api/resources"),
    ("GET", "/api/resources/{name}"),
    ("GET", "/api/todos"),
}
"""Open to every signed-in user: one's own profile and jobs, and what narrows itself to one's rights."""

SOME_ID = "01900000-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Route:
    """One method of one path, with the permissions that its dependencies demand."""

    method: str
    path: str
    permissions: frozenset[str]

    @property
    def key(self) -> tuple[str, str]:
        return self.method, self.path

    @property
    def url(self) -> str:
        """The path with something in the place of each parameter."""
        parts = [SOME_ID if part.startswith("{") else part for part in self.path.split("/")]
        return "/".join(parts)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def routes_of(app: FastAPI) -> list[Route]:
    """Return all routes, those hidden from the API's description too."""
    found: list[Route] = []
    for context in iter_route_contexts(app.routes):
        path = context.path or ""
        demanded = frozenset(_demanded(getattr(context, "dependant", None)))
        for method in sorted((context.methods or set()) - {"HEAD", "OPTIONS"}):
            found.append(Route(method, path, demanded))
    return sorted(found, key=str)


def _demanded(dependant: Any) -> Iterator[str]:
    if dependant is None:
        return
    if isinstance(dependant.call, Required):
        yield dependant.call.permission
    for inner in cast("list[Any]", dependant.dependencies):
        yield from _demanded(inner)


ROUTES = routes_of(whole_app())
