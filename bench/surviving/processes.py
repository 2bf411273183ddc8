"""The platform's processes, each begun anew behind every kill; forked, as an interpreter takes seconds to begin."""

import asyncio
import multiprocessing
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from threading import Event, Thread

import uvicorn

from suwen.app.api import create_app
from suwen.app.runtime import open_runtime
from suwen.domains.identity.domain import DOMAIN as IDENTITY
from suwen.domains.ingest.domain import DOMAIN as INGEST
from suwen.domains.ingest.edge.client import CenterClient
from suwen.domains.ingest.edge.folder import EdgeFolder
from suwen.domains.ingest.edge.node import EdgeNode
from suwen.domains.ingest.public import receive_mllp
from suwen.kernel.jobs import run_worker
from suwen.kernel.jobs.worker import WorkerTiming
from suwen.kernel.settings import Settings

# A worker that died is noticed after seconds: else most of the time nothing would run that could be killed.
QUICK = WorkerTiming(poll=1.0, heartbeat=0.5, stalled=2.5, due=1.0)
NODE_POLL = 0.5
"""Seconds between the node's questions."""
BEGIN, END = b"\x0b", b"\x1c\r"
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


def started(kind: str, settings: Settings, port: int) -> ForkServerProcess:
    """Start a process of one of `KINDS`; port: where it listens, if it does."""
    process = _CONTEXT.Process(target=KINDS[kind], args=(settings.workspace, settings.database_url, port), daemon=True)
    process.start()
    return process


def node_folder(workspace: Path) -> EdgeFolder:
    """Return where the node lives, beside the center's workspace."""
    return EdgeFolder(workspace.with_name("node"))


def work(workspace: Path, url: str, _port: int) -> None:
    """Run jobs until killed."""

    async def working() -> None:
        async with open_runtime(Settings(workspace=workspace, database_url=url)) as runtime:
            await run_worker(runtime.database, settings=runtime.settings, timing=QUICK)

    asyncio.run(working())


def receive(workspace: Path, url: str, port: int) -> None:
    """Take HL7 messages until killed."""

    async def receiving() -> None:
        async with open_runtime(Settings(workspace=workspace, database_url=url)) as runtime:
            await receive_mllp(runtime.database, runtime.settings, "lis", port)

    asyncio.run(receiving())


def serve(workspace: Path, url: str, port: int) -> None:
    """Serve what nodes call until killed."""
    app = create_app(Settings(workspace=workspace, database_url=url), domains=(IDENTITY, INGEST))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="critical")


def bring(workspace: Path, _url: str, _port: int) -> None:
    """Be the node until killed."""
    folder = node_folder(workspace)
    identity = folder.identity()
    EdgeNode(folder, identity, CenterClient(identity), 2**30, NODE_POLL).run()


KINDS: dict[str, Callable[[Path, str, int], None]] = {
    "worker": work, "receiver": receive, "serving": serve, "node": bring,
}  # fmt: skip


@dataclass
class Platform:
    """The installation whose processes are killed, and the hospital's node. ports: where the processes listen."""

    settings: Settings
    ports: dict[str, int]
    processes: dict[str, ForkServerProcess] = field(default_factory=dict[str, ForkServerProcess])

    def begin(self, *names: str) -> None:
        """Begin processes: a kind, and perhaps a number behind it."""
        for name in names:
            kind = name.partition(" ")[0]
            self.processes[name] = started(kind, self.settings, self.ports.get(kind, 0))

    def kill(self, *names: str) -> None:
        """Kill processes, each before the next, and begin others."""
        for name in names:
            self.processes[name].kill()
            self.processes[name].join()
            self.begin(name)

    def end(self, *names: str) -> None:
        """Kill processes for good."""
        for name in names:
            process = self.processes.pop(name)
            process.kill()
            process.join()

    def mend(self) -> int:
        """Begin anew what ended by itself; returns how many did."""
        ended = [name for name, process in self.processes.items() if not process.is_alive()]
        self.kill(*ended)
        return len(ended)


class Engine(Thread):
    """A hospital's interface engine: sends the results of its own reports, each until it is acknowledged.

    acknowledged: report to the values of its result, in their order.
    """

    def __init__(self, port: int, number: int, stop: Event) -> None:
        super().__init__(daemon=True)
        self._port, self._number, self._stopped, self._pause = port, number, stop, Event()
        self._line: socket.socket | None = None
        self.acknowledged: dict[str, list[str]] = {}
        self.again = 0

    def run(self) -> None:
        """Send until told to stop; the last message, too, until it is acknowledged."""
        number = 0
        while not self._stopped.is_set():
            number += 1
            report = f"R{self._number}-{number % 50}"
            message = BEGIN + _result(f"{self._number}-{number}", report, number) + END
            while not self._sent(message):
                self.again += 1
                self._line = None
                self._pause.wait(0.1)
            self.acknowledged.setdefault(report, []).append(str(number))
            self._stopped.wait(0.02)

    def _sent(self, message: bytes) -> bool:
        try:
            self._line = self._line or socket.create_connection(("127.0.0.1", self._port), 10)
            self._line.sendall(message)
            answer = b""
            while not answer.endswith(END):
                piece = self._line.recv(10_000)
                if not piece:
                    return False
                answer += piece
        except OSError:
            return False
        return b"MSA|AA|" in answer


def _result(control: str, report: str, value: int) -> bytes:
    lines = [
        f"MSH|^~\\&|LIS|H1|SUWEN|C|20240101080000||ORU^R01|{control}|P|2.4||||||UNICODE UTF-8",
        "PID|1||P1^^^H1^PI||张^三||19900101|M",
        f"OBR|1|A{report}|{report}|CBC^血常规|||20240101070000{'|' * 15}20240101075000|||F",
        f"OBX|1|NM|GLU^葡萄糖||{value}|mmol/L|3.9-6.1|N|||F|||20240101073000",
    ]
    return ("\r".join(lines) + "\r").encode()


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
