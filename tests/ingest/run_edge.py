"""Nodes and centers that die (SIGKILL) at one of the moments before and after what they write; see `test_edge_crash`.

Reads lines `edge <folder> <moment>` (0: it ends once a delivery has arrived) and
`center <workspace> <database url> <port> <moment>`.
"""

import socket
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn

from suwen.domains.ingest.domain import DOMAIN as INGEST
from suwen.domains.ingest.edge import buffer as buffers
from suwen.domains.ingest.edge.client import CenterClient
from suwen.domains.ingest.edge.folder import EdgeFolder
from suwen.domains.ingest.edge.node import EdgeNode
from suwen.domains.ingest.nodes import taking
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.settings import Settings
from tests.nursery import Killer, serve
from tests.serving import app_over, warm

ROOMS = (INGEST,)


def child(words: list[str]) -> str:
    """Be a node or a center until the moment has come."""
    if words[0] == "edge":
        run_node(EdgeFolder(Path(words[1])), int(words[2]))
    else:
        run_center(words[1], words[2], int(words[3]), int(words[4]))
    return "0"


def run_node(folder: EdgeFolder, moment: int) -> None:
    """Run a node until a delivery of it has arrived."""
    killer = Killer(moment)
    killer.around(buffers, "write_durably")
    for name in ("begin", "chunk", "finish"):
        killer.around(CenterClient, name)
    identity = folder.identity()
    node = EdgeNode(folder, identity, CenterClient(identity), 2**30, 0.05)
    thread = Thread(target=node.run, daemon=True)
    thread.start()
    while not node.brought:
        thread.join(0.02)
    node.stop()
    thread.join()


def run_center(workspace: str, url: str, port: int, moment: int) -> None:
    """Serve."""
    killer = Killer(moment)
    killer.around(UnitOfWork, "commit")
    killer.around(taking, "write_durably")
    make: Any = Settings
    settings: Settings = make(_env_file=None, workspace=Path(workspace), database_url=url, buckets=4)
    app = app_over(settings, Database(url, pool_size=4), domains=ROOMS)
    listening = socket.create_server(("127.0.0.1", port), reuse_port=False)
    uvicorn.Server(uvicorn.Config(app, log_level="critical")).run(sockets=[listening])


if __name__ == "__main__":
    warm(ROOMS)
    serve(child)
