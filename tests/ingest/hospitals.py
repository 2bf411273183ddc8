"""Databases of a hospital with a table of visits whose changes triggers write down, on every server that can."""

from abc import ABC, abstractmethod
from typing import Any

import psycopg

from suwen.kernel.ids import new_id
from suwen.kernel.postgres import EmbeddedPostgres


class Hospital(ABC):
    """A database with an empty table `visits`; admin: its administrator's connection, which commits by itself.

    The platform reads as an account that may do nothing before the administrator has run what it asks for.
    """

    connector: str
    numeric: str
    admin: Any

    def __init__(self) -> None:
        self.name = f"hospital_{new_id().hex[-16:]}"
        self.account = f"reader_{new_id().hex[-12:]}"

    @abstractmethod
    def connect(self) -> Any:
        """Return a connection of an application, which does not commit by itself."""

    @abstractmethod
    def options(self) -> dict[str, Any]:
        """Return the options by which the platform reads."""

    @abstractmethod
    def run(self, script: str) -> None:
        """Run a script as its administrator would."""

    @abstractmethod
    def drop(self) -> None:
        """Leave nothing behind."""

    def execute(self, sql: str, values: list[Any] | None = None) -> list[Any]:
        """Run a statement as administrator; return its rows, if it has any."""
        cursor = self.admin.cursor()
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []

    def visits(self) -> list[tuple[Any, ...]]:
        """Return id, patient and cost of the visits as they stand."""
        found = self.execute("SELECT id, pid, cost FROM visits")
        return sorted((str(key), pid, int(cost)) for key, pid, cost in found)


class OnPostgres(Hospital):
    """On PostgreSQL."""

    connector = "postgres"

    def __init__(self, server: EmbeddedPostgres) -> None:
        super().__init__()
        self._server = server
        server.create_database(self.name)
        self.admin = psycopg.connect(server.dsn(self.name), autocommit=True)
        self.execute(f"CREATE ROLE {self.account} LOGIN")
        self.execute("CREATE TABLE visits (id INT PRIMARY KEY, pid TEXT, kind TEXT, started DATE, cost NUMERIC)")

    def connect(self) -> Any:
        """Return a connection of an application."""
        return psycopg.connect(self._server.dsn(self.name))

    def options(self) -> dict[str, Any]:
        """Return the options by which the platform reads."""
        info = self.admin.info
        return {"host": info.host, "port": info.port, "database": self.name, "user": self.account}

    def run(self, script: str) -> None:
        """Run a script as its administrator would."""
        self.admin.execute(script)

    def drop(self) -> None:
        """Leave nothing behind."""
        self.execute(f"DROP OWNED BY {self.account}")
        self.execute(f"DROP ROLE {self.account}")
        self.admin.close()
        self._server.drop_database(self.name)
