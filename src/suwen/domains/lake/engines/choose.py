"""Choosing the engine by its name in the settings."""

from pathlib import Path

from suwen.domains.lake.engines.base import Engine
from suwen.domains.lake.engines.duckdb import DuckDBEngine
from suwen.domains.lake.errors import EngineUnavailable
from suwen.domains.lake.settings import LakeSettings
from suwen.domains.lake.tables import SPILL, STAGING


def _duckdb(root: Path, settings: LakeSettings) -> Engine:
    return DuckDBEngine(root / SPILL, settings.duckdb_memory_share)


def _spark(root: Path, settings: LakeSettings) -> Engine:
    # Imported only when wanted: pyspark is an extra.
    from suwen.domains.lake.engines.spark import SparkEngine

    return SparkEngine(root / STAGING / "spark", settings)


ENGINES = {"duckdb": _duckdb, "spark": _spark}


def open_engine(name: str, root: Path) -> Engine:
    """Return a new engine for the lake in a folder; raises EngineUnavailable."""
    if name not in ENGINES:
        raise EngineUnavailable("no such engine", received=name, allowed=ENGINES)
    return ENGINES[name](root, LakeSettings())  # pyright: ignore[reportCallIssue]
