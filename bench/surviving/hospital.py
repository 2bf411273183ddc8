"""A hospital's database: five tables of visits, writers that change them, and the truth beside: every change, once.

A change and its entry in `truth` are one transaction, so whatever is killed, what was committed stands in both.
"""

import random
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
import psycopg.conninfo

from suwen.kernel.postgres import EmbeddedPostgres

ORG = "12429099990000041Q"
DATABASE, READER = "hospital", "reader"
TABLES: dict[str, str] = {
    "log": "log",
    "outbox": "outbox",
    "compare": "compare",
    "stamp": "timestamp",
    "node": "compare",
}
"""Mode of capture by table; an edge node brings that of its name."""
KEYS_APART = 10_000_000
"""The tables' keys do not meet: all of them come into one dataset."""
UNDONE = 0.1
"""Share of transactions that are undone."""
_AT_A_TIME = 20
_WAIT = 0.2
_TABLE = """
CREATE TABLE {table} (id INT PRIMARY KEY, pid TEXT, dept TEXT, started TIMESTAMP, version BIGINT, stamp TIMESTAMPTZ);
INSERT INTO {table} SELECT {first} + i, 'P' || i % 9973, 'D' || i % 37, timestamp '2023-01-01'
  + make_interval(mins => i % 500000), 0, now() FROM generate_series(1, {rows}) AS i;
ALTER TABLE {table} REPLICA IDENTITY FULL;
GRANT SELECT ON {table} TO reader
"""
_ONCE = """
CREATE ROLE reader LOGIN REPLICATION;
CREATE SEQUENCE versions;
CREATE TABLE truth (tab TEXT, id INT, op TEXT, version BIGINT)
"""
_CHANGE = """
WITH gone AS (DELETE FROM {table} WHERE id = ANY(%(gone)s) RETURNING id),
changed AS (UPDATE {table} SET version = nextval('versions'), dept = %(dept)s, stamp = clock_timestamp()
            WHERE id = ANY(%(changed)s) RETURNING id, version),
come AS (INSERT INTO {table} SELECT id, 'N', %(dept)s, '2024-05-05', nextval('versions'), clock_timestamp()
         FROM unnest(%(come)s::int[]) AS id ON CONFLICT DO NOTHING RETURNING id, version)
INSERT INTO truth SELECT %(tab)s, id, 'D', nextval('versions') FROM gone
UNION ALL SELECT %(tab)s, id, 'U', version FROM changed UNION ALL SELECT %(tab)s, id, 'I', version FROM come
"""


class Hospital:
    """The server, its tables of so many rows, and one writer a table. pace: changes a second of all writers."""

    def __init__(self, folder: Path, rows: int, pace: int) -> None:
        self.server = EmbeddedPostgres(folder, {"wal_level": "logical", "max_wal_size": "1GB"})
        self.server.ensure()
        self.server.create_database(DATABASE)
        self.stop, self._rows, self._pace = Event(), rows, pace
        with self.connected() as connection:
            connection.execute(_ONCE)
            for number, name in enumerate(TABLES):
                made = _TABLE.format(table=f"visits_{name}", first=number * KEYS_APART, rows=rows)
                connection.execute(made.encode())
        self.writers = [
            Writer(self.dsn, name, number, rows, pace / len(TABLES), self.stop) for number, name in enumerate(TABLES)
        ]

    @property
    def dsn(self) -> str:
        """Where the writers connect to."""
        return self.server.dsn(DATABASE)

    @property
    def options(self) -> dict[str, Any]:
        """The connector's options: the reader's own account, so that its sessions can be told apart."""
        at = psycopg.conninfo.conninfo_to_dict(self.dsn)
        return {"host": at["host"], "database": DATABASE, "user": READER}

    @property
    def changes(self) -> int:
        """Changes that are committed, as far as the writers know."""
        return sum(writer.committed for writer in self.writers)

    @contextmanager
    def connected(self) -> Generator[psycopg.Connection[Any]]:
        """A connection of the administrator."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            yield connection

    def prepare(self, setup: str) -> None:
        """Run what the platform asks of the administrator."""
        with self.connected() as connection:
            connection.execute(setup.encode())

    def end_sessions(self) -> int:
        """End the platform's sessions; returns how many there were."""
        ending = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = %s"
        with self.connected() as connection:
            return int((connection.execute(ending, [READER]).fetchone() or (0,))[0])

    def end(self) -> None:
        """Let the writers end."""
        self.stop.set()
        for writer in self.writers:
            writer.join()


class Writer(Thread):
    """Changes random rows of one table; its transaction is begun anew when the server dies under it.

    Nothing is deleted from a table that is read by the time of its rows: such a capture does not see it.
    """

    def __init__(self, dsn: str, name: str, number: int, rows: int, pace: float, stop: Event) -> None:
        super().__init__(daemon=True)
        self._dsn, self._name, self._stopped, self._pace = dsn, name, stop, pace
        self._random = random.Random(number)
        self._keys = range(number * KEYS_APART + 1, number * KEYS_APART + 1 + rows * 11 // 10)
        self._sql = _CHANGE.format(table=f"visits_{name}")
        self.committed = 0

    def run(self) -> None:
        """Write until told to stop."""
        while not self._stopped.is_set():
            try:
                with psycopg.connect(self._dsn) as connection:
                    self._write(connection)
            except psycopg.OperationalError:
                self._stopped.wait(_WAIT)

    def _write(self, connection: psycopg.Connection[Any]) -> None:
        begun, done = time.monotonic(), 0
        while not self._stopped.is_set():
            keys = self._random.sample(self._keys, _AT_A_TIME)
            gone = [] if TABLES[self._name] == "timestamp" else keys[:4]
            values = {
                "tab": self._name,
                "dept": f"D{self._random.randrange(99)}",
                "gone": gone,
                "changed": keys[4:14],
                "come": keys[14:],
            }
            written = connection.execute(self._sql.encode(), values).rowcount
            if self._random.random() < UNDONE:
                connection.rollback()
            else:
                connection.commit()
                self.committed += written
                done += written
            self._stopped.wait(max(0.0, begun + done / self._pace - time.monotonic()))


def copied(connection: psycopg.Connection[Any], query: str, file: Path) -> Path:
    """Write the answer of a query to a CSV file and return it."""
    with file.open("wb") as out, connection.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT CSV)".encode()) as rows:
        for piece in rows:
            out.write(piece)
    return file
