"""From the messages of a slot to files of changes, a bounded number of rows in memory."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from suwen.domains.ingest.changefiles import ChangeFiles
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
from suwen.domains.ingest.connectors.postgres.texts import listed, typed
from suwen.domains.ingest.errors import SourceNotPrepared
from suwen.domains.ingest.rawtable import SourceColumn


class ChangeWriter:
    """Writes one table's changes. key: the feed's key columns; types: the columns that are told, with their oids now.

    columns: the same columns as DuckDB reads them. done: is told how many changes there are so far.

    After `close`: files, the changes; end, LSN behind the last transaction.
    """

    def __init__(
        self, folder: Path, position: Position, key: tuple[str, ...], types: Mapping[str, int],
        columns: tuple[SourceColumn, ...], done: Callable[[int], None],
    ) -> None:  # fmt: skip
        self.files = ChangeFiles(folder, key, types, done)
        self._position, self._types, self._columns = position, types, columns
        self._lists = {column.name for column in columns if column.type.endswith("[]")}
        self._decoder = Decoder()
        self._begin = Begin(0, datetime.min, 0)
        self._here = False
        self._seen: dict[str, set[int]] = {}
        self.end = position.lsn

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
                    self.files.emptied(self._begin.at, lsn)
            case None:
                pass

    def _relation(self, relation: Relation) -> None:
        for name, oid in relation.types.items():
            self._seen.setdefault(name, set()).add(oid)
        self.files.know(relation.types)
        if relation.identity != "f" and not set(self.files.key) <= relation.key:
            raise SourceNotPrepared(
                f"table {relation.schema}.{relation.name}: its replica identity no longer has the key columns",
                received=sorted(relation.key),
                allowed=self.files.key,
            )

    def _change(self, lsn: int, change: RowChange) -> None:
        at, old = self._begin.at, change.old or {}
        if change.new is None:
            self.files.deleted(at, lsn, self._texts(old))
            return
        new = dict(change.new)
        untold: list[str] = []
        for name, value in new.items():
            if value is SAME:
                new[name] = old.get(name)
                if name not in old or old[name] is SAME:
                    untold.append(name)
        if change.op == "I":
            self.files.inserted(at, lsn, self._texts(new))
        else:
            self.files.updated(at, lsn, self._texts(old), self._texts(new), untold)

    def _texts(self, values: Mapping[str, Value]) -> dict[str, str | None]:
        """Return the values that are told, lists as DuckDB writes them."""
        told = {name: None if value is SAME else value for name, value in values.items()}
        for name in self._lists:
            if (value := told.get(name)) is not None:
                told[name] = listed(value)
        return told

    def read(self) -> tuple[str, tuple[SourceColumn, ...]]:
        """Return the SELECT of the changes in their order, and the columns in it: those of now, then those of before.

        A column that had another type when something changed comes as the text that the log holds of it.
        """
        columns = [
            column if self._kept_type(column.name) else SourceColumn(column.name, "VARCHAR") for column in self._columns
        ]
        known = {column.name for column in self._columns}
        columns += [SourceColumn(name, "VARCHAR") for name in self._seen if name not in known]
        return self.files.select([typed(column) for column in columns]), tuple(columns)

    def _kept_type(self, name: str) -> bool:
        return self._seen.get(name, set()) <= {self._types.get(name)}
