"""Small files that stand whole or not at all, whenever the power fails."""

import os
from pathlib import Path


def write_durably(path: Path, content: str | bytes) -> None:
    """Write a file under another name, then give it its own: both are on the disk when this returns."""
    made = path.with_name(f"{path.name}.new")
    made.write_bytes(content.encode() if isinstance(content, str) else content)
    sync(made)
    made.rename(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
