"""Rows of a partitioned table become sorted parquet files, one or more for each partition value.

Only the sort columns are put in order, and the rows follow by number: DuckDB's own sort carries all columns along, and
its result would be read once more for each partition, which costs twice as much.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from suwen.domains.lake.engines.files import (
    FILE_ROWS,
    ROW_GROUP,
    new_file,
    repeating_columns,
    statistic_columns,
    stored_bound,
)
from suwen.domains.lake.errors import DataMismatch
from suwen.domains.lake.schemas import DataFile, TableSpec
from suwen.kernel.durable import sync

PORTION_BYTES = 384 * 2**20
"""What is sorted at a time: a larger result becomes several files for each partition value, which upkeep joins."""
_WRITERS = 2
_FLUSHED_TOGETHER = 16
"""The disk takes many files at once in half the time that it takes for one behind the other."""
_LAST = np.iinfo(np.int64).max
# Their stubs know only some of the argument types.
_arrow, _compute = cast(Any, pa), cast(Any, pc)
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _File:
    """A file to write: these rows of a portion, in this order."""

    rows: pa.Table
    order: Numbers
    spec: TableSpec
    path: Path
    value: str

    def write(self) -> DataFile:
        partition = self.spec.partition or ""
        rows = self.rows.drop_columns([partition]).take(_arrow.array(self.order))
        bounded = statistic_columns(self.spec)
        options: dict[str, Any] = {
            "compression": "zstd",
            "compression_level": 1,
            "store_decimal_as_integer": True,
            "use_dictionary": repeating_columns(self.spec),
            "write_statistics": [name for name in rows.column_names if name in {*bounded, *self.spec.sort}],
        }
        with self.path.open("wb") as sink:
            cast(Any, pq).write_table(rows, sink, row_group_size=ROW_GROUP, **options)
            size = sink.tell()
        found = {name: _compute.min_max(rows[name]).as_py() for name in bounded}
        known = {name: pair for name, pair in found.items() if pair["min"] is not None}
        low = {name: stored_bound(pair["min"]) for name, pair in known.items()}
        high = {name: stored_bound(pair["max"]) for name, pair in known.items()}
        return DataFile(str(self.path), rows.num_rows, size, self.value, low, high)


def write_partitions(batches: Iterable[pa.RecordBatch], spec: TableSpec, folder: Path) -> list[DataFile]:
    """Write rows that come in any order as files of a partitioned table; see Engine.write.

    Raises DataMismatch for rows without partition value. Whatever is raised, no file is left behind.
    """
    begun: list[Path] = []
    written: list[DataFile] = []
    try:
        with ThreadPoolExecutor(_WRITERS, thread_name_prefix="lake-write") as pool:
            for rows in _portions(batches):
                files = list(_files(rows, spec, folder))
                begun += [file.path for file in files]
                written += pool.map(_File.write, files)
        with ThreadPoolExecutor(_FLUSHED_TOGETHER, thread_name_prefix="lake-flush") as pool:
            list(pool.map(sync, begun))
    except BaseException:
        for path in begun:
            path.unlink(missing_ok=True)
        raise
    return written


def _portions(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        held.append(batch)
        size += batch.nbytes
        if size >= PORTION_BYTES:
            yield pa.Table.from_batches(held).combine_chunks()
            held, size = [], 0
    if any(batch.num_rows for batch in held):
        yield pa.Table.from_batches(held).combine_chunks()


def _files(rows: pa.Table, spec: TableSpec, folder: Path) -> Iterator[_File]:
    partition = spec.partition or ""
    if rows[partition].null_count:
        raise DataMismatch(f"table {spec.ref}: rows without {partition}, patient_key empty or malformed")
    parts = _places(rows[partition])
    order = _order([parts, *(_places(rows[name]) for name in spec.sort)])
    cuts = (np.flatnonzero(np.diff(parts[order])) + 1).tolist()
    for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
        value = str(rows[partition][int(order[start])].as_py())
        for first in range(start, end, FILE_ROWS):
            path = new_file(spec, folder, value)
            path.parent.mkdir(parents=True, exist_ok=True)
            yield _File(rows, order[first : min(first + FILE_ROWS, end)], spec, path, value)


def _order(keys: list[Numbers]) -> Numbers:
    """Return the row numbers in the order of the keys, the first one counting most."""

    def joined(left: list[Numbers], right: Numbers) -> list[Numbers]:
        # Two small keys in one number halve the sorting.
        width = int(right.max()) + 1
        if left and 0 < width < 2**31 and int(left[-1].max()) < 2**31:
            return [*left[:-1], left[-1] * width + right]
        return [*left, right]

    together = reduce(joined, keys, list[Numbers]())
    return np.lexsort(together[::-1]).astype(np.int64)


def _places(column: Any) -> Numbers:
    """Return numbers that order as the values of a chunked array do, NULL last."""
    if pa.types.is_integer(column.type):
        return _filled(column.cast(pa.int64()))
    if pa.types.is_timestamp(column.type):
        return _filled(column.cast(pa.timestamp("us")).cast(pa.int64()))
    if pa.types.is_date32(column.type):
        return _filled(column.cast(pa.int32()).cast(pa.int64()))
    whole = column.combine_chunks()
    encoded: Any = (whole.combine_chunks() if hasattr(whole, "combine_chunks") else whole).dictionary_encode()
    ranks = _compute.rank(encoded.dictionary, tiebreaker="dense").cast(pa.int64())
    return _filled(pa.chunked_array([ranks.take(encoded.indices)]))


def _filled(column: Any) -> Numbers:
    return np.asarray(column.fill_null(int(_LAST) if column.null_count else 0), dtype=np.int64)
