"""Look-up copies: the files of patients' tables once more, in a form that gives a few patients' rows quickly.

Parquet costs 80 to 100 µs for each column of a row group, however few rows are wanted; an Arrow file of small record
batches gives all columns of a batch in less than ten of these (docs/benchmarks.md). A data file never changes, so its
copy is right for as long as it stands; where there is no copy, the data file itself is read.

    <table>/bucket=3/part-28-….parquet     the data, as the log knows it
    <table>/bucket=3/part-28-….arrow       its copy: the same rows, the first patient key of each batch in the metadata
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import ipc

from suwen.domains.lake.schemas import DataFile, Snapshot
from suwen.domains.lake.specs import PATIENT_KEY

BATCH_ROWS = 512
_READ_ROWS = 64 * BATCH_ROWS
_WRITERS = 2
_SUFFIX, _UNFINISHED = ".arrow", ".arrow-new"
_FIRST_KEYS = b"first_keys"
# Their stubs know only some of the argument types.
_arrow, _compute, _ipc, _parquet = cast(Any, pa), cast(Any, pc), cast(Any, ipc), cast(Any, pq)


@dataclass(frozen=True)
class Copy:
    """An open copy: the names of its columns, and the first patient key of each batch, in order."""

    path: str
    names: tuple[str, ...]
    first_keys: npt.NDArray[np.bytes_]

    def rows(self, keys: Sequence[str], wanted: Iterable[str]) -> pa.Table | None:
        """Return the rows of these patients with the wanted columns that there are; None when it holds none."""
        batches = [(key, number) for key in keys for number in self._batches(key)]
        if not batches:
            return None
        fields = [self.names.index(name) for name in {*wanted, PATIENT_KEY} if name in self.names]
        options = _ipc.IpcReadOptions(use_threads=False, included_fields=sorted(fields))
        with _arrow.memory_map(self.path) as source:
            reader = _ipc.open_file(source, options=options)
            found = [rows for key, number in batches if (rows := _of(reader.get_batch(number), key)).num_rows]
        return _arrow.Table.from_batches(found) if found else None

    def _batches(self, key: str) -> range:
        """Return the batches that can hold a key: from the last that begins before it to the last that begins by it."""
        sought = key.encode()
        first = max(int(np.searchsorted(self.first_keys, sought, side="left")) - 1, 0)
        return range(first, int(np.searchsorted(self.first_keys, sought, side="right")))


def _of(batch: Any, key: str) -> Any:
    """Return a patient's rows of a batch: they stand together, and a slice copies nothing."""
    keys = batch.column(PATIENT_KEY)
    first = _compute.index(keys, key).as_py()
    return batch.slice(0, 0) if first < 0 else batch.slice(first, _compute.sum(_compute.equal(keys, key)).as_py())


def open_copy(file: str) -> Copy | None:
    """Return the copy of a data file; None when there is none."""
    path = _path(file)
    try:
        with _arrow.memory_map(str(path)) as source:
            schema = _ipc.open_file(source).schema
    except FileNotFoundError:
        return None
    keys = schema.metadata[_FIRST_KEYS]
    width = int(schema.metadata[b"key_width"])
    return Copy(str(path), tuple(schema.names), np.frombuffer(keys, dtype=f"S{width}"))


def complete(snapshot: Snapshot) -> None:
    """Make the copies that a table of patients lacks and remove those whose file is gone.

    Tables whose rows do not follow the patient key have none.
    """
    spec = snapshot.spec
    if spec.partition != "bucket" or not spec.sort or spec.sort[0] != PATIENT_KEY:
        return
    lacking = [file for file in snapshot.files if not _path(file.path).exists()]
    with ThreadPoolExecutor(_WRITERS, thread_name_prefix="lake-copy") as pool:
        for writing in [pool.submit(_write, file) for file in lacking]:
            writing.result()
    for path in _left(Path(snapshot.path)):
        path.unlink(missing_ok=True)


def _left(folder: Path) -> Iterator[Path]:
    """Give copies without their data file, and what a killed upkeep left unfinished."""
    yield from folder.rglob(f"*{_UNFINISHED}")
    for path in folder.rglob(f"*{_SUFFIX}"):
        if not path.with_suffix(".parquet").exists():
            yield path


def _path(file: str) -> Path:
    return Path(file).with_suffix(_SUFFIX)


def _write(file: DataFile) -> None:
    """Write the copy of a file, under another name first; none where its rows are not in the order of the keys."""
    first_keys = _first_keys(file.path)
    if first_keys is None:
        return
    target = _path(file.path)
    unfinished = target.with_suffix(_UNFINISHED)
    with _parquet.ParquetFile(file.path) as data, unfinished.open("wb") as sink:
        schema = data.schema_arrow.with_metadata(
            {_FIRST_KEYS: first_keys.tobytes(), b"key_width": str(first_keys.itemsize).encode()}
        )
        options = _ipc.IpcWriteOptions(compression=_arrow.Codec("zstd", 1), use_threads=False)
        with _ipc.new_file(sink, schema, options=options) as writer:
            for batch in _batches(data):
                writer.write_batch(batch)
        sink.flush()
        os.fsync(sink.fileno())
    unfinished.rename(target)


def _batches(data: Any) -> Iterator[Any]:
    """Cut the rows of a file into batches of the same size, wherever its row groups end."""
    held: Any = None
    for piece in data.iter_batches(_READ_ROWS, use_threads=False):
        rows: Any = _arrow.Table.from_batches([piece] if held is None else [held, piece]).combine_chunks()
        whole = rows.num_rows - rows.num_rows % BATCH_ROWS
        yield from rows[:whole].to_batches(max_chunksize=BATCH_ROWS)
        held = next(iter(rows[whole:].to_batches()), None)
    if held is not None:
        yield held


def _first_keys(path: str) -> npt.NDArray[np.bytes_] | None:
    with _parquet.ParquetFile(path) as data:
        keys: Any = data.read(columns=[PATIENT_KEY], use_threads=False)[PATIENT_KEY].combine_chunks()
    ordered = _compute.all(_compute.less_equal(keys[:-1], keys[1:])).as_py()
    if not len(keys) or ordered is False or keys.null_count:
        return None
    return np.array([key.as_py().encode() for key in keys[::BATCH_ROWS]], dtype=np.bytes_)
