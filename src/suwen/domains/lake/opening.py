"""The lake of this process, opened once."""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request

from suwen.domains.lake.engines.choose import open_engine
from suwen.domains.lake.service import Lake
from suwen.kernel.settings import Settings, get_settings

_newest: list[Lake] = []


def open_lake(settings: Settings) -> Lake:
    """Return the lake of this process; the same object for the same folder and engine."""
    lake = _open(settings.lake.absolute(), settings.engine)
    _newest[:] = [lake]
    return lake


@lru_cache(maxsize=8)
def _open(root: Path, engine: str) -> Lake:
    root.mkdir(parents=True, exist_ok=True)
    return Lake(root, open_engine(engine, root))


def current_lake() -> Lake | None:
    """Return the lake that this process opened last, else that of its settings; None when there is none yet."""
    if not _newest and get_settings().lake.is_dir():
        open_lake(get_settings())
    return _newest[0] if _newest else None


def lake_of(request: Request) -> Lake:
    """FastAPI dependency: the lake of the running application."""
    return open_lake(cast("Settings", request.app.state.settings))


LakeOf = Annotated[Lake, Depends(lake_of)]
"""A route parameter: the application's lake."""
