"""Whatever dies, and whenever: what a sender was told of as received is in raw once, in its order, and in std."""

import random
import socket
from collections.abc import Sequence
from threading import Event, Thread
from typing import Any

import httpx
import pytest
from anyio import to_thread

from tests.ingest.changing import RAW, run_killed, run_out, std
from tests.ingest.conftest import Station
from tests.ingest.hl7messages import END, framed, oru
from tests.ingest.receiving import RECEIVE, gone, sending, token_of, upsert
from tests.ingest.test_mllp import definition
from tests.nursery import Nursery

pytestmark = pytest.mark.anyio
KILLS = 6


class Sender(Thread):
    """Sends changes of its own keys, each message again until it is acknowledged; remembers them by key."""

    def __init__(self, url: str, token: str, seed: int) -> None:
        super().__init__(daemon=True)
        self._http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=10)
        self._random, self._seed, self.stop, self.again = random.Random(seed), seed, Event(), 0
        self._pause = Event()
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
                # Asking on and on would take the processor that the next receiver needs to begin.
                self.again += 1
                self._pause.wait(0.02)


class Engine(Thread):
    """A hospital's interface engine: sends the results of its own reports, each until it is acknowledged."""

    def __init__(self, port: int, seed: int) -> None:
        super().__init__(daemon=True)
        self._port, self._seed, self.stop, self.again = port, seed, Event(), 0
        self._pause = Event()
        self.done: dict[str, list[str]] = {}

    def run(self) -> None:
        """Send until told to stop."""
        number, line = 0, None
        while not self.stop.is_set():
            number += 1
            report = self._seed * 100 + number % 10
            message = framed(oru(report, f"20240101{number:06d}", [number]))
            while not self._acknowledged(line := line or self._connected(), message):
                self.again, line = self.again + 1, None
                self._pause.wait(0.02)
            self.done.setdefault(f"R{report}", []).append(str(number))

    def _connected(self) -> socket.socket | None:
        try:
            return socket.create_connection(("127.0.0.1", self._port), 10)
        except OSError:
            return None

    def _acknowledged(self, line: socket.socket | None, message: bytes) -> bool:
        if line is None:
            return False
        try:
            line.sendall(message)
            answer = b""
            while not answer.endswith(END):
                piece = line.recv(10_000)
                if not piece:
                    return False
                answer += piece
        except OSError:
            return False
        assert b"MSA|AA|" in answer
        return True


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def killed(receivers: Nursery, given: tuple[object, ...], senders: Sequence[Sender | Engine]) -> Thread:
    """Have receivers die again and again while the senders send, then one that lets them end; returns the thread."""

    def receiving() -> None:
        seeded = random.Random(11)
        ends = [receivers.run(*given, seeded.randint(2, 30), 20) for _ in range(KILLS)]
        assert ends == [-9] * KILLS
        for each in senders:
            each.stop.set()
        seconds = 2
        while any(each.is_alive() for each in senders):
            assert receivers.run(*given, 10_000, seconds) == -9
            # On a busy machine one may end before it has begun to serve.
            seconds *= 2

    thread = Thread(target=receiving, daemon=True)
    for each in (*senders, thread):
        each.start()
    return thread


async def test_whatever_was_acknowledged_is_here_once_when_receiver_and_worker_are_killed(
    station: Station, receivers: Nursery, nursery: Nursery
) -> None:
    await station.bring_in(sending())
    token, port = await token_of(station), free_port()
    senders = [Sender(f"http://127.0.0.1:{port}", token, seed) for seed in (1, 2, 3)]
    receiver = killed(receivers, ("http", station.settings.workspace, station.settings.database_url, port), senders)
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


async def test_every_message_acknowledged_over_mllp_is_here_once_when_the_receiver_is_killed(
    station: Station, receivers: Nursery
) -> None:
    port = free_port()
    await station.bring_in(definition(port=port))
    engines = [Engine(port, seed) for seed in (1, 2, 3)]
    receiver = killed(receivers, ("mllp", station.settings.workspace, station.settings.database_url, port), engines)
    await to_thread.run_sync(receiver.join)
    while (await station.run("t.results")).status != "unchanged":
        pass
    held: dict[str, list[str]] = {}
    for row in station.rows("SELECT report_id AS k, value AS v FROM raw.t__results ORDER BY _batch_id, _seq"):
        held.setdefault(row["k"], []).append(row["v"])
    done = {key: told for each in engines for key, told in each.done.items()}
    assert held == done
    assert sum(each.again for each in engines) > 3
    final = station.rows("SELECT report_id AS k, value_text AS v FROM std.lab_result")
    assert {row["k"]: row["v"] for row in final} == {key: told[-1] for key, told in done.items()}
