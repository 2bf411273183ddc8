"""The listeners of all sources that send over MLLP: begun and ended as the sources are configured."""

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field

from sqlalchemy.exc import OperationalError

from suwen.domains.ingest.receiving.committing import Committer
from suwen.domains.ingest.receiving.declared import ReceivingConnector
from suwen.domains.ingest.receiving.mllp import Sender, listening
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.sources import connected
from suwen.domains.ingest.vault import master_key
from suwen.kernel.database import Database
from suwen.kernel.logs import get_logger
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

EVERY = 10.0
"""Seconds between looks at the sources."""
_log = get_logger()
Known = tuple[str, str, str]
"""What a listener is for: source, institution, its options."""


@dataclass
class Listeners:
    """Keeps a listener for each source that has a port, as long as it has it.

    Of several processes of a machine one has the port; another takes it when that one is gone.
    """

    database: Database
    settings: Settings
    only: str | None = None
    port: int | None = None
    open: dict[Known, AsyncExitStack] = field(default_factory=dict[Known, AsyncExitStack])

    async def run(self) -> None:
        """Listen until cancelled."""
        committer = Committer(self.database, master_key(self.settings))
        committing = asyncio.create_task(committer.run())
        try:
            while True:
                try:
                    await self.look(committer)
                except OperationalError:
                    # The listeners that are there go on; what comes meanwhile is not acknowledged.
                    _log.warning("mllp_sources_unknown")
                await asyncio.sleep(EVERY)
        finally:
            for stack in self.open.values():
                await stack.aclose()
            committing.cancel()
            with suppress(asyncio.CancelledError):
                await committing

    async def look(self, committer: Committer) -> None:
        """Begin and end listeners as the sources are now."""
        wanted = await self._wanted()
        for known in [each for each in self.open if each not in wanted]:
            await self.open.pop(known).aclose()
        for known, sender in wanted.items():
            if known in self.open:
                continue
            stack = AsyncExitStack()
            try:
                port = await stack.enter_async_context(listening(sender, committer, self.port))
            except OSError as error:
                _log.debug("mllp_port_taken", source=sender.source, port=sender.by.port, error=error.errno)
                continue
            self.open[known] = stack
            _log.info("mllp_listening", source=sender.source, host=sender.by.host, port=port)

    async def _wanted(self) -> dict[Known, Sender]:
        found: dict[Known, Sender] = {}
        async with self.database.unit_of_work() as uow:
            for source in await IngestRepository(uow.session).sources(Scope.everything()):
                connector = connected(source, self.settings)
                if not isinstance(connector, ReceivingConnector) or self.only not in (None, source.code):
                    continue
                listens = connector.listens()
                if listens is not None:
                    known = source.code, source.org_code, connector.options.model_dump_json()
                    found[known] = Sender(source.code, source.org_code, listens)
        return found
