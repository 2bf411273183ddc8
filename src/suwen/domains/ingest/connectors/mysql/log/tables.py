"""How the log writes a table's rows: its columns at the moment of the changes that follow, and what is known of them.

Source: MySQL internals manual, "TABLE_MAP_EVENT"; the optional metadata are those of `binlog_row_metadata`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from suwen.domains.ingest.connectors.mysql.log.charsets import BINARY, Charsets, Decode
from suwen.domains.ingest.connectors.mysql.log.packing import integer, text
from suwen.domains.ingest.connectors.mysql.texts import SourceType

STRING, ENUM, SET = 254, 247, 248
NUMERIC = frozenset((1, 2, 3, 4, 5, 8, 9, 246))
"""Types of which a sign is told; MariaDB counts YEAR among them."""
CHARACTER = frozenset((15, 252, 253, 254))
YEAR, _GEOMETRY = 13, 255
# How many bytes of metadata a type has.
_META = {
    4: 1, 5: 1, 15: 2, 16: 2, 17: 1, 18: 1, 19: 1, 245: 1, 246: 2, 247: 2, 248: 2, 249: 1, 250: 1, 251: 1, 252: 1,
    253: 2, 254: 2, 255: 1, 140: 1, 141: 2,
}  # fmt: skip
_SIGNS, _CHARSET, _CHARSETS, _NAMES, _SETS, _ENUMS, _MEMBERS_CHARSET, _MEMBERS_CHARSETS = 1, 2, 3, 4, 5, 6, 10, 11


@dataclass(frozen=True)
class Declared:
    """A column as information_schema has it now. charset: "" for what is no text. told: a read of the table gives it,
    and the log too (no virtual column, no invisible one).
    """

    name: str
    type: SourceType
    charset: str
    told: bool

    @property
    def members(self) -> tuple[str, ...]:
        """The values of an ENUM or SET."""
        return members(self.type.full)


@dataclass(frozen=True)
class Column:
    """A column of a row event. kind: the log's type; meta: what belongs to it, two bytes as one number.

    decode: makes text of its bytes; None where they are none. type: as it is declared now, None where it is no longer.
    """

    name: str
    kind: int
    meta: int
    unsigned: bool
    decode: Decode | None
    members: tuple[str, ...]
    type: SourceType | None
    told: bool


@dataclass(frozen=True)
class Layout:
    """A table as the log tells it. named: the event itself names the columns."""

    columns: tuple[Column, ...]
    named: bool


class Unknown(Exception):
    """The event does not name its columns, and they are not those that the table has now."""


def named(body: bytes) -> tuple[int, str, str, int]:
    """Return a table map's number, database and table, and where its columns begin."""
    length = body[8]
    at = 9 + length + 1
    database = body[9 : 9 + length].decode("utf-8", "replace")
    length = body[at]
    name = body[at + 1 : at + 1 + length].decode("utf-8", "replace")
    return int.from_bytes(body[:6], "little"), database, name, at + 2 + length


def layout(body: bytes, at: int, declared: Sequence[Declared], charsets: Charsets, mariadb: bool) -> Layout:
    """Return the columns of a table map. Raises Unknown."""
    count, at = integer(body, at)
    raw = body[at : at + count]
    metadata, at = text(body, at + count)
    kinds = list(_kinds(raw, metadata))
    more = dict(_optional(body, at + (count + 7) // 8))
    told = [name.decode("utf-8", "replace") for name in _texts(more.get(_NAMES, b""))]
    if not told:
        if len(declared) != count:
            raise Unknown
        told = [column.name for column in declared]
    by_name = {column.name: column for column in declared}
    kept = [by_name.get(name) for name in told]
    signs = _signs(more.get(_SIGNS), kinds, NUMERIC | {YEAR} if mariadb else NUMERIC)
    sets = _charsets(more, kinds, charsets)
    lists = _members(more, kinds, sets, charsets)
    columns: list[Column] = []
    for place, (name, (kind, meta)) in enumerate(zip(told, kinds, strict=True)):
        known = kept[place]
        charset = sets.get(place) or (known.charset or BINARY if known is not None else "utf8mb4")
        columns.append(
            Column(
                name, kind, meta,
                signs.get(place, known is not None and known.type.unsigned),
                charsets.decode(charset) if kind in CHARACTER or 249 <= kind <= 252 else None,
                lists.get(place) or (known.members if known is not None else ()),
                known.type if known is not None else None,
                known is None or known.told,
            )
        )  # fmt: skip
    return Layout(tuple(columns), _NAMES in more)


def members(full: str) -> tuple[str, ...]:
    """Return the values of ``enum('a','it''s')``."""
    head, _, inside = full.partition("(")
    if head.lower() not in ("enum", "set"):
        return ()
    found: list[str] = []
    at = inside.find("'")
    while at >= 0:
        value = ""
        at += 1
        while at < len(inside):
            if inside[at] != "'":
                value += inside[at]
            elif inside[at + 1 : at + 2] == "'":
                value += "'"
                at += 1
            else:
                break
            at += 1
        found.append(value)
        at = inside.find("'", at + 1)
    return tuple(found)


def _kinds(raw: bytes, metadata: bytes) -> Iterator[tuple[int, int]]:
    """Give the types with their metadata; ENUM and SET stand as strings."""
    at = 0
    for kind in raw:
        size = _META.get(kind, 0)
        given = metadata[at : at + size]
        at += size
        if kind == STRING:
            if given[0] in (ENUM, SET):
                yield given[0], given[1]
            else:
                # The two highest bits of a length stand, turned round, among those of the type.
                yield STRING, given[1] | ((given[0] & 0x30) ^ 0x30) << 4
        elif kind == 246:
            yield kind, given[0] << 8 | given[1]
        else:
            yield kind, int.from_bytes(given, "little")


def _optional(body: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at < len(body):
        field = body[at]
        value, at = text(body, at + 1)
        yield field, value


def _signs(bits: bytes | None, kinds: Sequence[tuple[int, int]], numeric: frozenset[int]) -> Mapping[int, bool]:
    if bits is None:
        return {}
    places = [place for place, (kind, _) in enumerate(kinds) if kind in numeric]
    return {place: bool(bits[i // 8] & (0x80 >> i % 8)) for i, place in enumerate(places)}


def _charsets(more: Mapping[int, bytes], kinds: Sequence[tuple[int, int]], charsets: Charsets) -> dict[int, str]:
    """Return the character sets of columns, as far as the event tells them."""
    found: dict[int, str] = {}
    for wanted, one, each in (
        (CHARACTER, _CHARSET, _CHARSETS),
        (frozenset((ENUM, SET)), _MEMBERS_CHARSET, _MEMBERS_CHARSETS),
    ):
        places = [place for place, (kind, _) in enumerate(kinds) if kind in wanted]
        if each in more:
            ids = list(_integers(more[each]))
        elif one in more:
            default, *others = _integers(more[one])
            ids = [default] * len(places)
            for place, collation in zip(others[::2], others[1::2], strict=True):
                ids[place] = collation
        else:
            continue
        # MariaDB counts geometries as text, which they are not.
        if len(ids) > len(places):
            places = [place for place, (kind, _) in enumerate(kinds) if kind in wanted or kind == _GEOMETRY]
        found |= {place: charsets.name(collation) for place, collation in zip(places, ids, strict=False)}
    return found


def _members(
    more: Mapping[int, bytes], kinds: Sequence[tuple[int, int]], sets: Mapping[int, str], charsets: Charsets
) -> dict[int, tuple[str, ...]]:
    """Return the values of ENUM and SET columns, as far as the event tells them."""
    found: dict[int, tuple[str, ...]] = {}
    for wanted, field in ((ENUM, _ENUMS), (SET, _SETS)):
        value, at = more.get(field, b""), 0
        for place, (kind, _) in enumerate(kinds):
            if kind != wanted or at >= len(value):
                continue
            count, at = integer(value, at)
            decode = charsets.decode(sets.get(place, "utf8mb4"))
            one: list[str] = []
            for _ in range(count):
                given, at = text(value, at)
                one.append(decode(given) if decode is not None else given.decode("latin-1"))
            found[place] = tuple(one)
    return found


def _integers(value: bytes) -> Iterator[int]:
    at = 0
    while at < len(value):
        found, at = integer(value, at)
        yield found


def _texts(value: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(value):
        found, at = text(value, at)
        yield found
