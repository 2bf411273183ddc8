"""Backups and restores in processes that kill themselves on the way; started by test_backup.

Reads lines `<operation> <workspace> <database url> <folder> <point>`: the child dies by SIGKILL at its report of that
number, or where `LAST` says; point 0 lets it finish and answers the number of its reports.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from suwen.domains.lake.public import open_lake
from suwen.domains.ops import archive
from suwen.domains.ops.public import make_elsewhere, restore
from suwen.domains.ops.service import restoring
from suwen.kernel.database import Database
from suwen.kernel.progress import NullProgress
from suwen.kernel.settings import Settings
from tests.nursery import serve


def die(*_: object, **__: object) -> Any:
    """End this process as a power failure would."""
    os.kill(os.getpid(), signal.SIGKILL)


class Killer(NullProgress):
    """Counts steps and kills the process at one of them."""

    def __init__(self, point: int) -> None:
        self.point, self.steps = point, 0

    def advance(self, n: int = 1) -> None:
        """Count a report."""
        self.steps += 1
        if self.steps == self.point:
            die()


def _no_rename() -> None:
    archive._sync_folders = die  # pyright: ignore[reportPrivateUsage]


def _no_end() -> None:
    restoring._check_lake = die  # pyright: ignore[reportPrivateUsage]


LAST: dict[str, Callable[[], None]] = {"all-files-written": _no_rename, "all-rows-committed": _no_end}


def child(words: list[str]) -> str:
    """Do an operation; return how many reports it made."""
    operation, workspace, url, folder, point = words
    make: Any = Settings
    settings: Settings = make(_env_file=None, workspace=Path(workspace), database_url=url, buckets=4)
    if point in LAST:
        LAST[point]()
    progress = Killer(0 if point in LAST else int(point))

    async def run() -> None:
        if operation == "restore":
            await restore(url, settings, Path(folder), progress)
            return
        database = Database(url, pool_size=2)
        await make_elsewhere(database, open_lake(settings), settings, Path(folder), progress)
        await database.close()

    asyncio.run(run())
    return str(progress.steps)


if __name__ == "__main__":
    serve(child)
