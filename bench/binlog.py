"""How fast changes come from MariaDB's binlog into std, and how far behind their source they are.

--scale and what is measured as in `changes`. It needs `mariadbd` on this machine.
"""

import sys
from typing import Any
from urllib.parse import urlsplit

import anyio
import pymysql

from bench.changes import A_SECOND, HOSPITAL, measured, paced
from suwen.app.bench import BenchOptions, BenchResult
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.testing.mariadb import MariaServer

_TABLE = (
    f"CREATE DATABASE {HOSPITAL} CHARACTER SET utf8mb4",
    f"USE {HOSPITAL}",
    "CREATE TABLE visits (id INT PRIMARY KEY, pid VARCHAR(20), dept VARCHAR(20), doctor VARCHAR(20), "
    "started DATETIME, cost DECIMAL(12, 2), changed DATETIME(6)) ENGINE = InnoDB",
)
_ROWS = """
INSERT INTO visits SELECT seq, CONCAT('P', MOD(seq, 9973)), CONCAT('D', MOD(seq, 37)), CONCAT('E', MOD(seq, 911)),
  TIMESTAMPADD(MINUTE, MOD(seq, 500000), '2023-01-01'), seq * 0.01, '2023-01-01'
  FROM seq_1_to_100000000 WHERE seq <= %s
"""


class OnMariaDB:
    """MariaDB. place: its administrator's address."""

    connector, module = "mysql", "bench.binlog"

    def __init__(self, place: str) -> None:
        self.place = place
        url = urlsplit(place)
        self._place: dict[str, Any] = {"host": url.hostname, "port": url.port}
        self._own: dict[str, Any] = {"user": url.username, "password": url.password}

    def make(self, rows: int) -> None:
        """Make the table of so many rows."""
        with pymysql.connect(**self._place, **self._own, autocommit=True) as connection, connection.cursor() as cursor:
            for statement in _TABLE:
                cursor.execute(statement)
            cursor.execute(_ROWS, [rows])

    def options(self) -> dict[str, Any]:
        """Return the connector's options."""
        return {**self._place, **self._own, "database": HOSPITAL}

    def write(self, changes: int, seed: int, a_second: int | None) -> None:
        """Write so many changes."""
        utc = "SET time_zone = '+00:00'"
        connected = pymysql.connect(**self._place, **self._own, database=HOSPITAL, init_command=utc)
        with connected as connection, connection.cursor() as cursor:

            def written(lists: list[tuple[str, list[tuple[int]]]]) -> None:
                for sql, keys in lists:
                    own = sql.replace("INSERT INTO", "INSERT IGNORE INTO").replace(" ON CONFLICT DO NOTHING", "")
                    for key in keys:
                        cursor.execute(own, key)
                connection.commit()

            paced(changes, seed, a_second, written)

    def sums(self) -> tuple[Any, ...]:
        """Return how many rows there are, the sum of their keys and of their costs."""
        connected = pymysql.connect(**self._place, **self._own, database=HOSPITAL)
        with connected as connection, connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*), SUM(id), SUM(cost) FROM visits")
            count, keys, costs = cursor.fetchone() or (0, 0, 0)
            return count, int(keys), float(costs)


def run(options: BenchOptions) -> BenchResult:
    """Measure both parts on a server of this benchmark's own."""
    folder = options.workspace / "mariadb"
    folder.mkdir(parents=True)
    source, server = MariaServer(folder), EmbeddedPostgres(options.workspace / "ws")
    try:
        server.ensure()
        return anyio.run(measured, "binlog", server, OnMariaDB(source.url), options)
    finally:
        source.stop()
        server.destroy()


if __name__ == "__main__":
    OnMariaDB(sys.argv[1]).write(int(sys.argv[2]), 2, A_SECOND)
