"""What an engine must be able to do."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from suwen.domains.lake.compose.statement import Statement
from suwen.domains.lake.schemas import Aside, DataFile, TableSpec

DEFAULT_BATCH_ROWS = 65_536


class Engine(Protocol):
    """Runs composed statements and writes finished parquet files; knows nothing of commits."""

    name: str

    def columns(self, statement: Statement) -> tuple[str, ...]:
        """Return the column names of a statement's result without running it."""
        ...

    def table(self, statement: Statement) -> pa.Table:
        """Run a statement and return all rows."""
        ...

    def read(self, statement: Statement, batch_rows: int = DEFAULT_BATCH_ROWS) -> pa.RecordBatchReader:
        """Run a statement; the rows come in batches while it runs."""
        ...

    def write(self, statement: Statement, spec: TableSpec, folder: Path, aside: Aside | None = None) -> list[DataFile]:
        """Write the result as zstd parquet files of a table: one for each partition value, sorted as the spec says.

        The statement gives exactly the spec's columns, then `aside` (BIGINT) where rows are to be left out. Files lie
        under `folder`, named by `new_file`; nothing is committed. Raises DataMismatch when a value does not convert or
        a partition value is NULL.
        """
        ...

    def write_or_hold(
        self, statement: Statement, spec: TableSpec, folder: Path, aside: Aside | None, most: int
    ) -> list[DataFile] | pa.Table:
        """Like write; a result of `most` rows or fewer may be returned instead, unsorted."""
        ...

    def export(self, statement: Statement, path: Path, format_: str) -> int:
        """Write the result to one file, `csv` or `parquet`; returns the number of rows."""
        ...

    def close(self) -> None:
        """Give back what the engine holds."""
        ...


EngineFactory = Callable[[Path], Engine]
