"""Rows into and out of PostgreSQL by COPY, inside the unit of work's transaction."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Literal, cast

from psycopg import sql
from sqlalchemy.ext.asyncio import AsyncSession

from suwen.kernel.driving import driver_of

_PORTION = 5000


async def copy_rows(session: AsyncSession, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Append rows to a table in COPY's text format and return their number.

    table and columns are names of a model of the calling room, never user input. Values are str, int, float, date,
    datetime, uuid, None, or a list of integers for an array column. No change log is written, no default filled in.
    """
    driver = await driver_of(session)
    count = 0
    names = ", ".join(f'"{name}"' for name in columns)
    async with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        portion: list[str] = []
        for row in rows:
            portion.append("\t".join(map(_text, row)))
            count += 1
            if len(portion) == _PORTION:
                await copy.write("\n".join(portion) + "\n")
                portion.clear()
        if portion:
            await copy.write("\n".join(portion) + "\n")
    return count


async def copy_out(session: AsyncSession, table: str, columns: Sequence[str]) -> AsyncIterator[bytes]:
    """Yield the rows of a table in COPY's text format (UTF-8), a piece a row."""
    driver = await driver_of(session)
    async with driver.cursor() as cursor, cursor.copy(_copy("COPY {} ({}) TO STDOUT", table, columns)) as copy:
        async for piece in copy:
            yield bytes(piece)


async def copy_in(session: AsyncSession, table: str, columns: Sequence[str], pieces: Iterable[bytes]) -> None:
    """Append rows in COPY's text format, cut into pieces anywhere, to a table."""
    driver = await driver_of(session)
    async with driver.cursor() as cursor, cursor.copy(_copy("COPY {} ({}) FROM STDIN", table, columns)) as copy:
        for piece in pieces:
            await copy.write(piece)


def _copy(
    statement: Literal["COPY {} ({}) TO STDOUT", "COPY {} ({}) FROM STDIN"], table: str, columns: Sequence[str]
) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL(statement).format(sql.Identifier(table), names)


def _text(value: object) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, list):
        return "{" + ",".join(map(str, cast("list[int]", value))) + "}"
    text = str(value)
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
        text = text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return text
