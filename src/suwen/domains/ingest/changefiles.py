"""Changes that a source tells, as parquet files: a bounded number of rows in memory, however many there are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from suwen.domains.ingest import changelog
from suwen.domains.ingest.changelog import DELETED, EMPTIED, INSERTED, UPDATED
from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.ingest.session import literal

CHUNK = 20_000
"""Changes of a file: so many lie in memory."""
Values = Mapping[str, str | None]
"""Column → its value as the source writes it."""


class ChangeFiles:
    """Writes one table's changes in the order in which they are given, values as text.

    key: the feed's key columns. names: the table's columns as they are now; what a change tells beside them stands
    behind them. done: is told how many changes there are so far.

    changes: how many were given. partial: some leave values untold, or empty the table.
    """

    def __init__(self, folder: Path, key: Sequence[str], names: Iterable[str], done: Callable[[int], None]) -> None:
        self._folder, self._done = folder, done
        self._names = dict.fromkeys(names)
        self.key = tuple(next((name for name in self._names if name.lower() == one.lower()), one) for one in key)
        self._rows: list[Values] = []
        self._beside: list[tuple[str, datetime, int, Sequence[str] | None]] = []
        self._files = 0
        self.changes = 0
        self.partial = False

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of the files: those of now, then those that only changes told."""
        return tuple(self._names)

    def told(self, columns: Sequence[SourceColumn]) -> tuple[SourceColumn, ...]:
        """Return the table's columns with their types, and those that only changes told, as text."""
        known = {column.name for column in columns}
        return (*columns, *(SourceColumn(name, "VARCHAR") for name in self.names if name not in known))

    def know(self, names: Iterable[str]) -> None:
        """Have columns in the files that the table may have had before."""
        self._names.update(dict.fromkeys(names))

    def inserted(self, at: datetime, place: int, new: Values) -> None:
        """Take a new row. at: when, UTC; place: its number in the source's order."""
        self._add(INSERTED, at, place, new)

    def updated(self, at: datetime, place: int, old: Values, new: Values, untold: Sequence[str] = ()) -> None:
        """Take a row's update. old: what is told of it before. untold: columns that stay as they were, unknown here.

        Another key is another row: the one is gone, the other is new.
        """
        if any(name in old and old[name] != new.get(name) for name in self.key):
            self._add(DELETED, at, place, {**new, **old})
            self._add(INSERTED, at, place, new, untold)
        else:
            self._add(UPDATED, at, place, new, untold)

    def deleted(self, at: datetime, place: int, old: Values) -> None:
        """Take a row's deletion; old: its key at least."""
        self._add(DELETED, at, place, old)

    def emptied(self, at: datetime, place: int) -> None:
        """Take it that all rows are gone."""
        self._add(EMPTIED, at, place, {})

    def imaged(self, op: str, at: datetime, place: int, before: Values, after: Values) -> None:
        """Take a change that is told by its operation and the row before and after it."""
        self.know(before)
        self.know(after)
        if op == EMPTIED:
            self.emptied(at, place)
        elif op == DELETED:
            self.deleted(at, place, before)
        elif op == INSERTED:
            self.inserted(at, place, after)
        else:
            self.updated(at, place, before, after)

    def close(self) -> None:
        """Write what is left; of no change a file without rows."""
        if self._rows or not self._files:
            self._flush()

    def select(self, columns: Sequence[exp.Expr]) -> str:
        """Return the SELECT of the changes in their order: expressions over the files' columns, then `changelog`'s."""
        beside = (changelog.OP, changelog.COMMITTED, changelog.SEQUENCE, changelog.SAME)
        files = ", ".join(literal(str(self._path(number))) for number in range(self._files))
        named = (exp.column(exp.to_identifier(name, quoted=True)) for name in beside)
        return f"{exp.select(*columns, *named).sql('duckdb')} FROM read_parquet([{files}], union_by_name => true)"

    def _add(self, op: str, at: datetime, place: int, values: Values, untold: Sequence[str] = ()) -> None:
        self._rows.append(values)
        self._beside.append((op, at, place, untold or None))
        self.partial = self.partial or bool(untold) or op == EMPTIED
        self.changes += 1
        if len(self._rows) >= CHUNK:
            self._flush()

    def _flush(self) -> None:
        ops, moments, places, untold = zip(*self._beside, strict=True) if self._beside else ((), (), (), ())
        arrays: dict[str, Any] = {
            changelog.OP: pa.array(ops, pa.string()),
            changelog.COMMITTED: pa.array(moments, pa.timestamp("us")),
            changelog.SEQUENCE: pa.array(places, pa.int64()),
            changelog.SAME: pa.array(untold, pa.list_(pa.string())),
        }
        arrays |= {name: pa.array([row.get(name) for row in self._rows], pa.string()) for name in self._names}
        table = pa.table(arrays)
        with pq.ParquetWriter(self._path(self._files), table.schema, compression="zstd") as file:
            file.write_table(table)
        self._files += 1
        self._rows.clear()
        self._beside.clear()
        self._done(self.changes)

    def _path(self, number: int) -> Path:
        return self._folder / f"changes-{number:05d}.parquet"
