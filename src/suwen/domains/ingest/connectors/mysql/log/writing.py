"""From what a log tells of a table to files of changes, a bounded number of rows in memory."""

from collections.abc import Callable, Iterable, Sequence

from suwen.domains.ingest.changefiles import ChangeFiles
from suwen.domains.ingest.connectors.mysql.log.charsets import Charsets
from suwen.domains.ingest.connectors.mysql.log.reading import Change, Kept
from suwen.domains.ingest.connectors.mysql.log.tables import NUMERIC, Column, Declared, Unknown, layout
from suwen.domains.ingest.connectors.mysql.log.values import passing, reader
from suwen.domains.ingest.connectors.mysql.log.zones import LocalTime
from suwen.domains.ingest.connectors.mysql.server import Server
from suwen.domains.ingest.connectors.mysql.texts import BINARY, SourceType, typed
from suwen.domains.ingest.errors import ChangesLost
from suwen.domains.ingest.rawtable import SourceColumn

_BYTES = frozenset((249, 250, 251, 252))
# A declared type, and those by which the log may write it.
_KINDS = {
    "tinyint": {1}, "smallint": {2}, "mediumint": {9}, "int": {3}, "bigint": {8}, "float": {4}, "double": {5},
    "decimal": {246}, "date": {10, 14}, "datetime": {12, 18}, "timestamp": {7, 17}, "time": {11, 19}, "year": {13},
    "bit": {16}, "enum": {247}, "set": {248}, "json": {245}, "char": {254}, "binary": {254}, "varchar": {15, 253},
    "varbinary": {15, 253}, "uuid": {254}, "inet4": {254}, "inet6": {254},
}  # fmt: skip


class Columns:
    """The columns of a table as the log tells them, each time that they become others.

    declared: those of now. know: is told the names that changes tell.
    """

    def __init__(
        self, server: Server, declared: Sequence[Declared], mariadb: bool, know: Callable[[Iterable[str]], None]
    ) -> None:
        self._declared, self._mariadb, self._know = declared, mariadb, know
        self._charsets, self._zone = Charsets(server), LocalTime(server)
        self._others: set[str] = set()

    def of(self, body: bytes, at: int) -> Kept:
        """Return the columns of a table map. Raises ChangesLost where it does not name them and they were others."""
        try:
            found = layout(body, at, self._declared, self._charsets, self._mariadb)
        except Unknown:
            raise ChangesLost(
                "the table had another number of columns, and the log does not name them; with binlog_row_metadata = "
                "FULL it does"
            ) from None
        self._others |= {column.name for column in found.columns if not _as_now(column)}
        self._know(column.name for column in found.columns if column.told)
        names = tuple(column.name if column.told else "" for column in found.columns)
        passes = tuple(map(passing, found.columns))
        readers = tuple(
            reader(column, self._zone) if column.told else over
            for column, over in zip(found.columns, passes, strict=True)
        )
        return Kept(names, readers, passes)

    def select(self, files: ChangeFiles, columns: Sequence[SourceColumn]) -> tuple[str, tuple[SourceColumn, ...]]:
        """Return the SELECT of the changes in their order, and the columns in it: those of now, then those of before.

        columns: as a read of the table gives them. One that was of another type when something changed comes as text.
        """
        types = {column.name: column.type for column in self._declared}
        told = [SourceColumn(one.name, "VARCHAR") if one.name in self._others else one for one in files.told(columns)]
        return files.select([typed(one, types.get(one.name)) for one in told]), tuple(told)


def _as_now(column: Column) -> bool:
    """Say whether the log writes a column as it is declared now."""
    declared = column.type
    if declared is None:
        return False
    kinds = _KINDS.get(declared.data, {255} if declared.data in BINARY else set[int]())
    if column.kind in _BYTES:
        return (declared.data in BINARY) == (column.decode is None)
    if column.kind not in kinds or (column.kind in NUMERIC and column.unsigned != declared.unsigned):
        return False
    return column.kind != 246 or _digits(declared) == (column.meta >> 8, column.meta & 0xFF)


def _digits(declared: SourceType) -> tuple[int, ...]:
    """Return precision and scale of ``decimal(10,2)``."""
    return tuple(int(part) for part in declared.full.partition("(")[2].partition(")")[0].split(","))


def write(files: ChangeFiles, change: Change) -> None:
    """Write a change; values that the log does not tell stay as they were.

    Raises ChangesLost where a new row is not told whole, or a row's key is not told (`binlog_row_image`).
    """
    if change.untold and (change.op == "I" or not set(files.key).isdisjoint(change.untold)):
        raise ChangesLost(
            f"a session did not write rows whole into the log (binlog_row_image): {list(change.untold)} are missing",
            received=change.place,
        )
    if change.op == "U":
        files.updated(change.at, change.place, change.before, change.after, change.untold)
    elif change.op == "I":
        files.inserted(change.at, change.place, change.after)
    else:
        files.deleted(change.at, change.place, change.before)
