"""Nested records (JSON, XML) as rows of text, written to parquet piece by piece so that no file is held in memory."""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from suwen.domains.ingest.connector import Refused
from suwen.domains.ingest.errors import SourceUnreadable
from suwen.domains.ingest.session import literal

PIECE = 20_000
"""Records of one parquet file."""
SHOWN = 2_000
"""Characters that are kept of what is no record."""
Row = dict[str, str | None]


@dataclass
class Records:
    """The rows of a file: where they lie, how many, their columns in the order seen, what was no record."""

    files: list[Path] = field(default_factory=list[Path])
    rows: int = 0
    names: dict[str, None] = field(default_factory=dict[str, None])
    refused: list[Refused] = field(default_factory=list[Refused])

    @property
    def met(self) -> int:
        """How many were met, rows or not."""
        return self.rows + len(self.refused)

    def add(self, more: "Records") -> None:
        """Put those of another file behind these."""
        self.files += more.files
        self.rows += more.rows
        self.names |= more.names
        self.refused += more.refused

    def select(self) -> str:
        """Return the SELECT of all rows, every column text; a record without a member has no value there."""
        listed = ", ".join(literal(str(path)) for path in self.files)
        return f"SELECT * FROM read_parquet([{listed}], union_by_name = true)"  # noqa: S608 - quoted by literal


def flattened(place: str, record: Mapping[str, Any]) -> Row | Refused:
    """Return a record's members as columns: those of a member by ``outer.inner``, several values as a JSON list."""
    row: Row = {}
    try:
        _add(row, "", record)
    except UnicodeEncodeError:
        return Refused(place, "half a character", json.dumps(record)[:SHOWN])
    return row


def _add(row: Row, prefix: str, members: Mapping[str, Any]) -> None:
    """Add members to a row; raises UnicodeEncodeError for text that is none, as JSON's escapes can make it."""
    for name, value in members.items():
        match value:
            case str():
                if not value.isascii():
                    value.encode()
                row[prefix + name] = value
            case dict():
                _add(row, f"{prefix}{name}.", cast("dict[str, Any]", value))
            case list():
                row[prefix + name] = json.dumps(value, ensure_ascii=False)
                str(row[prefix + name]).encode()
            case bool():
                row[prefix + name] = "true" if value else "false"
            case _:
                row[prefix + name] = value


def kept(
    path: Path, found: Iterator[Row | Refused], folder: Path | None, first: int | None, *, some: bool = True
) -> Records:
    """Write the records of a file as parquet into a folder, the ``first`` ones only where given; without a folder
    only their columns are told.

    Raises SourceUnreadable when there is none (``some``), or when names differ in nothing but small and capital
    letters.
    """
    records = Records()

    def rows() -> Iterator[Row]:
        for each in found:
            if isinstance(each, Refused):
                records.refused.append(each)
            else:
                yield each

    wanted = islice(rows(), first)
    while piece := list(islice(wanted, PIECE)):
        records.rows += len(piece)
        names = dict.fromkeys(name for row in piece for name in row)
        records.names |= names
        _unambiguous(path, records.names)
        if folder is not None:
            table = pa.table({name: pa.array([row.get(name) for row in piece], pa.string()) for name in names})
            records.files.append(folder / f"{uuid.uuid4().hex}.parquet")
            cast(Any, pq).write_table(table, records.files[-1], compression="zstd")
    if some and not records.names:
        raise SourceUnreadable(f"file {path.name} holds no record with a value", file=path.name)
    return records


def _unambiguous(path: Path, names: Iterable[str]) -> None:
    known: dict[str, str] = {}
    for name in names:
        if known.setdefault(name.lower(), name) != name:
            raise SourceUnreadable(
                f"file {path.name}: two columns differ in small and capital letters only",
                received=[known[name.lower()], name],
                file=path.name,
            )
