"""A hand of the listeners: reads, commits and answers what comes on connections that were given to it."""

import asyncio
import socket
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from functools import partial

from suwen.domains.ingest.receiving.committing import Committer
from suwen.domains.ingest.receiving.hands import Hands, taking_over
from suwen.domains.ingest.receiving.kafka import Subscription
from suwen.domains.ingest.receiving.listeners import EVERY, Known, Listeners, named
from suwen.domains.ingest.receiving.mllp import Connection, Sender, end
from suwen.domains.ingest.vault import master_key
from suwen.kernel.database import Database
from suwen.kernel.logs import get_logger, setup_logs
from suwen.kernel.registry import find_in_rooms, load_models
from suwen.kernel.settings import Settings

_log = get_logger()


@dataclass
class Taker(Listeners):
    """Keeps for each source that has a port the connections that were given to it; consumers are not its business."""

    taken: dict[str, tuple[Sender, set[Connection]]] = field(default_factory=dict[str, tuple[Sender, set[Connection]]])

    async def serve(self, channel: socket.socket) -> None:
        """Take connections over until the process that has the port is gone."""
        committer = Committer(self.database, master_key(self.settings), self.standings)
        tasks = [asyncio.create_task(committer.run()), asyncio.create_task(self._refreshing(committer))]

        try:
            await taking_over(channel, partial(self._take, committer))
        finally:
            for stack in self.open.values():
                await stack.aclose()
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _take(self, committer: Committer, whose: str, connection: socket.socket) -> None:
        if whose not in self.taken:
            # Its source is newer than the last look.
            await self.refresh(committer)
        if whose not in self.taken:
            _log.warning("mllp_unknown_connection")
            connection.close()
            return
        sender, connections = self.taken[whose]
        self.standings.receiving(sender.source, "mllp", sender.org_code, f"{sender.by.host}:{sender.by.port}")
        made = partial(Connection, sender, committer, connections)
        await asyncio.get_running_loop().connect_accepted_socket(made, connection)

    async def _refreshing(self, committer: Committer) -> None:
        while True:
            await self.refresh(committer)
            await asyncio.sleep(EVERY)

    async def begin(
        self, stack: AsyncExitStack, known: Known, one: Sender | Subscription, committer: Committer
    ) -> bool:
        """Be ready for connections of a source."""
        if isinstance(one, Subscription):
            return False
        name, connections = named(known), set[Connection]()
        self.taken[name] = one, connections
        stack.callback(end, connections)
        stack.callback(self.taken.pop, name)
        return True


def hands_of(count: int, settings: Settings, url: str, only: str | None = None) -> Hands:
    """Return so many hands for the sources of an installation, or for one."""
    return Hands(count, take, (settings, url, only), tuple(find_in_rooms("models").values()))


def take(channel: socket.socket, settings: Settings, url: str, only: str | None) -> None:
    """Be a hand: the target of its process."""
    setup_logs(settings.log_level, as_json=settings.log_json)
    load_models()

    async def work() -> None:
        database = Database(url, pool_size=settings.pool_size)
        try:
            await Taker(database, settings, only).serve(channel)
        finally:
            await database.close()

    with suppress(KeyboardInterrupt):
        asyncio.run(work())
