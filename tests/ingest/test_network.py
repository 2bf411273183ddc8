"""Over a line that loses, doubles, delays and reorders, and is cut for a while: all comes in, each change once."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from threading import Thread
from uuid import UUID

import pytest
from anyio import to_thread

from suwen.domains.identity.domain import DOMAIN as IDENTITY
from suwen.domains.ingest.domain import DOMAIN as INGEST
from suwen.domains.ingest.edge.client import enrol
from suwen.domains.ingest.nodes import ordering
from suwen.domains.ingest.public import receive_mllp
from suwen.kernel.database import Database
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.settings import Settings
from tests.ingest.changing import RAW, run_out, std
from tests.ingest.conftest import Station
from tests.ingest.edges import PATIENCE, Center, center_of, machine, until
from tests.ingest.hospitals import OnPostgres
from tests.ingest.receiving import sending, token_of
from tests.ingest.senders import Engine, Sender, check_results, check_visits
from tests.ingest.sources import visits
from tests.ingest.test_mllp import definition
from tests.lines import Line, bad_line

pytestmark = [pytest.mark.anyio, pytest.mark.netns]
ROWS, MESSAGES, MLLP_PORT = 1200, 40, 2575
HASTY = 2.0
"""Seconds that a sender waits before it sends again: on this line answers are lost that were given."""


@pytest.fixture
def line() -> Iterator[Line]:
    """A bad line between the hospital and the center."""
    with bad_line() as made:
        yield made
    assert all(made.happened[what] > 3 for what in ("lost", "doubled", "reordered", "cut off")), made.happened


@pytest.fixture
def hospital(postgres_server: EmbeddedPostgres) -> Iterator[OnPostgres]:
    """A hospital on a PostgreSQL server."""
    made = OnPostgres(postgres_server)
    made.execute(f"GRANT SELECT ON visits TO {made.account}")
    insert(made, 1, ROWS)
    yield made
    made.drop()


def insert(hospital: OnPostgres, first: int, last: int) -> None:
    """Insert visits that cost as much as their number."""
    made = "SELECT n, 'p' || n, 'O', DATE '2023-01-01', n FROM generate_series(%s::int, %s::int) AS n"
    hospital.execute(f"INSERT INTO visits {made}", [first, last])
    hospital.execute("ANALYZE visits")


def listening(line: Line) -> socket.socket:
    """Return a socket of the center's at the bad line."""
    return line.center.run(socket.create_server, (line.center.address, 0))


async def test_a_node_brings_every_change_once(
    station: Station, line: Line, hospital: OnPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordering, "CHUNK_ROWS", 50)
    await station.bring_in(visits("postgres", hospital.options(), table="visits", capture={"mode": "compare"}))
    edge = machine(tmp_path)
    edge.patience = HASTY
    with listening(line) as place:
        async with center_of(station, place) as center:
            node, code = await center.new_node()
            await center.assign(node)
            url = f"http://{line.center.address}:{place.getsockname()[1]}"
            await to_thread.run_sync(line.hospital.run, enrol, edge.folder, url, code)
            running = line.hospital.run(edge.start)
            delivery = await center.order()
            await _some_chunks(center, delivery, 3)
            line.cut()
            await until(lambda: running.health.error != "")
            assert (await center.delivery(delivery)).chunks < ROWS / 50
            line.mend()
            assert (await center.land(delivery)).rows_in == ROWS
            hospital.execute("UPDATE visits SET cost = 0 WHERE id % 7 = 0")
            hospital.execute("DELETE FROM visits WHERE id % 11 = 0")
            insert(hospital, ROWS + 1, ROWS + 50)
            assert (await center.land(await center.order())).status == "standardised"
            await edge.stop()
    assert sorted(std(station)) == hospital.visits()
    held: dict[int, list[str]] = {}
    for row in station.rows(RAW):
        held.setdefault(int(row["k"]), []).append(row["_op"])
    assert held == {n: _changes(n) for n in range(1, ROWS + 51)}


def _changes(number: int) -> list[str]:
    if number > ROWS:
        return ["I"]
    return ["I", "D"] if number % 11 == 0 else ["I", "U"] if number % 7 == 0 else ["I"]


async def _some_chunks(center: Center, delivery: UUID, number: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while (await center.delivery(delivery)).chunks < number:
            await asyncio.sleep(0.02)


async def test_every_message_acknowledged_is_here_once(station: Station, line: Line) -> None:
    await station.bring_in(sending())
    lis = definition(port=MLLP_PORT, host=line.center.address)
    lis["source"]["code"] = "lis"
    await station.bring_in(lis)
    token = await token_of(station)
    async with AsyncExitStack() as stack:
        place = stack.enter_context(listening(line))
        await stack.enter_async_context(center_of(station, place, domains=(IDENTITY, INGEST)))
        receiver = Receiver(station.settings)
        line.center.run(receiver.start)
        stack.push_async_callback(to_thread.run_sync, receiver.close)
        url = f"http://{line.center.address}:{place.getsockname()[1]}"
        senders = [Sender(url, token, seed, HASTY) for seed in (1, 2)]
        engines = [Engine(MLLP_PORT, seed, line.center.address, HASTY) for seed in (1, 2)]
        for one in (*senders, *engines):
            line.hospital.run(one.start)
        await until(lambda: all(_sent(one) > MESSAGES / 2 for one in (*senders, *engines)))
        before = [one.again for one in (*senders, *engines)]
        line.cut()
        await until(lambda: all(one.again > n for one, n in zip((*senders, *engines), before, strict=True)))
        line.mend()
        await until(lambda: all(_sent(one) > MESSAGES for one in (*senders, *engines)))
        for one in (*senders, *engines):
            one.stop.set()
        for one in (*senders, *engines):
            await to_thread.run_sync(one.join)
    await run_out(station)
    while (await station.run("lis.results")).status != "unchanged":
        pass
    check_visits(station, senders)
    check_results(station, engines, "lis")


def _sent(one: Sender | Engine) -> int:
    return sum(map(len, one.done.values()))


class Receiver(Thread):
    """Takes HL7 messages in."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(daemon=True)
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None

    def run(self) -> None:
        """Receive until closed."""
        self._task = self._loop.create_task(self._receive())
        self._loop.run_until_complete(asyncio.wait([self._task]))
        self._loop.close()

    def close(self) -> None:
        """Receive no longer."""
        if self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)
        self.join()

    async def _receive(self) -> None:
        database = Database(self._settings.database_url or "", pool_size=2)
        try:
            await receive_mllp(database, self._settings, "lis", MLLP_PORT)
        finally:
            await database.close()
