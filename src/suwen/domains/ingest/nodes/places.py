"""Where what nodes have sent lies until it has landed."""

import shutil
from pathlib import Path
from uuid import UUID

from suwen.kernel.settings import Settings


def folder_of(settings: Settings, delivery: UUID) -> Path:
    """Return the folder of a delivery."""
    return settings.workspace / "edge" / str(delivery)


def chunk_path(settings: Settings, delivery: UUID, attempt: str, sequence: int) -> Path:
    """Return the file of a chunk."""
    return folder_of(settings, delivery) / attempt / f"{sequence:05d}.parquet"


def clear(settings: Settings, delivery: UUID) -> None:
    """Remove a delivery's files."""
    shutil.rmtree(folder_of(settings, delivery), ignore_errors=True)
