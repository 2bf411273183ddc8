"""Workers that die (SIGKILL) before or after one of their commits; see `test_groups` and its like.

Reads lines `<workspace> <database url> <moment> [<queue> …]`; without queues it works on `QUEUES`.
"""

import asyncio
from pathlib import Path
from typing import Any

from suwen.domains.ingest.archive.shelf import Shelf
from suwen.domains.ingest.connector import connectors
from suwen.domains.ingest.connectors.http.speaking import Conversation
from suwen.domains.ingest.distribution.ledger import Ledger
from suwen.domains.ingest.distribution.targets.database import DatabaseTarget
from suwen.domains.ingest.domain import DOMAIN
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.jobs import WorkerTiming, run_worker
from suwen.kernel.settings import Settings
from tests.nursery import Killer, serve

QUEUES = ["ingest", "distribution", "documents"]
TIMING = WorkerTiming(poll=0.1, heartbeat=1.0, stalled=60.0, grace=0.0)


def child(words: list[str]) -> str:
    """Work until the moment has come."""
    workspace, url, moment, *queues = words
    killer = Killer(int(moment))
    killer.around(UnitOfWork, "commit")
    killer.around(DatabaseTarget, "send")
    killer.around(Conversation, "say")
    killer.around(Ledger, "settle")
    killer.around(Shelf, "keep")
    make: Any = Settings
    settings: Settings = make(_env_file=None, workspace=Path(workspace), database_url=url, buckets=4)
    asyncio.run(run_worker(Database(url, pool_size=4), queues or QUEUES, settings=settings, timing=TIMING))
    return DOMAIN.name


if __name__ == "__main__":
    connectors()
    serve(child)
