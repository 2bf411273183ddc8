"""Writers of a table of visits, and what of their changes a platform must hold that was told every one."""

import random
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from tests.ingest.conftest import Station
from tests.nursery import Nursery

STD = "SELECT encounter_id, patient_id, total_cost::INT AS cost FROM std.encounter ORDER BY 1, 2"
RAW = "SELECT _op, _source_key AS k, cost::DOUBLE::INT AS cost FROM raw.t__visits ORDER BY _batch_id, _seq"
INSERT = "INSERT INTO visits (id, pid, kind, started, cost) VALUES (%s, %s, 'O', '2023-01-01', %s)"


def std(station: Station) -> list[tuple[Any, ...]]:
    """Return id, patient and cost of the visits in std."""
    return [tuple(row.values()) for row in station.rows(STD)]


def told(station: Station) -> list[str]:
    """Return what raw holds, in order: operation, key, cost."""
    return [f"{row['_op']} {row['k']} {row['cost']}" for row in station.rows(RAW)]


def insert(connection: Any, *ids: int) -> None:
    """Insert visits of the patients p<id> that cost as much as their id."""
    cursor = connection.cursor()
    for each in ids:
        cursor.execute(INSERT, [each, f"p{each}", each])


class Writer(Thread):
    """Changes rows at random, in small transactions of which some are undone; remembers what was committed, by key.

    connect: gives a connection that does not commit by itself.
    """

    def __init__(self, connect: Callable[[], Any], seed: int, keys: range) -> None:
        super().__init__(daemon=True)
        self.stop, self._connect, self._random, self._keys = Event(), connect, random.Random(seed), keys
        self.done: dict[int, list[str]] = {key: [] for key in keys}
        self._alive: dict[int, int] = {}

    def run(self) -> None:
        """Write until told to stop."""
        connection, number = self._connect(), 0
        while not self.stop.wait(0.002):
            undone = self._random.random() < 0.1
            alive, changes = dict(self._alive), list[tuple[int, str]]()
            for _ in range(self._random.randint(1, 6)):
                number += 1
                changes.append(self._change(connection.cursor(), alive, number))
            if undone:
                connection.rollback()
                continue
            connection.commit()
            self._alive = alive
            for key, what in changes:
                self.done[key].append(what)
        connection.close()

    def _change(self, cursor: Any, alive: dict[int, int], number: int) -> tuple[int, str]:
        key = self._random.choice(self._keys)
        if key not in alive:
            alive[key] = number
            cursor.execute(INSERT, [key, "p", number])
            return key, f"I {number}"
        if self._random.random() < 0.3:
            del alive[key]
            cursor.execute("DELETE FROM visits WHERE id = %s", [key])
            return key, "D None"
        alive[key] = number
        cursor.execute("UPDATE visits SET cost = %s WHERE id = %s", [number, key])
        return key, f"U {number}"


def writing(connect: Callable[[], Any]) -> list[Writer]:
    """Begin to write with three connections."""
    started = [Writer(connect, seed, range(seed * 100, seed * 100 + 40)) for seed in (1, 2, 3)]
    for writer in started:
        writer.start()
    return started


def ended(writers: list[Writer]) -> None:
    """Let the writers end."""
    for writer in writers:
        writer.stop.set()
        writer.join()


async def run_out(station: Station) -> None:
    """Run the feed until its source has nothing more to tell."""
    while (await station.run("t.visits")).status != "unchanged":
        pass


async def run_killed(station: Station, nursery: Nursery, times: int) -> None:
    """Run the feed in processes that are killed so many times, at moments that a seed gives; then let one end."""
    given = station.settings.workspace, station.settings.database_url, "t.visits"
    seeded = random.Random(7)
    ends = [nursery.run(*given, round(seeded.uniform(0.05, 0.7), 3)) for _ in range(times)]
    assert -9 in ends
    assert nursery.run(*given, 60) == 0


def check_every_change(station: Station, writers: list[Writer]) -> None:
    """Assert that raw holds each change once, of a key in its order: of what was committed before the rows were read
    the outcome, of all that came after one by one.
    """
    held: dict[int, list[str]] = {}
    for row in station.rows(RAW):
        held.setdefault(int(row["k"]), []).append(f"{row['_op']} {row['cost']}")
    for writer in writers:
        for key, done in writer.done.items():
            changes = [one for one in held.get(key, []) if not one.startswith("R")]
            assert changes == done[len(done) - len(changes) :]
            begun = [one for one in held.get(key, []) if one.startswith("R")]
            before = done[: len(done) - len(changes)]
            assert len(begun) <= 1
            if begun and before:
                assert held[key][0] == begun[0]
    assert sum(len(changes) for changes in held.values()) > 200
