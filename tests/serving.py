"""The application over a test's own database, without building its routes anew: that takes longer than most tests."""

from collections.abc import Sequence
from copy import copy
from functools import lru_cache
from pathlib import Path

from fastapi import FastAPI
from starlette.datastructures import State

from suwen.app.api import create_app
from suwen.domains.identity.public import authenticator
from suwen.kernel.database import Database
from suwen.kernel.registry import Domain, discover_domains
from suwen.kernel.settings import Settings


def app_over(settings: Settings, database: Database, *, domains: Sequence[Domain] | None = None) -> FastAPI:
    """Return what `create_app` would, with a state of its own over routes that all such applications share."""
    rooms = discover_domains() if domains is None else domains
    app = copy(_routes(tuple(room.name for room in rooms), settings.ui_path))
    app.state = State({key: app.state[key] for key in app.state} | {"settings": settings, "database": database})
    app.state.authenticator = authenticator(settings)
    return app


def whole_app() -> FastAPI:
    """The application with all its rooms, and no database: enough to list its routes and describe them."""
    return _routes(tuple(room.name for room in discover_domains()), None)


def warm(domains: Sequence[Domain]) -> None:
    """Build the routes of some rooms ahead, for the children of this process."""
    _routes(tuple(room.name for room in domains), None)


@lru_cache(maxsize=16)
def _routes(names: tuple[str, ...], ui_path: Path | None) -> FastAPI:
    rooms = {room.name: room for room in discover_domains()}
    served = [rooms[name] for name in names]
    app = create_app(Settings(ui_path=ui_path), database=Database("postgresql+psycopg://nobody@/none"), domains=served)
    # Copies share what is built at the first request.
    app.middleware_stack = app.build_middleware_stack()
    return app
