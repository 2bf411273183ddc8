"""Small files that stand whole or not at all, whenever the power fails, and disks that are full."""

import errno
import os
from pathlib import Path

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_WORDS = tuple(os.strerror(number) for number in sorted(_FULL))


def write_durably(path: Path, content: str | bytes) -> None:
    """Write a file under another name, then give it its own: both are on the disk when this returns.

    Raises OSError; of a file that could not be written nothing is left.
    """
    made = path.with_name(f"{path.name}.new")
    try:
        made.write_bytes(content.encode() if isinstance(content, str) else content)
        sync(made)
    except OSError:
        made.unlink(missing_ok=True)
        raise
    made.rename(path)
    sync(path.parent)


def is_full(error: BaseException | None, folder: Path | None = None) -> bool:
    """Say whether an error came of a full disk.

    folder: one of which libraries write: what they say in words counts where it names a place there. A source, whose
    words they repeat, may have a full disk of its own.
    """
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        said = str(error)
        if folder is not None and str(folder) in said and any(words in said for words in _WORDS):
            return True
        error = error.__cause__ or error.__context__
    return False


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
