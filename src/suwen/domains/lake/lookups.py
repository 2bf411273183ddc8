"""Finding a person's rows in many tables within milliseconds.

The files are read directly, not through an engine: a row group whose bounds hold the key costs about two milliseconds,
an engine's statement alone takes longer than that, and a timeline asks a dozen tables.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from suwen.domains.lake.buckets import files_of
from suwen.domains.lake.column_types import arrow_type
from suwen.domains.lake.compose.rows import shown
from suwen.domains.lake.engines.files import repeating_columns
from suwen.domains.lake.schemas import DataFile, TableSpec
from suwen.domains.lake.tables import Tables
from suwen.kernel.scope import Scope

_WORKERS = 2
_KEPT_FOOTERS = 512
_KEY = "patient_key"
# Their stubs know only some of the argument types.
_arrow, _compute, _parquet = cast(Any, pa), cast(Any, pc), cast(Any, pq)


@dataclass(frozen=True)
class _Footer:
    """A file's metadata, and the bounds of the patient keys in each row group (None: unknown)."""

    metadata: Any
    bounds: tuple[tuple[str, str] | None, ...]

    def groups(self, keys: Sequence[str]) -> list[int]:
        """Return the row groups that can hold one of the keys."""
        return [
            number
            for number, pair in enumerate(self.bounds)
            if pair is None or any(pair[0] <= key <= pair[1] for key in keys)
        ]


class Lookup:
    """Looks patients up; keeps the footers of the files read last."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="lake-lookup")
        self._footers: OrderedDict[str, _Footer] = OrderedDict()
        self._lock = Lock()

    def rows(
        self,
        datasets: Iterable[str],
        patient_keys: Iterable[str],
        scope: Scope,
        columns: Mapping[str, Collection[str]] | None = None,
    ) -> dict[str, pa.Table]:
        """Return the patients' rows by dataset code; see Lake.lookup."""
        keys = sorted(set(patient_keys))
        codes = [code for code in dict.fromkeys(datasets) if self._tables.log(f"std.{code}").known()]

        def rows(code: str) -> pa.Table:
            return self._rows(code, keys, scope, (columns or {}).get(code))

        return dict(zip(codes, self._pool.map(rows, codes), strict=True))

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown()

    def _rows(self, code: str, keys: Sequence[str], scope: Scope, wanted: Collection[str] | None) -> pa.Table:
        snapshot = self._tables.snapshot(f"std.{code}")
        spec = snapshot.spec if wanted is None else _narrow(snapshot.spec, wanted)
        # Thousands of texts are not made for the few rows that stay.
        kinds = {column.name: column.type for column in spec.columns}
        texts = [name for name in repeating_columns(spec) if arrow_type(kinds[name]) == pa.string()]
        found = [
            _fitted(rows, spec, file)
            for file in files_of(snapshot, keys)
            if (rows := self._read(file, keys, spec.names, texts)) is not None
        ]
        return shown(pa.concat_tables(found) if found else spec.schema.empty_table(), spec, scope)

    def _read(self, file: DataFile, keys: Sequence[str], wanted: Sequence[str], texts: list[str]) -> pa.Table | None:
        footer = self._footer(file.path)
        groups = footer.groups(keys)
        if not groups:
            return None
        with _parquet.ParquetFile(file.path, metadata=footer.metadata, read_dictionary=texts) as opened:
            # Nearly all of the time is spent on each column, however few its rows.
            rows = opened.read_row_groups(groups, columns=list(wanted), use_threads=False)
        return rows.filter(_compute.is_in(rows[_KEY].cast(pa.string()), value_set=pa.array(keys, pa.string())))

    def _footer(self, path: str) -> _Footer:
        # A finished file never changes, so its footer is true for as long as the file is there.
        with self._lock:
            held = self._footers.get(path)
            if held is not None:
                self._footers.move_to_end(path)
                return held
        footer = _read_footer(path)
        with self._lock:
            self._footers[path] = footer
            while len(self._footers) > _KEPT_FOOTERS:
                self._footers.popitem(last=False)
        return footer


def _narrow(spec: TableSpec, wanted: Collection[str]) -> TableSpec:
    kept = tuple(column for column in spec.columns if column.name in {*wanted, _KEY, "org_code"})
    return TableSpec(spec.layer, spec.name, kept, shared=spec.shared)


def _read_footer(path: str) -> _Footer:
    metadata = _parquet.read_metadata(path)
    place = metadata.schema.names.index(_KEY)
    bounds: list[tuple[str, str] | None] = []
    for group in range(metadata.num_row_groups):
        statistics: Any = metadata.row_group(group).column(place).statistics
        if statistics is None or not statistics.has_min_max:
            bounds.append(None)
        else:
            bounds.append((str(statistics.min), str(statistics.max)))
    return _Footer(metadata, tuple(bounds))


def _fitted(rows: pa.Table, spec: TableSpec, file: DataFile) -> pa.Table:
    """Return the rows with the table's columns: a file may be older than a column, and has none for its partition."""
    columns: list[Any] = []
    for column in spec.columns:
        type_ = arrow_type(column.type)
        if column.name == spec.partition:
            value = _arrow.scalar(file.partition).cast(type_)
            columns.append(_arrow.repeat(value, rows.num_rows))
        elif column.name in rows.column_names:
            columns.append(rows[column.name].cast(type_))
        else:
            columns.append(_arrow.nulls(rows.num_rows, type_))
    return pa.table(columns, schema=spec.schema)
