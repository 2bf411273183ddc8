"""Rows into PostgreSQL by COPY, inside the unit of work's transaction."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

_PORTION = 5000


async def copy_rows(session: AsyncSession, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Append rows to a table in COPY's text format and return their number.

    table and columns are names of a model of the calling room, never user input. Values are str, int, float, date,
    datetime, uuid, None, or a list of integers for an array column. No change log is written, no default filled in.
    """
    connection = await (await session.connection()).get_raw_connection()
    # Any: psycopg's async connection, which SQLAlchemy gives out untyped.
    driver = cast("Any", connection.driver_connection)
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


def _text(value: object) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, list):
        return "{" + ",".join(map(str, cast("list[int]", value))) + "}"
    text = str(value)
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
        text = text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return text
