"""A composed statement: the query, the snapshots and inputs it reads, and the values bound to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
from sqlglot import exp

from suwen.domains.lake.schemas import DataFile, ParquetFiles, Snapshot

Input = pa.Table | pa.RecordBatchReader | ParquetFiles


@dataclass(frozen=True)
class Source:
    """The files of a snapshot that a statement reads; `with_file` adds the column `_file` (path of the row's file)."""

    snapshot: Snapshot
    files: tuple[DataFile, ...]
    with_file: bool = False


@dataclass(frozen=True)
class Statement:
    """A query whose tables are the names in `sources` and `inputs`; `$name` placeholders are bound from `params`."""

    query: exp.Query
    sources: Mapping[str, Source] = field(default_factory=dict[str, Source])
    inputs: Mapping[str, Input] = field(default_factory=dict[str, Input])
    params: Mapping[str, object] = field(default_factory=dict[str, object])

    def used_params(self) -> dict[str, object]:
        """Return the bound values that the query really names; engines refuse others."""
        names = {str(node.this) for node in self.query.find_all(exp.Placeholder)}
        return {name: value for name, value in self.params.items() if name in names}


def source_name(ref: str, version: object = None) -> str:
    """Return the name under which an engine finds a snapshot."""
    return f"__{ref.replace('.', '__')}" + (f"__{abs(hash(version))}" if version is not None else "")
