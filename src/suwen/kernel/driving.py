"""PostgreSQL's driver beneath a session, for the few statements that run so often that each round trip counts."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

import psycopg
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

Statement = tuple[str, Sequence[object]]
"""SQL with %s for each parameter, and the parameters."""


async def driver_of(session: AsyncSession) -> Any:
    """Return the connection of the session's transaction as the driver knows it."""
    connection = await (await session.connection()).get_raw_connection()
    # Any: psycopg's async connection, which SQLAlchemy gives out untyped.
    return cast("Any", connection.driver_connection)


async def executed(session: AsyncSession, *statements: Statement) -> list[list[tuple[Any, ...]]]:
    """Execute statements in one round trip, in their order and the session's transaction; returns the rows of each.

    Raises SQLAlchemy's OperationalError where the server is gone, else the driver's errors.
    """
    driver = await driver_of(session)
    try:
        async with driver.pipeline():
            cursors = [await driver.execute(sql, given) for sql, given in statements]
        return [await cursor.fetchall() if cursor.description else [] for cursor in cursors]
    except psycopg.OperationalError as error:
        raise OperationalError(None, None, error) from error


def array_of(values: Iterable[str]) -> str:
    """Return texts as PostgreSQL writes an array of them; as a parameter many times cheaper than a list."""
    written = [
        value.replace("\\", "\\\\").replace('"', '\\"') if '"' in value or "\\" in value else value for value in values
    ]
    return '{"' + '","'.join(written) + '"}' if written else "{}"
