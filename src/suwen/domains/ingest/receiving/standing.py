"""How the receivers of this process stand: noted in memory as it happens, stored every few seconds in one commit."""

import os
import socket
from dataclasses import dataclass, field
from datetime import datetime

from suwen.domains.ingest.receiving.standing_repository import ReceiverRepository
from suwen.kernel.clock import now
from suwen.kernel.database import Database
from suwen.kernel.logs import scrub

RECEIVING, FAILED = "receiving", "failed"


@dataclass
class Standing:
    """How a receiver of one source stands; see IngestReceiver."""

    org_code: str
    place: str
    state: str = RECEIVING
    since: datetime = field(default_factory=now)
    taken: int = 0
    last_at: datetime | None = None
    error: str | None = None
    error_at: datetime | None = None


@dataclass
class Standings:
    """The receivers of this process by source and channel; told by the loop and by the client libraries' threads."""

    held: dict[tuple[str, str], Standing] = field(default_factory=dict[tuple[str, str], Standing])

    def receiving(self, source: str, channel: str, org_code: str, place: str) -> None:
        """Note that a receiver takes messages in."""
        known = self.held.get((source, channel))
        if known is None or (known.org_code, known.place) != (org_code, place):
            self.held[source, channel] = Standing(org_code, place)
        elif known.state != RECEIVING:
            known.state, known.since = RECEIVING, now()

    def failed(self, source: str, channel: str, org_code: str, place: str, error: str) -> None:
        """Note that a receiver could not begin, or takes nothing in at the moment, and why."""
        known = self.held.setdefault((source, channel), Standing(org_code, place, FAILED))
        if known.state != FAILED:
            known.state, known.since = FAILED, now()
        known.org_code, known.place = org_code, place
        known.error, known.error_at = scrub(error)[:500], now()

    def took(self, source: str, channel: str, count: int = 1) -> None:
        """Note that so many messages are committed."""
        if (known := self.held.get((source, channel))) is not None:
            known.taken += count
            known.last_at = now()

    def forget(self, source: str, channel: str) -> None:
        """Note that a source has no receiver any more."""
        self.held.pop((source, channel), None)

    async def store(self, database: Database) -> None:
        """Store how the receivers stand; those of this process that are no more are removed."""
        host, pid, moment = socket.gethostname(), os.getpid(), now()
        rows = [
            {"source": source, "channel": channel, "host": host, "pid": pid, "seen_at": moment, **vars(one)}
            for (source, channel), one in sorted(self.held.items())
        ]
        async with database.unit_of_work() as uow:
            await ReceiverRepository(uow.session).put(host, pid, rows, moment)
