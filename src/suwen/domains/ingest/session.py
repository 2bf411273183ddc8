"""A DuckDB of its own for one capture: reads a source through an extension, writes parquet, spills to disk."""

from collections.abc import Mapping, Sequence
from copy import copy
from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow as pa
from sqlglot import exp

from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.lake.public import load_extension

SourceError = duckdb.Error
"""What the methods raise when the engine or the source behind it fails; callers turn it into a named error."""

MEMORY_LIMIT = "1GB"


class Session:
    """One in-memory database in UTC, bounded in memory, without access to the network's extension store.

    It has one thread: rows are numbered in the order they come, which takes one; a second one would only make the
    caller's wait for it by asking again and again, a core's worth while other feeds run. Statements that are to run
    at once are run on sessions `beside` it, each on the thread that calls it.

    folder: for what is written beside the database while it is open. working: what is read at once now, by its place;
    rows_read: rows of what was read to its end, where several are.
    """

    def __init__(self, spill: Path, *, memory: str = MEMORY_LIMIT, threads: int = 1) -> None:
        spill.mkdir(parents=True, exist_ok=True)
        self.folder = spill
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory,
            "temp_directory": str(spill),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "threads": threads,
        }
        self._connection = duckdb.connect(":memory:", config=config)
        self._connection.execute("SET TimeZone = 'UTC'")
        self._beside: list[duckdb.DuckDBPyConnection] = []
        self._done: float | None = None
        self.stopped = False
        self.working: dict[int, str] = {}
        self.rows_read = 0

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back memory, files and connections to the source."""
        for connection in self._beside:
            connection.close()
        self._connection.close()

    def beside(self, threads: int) -> tuple["Session", ...]:
        """Return so many sessions on the same database, with all that is attached to it; `close` closes them too."""
        statement = f"SET threads = {threads:d}"
        self._connection.execute(statement)
        made = tuple(copy(self) for _ in range(threads))
        for session in made:
            session._connection, session._beside = self._connection.cursor(), []
            # A cursor does not take over what the session was told.
            session._connection.execute("SET TimeZone = 'UTC'")
            self._beside.append(session._connection)
        return made

    def execute(self, sql: str, params: Mapping[str, object] | Sequence[object] | None = None) -> None:
        """Run a statement whose result does not matter."""
        self._connection.execute(sql, params)

    def rows(self, sql: str, params: Mapping[str, object] | Sequence[object] | None = None) -> list[tuple[object, ...]]:
        """Run a query and return its rows; only for small results."""
        return self._connection.execute(sql, params).fetchall()

    def table(self, sql: str) -> pa.Table:
        """Run a query and return its rows as Arrow; only for small results."""
        return self._connection.sql(sql).to_arrow_table()

    def batches(self, sql: str, rows: int) -> pa.RecordBatchReader:
        """Run a query and return its rows as Arrow, so many at a time, as they are asked for."""
        return self._connection.execute(sql).to_arrow_reader(rows)

    def describe(self, sql: str) -> tuple[SourceColumn, ...]:
        """Return the columns of a query without running it."""
        return tuple(SourceColumn(str(row[0]), str(row[1])) for row in self.rows(f"DESCRIBE {sql}"))

    def register(self, name: str, data: object) -> None:
        """Make an Arrow table or reader readable under a name."""
        self._connection.register(name, data)

    def write_parquet(self, sql: str, path: Path) -> int:
        """Write a query's rows to one zstd parquet file; returns how many."""
        target = literal(str(path))
        written = self.rows(f"COPY ({sql}) TO {target} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)")
        return int(str(written[0][0]))

    def progress(self) -> float:
        """Return the percentage that was told, else of the running query, -1 when unknown; from any thread."""
        return self._done if self._done is not None else float(self._connection.query_progress())

    def tell(self, percent: float) -> None:
        """Say how far a work of many statements is."""
        self._done = percent

    def interrupt(self) -> None:
        """Stop the running queries, here and beside; may be called from another thread. `stopped` is true then."""
        self.stopped = True
        for connection in (self._connection, *self._beside):
            connection.interrupt()

    def load(self, extension: str) -> None:
        """Load an extension from its wheel `duckdb-extension-<name>`; nothing is downloaded."""
        load_extension(self._connection, extension)


def literal(value: str) -> str:
    """Return `value` as a DuckDB string literal, for places where DuckDB takes no parameter."""
    return exp.Literal.string(value).sql("duckdb")


def quoted(name: str, dialect: str = "duckdb") -> str:
    """Return `name` as a quoted identifier."""
    return exp.to_identifier(name, quoted=True).sql(dialect)
