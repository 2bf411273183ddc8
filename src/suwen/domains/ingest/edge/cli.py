"""``suwen edge``: the node of a hospital, without a database of its own."""

import signal
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from suwen.domains.ingest.edge.client import CenterClient, enrol
from suwen.domains.ingest.edge.folder import EdgeFolder
from suwen.domains.ingest.edge.node import EdgeNode

app = typer.Typer(no_args_is_help=True, help="Edge node 前置机")
Folder = Annotated[
    Path, typer.Option("--folder", envvar="SUWEN_EDGE_FOLDER", help="the node's folder: key, buffer, what it was told")
]
HERE = Path("edge")


@app.command("enrol")
def enrol_node(
    center: Annotated[str, typer.Option(help="address of the center, e.g. https://suwen.example.cn")],
    code: Annotated[str, typer.Option(help="one-time code from the center's page 前置机")],
    folder: Folder = HERE,
) -> None:
    """Make this machine a node: its key is made here and never leaves."""
    identity = enrol(EdgeFolder(folder), center, code)
    Console().print(f"{identity.title} ({identity.org_code}): 已注册 enrolled, {folder}", highlight=False)


@app.command("run")
def run_node(
    folder: Folder = HERE,
    buffer_mb: Annotated[int, typer.Option(min=1, help="megabytes that waiting data may take on the disk")] = 10_240,
    poll: Annotated[
        float | None, typer.Option(min=0.05, help="seconds between asks; default: as the center says")
    ] = None,
) -> None:
    """Read what the center asks for and send it, until stopped."""
    place = EdgeFolder(folder)
    identity = place.identity()
    client = CenterClient(identity)
    node = EdgeNode(place, identity, client, buffer_mb * 2**20, poll)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        node.stop()

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, stop)
    try:
        node.run()
    finally:
        client.close()


@app.command("status")
def show_status(folder: Folder = HERE) -> None:
    """Show who this node is and what waits to be sent."""
    place = EdgeFolder(folder)
    identity = place.identity()
    waiting = list(place.buffer.glob("*/*.chunk"))
    size = sum(path.stat().st_size for path in waiting)
    console = Console()
    console.print(f"{identity.title} ({identity.org_code}) → {identity.center}", highlight=False)
    console.print(f"缓存 buffered: {len(waiting)} chunks, {size:,} bytes", highlight=False)
