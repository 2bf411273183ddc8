r"""HL7 messages as rows of tables, by a declaration (`data/tables.yaml`).

    per: OBX                   a row for each such segment
    columns:
      item_code: OBX-3.1       field 3, component 1, of the first repetition
      patient_id: "PID-3[5=PI].1 | PID-3.1"     of the repetition whose component 5 is PI; else of the first
      text: OBX-5+             of all such segments below this one, a line each
      number: OBX#             place among its like

A path names the segment itself, one that stands above it, or the first below it. What is above and below follows from
`levels`: a segment ends those of its own level and deeper.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from suwen.domains.ingest.hl7.reader import Malformed, Message, Segment
from suwen.domains.ingest.receiving.declared import DeclaredTable
from suwen.domains.ingest.receiving.entries import DELETE, UPSERT, Change, Part, Values
from suwen.domains.ingest.receiving.reading import sortable

DATA = Path(__file__).parent / "data" / "tables.yaml"
_PATH = re.compile(r"([A-Z][A-Z0-9]{2})-(\d+)(?:\[(\d+)=([^\]]+)\])?(?:\.(\d+))?(?:\.(\d+))?(\+)?")
_COUNT = re.compile(r"([A-Z][A-Z0-9]{2})#")
_NOTHING = '""'
DEEPEST = 9
Getter = Callable[["_Around"], str | None]
Reading = Callable[[Message, str], str | None]
"""What makes a value of a field as it is written."""
_Held = tuple[list[Segment | None], Values]
"""The segments above a row, and the values found of them."""


class Table(BaseModel):
    """How rows of one table are made; see the module's words.

    messages: codes (ADT) or codes with triggers (ADT^A23) that have such rows; deletes: those of them that take the
    rows away. required: a segment without the key makes the message malformed; else it is passed over. version: the
    columns that name what a message tells the newest state of. unique: two segments of one key make it malformed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = ""
    per: str = Field(pattern=r"^[A-Z][A-Z0-9]{2}$")
    messages: tuple[str, ...] = Field(min_length=1)
    deletes: tuple[str, ...] = ()
    key: tuple[str, ...] = Field(min_length=1)
    version: tuple[str, ...] = ()
    required: bool = True
    unique: bool = False
    columns: dict[str, str]
    comments: dict[str, str] = Field(default_factory=dict[str, str])


class Declaration(BaseModel):
    """All tables, and the levels of segments: 0 is the message."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    levels: dict[str, int]
    tables: dict[str, Table]


@dataclass(slots=True)
class _Around:
    """A segment with those above it (the newest of each name) and all after it up to its end."""

    message: Message
    own: Segment
    above: Mapping[str, Segment]
    below: list[Segment]
    counts: Mapping[str, int]

    def segment(self, name: str) -> Segment | None:
        if self.own.name == name:
            return self.own
        found = self.above.get(name)
        return found or next((one for one in self.below if one.name == name), None)


@dataclass(frozen=True)
class _Way:
    """A way to a value: a segment's name, and its field (None: its place among its like) with what reads its text.

    every: of all such segments below.
    """

    name: str
    field: int | None
    reading: Reading
    every: bool = False

    def value(self, message: Message, segment: Segment) -> str | None:
        written = segment.field(self.field or 0)
        return self.reading(message, written) if written else None


class _Columns:
    """How a table's values are found: once for all rows below the same segments, in a row's own segment, or else."""

    def __init__(self, table: Table, levels: Mapping[str, int]) -> None:
        level = levels.get(table.per, DEEPEST)
        self.names = tuple(table.columns)
        self.shared: list[tuple[str, Getter]] = []
        self.own: list[tuple[str, int, Reading]] = []
        self.rest: list[tuple[str, Getter]] = []
        above: set[str] = set()
        for column, path in table.columns.items():
            ways = [_way(one.strip()) for one in path.split("|")]
            first = ways[0]
            if all(one.field is not None and not one.every and levels.get(one.name, DEEPEST) < level for one in ways):
                self.shared.append((column, _getter(ways, table.per)))
                above |= {one.name for one in ways}
            elif len(ways) == 1 and first.name == table.per and first.field is not None and not first.every:
                self.own.append((column, first.field, first.reading))
            else:
                self.rest.append((column, _getter(ways, table.per)))
        self.above = sorted(above)

    def values(self, around: _Around, held: _Held | None) -> tuple[Values, _Held]:
        """Return a row's values by column, and what the next row may share. held: of the row before."""
        above = [around.above.get(name) for name in self.above]
        if held is None or held[0] != above:
            shared: Values = dict.fromkeys(self.names)
            for column, get in self.shared:
                shared[column] = get(around)
            held = above, shared
        values = held[1].copy()
        message, fields = around.message, around.own.fields
        for column, field, reading in self.own:
            if field < len(fields) and (written := fields[field]):
                values[column] = reading(message, written)
        for column, get in self.rest:
            values[column] = get(around)
        return values, held


class Flattener:
    """Makes rows of messages. Raises ValueError for a path that is none, or a key that is no column."""

    def __init__(self, declared: Declaration) -> None:
        self._levels, self.declared = declared.levels, declared
        self._columns = {name: _Columns(table, declared.levels) for name, table in declared.tables.items()}
        self._per: dict[str, list[str]] = {}
        self._of: dict[str, set[str]] = {}
        for name, table in declared.tables.items():
            for code in table.messages:
                self._of.setdefault(code, set()).add(name)
            if unknown := sorted({*table.key, *table.version} - set(table.columns)):
                raise ValueError(f"table {name}: no such columns: {unknown}")
            self._per.setdefault(table.per, []).append(name)

    @property
    def tables(self) -> dict[str, DeclaredTable]:
        """The tables as feeds know them."""
        return {
            name: DeclaredTable(name, tuple(one.columns), one.key, None, one.title, one.comments)
            for name, one in self.declared.tables.items()
        }

    def takes(self, kind: str) -> set[str]:
        """Return the tables that a message of a kind (``ORU^R01``) has rows of."""
        return self._of.get(kind.split("^")[0], set()) | self._of.get(kind, set())

    def parts(self, message: Message) -> list[Part]:
        """Return what a message says of each table. Raises Malformed for one without the key of a required row."""
        kind, version = message.kind, sortable(message.text(message.header.field(7)))
        wanted = self.takes(kind)
        found: dict[str, list[Change]] = {}
        above: dict[str, Segment] = {}
        counts: dict[str, int] = {}
        held: dict[str, _Held] = {}
        segments = message.segments
        for place, segment in enumerate(segments):
            level = self._levels.get(segment.name, DEEPEST)
            for name in [one for one in above if self._levels.get(one, DEEPEST) >= level]:
                del above[name]
                if self._levels.get(name, DEEPEST) > level:
                    counts.pop(name, None)
            counts[segment.name] = counts.get(segment.name, 0) + 1
            tables = [name for name in self._per.get(segment.name, ()) if name in wanted]
            if tables:
                around = _Around(message, segment, above, self._below(segments, place, level), counts)
                for name in tables:
                    change = self._change(name, kind, around, version, place, held)
                    if change is not None:
                        found.setdefault(name, []).append(change)
            above[segment.name] = segment
        tables_of = self.declared.tables
        for name, changes in found.items():
            table = tables_of[name]
            if table.unique and len({tuple(one.values[c] for c in table.key) for one in changes}) < len(changes):
                raise Malformed(
                    f"两个 {table.per} 段的 {'、'.join(table.key)} 相同", place=table.per,
                    detail_en=f"two {table.per} of the same {', '.join(table.key)}",
                )  # fmt: skip
        return [Part(name, tables_of[name].key, changes, tables_of[name].version) for name, changes in found.items()]

    def _below(self, segments: list[Segment], place: int, level: int) -> list[Segment]:
        end = place + 1
        while end < len(segments) and self._levels.get(segments[end].name, DEEPEST) > level:
            end += 1
        return segments[place + 1 : end]

    def _change(
        self, name: str, kind: str, around: _Around, version: str, place: int, held: dict[str, _Held]
    ) -> Change | None:
        table = self.declared.tables[name]
        values, held[name] = self._columns[name].values(around, held.get(name))
        for column in table.key:
            if not values[column]:
                if not table.required:
                    return None
                raise Malformed(
                    f"{table.per} 段没有 {column}（{table.columns[column]}）",
                    place=f"segment {place + 1} {table.per}",
                    detail_en=f"no {column} ({table.columns[column]})",
                )
        deleted = kind in table.deletes
        if deleted:
            values = {column: values[column] for column in {*table.key, *table.version}}
        return Change(DELETE if deleted else UPSERT, values, version if table.version else None)


def _getter(ways: Sequence[_Way], per: str) -> Getter:
    """Return what takes the first value that there is from around a segment."""
    getters = [_one(way, per) for way in ways]
    if len(getters) == 1:
        return getters[0]

    def first(around: _Around) -> str | None:
        for get in getters:
            value = get(around)
            if value:
                return value
        return None

    return first


def _one(way: _Way, per: str) -> Getter:
    name = way.name
    if way.field is None:
        return lambda around: str(around.counts.get(name, 0))
    if way.every:
        return lambda around: _lines(way.value(around.message, one) for one in around.below if one.name == name)
    if name == per:
        return lambda around: way.value(around.message, around.own)

    def of_one(around: _Around) -> str | None:
        segment = around.above.get(name) or around.segment(name)
        return None if segment is None else way.value(around.message, segment)

    return of_one


def _way(path: str) -> _Way:
    """Return what a path says. Raises ValueError."""
    counted = _COUNT.fullmatch(path)
    if counted:
        return _Way(counted[1], None, lambda message, text: text)
    found = _PATH.fullmatch(path)
    if found is None:
        raise ValueError(f"no path of a message: {path}")
    name, number, where, equal, component, sub, every = found.groups()
    part, inner = int(component) if component else 0, int(sub or 1)

    def value(message: Message, text: str) -> str | None:
        # Called a hundred times a message, so it asks only what it must: most fields hold nothing but text.
        if where:
            held = (one for one in message.repetitions(text) if message.component(one, int(where)) == equal)
            text = message.component(next(held, ""), part or 1, inner)
        elif part <= 1 and inner == 1 and text.isalnum():
            # No separator is a letter or a digit.
            return text
        elif text == _NOTHING:
            return None
        elif part:
            marks = message.separators
            if marks.repetition in text:
                text = text.split(marks.repetition, 1)[0]
            if marks.component in text or marks.sub in text or part > 1 or inner > 1:
                text = message.component(text, part, inner)
            elif marks.escape in text:
                text = message.text(text)
        else:
            text = message.text(text)
        return None if text in ("", _NOTHING) else text

    return _Way(name, int(number), value, bool(every))


def _lines(values: Any) -> str | None:
    return "\n".join(value for value in values if value is not None) or None


def declaration(more: Mapping[str, Any] | None = None) -> Declaration:
    """Return the usual tables, with those that a source declares beside or instead of them. Raises ValidationError."""
    given = _usual()
    return Declaration.model_validate(given | {"tables": given["tables"] | dict(more or {})})


@lru_cache(maxsize=1)
def _usual() -> dict[str, Any]:
    return yaml.safe_load(DATA.read_text(encoding="utf-8"))
