"""One committing writer for each table on this machine, so that writers queue instead of losing the race."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def committing(folder: Path, ref: str) -> Generator[None]:
    """Hold the table's lock; the kernel gives it back when the process dies.

    Only politeness: on other machines, or on disks without locks, the Delta log alone decides who committed first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{ref}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
