"""What takes messages in for all sources that send over MLLP or Kafka: begun and ended as they are configured."""

import asyncio
import json
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy.exc import OperationalError

from suwen.domains.ingest.receiving.committing import Committer
from suwen.domains.ingest.receiving.declared import ReceivingConnector
from suwen.domains.ingest.receiving.hands import Giving, Hands
from suwen.domains.ingest.receiving.kafka import Subscription, consuming
from suwen.domains.ingest.receiving.mllp import Sender, accepting, listening
from suwen.domains.ingest.receiving.standing import Standings
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.sources import connected
from suwen.domains.ingest.vault import master_key
from suwen.kernel.crypto import sm3
from suwen.kernel.database import Database
from suwen.kernel.errors import SuwenError
from suwen.kernel.logs import get_logger
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

EVERY = 10.0
"""Seconds between looks at the sources."""
_log = get_logger()
RECEIVING = frozenset({"hl7", "kafka"})
"""Connectors whose sources have a receiver here."""
Known = tuple[str, str, str]
"""What a listener is for: source, institution, its options."""


def named(known: Known) -> str:
    """Return what names a listener to another process: 64 hexadecimal digits, others for other options."""
    return sm3("\0".join(known).encode())


@dataclass
class Listeners:
    """Keeps a listener for each source that has a port, and a consumer for each that has topics, as long as they have.

    Of several processes of a machine one has the port; another takes it when that one is gone. hands: who takes the
    connections over; None: this process.
    """

    database: Database
    settings: Settings
    only: str | None = None
    port: int | None = None
    hands: Hands | None = None
    open: dict[Known, AsyncExitStack] = field(default_factory=dict[Known, AsyncExitStack])
    standings: Standings = field(default_factory=Standings)
    unknown: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    async def run(self) -> None:
        """Listen until cancelled."""
        committer = Committer(self.database, master_key(self.settings), self.standings)
        committing = asyncio.create_task(committer.run())
        try:
            while True:
                if self.hands is not None:
                    await self.hands.look()
                await self.refresh(committer)
                await asyncio.sleep(EVERY)
        finally:
            for stack in self.open.values():
                await stack.aclose()
            if self.hands is not None:
                self.hands.close()
            committing.cancel()
            with suppress(asyncio.CancelledError):
                await committing

    async def refresh(self, committer: Committer) -> None:
        """Look at the sources, and tell how the receivers stand; without the database all goes on as it is."""
        try:
            await self.look(committer)
            await self.standings.store(self.database)
        except OperationalError:
            # The listeners that are there go on; what comes meanwhile is not acknowledged.
            _log.warning("mllp_sources_unknown")

    async def look(self, committer: Committer) -> None:
        """Begin and end listeners as the sources are now."""
        wanted = await self._wanted()
        for known in [each for each in self.open if each not in wanted]:
            await self.open.pop(known).aclose()
        self._forget(wanted)
        for known, one in wanted.items():
            if known in self.open:
                continue
            stack = AsyncExitStack()
            if await self.begin(stack, known, one, committer):
                self.open[known] = stack

    async def begin(
        self, stack: AsyncExitStack, known: Known, one: Sender | Subscription, committer: Committer
    ) -> bool:
        """Begin what receives for a source; false where it cannot begin now."""
        if isinstance(one, Subscription):
            await stack.enter_async_context(consuming(one, self.database, committer.key, self.standings))
            _log.info("kafka_consuming", source=one.source, topics=[topic.name for topic in one.by.topics])
        elif (port := await self._listening(stack, known, one, committer)) is not None:
            _log.info("mllp_listening", source=one.source, host=one.by.host, port=port)
        else:
            return False
        return True

    async def _listening(self, stack: AsyncExitStack, known: Known, sender: Sender, committer: Committer) -> int | None:
        """Return the port on which a source's messages are taken; None where another process has it."""
        told = sender.source, "mllp", sender.org_code, f"{sender.by.host}:{self.port or sender.by.port}"
        if self.hands is None:
            opened = listening(sender, committer, self.port)
        else:
            opened = accepting(sender.by, partial(Giving, self.hands, named(known)), self.port)
        try:
            port = await stack.enter_async_context(opened)
        except OSError as error:
            _log.debug("mllp_port_taken", source=sender.source, port=sender.by.port, error=error.errno)
            self.standings.failed(*told, error.strerror or type(error).__name__)
            return None
        self.standings.receiving(*told)
        return port

    def _forget(self, wanted: dict[Known, Sender | Subscription]) -> None:
        """Tell no more of receivers that no source wants."""
        held = {(known[0], _channel(one)) for known, one in wanted.items()}
        for source, channel in set(self.standings.held) - held - self.unknown:
            self.standings.forget(source, channel)

    async def _wanted(self) -> dict[Known, Sender | Subscription]:
        found: dict[Known, Sender | Subscription] = {}
        self.unknown.clear()
        async with self.database.unit_of_work() as uow:
            for source in await IngestRepository(uow.session).sources(Scope.everything()):
                if source.node_id is not None:
                    continue
                try:
                    connector = connected(source, self.settings)
                except SuwenError as error:
                    # One whose options are of another version keeps no other source from being heard.
                    if source.connector in RECEIVING:
                        self.standings.failed(source.code, source.connector, source.org_code, "", error.detail)
                        self.unknown.add((source.code, source.connector))
                    continue
                if not isinstance(connector, ReceivingConnector) or self.only not in (None, source.code):
                    continue
                # As they are kept, so that a changed password is seen too.
                known = source.code, source.org_code, json.dumps(source.options, sort_keys=True)
                if (listens := connector.listens()) is not None:
                    found[known] = Sender(source.code, source.org_code, listens)
                if (consumes := connector.consumes()) is not None:
                    found[known] = Subscription(source.code, source.org_code, consumes)
        return found


def _channel(one: Sender | Subscription) -> str:
    return "kafka" if isinstance(one, Subscription) else "mllp"
