"""The built web UI beside the API."""

import os
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

UI_FOLDER = Path(__file__).parents[3] / "ui" / "dist"
"""Where `make` leaves the built web UI when the project runs from its source tree."""

_FOR_EVER = "public, max-age=31536000, immutable"


class _Assets(StaticFiles):
    """Files whose names hold a digest of their content: what a browser has once it never asks for again."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Return the file, to be kept for ever."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = _FOR_EVER
        return response


def serve_assets(app: FastAPI, folder: Path) -> None:
    """Serve scripts, styles and fonts. Called before any other route is added: a page asks for a hundred of them."""
    if (folder / "assets").is_dir():
        app.mount("/assets", _Assets(directory=folder / "assets"))


def serve_pages(app: FastAPI, folder: Path) -> None:
    """Answer every path that no route has with the start page, which knows the pages."""
    if (folder / "index.html").is_file():
        app.frontend("/", directory=folder, fallback="index.html", check_dir=True)
