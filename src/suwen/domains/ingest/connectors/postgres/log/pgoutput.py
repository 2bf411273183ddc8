"""The messages of PostgreSQL's output plug-in `pgoutput`, protocol version 1, with values as text.

Source: PostgreSQL documentation, "Logical Replication Message Formats". A transaction comes whole, in the order of its
commit: Begin, then Relation messages before the first change of a table (and after each change of its columns), Insert,
Update, Delete and Truncate, then Commit. What was rolled back never comes.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

_EPOCH = datetime(2000, 1, 1)
_INT16, _INT32, _INT64 = struct.Struct(">H"), struct.Struct(">I"), struct.Struct(">Q")
_BEGIN, _COMMIT = struct.Struct(">QQI"), struct.Struct(">BQQQ")


class Same(Enum):
    """Stands for a value that an update has left as it was and that the log therefore does not hold (TOAST)."""

    SAME = "same"


SAME = Same.SAME
Value = str | None | Same


@dataclass(frozen=True)
class Relation:
    """A table as it was at the changes that follow; identity: "d" key, "n" nothing, "f" the whole row, "i" an index.

    types: column → oid of its type, in the table's order. key: the columns of its replica identity.
    """

    oid: int
    schema: str
    name: str
    identity: str
    types: Mapping[str, int]
    key: frozenset[str]


@dataclass(frozen=True)
class Begin:
    """A transaction begins. commit: LSN of its commit. at: moment of the commit (UTC). xid: the low 32 bits."""

    commit: int
    at: datetime
    xid: int


@dataclass(frozen=True)
class Commit:
    """The transaction is complete. end: LSN behind its commit."""

    end: int


@dataclass(frozen=True)
class RowChange:
    """A row was inserted (I), updated (U) or deleted (D).

    old: values before, by column: all of them under replica identity FULL, else those of the key, and of an update only
    when they changed; None when the log holds none. new: values after; None for a deletion.
    """

    op: str
    relation: Relation
    old: Mapping[str, Value] | None
    new: Mapping[str, Value] | None


@dataclass(frozen=True)
class Truncate:
    """Tables were emptied."""

    relations: tuple[Relation, ...]


Message = Begin | Commit | RowChange | Truncate | Relation


class Decoder:
    """Decodes the messages of a slot in their order; it remembers the relations."""

    def __init__(self) -> None:
        self._relations: dict[int, Relation] = {}

    def decode(self, data: bytes) -> Message | None:
        """Return a message; None for one that says nothing of rows (types, origins, logical messages)."""
        match data[0]:
            case 0x49:  # I
                relation = self._relations[_INT32.unpack_from(data, 1)[0]]
                new, _ = _tuple(data, 6, relation)
                return RowChange("I", relation, None, new)
            case 0x55:  # U
                relation = self._relations[_INT32.unpack_from(data, 1)[0]]
                old, at = None, 5
                if data[at] != 0x4E:  # K or O before N
                    old, at = _old(data, at, relation)
                new, _ = _tuple(data, at + 1, relation)
                return RowChange("U", relation, old, new)
            case 0x44:  # D
                relation = self._relations[_INT32.unpack_from(data, 1)[0]]
                return RowChange("D", relation, _old(data, 5, relation)[0], None)
            case 0x42:  # B
                commit, moment, xid = _BEGIN.unpack_from(data, 1)
                return Begin(commit, _EPOCH + timedelta(microseconds=moment), xid)
            case 0x43:  # C
                return Commit(_COMMIT.unpack_from(data, 1)[2])
            case 0x52:  # R
                relation = _relation(data)
                self._relations[relation.oid] = relation
                return relation
            case 0x54:  # T
                count = _INT32.unpack_from(data, 1)[0]
                oids = (_INT32.unpack_from(data, 6 + 4 * place)[0] for place in range(count))
                return Truncate(tuple(self._relations[oid] for oid in oids))
            case _:
                return None


def _old(data: bytes, at: int, relation: Relation) -> tuple[Mapping[str, Value], int]:
    values, after = _tuple(data, at + 1, relation)
    if data[at] == 0x4F:  # O: the whole row
        return values, after
    return {name: value for name, value in values.items() if name in relation.key}, after


def _tuple(data: bytes, at: int, relation: Relation) -> tuple[dict[str, Value], int]:
    """Return the values of a row, and where it ends."""
    at += 2
    values: dict[str, Value] = {}
    for name in relation.types:
        kind = data[at]
        at += 1
        if kind == 0x74:  # t: text
            end = at + 4 + _INT32.unpack_from(data, at)[0]
            values[name] = data[at + 4 : end].decode()
            at = end
        else:
            values[name] = SAME if kind == 0x75 else None
    return values, at


def _relation(data: bytes) -> Relation:
    oid = _INT32.unpack_from(data, 1)[0]
    schema, at = _text(data, 5)
    name, at = _text(data, at)
    identity = chr(data[at])
    count = _INT16.unpack_from(data, at + 1)[0]
    at += 3
    types: dict[str, int] = {}
    key: list[str] = []
    for _ in range(count):
        flags = data[at]
        column, at = _text(data, at + 1)
        types[column] = _INT32.unpack_from(data, at)[0]
        at += 8
        if flags & 1:
            key.append(column)
    return Relation(oid, schema or "pg_catalog", name, identity, types, frozenset(key))


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(0, at)
    return data[at:end].decode(), end + 1
