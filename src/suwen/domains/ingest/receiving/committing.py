"""One commit for the messages of many connections: what came while the last commit was under way goes with the next."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from suwen.domains.ingest.receiving.entries import Incoming, Stored
from suwen.domains.ingest.receiving.standing import Standings
from suwen.domains.ingest.receiving.storing import store
from suwen.kernel.database import Database
from suwen.kernel.errors import Unavailable
from suwen.kernel.logs import get_logger

AT_ONCE = 500
"""Messages of one commit."""
_log = get_logger()


class NotKept(Unavailable):
    """A message could not be committed: its sender is told nothing, and sends it again."""

    title = "消息未能保存"


@dataclass
class Committer:
    """Keeps messages in groups. key: the master key. standings: told of what is committed."""

    database: Database
    key: bytes
    standings: Standings = field(default_factory=Standings)
    _waiting: list[tuple[Incoming, asyncio.Future[Stored]]] = field(
        default_factory=list[tuple[Incoming, "asyncio.Future[Stored]"]]
    )
    _some: asyncio.Event = field(default_factory=asyncio.Event)

    def keep(self, message: Incoming) -> asyncio.Future[Stored]:
        """Return what will tell what became of a message, once it is committed, or NotKept."""
        future: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()
        self._waiting.append((message, future))
        self._some.set()
        return future

    async def run(self) -> None:
        """Commit until cancelled."""
        while True:
            await self._some.wait()
            group, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            if not self._waiting:
                self._some.clear()
            await self._commit(group)

    async def _commit(self, group: Sequence[tuple[Incoming, "asyncio.Future[Stored]"]]) -> None:
        try:
            async with self.database.unit_of_work() as uow:
                stored = await store(uow, [message for message, _ in group], self.key)
        except Exception as error:
            if len(group) > 1:
                # One of them may be at fault: each alone, so that it holds up nobody else.
                for each in group:
                    await self._commit([each])
                return
            _log.warning("message_not_kept", source=group[0][0].source, error=type(error).__name__)
            if not group[0][1].done():
                group[0][1].set_exception(NotKept("the database did not take the message"))
            return
        for (message, future), one in zip(group, stored, strict=True):
            self.standings.took(message.source, message.channel)
            if not future.done():
                future.set_result(one)
