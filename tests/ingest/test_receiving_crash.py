"""Whatever dies, and whenever: what a sender was told of as received is in raw once, in its order, and in std."""

import random
import socket
from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import httpx
import pytest
from anyio import to_thread

from tests.ingest.changing import RAW, run_killed, run_out, std
from tests.ingest.conftest import Station
from tests.ingest.receiving import RECEIVE, gone, sending, token_of, upsert
from tests.nursery import Nursery

pytestmark = pytest.mark.anyio
KILLS = 6


@pytest.fixture
def receivers() -> Iterator[Nursery]:
    """Receivers that die at one of their commits."""
    started = Nursery("tests.ingest.run_receiver")
    yield started
    started.close()


class Sender(Thread):
    """Sends changes of its own keys, each message again until it is acknowledged; remembers them by key."""

    def __init__(self, url: str, token: str, seed: int) -> None:
        super().__init__(daemon=True)
        self._http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=10)
        self._random, self._seed, self.stop, self.again = random.Random(seed), seed, Event(), 0
        self.done: dict[str, list[str]] = {}

    def run(self) -> None:
        """Send until told to stop."""
        number = 0
        while not self.stop.is_set():
            number += 1
            records = [self._change(number * 10 + each) for each in range(self._random.randint(1, 4))]
            self._acknowledged({"message_id": f"{self._seed}-{number}", "records": records})
            for one in records:
                value = f"U {one['record']['cost']}" if "operation" not in one else "D None"
                self.done.setdefault(str(one["record"]["id"]), []).append(value)
        self._http.close()

    def _change(self, cost: int) -> dict[str, Any]:
        key = self._seed * 1000 + self._random.randrange(20)
        return gone(key) if self._random.random() < 0.2 else upsert(key, cost)

    def _acknowledged(self, message: dict[str, Any]) -> None:
        while True:
            try:
                answer = self._http.post(RECEIVE, json=message)
                if answer.status_code == 200:
                    assert answer.json()["accepted"] == len(message["records"])
                    return
            except httpx.TransportError:
                self.again += 1


async def test_whatever_was_acknowledged_is_here_once_when_receiver_and_worker_are_killed(
    station: Station, receivers: Nursery, nursery: Nursery
) -> None:
    await station.bring_in(sending())
    token = await token_of(station)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    senders = [Sender(f"http://127.0.0.1:{port}", token, seed) for seed in (1, 2, 3)]
    given = station.settings.workspace, station.settings.database_url, port

    def receiving() -> None:
        seeded = random.Random(11)
        ends = [receivers.run(*given, seeded.randint(1, 30), 20) for _ in range(KILLS)]
        assert ends == [-9] * KILLS
        for each in senders:
            each.stop.set()
        while any(each.is_alive() for each in senders):
            assert receivers.run(*given, 10_000, 1) == -9

    receiver = Thread(target=receiving, daemon=True)
    for each in (*senders, receiver):
        each.start()
    await run_killed(station, nursery, 2)
    await to_thread.run_sync(receiver.join)
    await run_out(station)
    held: dict[str, list[str]] = {}
    for row in station.rows(RAW):
        held.setdefault(row["k"], []).append(f"{row['_op']} {row['cost']}")
    done = {key: told for each in senders for key, told in each.done.items()}
    assert held == done
    assert sum(each.again for each in senders) > 3
    final = {key: told[-1] for key, told in done.items()}
    assert std(station) == [(key, f"p{key}", int(end[2:])) for key, end in sorted(final.items()) if end[0] == "U"]
