"""A composed statement: the query, the snapshots and inputs it reads, and the values bound to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
from sqlglot import exp

from suwen.domains.lake.schemas import DataFile, ParquetFiles, Snapshot

GIVEN_ROWS = "given_rows"
Input = pa.Table | pa.RecordBatchReader | ParquetFiles


@dataclass(frozen=True)
class Source:
    """The files of a snapshot that a statement reads.

    with_file adds the column `_file` (path of the row's file).
    """

    snapshot: Snapshot
    files: tuple[DataFile, ...]
    with_file: bool = False

    @property
    def complete(self) -> bool:
        """Say whether every file was written with all of the table's columns."""
        width = len(self.snapshot.spec.columns)
        return bool(self.files) and all(file.generation == width for file in self.files)


@dataclass(frozen=True)
class Statement:
    """A query whose tables are the names in `sources` and `inputs`; `$name` placeholders are bound from `params`.

    rows: what `query` reads under the name `given_rows`, kept apart because a large tree is slow to copy and to print.
    """

    query: exp.Query
    sources: Mapping[str, Source] = field(default_factory=dict[str, Source])
    inputs: Mapping[str, Input] = field(default_factory=dict[str, Input])
    params: Mapping[str, object] = field(default_factory=dict[str, object])
    rows: exp.Query | None = None

    def placeholders(self) -> frozenset[str]:
        """Return the names of the values that the query binds; engines refuse others."""
        parts = (self.query,) if self.rows is None else (self.query, self.rows)
        return frozenset(str(node.this) for part in parts for node in part.find_all(exp.Placeholder))


def source_name(ref: str, version: object = None) -> str:
    """Return the name under which an engine finds a snapshot."""
    return f"__{ref.replace('.', '__')}" + (f"__{abs(hash(version))}" if version is not None else "")
