"""A center with a web server and a worker of its own, and nodes that speak to it over HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from anyio import to_thread

from suwen.domains.ingest.domain import DOMAIN as INGEST
from suwen.domains.ingest.edge.client import CenterClient, enrol
from suwen.domains.ingest.edge.folder import EdgeFolder
from suwen.domains.ingest.edge.node import EdgeNode
from suwen.domains.ingest.models import IngestDelivery
from suwen.domains.ingest.nodes.landing import land
from suwen.domains.ingest.nodes.models import DeliveryState
from suwen.domains.ingest.nodes.ordering import order
from suwen.domains.ingest.nodes.resources import DELIVERIES
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.run import FeedRun
from suwen.kernel.database import Database
from suwen.kernel.ids import new_id
from suwen.kernel.permissions import Principal
from suwen.kernel.registry import Domain
from suwen.kernel.scope import Scope
from tests.ingest.conftest import Station
from tests.ingest.sources import ORG
from tests.serving import app_over

ALL = Scope.everything()
POLL, PATIENCE = 0.05, 120


@dataclass
class Center:
    """The center: its address, and what people do there. lines: where it listens besides.

    Whoever asks may do everything; where there are users (`domains`), who is one of them.
    """

    station: Station
    url: str = ""
    port: int = 0
    lines: tuple[socket.socket, ...] = ()
    domains: tuple[Domain, ...] = (INGEST,)
    _server: uvicorn.Server | None = None
    _thread: Thread | None = None

    @property
    def http(self) -> httpx.AsyncClient:
        """Somebody who may do everything."""
        return httpx.AsyncClient(base_url=self.url, headers={"X-Suwen-Request": "1"})

    def start(self) -> None:
        """Serve; again after a stop at the same address."""
        settings = self.station.settings
        database = Database(settings.database_url or "", pool_size=5)
        app = app_over(settings, database, domains=self.domains)
        if self.domains == (INGEST,):
            app.state.authenticator = anybody
        own = socket.create_server(("127.0.0.1", self.port))
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=5))
        # A server closes its sockets at its end.
        lines = [line.dup() for line in self.lines]
        serving = _served(self._server, [own, *lines], database)
        self._thread = Thread(target=asyncio.run, args=(serving,), daemon=True)
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)
            assert self._thread.is_alive()
        self.port = own.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Serve no longer."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
        self._server = None

    async def new_node(self, title: str = "一号前置机", org: str = ORG) -> tuple[UUID, str]:
        """Register a node and return its id and its code."""
        made = await self.http.post("/api/ingest/nodes", json={"title": title, "org_code": org})
        assert made.status_code == 201, made.text
        code = await self.http.post(f"/api/ingest/nodes/{made.json()['id']}/code")
        assert code.status_code == 200, code.text
        return UUID(made.json()["id"]), str(code.json()["code"])

    async def assign(self, node: UUID | None, source: str = "t") -> httpx.Response:
        """Have a source read by a node."""
        wanted = {"node_id": str(node) if node else None}
        return await self.http.put(f"/api/ingest/sources/{source}/node", json=wanted)

    async def order(self, feed: str = "t.visits") -> UUID:
        """Order a feed from its node, as a run of it does."""
        async with self.station.database.unit_of_work() as uow:
            repository = IngestRepository(uow.session)
            found = await repository.feed(feed, ALL)
            return (await order(uow, await repository.source_of(found), found)).id

    async def delivery(self, key: UUID) -> IngestDelivery:
        """Return a delivery as it stands."""
        async with self.station.database.unit_of_work() as uow:
            return await DELIVERIES.get(uow, ALL, str(key))

    async def until(self, key: UUID, *states: DeliveryState) -> IngestDelivery:
        """Wait until a delivery is in one of some states."""
        async with asyncio.timeout(PATIENCE):
            while (held := await self.delivery(key)).state not in states:
                await asyncio.sleep(POLL)
        return held

    async def land(self, key: UUID) -> Any:
        """Land a delivery once it is complete, as the worker does."""
        await self.until(key, DeliveryState.COMPLETE, DeliveryState.LANDED)
        return await land(FeedRun(self.station.database, self.station.lake, self.station.settings), key)


async def _served(server: uvicorn.Server, sockets: list[socket.socket], database: Database) -> None:
    try:
        await server.serve(sockets)
    finally:
        await database.close()


@asynccontextmanager
async def center_of(
    station: Station, *lines: socket.socket, domains: tuple[Domain, ...] = (INGEST,)
) -> AsyncIterator[Center]:
    """A center that serves."""
    center = Center(station, lines=lines, domains=domains)
    await to_thread.run_sync(center.start)
    try:
        yield center
    finally:
        await to_thread.run_sync(center.stop)


async def anybody(_request: object) -> Principal:
    """Take whoever asks for somebody who may do everything."""
    return Principal(new_id(), "tester", "测试", frozenset({"*"}), ALL)


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.02)


@dataclass
class Machine:
    """A machine in the hospital with a node in a thread. patience: seconds that it waits for the center's answer."""

    folder: EdgeFolder
    limit: int = 2**30
    patience: float = 60.0
    node: EdgeNode | None = None
    _threads: list[Thread] = field(default_factory=list[Thread])

    async def enrol(self, url: str, code: str) -> None:
        """Make it a node."""
        await to_thread.run_sync(enrol, self.folder, url, code)

    def client(self) -> CenterClient:
        """Return its way to the center."""
        return CenterClient(self.folder.identity(), httpx.Client(timeout=self.patience))

    def start(self) -> EdgeNode:
        """Run the node."""
        self.node = EdgeNode(self.folder, self.folder.identity(), self.client(), self.limit, POLL)
        thread = Thread(target=self.node.run, daemon=True)
        thread.start()
        self._threads = [thread]
        return self.node

    async def stop(self) -> None:
        """Let the node end."""
        if self.node is not None:
            self.node.stop()
            for thread in self._threads:
                await to_thread.run_sync(thread.join)
            self.node = None


def machine(tmp_path: Path, name: str = "edge", limit: int = 2**30) -> Machine:
    """Return a machine with an empty folder."""
    return Machine(EdgeFolder(tmp_path / name), limit)
