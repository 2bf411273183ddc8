"""DuckDB: one in-memory database for each process, a cursor for each statement, parquet files read by their list."""

import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from shutil import rmtree
from threading import Lock
from typing import Any, cast

import duckdb
import pyarrow as pa
from sqlglot import exp

from suwen.domains.lake.compose.parse import LakeDialect
from suwen.domains.lake.compose.statement import GIVEN_ROWS, Statement
from suwen.domains.lake.engines.base import DEFAULT_BATCH_ROWS
from suwen.domains.lake.engines.duckdb_sql import copy_options, input_expression, source_expression
from suwen.domains.lake.engines.files import new_file, statistic, statistic_columns
from suwen.domains.lake.engines.partitions import write_partitions
from suwen.domains.lake.errors import DataMismatch, InvalidStatement, InvalidTable, UnknownColumn
from suwen.domains.lake.functions import registered_functions
from suwen.domains.lake.schemas import ASIDE, Aside, DataFile, ParquetFiles, TableSpec

KEPT_PRINTS = 8


class DuckDBEngine:
    """The default engine. `folder` takes what does not fit into memory, one subfolder for each process."""

    name = "duckdb"

    def __init__(self, folder: Path, memory_share: float = 0.5) -> None:
        self._spill = folder / str(os.getpid())
        _remove_left_behind(folder)
        self._spill.mkdir(parents=True, exist_ok=True)
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * memory_share
        self._database = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": f"{int(memory / 2**20)}MB",
                "temp_directory": str(self._spill),
                "preserve_insertion_order": True,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        self._database.execute("SET GLOBAL TimeZone = 'UTC'")
        self._database.execute("SET GLOBAL python_enable_replacements = false")
        self._database.execute("SET GLOBAL parquet_metadata_cache = true")
        # Made for remote files; on a disk it only costs.
        self._database.execute("SET GLOBAL enable_external_file_cache = false")

        self._known = 0
        self._learning = Lock()
        self._printed: dict[int, tuple[exp.Query, str]] = {}

    def columns(self, statement: Statement) -> tuple[str, ...]:
        """Return the column names of a statement's result without running it."""
        with self._cursor(statement) as (cursor, sql, params):
            if len(self._printed) >= KEPT_PRINTS:
                self._printed.clear()
            self._printed[id(statement.query)] = (statement.query, sql)
            limited = f"SELECT * FROM ({sql}) LIMIT 0"  # noqa: S608 - composed by sqlglot
            return tuple(cursor.execute(limited, params).to_arrow_table().column_names)

    def table(self, statement: Statement) -> pa.Table:
        """Run a statement and return all rows."""
        with self._cursor(statement) as (cursor, sql, params):
            return cursor.execute(sql, params).to_arrow_table()

    def read(self, statement: Statement, batch_rows: int = DEFAULT_BATCH_ROWS) -> pa.RecordBatchReader:
        """Run a statement; the rows come in batches while it runs."""
        context = self._cursor(statement)
        cursor, sql, params = context.__enter__()
        try:
            reader = cursor.execute(sql, params).to_arrow_reader(batch_rows)
        except BaseException as error:
            context.__exit__(type(error), error, error.__traceback__)
            raise

        def batches() -> Iterator[pa.RecordBatch]:
            try:
                yield from _values_unseen(reader)
            finally:
                context.__exit__(None, None, None)

        return pa.RecordBatchReader.from_batches(reader.schema, batches())

    def write(self, statement: Statement, spec: TableSpec, folder: Path, aside: Aside | None = None) -> list[DataFile]:
        """Write the result as sorted zstd parquet files, one for each partition value; see Engine.write."""
        with self._cursor(statement) as (cursor, sql, params):
            if spec.partition is not None:
                return write_partitions(_rows(cursor, sql, params, aside), spec, folder)
            if aside is not None:
                raise InvalidTable(f"table {spec.ref}: only a partitioned table's write leaves rows out")
            order = f" ORDER BY {', '.join(_quoted(name) for name in spec.sort)}" if spec.sort else ""
            return _copy(cursor, sql + order, params, spec, new_file(spec, folder, None))

    def write_or_hold(
        self, statement: Statement, spec: TableSpec, folder: Path, aside: Aside | None, most: int
    ) -> list[DataFile] | pa.Table:
        """Return the rows of a partitioned table if they are `most` or fewer, else write them."""
        if spec.partition is None:
            return self.write(statement, spec, folder, aside)
        with self._cursor(statement) as (cursor, sql, params):
            batches = _rows(cursor, sql, params, aside)
            held: list[pa.RecordBatch] = []
            for batch in batches:
                held.append(batch)
                if sum(each.num_rows for each in held) > most:
                    return write_partitions(chain(held, batches), spec, folder)
            return pa.Table.from_batches(held, spec.schema)

    def export(self, statement: Statement, path: Path, format_: str) -> int:
        """Write the result to one file, `csv` (UTF-8 with header) or `parquet`; returns the number of rows."""
        with self._cursor(statement) as (cursor, sql, params):
            copy = f"COPY ({sql}) TO {_literal(str(path))} {copy_options(format_)}"
            row = cursor.execute(copy, params).fetchone()
            return int(row[0]) if row else 0

    def close(self) -> None:
        """Close the database and remove what was spilled."""
        self._database.close()
        rmtree(self._spill, ignore_errors=True)

    def _learn(self) -> None:
        """Make macros of functions that were registered since the last statement."""
        functions = registered_functions()
        if self._known == len(functions):
            return
        with self._learning:
            for function in functions[self._known :]:
                self._database.execute(function.macro())  # sql: a registered constant
            self._known = len(functions)

    def _print(self, statement: Statement) -> str:
        if statement.rows is None:
            return to_sql(statement)
        # Its columns were asked for just before, in the same text.
        asked = self._printed.get(id(statement.rows))
        inner = asked[1] if asked and asked[0] is statement.rows else to_sql(replace(statement, query=statement.rows))
        outer = statement.query.sql(dialect=LakeDialect)
        return f"WITH {GIVEN_ROWS} AS NOT MATERIALIZED ({inner}) {outer}"

    @contextmanager
    def _cursor(
        self, statement: Statement
    ) -> Generator[tuple[duckdb.DuckDBPyConnection, str, Mapping[str, object] | None]]:
        """Give a cursor of its own with the inputs bound, the SQL text and its values; names DuckDB's errors."""
        self._learn()
        cursor = self._database.cursor()
        try:
            for name, given in statement.inputs.items():
                if not isinstance(given, ParquetFiles):
                    cursor.register(name, given)
            names = statement.placeholders()
            values = {name: value for name, value in statement.params.items() if name in names}
            yield cursor, self._print(statement), values or None
        except duckdb.ConversionException:
            # The message holds the value, which may be a person's.
            raise DataMismatch("a value does not convert to the type of its column") from None
        except duckdb.BinderException as error:
            raise _binder_error(error, statement) from error
        except (duckdb.ParserException, duckdb.CatalogException, duckdb.InvalidInputException) as error:
            raise InvalidStatement(f"the statement cannot run: {str(error).splitlines()[0]}") from error
        finally:
            cursor.close()


def _rows(
    cursor: duckdb.DuckDBPyConnection, sql: str, params: Mapping[str, object] | None, aside: Aside | None
) -> Iterator[pa.RecordBatch]:
    """Give a statement's rows while it runs, but for those that are left out."""
    # With the usual 1 MB all cores but one would wait while a portion is written.
    cursor.execute("SET streaming_buffer_size = '128MB'")
    batches = _values_unseen(cursor.execute(sql, params).to_arrow_reader(DEFAULT_BATCH_ROWS))
    return batches if aside is None else _kept(batches, aside)


def _values_unseen(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Give the batches; an error that comes while they are made is named without the value it is about."""
    try:
        yield from reader
    except (OSError, pa.ArrowInvalid) as error:
        if "Conversion Error" not in str(error):
            raise
        # The message holds the value, which may be a person's.
        raise DataMismatch("a value does not convert to the type of its column") from None


def _kept(batches: Iterator[pa.RecordBatch], aside: Aside) -> Iterator[pa.RecordBatch]:
    """Give the batches without the rows that are left out, and without the column that says which."""
    for batch in batches:
        numbers = cast(Any, batch).column(ASIDE)
        rest = batch.drop_columns([ASIDE])
        if numbers.null_count < len(batch):
            aside.numbers += numbers.drop_null().to_pylist()
            rest = rest.filter(numbers.is_null())
        yield rest


def to_sql(statement: Statement) -> str:
    """Return the statement as DuckDB text, with files in place of table names."""
    # Copied once, then changed and printed in place: copies are what composing large mappings spends its time on.
    query = statement.query.copy()
    for table in list(query.find_all(exp.Table)):
        if table.name in statement.sources:
            table.replace(_as_subquery(source_expression(statement.sources[table.name]), table))
        elif isinstance(given := statement.inputs.get(table.name), ParquetFiles):
            table.replace(_as_subquery(input_expression(given), table))
    return query.sql(dialect=LakeDialect, copy=False)


def _as_subquery(inner: exp.Query, table: exp.Table) -> exp.Expr:
    kept = {name: value for name, value in table.args.items() if name in ("alias", "joins", "sample") and value}
    return exp.Subquery(this=inner, **kept)


def _copy(
    cursor: duckdb.DuckDBPyConnection,
    sql: str,
    params: Mapping[str, object] | None,
    spec: TableSpec,
    path: Path,
) -> list[DataFile]:
    path.parent.mkdir(parents=True, exist_ok=True)
    copy = f"COPY ({sql}) TO {_literal(str(path))} {copy_options('parquet', statistics=True)}"
    row: Any = cursor.execute(copy, params).fetchone()
    if row is None or row[1] == 0:
        path.unlink(missing_ok=True)
        return []
    with path.open("rb") as written:
        os.fsync(written.fileno())
    found: dict[str, dict[str, str]] = {name.strip('"'): stats for name, stats in row[4].items()}
    bounds = {name: type_ for name, type_ in statistic_columns(spec).items() if "min" in found.get(name, {})}
    low = {name: statistic(found[name]["min"], type_) for name, type_ in bounds.items()}
    high = {name: statistic(found[name]["max"], type_) for name, type_ in bounds.items()}
    return [DataFile(str(path), int(row[1]), int(row[2]), None, low, high)]


def _binder_error(error: duckdb.BinderException, statement: Statement) -> UnknownColumn | InvalidStatement:
    text = str(error).splitlines()[0]
    if "not found" in text or "does not have a column" in text:
        allowed = sorted({name for source in statement.sources.values() for name in source.snapshot.spec.names})
        return UnknownColumn(text, allowed=allowed)
    return InvalidStatement(f"the statement cannot run: {text}")


def _remove_left_behind(folder: Path) -> None:
    """Remove spilled rows of processes that were killed."""
    for old in folder.iterdir() if folder.is_dir() else ():
        if old.name.isdigit() and not Path(f"/proc/{old.name}").exists():
            rmtree(old, ignore_errors=True)


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql(dialect=LakeDialect)


def _literal(text: str) -> str:
    return exp.Literal.string(text).sql(dialect=LakeDialect)
