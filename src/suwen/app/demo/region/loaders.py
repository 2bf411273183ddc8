"""Load a region into real servers: the general hospital into PostgreSQL, the TCM hospital into MySQL or MariaDB."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString, Protocol, cast

import psycopg
import pyarrow as pa
from psycopg import sql

from suwen.app.demo.region.schema import SourceTable, schema
from suwen.app.demo.region.writers import arrays, dumped, joined_rows, parquet

_BATCH = 65_536


def postgres_table(namespace: str, table: SourceTable) -> list[sql.Composed]:
    """Statements that create a table with types, primary key, index on the business key and comments in Chinese."""
    name = sql.Identifier(namespace, table.name.lower())
    row = table.columns[table.place("row")].name.lower()
    lines = [
        sql.SQL("{} {}").format(sql.Identifier(column.name.lower()), sql.SQL(cast(LiteralString, column.type)))
        for column in table.columns
    ]
    lines.append(sql.SQL("PRIMARY KEY ({})").format(sql.Identifier(row)))
    comments = [
        sql.SQL("COMMENT ON COLUMN {} IS {}").format(
            sql.Identifier(namespace, table.name.lower(), column.name.lower()), sql.Literal(column.title)
        )
        for column in table.columns
    ]
    return [
        sql.SQL("DROP TABLE IF EXISTS {}").format(name),
        sql.SQL("CREATE TABLE {} ({})").format(name, sql.SQL(", ").join(lines)),
        sql.SQL("COMMENT ON TABLE {} IS {}").format(name, sql.Literal(table.title)),
        *comments,
    ]


def postgres_indexes(namespace: str, table: SourceTable) -> list[sql.Composed]:
    """Indexes that a hospital keeps: the business key and the time of change; made after the rows are in."""
    name = sql.Identifier(namespace, table.name.lower())
    columns = (table.key, table.columns[table.place("updated")].name)
    return [sql.SQL("CREATE INDEX ON {} ({})").format(name, sql.Identifier(column.lower())) for column in columns]


def load_postgres(dsn: str, folder: Path, namespace: str = "his") -> dict[str, int]:
    """Create the tables of the general hospital in a schema of a PostgreSQL database and copy the rows in.

    folder: `manifest.source('general')`. Names are in lower case there, as PostgreSQL folds them. Existing tables of
    these names are replaced. Returns rows per table. Raises psycopg.Error.
    """
    counts: dict[str, int] = {}
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(namespace)))
        for name, table in schema("general").tables.items():
            for statement in postgres_table(namespace, table):
                cursor.execute(statement)
            counts[name] = 0
            copy = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(namespace, name.lower()))
            with cursor.copy(copy) as stream:
                for rows, text in _copy_batches(folder / f"{name}.parquet"):
                    stream.write(text)
                    counts[name] += rows
            for statement in postgres_indexes(namespace, table):
                cursor.execute(statement)
    return counts


def _copy_batches(path: Path) -> Iterator[tuple[int, bytes]]:
    if not path.exists():
        return
    file: Any = parquet.ParquetFile(path)
    for batch in file.iter_batches(batch_size=_BATCH):
        table = pa.Table.from_batches([batch])
        yield table.num_rows, joined_rows([dumped(column) for column in arrays(table)], "\t").encode()


class _Cursor(Protocol):
    def execute(self, query: str, args: object = None) -> object: ...
    def executemany(self, query: str, args: list[list[str | None]]) -> object: ...


def load_mysql(cursor: _Cursor, folder: Path) -> dict[str, int]:
    """Create the tables of the TCM hospital in the current database of a MySQL or MariaDB connection and fill them.

    cursor: of any DB-API driver with %s parameters (PyMySQL), charset utf8mb4. folder: `manifest.source('tcm')`.
    The session gives up strict mode: the dump holds 0000-00-00, as the source did. Returns rows per table.
    """
    cursor.execute("SET SESSION sql_mode = 'ALLOW_INVALID_DATES'")
    counts: dict[str, int] = {}
    for name, table in schema("tcm").tables.items():
        script = (folder / f"{name}.sql").read_bytes().decode("gb18030").replace("CHARSET=gb18030", "CHARSET=utf8mb4")
        for statement in _without_comments(script).split(";\n"):
            if statement.strip():
                cursor.execute(statement)
        columns = ", ".join(f"`{column.name}`" for column in table.columns)
        insert = f"INSERT INTO `{name}` ({columns}) VALUES ({', '.join(['%s'] * len(table.columns))})"  # noqa: S608
        counts[name] = 0
        for rows in _batches(read_dump(folder / f"{name}.txt")):
            cursor.executemany(insert, rows)
            counts[name] += len(rows)
    return counts


def _without_comments(script: str) -> str:
    return "\n".join(line for line in script.splitlines() if not line.startswith(("--", "/*!")))


def read_dump(path: Path, encoding: str = "gb18030") -> Iterator[list[str | None]]:
    r"""Rows of a `mysqldump --tab` text file: tab separated, backslash escapes (also before line ends), \N for null."""
    with path.open(encoding=encoding, newline="\n") as stream:
        held = ""
        for piece in stream:
            held += piece
            tail = held.rstrip("\n")
            if not held.endswith("\n") or (len(tail) - len(tail.rstrip("\\"))) % 2:
                continue
            yield [_field(text) for text in _split(tail)]
            held = ""


def _split(line: str) -> list[str]:
    parts = line.split("\t")
    out: list[str] = []
    for part in parts:
        if out and (len(out[-1]) - len(out[-1].rstrip("\\"))) % 2:
            out[-1] += "\t" + part
        else:
            out.append(part)
    return out


def _field(text: str) -> str | None:
    if text == "\\N":
        return None
    if "\\" not in text:
        return text
    out, escaped = "", False
    for char in text:
        if escaped or char != "\\":
            out, escaped = out + char, False
        else:
            escaped = True
    return out


def _batches(rows: Iterator[list[str | None]]) -> Iterator[list[list[str | None]]]:
    batch: list[list[str | None]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == 2_000:
            yield batch
            batch = []
    if batch:
        yield batch
