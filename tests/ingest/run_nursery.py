"""Runs of a feed in processes that are killed (SIGKILL) after some seconds; see `conftest.nursery`.

Reads lines `<workspace> <database url> <feed> <seconds>`; a run that ends before answers 0.
"""

import asyncio
import os
import signal
from pathlib import Path
from threading import Timer
from typing import Any

from suwen.domains.ingest.connector import connectors
from suwen.domains.ingest.public import run_feed
from suwen.domains.lake.public import open_lake
from suwen.kernel.database import Database
from suwen.kernel.settings import Settings
from tests.nursery import serve


def child(words: list[str]) -> str:
    """Run the feed; die after so many seconds."""
    workspace, url, feed, seconds = words
    timer = Timer(float(seconds), os.kill, (os.getpid(), signal.SIGKILL))
    timer.daemon = True
    timer.start()
    make: Any = Settings
    settings: Settings = make(_env_file=None, workspace=Path(workspace), database_url=url, buckets=4)

    async def run() -> None:
        await run_feed(Database(url, pool_size=2), open_lake(settings), settings, feed)

    asyncio.run(run())
    return "0"


if __name__ == "__main__":
    connectors()
    serve(child)
