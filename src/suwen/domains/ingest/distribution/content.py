"""What is sent: rows of a standard dataset as they stand at a position, and what came of sending them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from suwen.domains.lake.public import ColumnSpec


@dataclass(frozen=True)
class Content:
    """Rows to be sent. batches: reads them; position: names exactly these rows; key: columns that name a row."""

    columns: tuple[ColumnSpec, ...]
    key: tuple[str, ...]
    position: str
    batches: Callable[[], Iterator[pa.RecordBatch]]


@dataclass(frozen=True)
class Sent:
    """What a run did. rows: that are there now; unchanged: the target stood at this position already."""

    rows: int
    put: int = 0
    removed: int = 0
    unchanged: bool = False
