"""``suwen edge``: the node of a hospital, without a database of its own."""

import signal
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from suwen.domains.ingest.edge.client import CenterClient, enrol
from suwen.domains.ingest.edge.folder import EdgeFolder
from suwen.domains.ingest.edge.health import PORT, HealthServer
from suwen.domains.ingest.edge.node import EdgeNode
from suwen.domains.ingest.edge.unit import start_unit, unit_text, write_unit

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
    port: Annotated[int, typer.Option(min=0, max=65535, help="of its own page on 127.0.0.1; 0: a free one")] = PORT,
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
        with HealthServer(node.tell, port) as page:
            Console(stderr=True).print(f"本机页面 own page: {page.url}", highlight=False)
            node.run()
    finally:
        client.close()


@app.command("install")
def install_node(
    folder: Folder = HERE,
    center: Annotated[str | None, typer.Option(help="enrols it as well: address of the center")] = None,
    code: Annotated[str | None, typer.Option(help="with --center: the one-time code")] = None,
    buffer_mb: Annotated[int, typer.Option(min=1, help="megabytes that waiting data may take on the disk")] = 10_240,
    port: Annotated[int, typer.Option(min=0, max=65535, help="of its own page on 127.0.0.1")] = PORT,
    start: Annotated[bool, typer.Option(help="have systemd run it now and at each start")] = True,
) -> None:
    """Set the node up as a service of this user: a folder, a systemd unit; needs no administrator."""
    place = EdgeFolder(folder.absolute())
    place.make()
    if center is not None and code is not None:
        enrol(place, center, code)
    place.identity()
    unit = write_unit(Path.home(), unit_text(place.path, buffer_mb, port))
    console = Console()
    console.print(f"已写入 written: {unit}", highlight=False)
    if start and start_unit():
        console.print("已启动 started: systemctl --user status suwen-edge", highlight=False)
    else:
        console.print("启动 to start it: systemctl --user enable --now suwen-edge", highlight=False)


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
