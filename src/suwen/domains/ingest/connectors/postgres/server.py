"""What a PostgreSQL server is asked besides rows: over a connection whose text formats are those that DuckDB reads."""

import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from suwen.domains.ingest.changelog import Wanted
from suwen.domains.ingest.errors import SourceUnavailable

PREFIX = "suwen_"
LONGEST_NAME = 63
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


def own_name(wanted: Wanted) -> str:
    """Return the name of what a source keeps for a feed; another installation that reads the same table has another."""
    return shortened(f"{PREFIX}{wanted.installation}_{wanted.feed.replace('.', '__')}")


def shortened(name: str) -> str:
    """Return a name of at most 63 letters, told from others by its digest."""
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def beginning_with(text: str, *, exactly: bool = False) -> str:
    """Return the pattern (LIKE … ESCAPE '!') of names that begin with a text, or that are it."""
    return "".join(f"!{letter}" if letter in "!%_" else letter for letter in text) + ("" if exactly else "%")


def identifier(*parts: str) -> str:
    """Return a quoted name."""
    return sql.Identifier(*parts).as_string()


def _told(error: psycopg.Error) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
