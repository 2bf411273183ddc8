"""Systems that send until they are told that it was received, and what the platform must hold of it then."""

import random
import socket
from collections.abc import Sequence
from threading import Event, Thread
from typing import Any

import httpx

from tests.ingest.changing import RAW, std
from tests.ingest.conftest import Station
from tests.ingest.hl7messages import END, framed, oru
from tests.ingest.receiving import RECEIVE, gone, upsert


class Sender(Thread):
    """Sends changes of its own keys, each message again until it is acknowledged; remembers them by key.

    patience: seconds that it waits for an answer.
    """

    def __init__(self, url: str, token: str, seed: int, patience: float = 10) -> None:
        super().__init__(daemon=True)
        self._http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=patience)
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
                pass
            # Asking on and on would take the processor that the next receiver needs to begin.
            self.again += 1
            self._pause.wait(0.02)


class Engine(Thread):
    """A hospital's interface engine: sends the results of its own reports, each until it is acknowledged.

    patience: seconds that it waits for an answer.
    """

    def __init__(self, port: int, seed: int, host: str = "127.0.0.1", patience: float = 10) -> None:
        super().__init__(daemon=True)
        self._place, self._patience, self._seed = (host, port), patience, seed
        self.stop, self.answered, self.again = Event(), Event(), 0
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
            self.answered.set()

    def _connected(self) -> socket.socket | None:
        try:
            return socket.create_connection(self._place, self._patience)
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


def check_visits(station: Station, senders: Sequence[Sender]) -> None:
    """Assert that raw holds every change that was sent, once and in its order, and std what came of it."""
    held: dict[str, list[str]] = {}
    for row in station.rows(RAW):
        held.setdefault(row["k"], []).append(f"{row['_op']} {row['cost']}")
    done = {key: told for each in senders for key, told in each.done.items()}
    assert held == done
    final = {key: told[-1] for key, told in done.items()}
    assert std(station) == [(key, f"p{key}", int(end[2:])) for key, end in sorted(final.items()) if end[0] == "U"]


def check_results(station: Station, engines: Sequence[Engine], source: str = "t") -> None:
    """Assert that raw holds every result that was sent, once and in its order, and std the last of each."""
    held: dict[str, list[str]] = {}
    for row in station.rows(f"SELECT report_id AS k, value AS v FROM raw.{source}__results ORDER BY _batch_id, _seq"):
        held.setdefault(row["k"], []).append(row["v"])
    done = {key: told for each in engines for key, told in each.done.items()}
    assert held == done
    final = station.rows("SELECT report_id AS k, value_text AS v FROM std.lab_result")
    assert {row["k"]: row["v"] for row in final} == {key: told[-1] for key, told in done.items()}
