"""Finding a person's rows in many tables within milliseconds.

The files are read directly, not through an engine: a row group whose bounds hold the key costs about two milliseconds,
an engine's statement alone takes longer than that, and a timeline asks a dozen tables. Where upkeep has made a copy for
look-ups, that is read instead.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from suwen.domains.lake.buckets import keys_by_file
from suwen.domains.lake.column_types import arrow_type
from suwen.domains.lake.compose.rows import shown
from suwen.domains.lake.copies import Copy, open_copy
from suwen.domains.lake.engines.files import repeating_columns
from suwen.domains.lake.schemas import DataFile, TableSpec
from suwen.domains.lake.tables import Tables
from suwen.kernel.scope import Scope

_KEPT = 512
_KEY = "patient_key"
# Their stubs know only some of the argument types.
_arrow, _compute, _parquet = cast(Any, pa), cast(Any, pc), cast(Any, pq)
T = TypeVar("T")


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


class _Recent(Generic[T]):
    """What `read` found out about the files asked for last; a finished file never changes."""

    def __init__(self, read: Callable[[str], T | None]) -> None:
        self._read = read
        self._held: OrderedDict[str, T] = OrderedDict()
        self._lock = Lock()

    def of(self, path: str) -> T | None:
        """Return what is known of a file; nothing is kept of a file without it."""
        with self._lock:
            if path in self._held:
                self._held.move_to_end(path)
                return self._held[path]
        found = self._read(path)
        if found is not None:
            with self._lock:
                self._held[path] = found
                while len(self._held) > _KEPT:
                    self._held.popitem(last=False)
        return found


class Lookup:
    """Looks patients up; keeps the footers and the first keys of the files read last."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._footers = _Recent[_Footer](_read_footer)
        self._copies = _Recent[Copy](open_copy)

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

        # One after the other: the reads are so short that two threads only wait for each other.
        return {code: self._rows(code, keys, scope, (columns or {}).get(code)) for code in codes}

    def _rows(self, code: str, keys: Sequence[str], scope: Scope, wanted: Collection[str] | None) -> pa.Table:
        snapshot = self._tables.snapshot(f"std.{code}")
        spec = snapshot.spec if wanted is None else _narrow(snapshot.spec, wanted)
        found = [
            _fitted(rows, spec, file)
            for file, held in keys_by_file(snapshot, keys)
            if (rows := self._read(file, held, spec)) is not None
        ]
        return shown(pa.concat_tables(found) if found else spec.schema.empty_table(), spec, scope)

    def _read(self, file: DataFile, keys: Sequence[str], spec: TableSpec) -> pa.Table | None:
        copy = self._copies.of(file.path)
        if copy is not None:
            return copy.rows(keys, spec.names)
        footer = self._footers.of(file.path)
        if footer is None or not (groups := footer.groups(keys)):
            return None
        # Thousands of texts are not made for the few rows that stay.
        kinds = {column.name: column.type for column in spec.columns}
        texts = [name for name in repeating_columns(spec) if arrow_type(kinds[name]) == pa.string()]
        with _parquet.ParquetFile(file.path, metadata=footer.metadata, read_dictionary=texts) as opened:
            # Nearly all of the time is spent on each column, however few its rows.
            rows = opened.read_row_groups(groups, columns=list(spec.names), use_threads=False)
        return rows.filter(_compute.is_in(rows[_KEY].cast(pa.string()), value_set=pa.array(keys, pa.string())))


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
    stored = dict(zip(rows.column_names, rows.columns, strict=True))
    for column in spec.columns:
        type_ = arrow_type(column.type)
        if column.name == spec.partition:
            value = _arrow.scalar(file.partition).cast(type_)
            columns.append(_arrow.repeat(value, rows.num_rows))
        elif (held := stored.get(column.name)) is not None:
            columns.append(held if held.type == type_ else held.cast(type_))
        else:
            columns.append(_arrow.nulls(rows.num_rows, type_))
    return pa.table(columns, schema=spec.schema)
