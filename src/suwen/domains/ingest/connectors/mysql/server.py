"""What a MySQL or MariaDB server is asked besides rows: over a connection that reads only."""

import ssl
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, ClassVar, cast

import pymysql
from pymysql.cursors import DictCursor, SSDictCursor
from sqlglot import exp

from suwen.domains.ingest.errors import SourceUnavailable

Row = dict[str, Any]
LOCK_SECONDS = 1
"""How long a statement waits for a row that somebody holds."""
# Each statement sees one moment, and locks nothing between rows.
_SETTINGS = (
    "SET SESSION TRANSACTION READ ONLY",
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    f"SET SESSION innodb_lock_wait_timeout = {LOCK_SECONDS}",
)


class Opened(pymysql.Connection):  # type: ignore[type-arg] - generic for type checkers only
    """A connection, encrypted where the server offers it; without options of its own it looks at no certificate.

    What encrypts is then the same for all: the driver would read the machine's authorities for each (30 ms).
    """

    _unverified: ClassVar[ssl.SSLContext | None] = None

    def _create_ssl_ctx(self, sslp: Any) -> ssl.SSLContext:
        make = cast("Any", super())._create_ssl_ctx
        if sslp:
            return cast("ssl.SSLContext", make(sslp))
        if Opened._unverified is None:
            Opened._unverified = make(sslp)
        return cast("ssl.SSLContext", Opened._unverified)


class Server:
    """An open connection. database: its own."""

    def __init__(self, opened: "pymysql.Connection[Any]", database: str) -> None:
        self._opened, self.database = opened, database

    def rows(self, sql: str, values: dict[str, Any] | None = None) -> list[Row]:
        """Return the rows of a query, or of a procedure's first answer."""
        with self._opened.cursor(DictCursor) as cursor:
            cursor.execute(sql, values)
            found = list(cursor.fetchall())
            while cursor.nextset():
                pass
            return found

    def one(self, sql: str, values: dict[str, Any] | None = None) -> Row:
        """Return the only row of a query."""
        (row,) = self.rows(sql, values)
        return row

    def stream(self, sql: str, values: dict[str, Any] | None = None) -> Generator[Row]:
        """Give the rows of a query as they come."""
        with self._opened.cursor(SSDictCursor) as cursor:
            cursor.execute(sql, values)
            while (row := cursor.fetchone()) is not None:
                yield row


@contextmanager
def connection(arguments: dict[str, Any]) -> Generator[Server]:
    """Open a connection that reads only; every error of it becomes SourceUnavailable."""
    try:
        opened = Opened(**arguments, charset="utf8mb4", autocommit=True, connect_timeout=30)
    except pymysql.Error as error:
        raise SourceUnavailable(f"MySQL, connection: {_told(error)}") from None
    with opened:
        try:
            for statement in _SETTINGS:
                with opened.cursor() as cursor:
                    cursor.execute(statement)
            yield Server(opened, str(arguments["database"]))
        except pymysql.Error as error:
            raise SourceUnavailable(f"MySQL: {_told(error)}", received=str(error.args[0])) from None


def quoted(*parts: str) -> str:
    """Return a quoted name."""
    return ".".join(exp.to_identifier(part, quoted=True).sql("mysql") for part in parts)


def literal(value: str) -> str:
    """Return a text as a literal, for scripts that somebody else runs."""
    return exp.Literal.string(value).sql("mysql")


def _told(error: pymysql.Error) -> str:
    return str(error.args[-1]).splitlines()[0] if error.args else type(error).__name__
