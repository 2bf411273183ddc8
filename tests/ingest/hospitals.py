"""Databases of a hospital with a table of visits whose changes triggers write down, on every server that can."""

import os
from abc import ABC, abstractmethod
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pymysql
from pymysql.constants import CLIENT

from suwen.kernel.ids import new_id
from suwen.kernel.postgres import EmbeddedPostgres


class Hospital(ABC):
    """A database with an empty table `visits`; admin: its administrator's connection, which commits by itself.

    The platform reads as an account that may do nothing before the administrator has run what it asks for.
    """

    connector: str
    left: int
    """Changes that a clean-up leaves of those that were read."""
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
        return list(cursor.fetchall()) if cursor.description else []

    def visits(self) -> list[tuple[Any, ...]]:
        """Return id, patient and cost of the visits as they stand."""
        found = self.execute("SELECT id, pid, cost FROM visits")
        return sorted((str(key), pid, int(cost)) for key, pid, cost in found)


class OnPostgres(Hospital):
    """On PostgreSQL."""

    connector = "postgres"
    left = 0

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


class OnMariaDB(Hospital):
    """On MariaDB, or MySQL. server: its address; without one that of the tests' server."""

    connector = "mysql"
    left = 1

    def __init__(self, server: str | None = None) -> None:
        super().__init__()
        url = urlsplit(server or os.environ["SUWEN_TEST_MARIADB"])
        self._place: dict[str, Any] = {"host": url.hostname or "127.0.0.1", "port": url.port or 3306}
        self._own: dict[str, Any] = {
            "user": url.username or "root",
            "password": url.password or "",
            "charset": "utf8mb4",
        }
        self.admin = pymysql.connect(**self._place, **self._own, autocommit=True, client_flag=CLIENT.MULTI_STATEMENTS)
        self.run(f"CREATE DATABASE {self.name} CHARACTER SET utf8mb4; USE {self.name}")
        self.run(f"CREATE USER {self.account} IDENTIFIED BY 'read'")
        self.run("CREATE TABLE visits (id INT PRIMARY KEY, pid TEXT, kind TEXT, started DATE, cost DECIMAL(20, 2))")

    def connect(self) -> Any:
        """Return a connection of an application."""
        return pymysql.connect(**self._place, **self._own, database=self.name)

    def options(self) -> dict[str, Any]:
        """Return the options by which the platform reads."""
        return {**self._place, "database": self.name, "user": self.account, "password": "read"}

    def run(self, script: str) -> None:
        """Run a script as its administrator would."""
        with self.admin.cursor() as cursor:
            cursor.execute(script)
            while cursor.nextset():
                pass

    def drop(self) -> None:
        """Leave nothing behind."""
        self.run(f"DROP USER {self.account}; DROP DATABASE {self.name}")
        self.admin.close()
