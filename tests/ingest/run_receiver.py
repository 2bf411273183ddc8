"""Receivers that die (SIGKILL) before or after one of their commits, or after some seconds; see `test_receiving_crash`.

Reads lines `<http, mllp or kafka> <workspace> <database url> <port> <commit> <seconds>`.
"""

import asyncio
import os
import signal
import socket
from pathlib import Path
from threading import Timer
from typing import Any

import uvicorn

from suwen.domains.identity.domain import DOMAIN as IDENTITY
from suwen.domains.ingest.domain import DOMAIN as INGEST
from suwen.domains.ingest.public import receive_mllp
from suwen.domains.ingest.receiving import kafka
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.settings import Settings
from tests.nursery import Killer, serve
from tests.serving import app_over, warm

ROOMS = (IDENTITY, INGEST)


def child(words: list[str]) -> str:
    """Serve the interfaces until the moment has come."""
    kind, workspace, url, port, moment, seconds = words
    timer = Timer(float(seconds), os.kill, (os.getpid(), signal.SIGKILL))
    timer.daemon = True
    timer.start()
    Killer(int(moment)).around(UnitOfWork, "commit")
    make: Any = Settings
    settings: Settings = make(_env_file=None, workspace=Path(workspace), database_url=url, buckets=4)
    database = Database(url, pool_size=4)
    if kind == "kafka":
        kafka.SESSION_MS = 6_000
        asyncio.run(receive_mllp(database, settings, "t"))
    if kind == "mllp":
        asyncio.run(receive_mllp(database, settings, "t", int(port)))
    app = app_over(settings, database, domains=ROOMS)
    listening = socket.create_server(("127.0.0.1", int(port)), reuse_port=False)
    uvicorn.Server(uvicorn.Config(app, log_level="critical")).run(sockets=[listening])
    return "0"


if __name__ == "__main__":
    warm(ROOMS)
    serve(child)
