"""From the events of a log to what happened to one table, transaction by transaction."""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from suwen.domains.ingest.changefiles import Values
from suwen.domains.ingest.connectors.mysql.log import events
from suwen.domains.ingest.connectors.mysql.log.events import Event
from suwen.domains.ingest.connectors.mysql.log.packing import Read, inflated, integer
from suwen.domains.ingest.connectors.mysql.log.position import FIRST, Position, number, sequence
from suwen.domains.ingest.connectors.mysql.log.statements import Effect, Followed
from suwen.domains.ingest.connectors.mysql.log.tables import named
from suwen.domains.ingest.errors import ChangesLost, SourceNotPrepared

_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True, eq=False)
class Kept:
    """The columns of a row event: names ("" for one that is not wanted) and readers, in the log's order.

    passes: what passes over a value.
    """

    names: tuple[str, ...]
    readers: tuple[Read, ...]
    passes: tuple[Read, ...]


class Change(NamedTuple):
    """A row was inserted (I), updated (U) or deleted (D). at: of its transaction, UTC; place: its number in the log's
    order; before, after: the row, empty where there is none; before an update that leaves the key as it is and is told
    whole: the key alone. untold: columns that stand in neither image.
    """

    op: str
    at: datetime
    place: int
    before: Values
    after: Values
    untold: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Emptied:
    """All rows of the table are gone."""

    at: datetime
    place: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A transaction is complete: here one may stop, and begin again."""

    position: Position


Columns = Sequence[tuple[str, Read]]


@dataclass(frozen=True)
class Images:
    """What the images of a row event hold. identity: of the one before, the key to be read, the rest to be passed over;
    None where all of it is wanted.
    """

    before: Columns
    after: Columns
    identity: Columns | None
    untold: tuple[str, ...]


class Undone(Exception):
    """A transaction stands in the log and never took place; start: where it begins."""

    def __init__(self, start: tuple[int, int]) -> None:
        super().__init__(str(start))
        self.start = start


class Reading:
    """Reads a log from a position on. columns: gives the columns of a table map of the followed table, whose body and
    place of its columns it gets. key: columns that name a row. skipped: where transactions begin that never took place.
    """

    def __init__(
        self, begins: Position, followed: Followed, columns: Callable[[bytes, int], Kept], key: Sequence[str],
        skipped: frozenset[tuple[int, int]] = frozenset(),
    ) -> None:  # fmt: skip
        self._position, self._followed, self._columns, self._skipped = begins, followed, columns, skipped
        self._key = frozenset(key)
        self._images: dict[tuple[Kept, str, bytes], Images] = {}
        self._tables: dict[int, Kept | None] = {}
        self._known: dict[bytes, tuple[int, Kept | None]] = {}
        self._open = self._begun = self._told = False
        self._start = begins.place
        self._at, self._gtid = _EPOCH, begins.gtid
        self._checked = begins.begun == 0

    def read(self, packets: Iterable[bytes]) -> Generator[Change | Emptied | Ended]:
        """Give what happened. Raises Undone, ChangesLost, SourceNotPrepared."""
        for event in events.parsed(packets, self._position.file):
            kind = event.kind
            if kind == events.TABLE_MAP:
                self._table(event)
            elif kind in events.ROWS:
                yield from self._rows(event)
            elif kind == events.XID:
                yield self._end(event)
            elif kind in (events.QUERY, events.QUERY_COMPRESSED):
                yield from self._statement(event)
            elif kind in (events.GTID, events.ANONYMOUS, events.GTID_TAGGED, events.MARIADB_GTID):
                gtid, moment, single = events.gtid(event)
                self._begin(event, moment)
                self._gtid = gtid or self._gtid
                self._open = kind == events.MARIADB_GTID and not single
            elif kind in (events.FORMAT, events.ROTATE):
                yield from self._file(event)
            elif kind == events.XA_PREPARE:
                self._refuse_if_told("prepared it (XA) and left open whether it takes place")
                yield self._end(event)
            elif kind == events.PARTIAL_UPDATE:
                self._partial(event)

    def _begin(self, event: Event, moment: int) -> None:
        self._start, self._begun, self._told = (number(event.file), event.start), True, False
        self._at = _EPOCH + timedelta(microseconds=moment)

    def _end(self, event: Event) -> Ended:
        self._open = self._begun = self._told = False
        return self._ended(event.file, event.end)

    def _ended(self, file: str, offset: int) -> Ended:
        begun = self._position.begun if file == self._position.file else 0
        self._position = Position(file, offset, begun, self._position.layout, self._gtid)
        return Ended(self._position)

    def _file(self, event: Event) -> Generator[Ended]:
        """Take the beginning or the end of a file."""
        if event.kind == events.ROTATE:
            name = event.file if event.fake else event.body[8:].decode()
            if number(name) != number(self._position.file):
                if not event.fake:
                    self._open = self._begun = self._told = False
                if not self._open:
                    yield self._ended(name, FIRST)
            return
        if event.fake and not self._checked and event.at != self._position.begun:
            raise ChangesLost(
                f"{self._position.file} is another file than the one that was read before: the server was restored, or "
                "its binlog was begun anew",
                received=str(self._position),
            )
        self._checked = True
        if not event.fake and self._open:
            # The server went down amid its writing.
            self._undo()
        if event.fake and self._position.offset > FIRST:
            begun, offset = event.at, self._position.offset
        else:
            begun, offset = event.at, event.end or FIRST
        self._position = Position(event.file, offset, begun, self._position.layout, self._gtid)
        yield Ended(self._position)

    def _statement(self, event: Event) -> Generator[Emptied | Ended]:
        said = events.statement(event)
        effect = self._followed.effect(said)
        if effect is Effect.BEGIN:
            if not self._begun:
                self._begin(event, event.at * 1_000_000)
            self._open = True
            return
        where = f"{event.file} {event.start}"
        if effect is Effect.WRITTEN:
            raise ChangesLost(
                f"{where}: a session changed {self._followed.table} by a statement that the log holds as such, not row "
                "by row (binlog_format of that session)",
                received=where,
            )
        if effect is Effect.REPLACED:
            raise ChangesLost(f"{where}: {self._followed.table} was replaced or renamed", received=where)
        if effect is Effect.ALTERED and self._position.layout:
            raise ChangesLost(
                f"{where}: the columns of {self._followed.table} were altered, and the log does not name them; with "
                "binlog_row_metadata = FULL it does",
                received=where,
            )
        if effect is Effect.PARTLY_UNDONE:
            self._refuse_if_told("was undone in part")
        if effect is Effect.UNDONE:
            self._undo()
        if effect is Effect.EMPTIED:
            if not self._begun:
                self._begin(event, event.at * 1_000_000)
            yield Emptied(self._at, sequence(event.file, event.start))
        if effect in (Effect.COMMIT, Effect.UNDONE) or not self._open:
            yield self._end(event)

    def _undo(self) -> None:
        if self._told and self._start not in self._skipped:
            raise Undone(self._start)
        self._open = self._begun = self._told = False

    def _refuse_if_told(self, what: str) -> None:
        if self._told:
            raise SourceNotPrepared(
                f"a transaction that changes {self._followed.table} {what}; capture by triggers or by comparison",
                received=str(self._start),
            )

    def _partial(self, event: Event) -> None:
        if self._tables.get(int.from_bytes(event.body[:6], "little")) is not None:
            raise SourceNotPrepared("the log holds parts of JSON values (binlog_row_value_options = PARTIAL_JSON)")

    def _table(self, event: Event) -> None:
        """Remember whose rows follow; the same table mostly comes again with the same bytes."""
        told = event.body[6:]
        if told not in self._known:
            _, database, name, at = named(event.body)
            mine = self._followed.same(database, name)
            self._known[told] = at, self._columns(event.body, at) if mine else None
        self._tables[int.from_bytes(event.body[:6], "little")] = self._known[told][1]

    def _rows(self, event: Event) -> Generator[Change]:
        op, version = events.ROWS[event.kind]
        kept = self._tables.get(int.from_bytes(event.body[:6], "little"))
        if kept is None:
            return
        self._told = True
        if self._start in self._skipped:
            return
        body, at = event.body, 8
        if version == 2:
            at += int.from_bytes(body[8:10], "little")
        count, at = integer(body, at)
        begin, at = at, at + (count + 7) // 8 * (2 if op == events.UPDATE else 1)
        shape = kept, op, body[begin:at]
        if (images := self._images.get(shape)) is None:
            images = self._images[shape] = _images(kept, op, count, body[begin:at], self._key)
        rows = inflated(body[at:]) if event.kind in events.COMPRESSED_ROWS else body
        at = 0 if rows is not body else at
        place, nothing, untold = sequence(event.file, event.start), dict[str, str | None](), images.untold
        while at < len(rows):
            if op == events.INSERT:
                after, at = _image(images.after, rows, at)
                yield Change(op, self._at, place, nothing, after, untold)
            elif op == events.DELETE:
                before, at = _image(images.before, rows, at)
                yield Change(op, self._at, place, before, nothing, untold)
            elif images.identity is None:
                before, at = _image(images.before, rows, at)
                after, at = _image(images.after, rows, at)
                yield Change(op, self._at, place, before, {**before, **after}, untold)
            else:
                begin = at
                before, at = _image(images.identity, rows, at)
                after, at = _image(images.after, rows, at)
                if any(after[name] != value for name, value in before.items()):
                    before, _ = _image(images.before, rows, begin)
                yield Change(op, self._at, place, before, after, untold)


def _images(kept: Kept, op: str, count: int, bits: bytes, key: frozenset[str]) -> Images:
    """Return what images hold: for each image of a row event a bit for each of its columns."""
    size = (count + 7) // 8
    places = [place for place in range(len(kept.names)) if bits[place // 8] >> place % 8 & 1]
    columns = [(kept.names[place], kept.readers[place]) for place in places]
    if op != events.UPDATE:
        told = {name for name, _ in columns}
        untold = tuple(name for name in kept.names if name and name not in told)
        return Images(columns, columns, None, untold)
    then = [place for place in range(len(kept.names)) if bits[size + place // 8] >> place % 8 & 1]
    after = [(kept.names[place], kept.readers[place]) for place in then]
    told = {name for name, _ in (*columns, *after)}
    untold = tuple(name for name in kept.names if name and name not in told)
    if len(then) < count:
        return Images(columns, after, None, untold)
    identity = [
        (kept.names[place], kept.readers[place]) if kept.names[place] in key else ("", kept.passes[place])
        for place in places
    ]
    return Images(columns, after, identity, untold)


def _image(columns: Columns, data: bytes, at: int) -> tuple[dict[str, str | None], int]:
    """Return the values of an image, and where it ends."""
    size = (len(columns) + 7) // 8
    nothing = int.from_bytes(data[at : at + size], "little")
    at += size
    values: dict[str, str | None] = {}
    for name, read in columns:
        if nothing & 1:
            values[name] = None
        else:
            values[name], at = read(data, at)
        nothing >>= 1
    values.pop("", None)
    return values, at
