"""From the messages of a slot to files of changes, a bounded number of rows in memory."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from suwen.domains.ingest import changelog
from suwen.domains.ingest.changelog import DELETED, EMPTIED, INSERTED, UPDATED
from suwen.domains.ingest.connectors.postgres.log.pgoutput import (
    SAME,
    Begin,
    Commit,
    Decoder,
    Message,
    Relation,
    RowChange,
    Truncate,
    Value,
)
from suwen.domains.ingest.connectors.postgres.log.position import Position
from suwen.domains.ingest.errors import SourceNotPrepared
from suwen.domains.ingest.rawtable import SourceColumn, is_nested
from suwen.domains.ingest.session import literal

CHUNK = 20_000
"""Changes of a file: so many lie in memory, however large a transaction is."""
# Types whose text is the value itself.
_TEXTS = ("VARCHAR", "UUID", "JSON", "ENUM")


class ChangeWriter:
    """Writes one table's changes. key: the feed's key columns; types: the columns that are told, with their oids now.

    columns: the same columns as DuckDB reads them. done: is told how many changes there are so far.

    After `close`: changes, how many; end, LSN behind the last transaction; partial, whether some leave values untold or
    empty the table.
    """

    def __init__(
        self, folder: Path, position: Position, key: tuple[str, ...], types: Mapping[str, int],
        columns: tuple[SourceColumn, ...], done: Callable[[int], None],
    ) -> None:  # fmt: skip
        self._folder, self._position, self._types, self._columns, self._done = folder, position, types, columns, done
        self._key = tuple(next((name for name in types if name.lower() == one.lower()), one) for one in key)
        self._lists = {column.name for column in columns if column.type.endswith("[]")}
        self._decoder = Decoder()
        self._begin = Begin(0, datetime.min, 0)
        self._here = False
        self._seen: dict[str, set[int]] = {}
        self._rows: list[dict[str, Value]] = []
        self._beside: list[tuple[str, datetime, int, list[str] | None]] = []
        self._files = 0
        self.changes = 0
        self.end = position.lsn
        self.partial = False

    def take(self, lsn: int, data: bytes) -> None:
        """Take the next message of the slot, and the LSN that stands beside it."""
        message: Message | None = self._decoder.decode(data)
        match message:
            case RowChange():
                if not self._here:
                    self._change(lsn, message)
            case Begin():
                self._begin, self._here = message, self._position.holds(message.commit, message.xid)
            case Commit():
                self.end = message.end
            case Relation():
                self._relation(message)
            case Truncate():
                if not self._here:
                    self._add(EMPTIED, lsn, {}, None)
            case None:
                pass

    def close(self) -> None:
        """Write what is left; of no change a file without rows."""
        if self._rows or not self._files:
            self._flush()

    def _relation(self, relation: Relation) -> None:
        for name, oid in relation.types.items():
            self._seen.setdefault(name, set()).add(oid)
        if relation.identity != "f" and not set(self._key) <= relation.key:
            raise SourceNotPrepared(
                f"table {relation.schema}.{relation.name}: its replica identity no longer has the key columns",
                received=sorted(relation.key),
                allowed=self._key,
            )

    def _change(self, lsn: int, change: RowChange) -> None:
        if change.new is None:
            self._add(DELETED, lsn, dict(change.old or {}), None)
            return
        old, new = change.old or {}, dict(change.new)
        untold: list[str] = []
        for name, value in new.items():
            if value is SAME:
                if name in old and (before := old[name]) is not SAME:
                    new[name] = before
                else:
                    untold.append(name)
                    new[name] = None
        moved = [name for name in self._key if name in old and old[name] != new[name]]
        if moved and change.op == UPDATED:
            # Another key is another row: the one is gone, the other is new.
            self._add(DELETED, lsn, {**new, **old}, None)
            self._add(INSERTED, lsn, new, untold)
        else:
            self._add(change.op, lsn, new, untold)

    def _add(self, op: str, lsn: int, values: dict[str, Value], untold: list[str] | None) -> None:
        self._rows.append(values)
        self._beside.append((op, self._begin.at, lsn, untold or None))
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
        for name in [*self._types, *(name for name in self._seen if name not in self._types)]:
            values = [row.get(name) for row in self._rows]
            if name in self._lists:
                values = [listed(value) if isinstance(value, str) else None for value in values]
            arrays[name] = pa.array(values, pa.string())
        table = pa.table(arrays)
        path = self._folder / f"changes-{self._files:05d}.parquet"
        with pq.ParquetWriter(path, table.schema, compression="zstd") as file:
            file.write_table(table)
        self._files += 1
        self._rows.clear()
        self._beside.clear()
        self._done(self.changes)

    def read(self) -> tuple[str, tuple[SourceColumn, ...]]:
        """Return the SELECT of the changes in their order, and the columns in it: those of now, then those of before.

        A column that had another type when something changed comes as the text that the log holds of it.
        """
        columns = [
            column if self._kept_type(column.name) else SourceColumn(column.name, "VARCHAR") for column in self._columns
        ]
        known = {column.name for column in self._columns}
        columns += [SourceColumn(name, "VARCHAR") for name in self._seen if name not in known]
        beside = (changelog.OP, changelog.COMMITTED, changelog.SEQUENCE, changelog.SAME)
        selected = [*(_typed(column) for column in columns), *(_column(name) for name in beside)]
        files = ", ".join(literal(str(self._folder / f"changes-{n:05d}.parquet")) for n in range(self._files))
        text = exp.select(*selected).sql("duckdb")
        return f"{text} FROM read_parquet([{files}], union_by_name => true)", tuple(columns)

    def _kept_type(self, name: str) -> bool:
        return self._seen.get(name, set()) <= {self._types.get(name)}


def listed(text: str) -> str:
    """Return a list as DuckDB writes it: ``{a,"b,c",NULL}`` → ``[a,"b,c",NULL]``."""
    made: list[str] = []
    quoted = escaped = False
    for letter in text:
        if not quoted and letter in "{}":
            made.append("[" if letter == "{" else "]")
        else:
            made.append(letter)
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif letter == '"':
            quoted = not quoted
    return "".join(made)


def _typed(column: SourceColumn) -> exp.Expr:
    """Return the value of a column from the text that PostgreSQL writes of it."""
    value: exp.Expr = _column(column.name)
    kind = column.type.upper()
    if kind == "BLOB":
        # \x0123
        value = exp.func("unhex", exp.func("substr", value, exp.Literal.number(3)))
    elif not kind.startswith(_TEXTS) or is_nested(column.type):
        if kind.startswith(("DATE", "TIMESTAMP")):
            value = exp.func("replace", value, exp.Literal.string(" BC"), exp.Literal.string(" (BC)"))
        value = exp.cast(value, exp.DataType.build(column.type, dialect="duckdb"))
    return exp.alias_(value, column.name, quoted=True)


def _column(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True))
