"""What is sent: rows of a standard dataset as they stand at a position, and what came of sending them."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from suwen.domains.lake.public import ColumnSpec


@dataclass(frozen=True)
class Content:
    """Rows to be sent. batches: reads them; position: names exactly these rows; key: columns that name a row."""

    columns: tuple[ColumnSpec, ...]
    key: tuple[str, ...]
    position: str
    batches: Callable[[], Iterator[pa.RecordBatch]]

    def digests(self) -> dict[str, str]:
        """Return the digests of all rows by their names."""
        return {
            name_of({name: row[name] for name in self.key}): digest_of(row)
            for batch in self.batches()
            for row in batch.to_pylist()
        }


@dataclass(frozen=True)
class Sent:
    """What a run did. rows: that are there now; refused: by the target; unchanged: it stood there already."""

    rows: int
    put: int = 0
    removed: int = 0
    refused: int = 0
    unchanged: bool = False


def digest_of(row: Mapping[str, Any]) -> str:
    """Return a text that is another for other values."""
    return hashlib.blake2b(repr(list(row.values())).encode(), digest_size=16).hexdigest()


def name_of(key: Mapping[str, Any]) -> str:
    """Return what a row is called by its key."""
    return hashlib.blake2b(repr([str(value) for value in key.values()]).encode(), digest_size=16).hexdigest()
