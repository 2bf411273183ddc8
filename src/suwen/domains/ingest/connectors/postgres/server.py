"""What a PostgreSQL server is asked besides rows: over a connection whose text formats are those that DuckDB reads."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from suwen.domains.ingest.errors import SourceUnavailable

# What the output functions of types depend on; nothing is ever written at a source.
_SETTINGS = {
    "datestyle": "ISO, YMD", "timezone": "UTC", "intervalstyle": "postgres", "extra_float_digits": "1",
    "bytea_output": "hex", "default_transaction_read_only": "on",
}  # fmt: skip
Row = dict[str, Any]


@contextmanager
def connection(arguments: dict[str, Any], timeout_seconds: int = 0) -> Generator[psycopg.Connection[Row]]:
    """Open a read-only connection; every error of it becomes SourceUnavailable, without what may hold a password."""
    try:
        opened: psycopg.Connection[Row] = psycopg.Connection[Row].connect(
            **arguments, autocommit=True, application_name="suwen", row_factory=dict_row
        )
    except psycopg.Error as error:
        raise SourceUnavailable(f"PostgreSQL, connection: {_told(error)}") from None
    with opened:
        try:
            settings = _SETTINGS | {"statement_timeout": str(timeout_seconds * 1000)}
            for name, value in settings.items():
                opened.execute("SELECT set_config(%s, %s, false)", [name, value])
            yield opened
        except psycopg.Error as error:
            raise SourceUnavailable(f"PostgreSQL: {_told(error)}", received=error.sqlstate) from None


def identifier(*parts: str) -> str:
    """Return a quoted name."""
    return sql.Identifier(*parts).as_string()


def _told(error: psycopg.Error) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
