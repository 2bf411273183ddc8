"""Apache Spark: the same statements over the same Delta tables, for a region that outgrows one machine.

The lake knows the files of a snapshot, so they are read as parquet by name; Delta's own reader, which runs jobs over
the log before each first look at a new version, takes whole snapshots of very many files. Spark writes finished files
like the default engine does; the commit is the lake's.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

import pyarrow as pa

from suwen.domains.lake.compose.statement import Input, Source, Statement
from suwen.domains.lake.engines.base import DEFAULT_BATCH_ROWS
from suwen.domains.lake.engines.files import FILE_ROWS, new_file
from suwen.domains.lake.engines.footers import data_file
from suwen.domains.lake.engines.spark_session import start
from suwen.domains.lake.engines.spark_sql import FILE, named_errors, spark_schema, to_sql
from suwen.domains.lake.errors import DataMismatch
from suwen.domains.lake.schemas import ASIDE, Aside, DataFile, ParquetFiles, TableSpec
from suwen.domains.lake.settings import LakeSettings
from suwen.kernel.ids import new_id

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
_KEPT_INPUTS, _KEPT_BYTES = 8, 4 * 2**20


class SparkEngine:
    """Spark behind the lake's door; `folder` takes files on their way into a table."""

    name = "spark"

    def __init__(self, folder: Path, settings: LakeSettings) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._spark = start(settings, folder)
        self._listed = settings.spark_listed_files
        self._inputs: dict[int, tuple[pa.Table, DataFrame]] = {}

    def columns(self, statement: Statement) -> tuple[str, ...]:
        """Return the column names of a statement's result without running it."""
        named = statement.query.named_selects
        if not statement.query.is_star and all(named):
            # Spark's analysis of a large mapping takes a second, and comes again when its rows are written.
            return tuple(named)
        with self._frame(statement) as frame:
            return tuple(frame.columns)

    def table(self, statement: Statement) -> pa.Table:
        """Run a statement and return all rows."""
        with self._frame(statement) as frame:
            return frame.toArrow()

    def read(self, statement: Statement, batch_rows: int = DEFAULT_BATCH_ROWS) -> pa.RecordBatchReader:
        """Run a statement; the result passes through the driver as a whole, then comes in batches."""
        table = self.table(statement)
        return pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=batch_rows))

    def write(self, statement: Statement, spec: TableSpec, folder: Path, aside: Aside | None = None) -> list[DataFile]:
        """Write the result as sorted zstd parquet files, one for each partition value; see Engine.write."""
        with self._staging() as staging, self._frame(statement) as whole, _kept(whole, aside) as frame:
            order = [name for name in (spec.partition, *spec.sort) if name]
            if spec.partition:
                writer = frame.repartition(spec.partition).sortWithinPartitions(*order).write
                writer = writer.option("maxRecordsPerFile", FILE_ROWS)
                writer.partitionBy(spec.partition).parquet(str(staging))
            else:
                # Not coalesce, which would compute the rows in one task as well.
                single = frame.repartition(1)
                (single.sortWithinPartitions(*order) if order else single).write.parquet(str(staging))
            return [_take(path, spec, folder) for path in sorted(staging.rglob("part-*.parquet"))]

    def write_or_hold(
        self, statement: Statement, spec: TableSpec, folder: Path, aside: Aside | None, most: int
    ) -> list[DataFile] | pa.Table:
        """Write: rows at hand would pass through the driver twice."""
        return self.write(statement, spec, folder, aside)

    def export(self, statement: Statement, path: Path, format_: str) -> int:
        """Write the result to one file, `csv` (UTF-8 with header) or `parquet`; returns the number of rows."""
        with self._staging() as staging, self._frame(statement) as frame:
            kept = frame.coalesce(1).cache()
            if format_ == "csv":
                kept.write.option("timestampNTZFormat", "yyyy-MM-dd HH:mm:ss").csv(
                    str(staging), header=True, escape='"'
                )
            else:
                kept.write.parquet(str(staging))
            rows = kept.count()
            kept.unpersist()
            os.replace(next(staging.glob("part-*")), path)  # noqa: PTH105
            return rows

    def close(self) -> None:
        """Stop the session."""
        self._spark.stop()

    @contextmanager
    def _staging(self) -> Generator[Path]:
        staging = self._folder / new_id().hex
        try:
            yield staging
        finally:
            rmtree(staging, ignore_errors=True)

    @contextmanager
    def _frame(self, statement: Statement) -> Generator["DataFrame"]:
        """Give the statement as a data frame; its tables are views for as long as it is used."""
        views: dict[str, str] = {}
        try:
            with named_errors(statement):
                for name, source in statement.sources.items():
                    views[name] = self._view(self._source(source))
                for name, given in statement.inputs.items():
                    views[name] = self._view(self._input(given))
                yield cast(Any, self._spark).sql(to_sql(statement, views))
        finally:
            for view in views.values():
                self._spark.catalog.dropTempView(view)

    def _view(self, frame: "DataFrame") -> str:
        name = f"v_{new_id().hex}"
        frame.createOrReplaceTempView(name)
        return name

    def _source(self, source: Source) -> "DataFrame":
        snapshot, schema = source.snapshot, spark_schema(source.snapshot.spec)
        if source.files is snapshot.files and len(source.files) > self._listed and not source.with_file:
            reader = self._spark.read.format("delta").option("versionAsOf", snapshot.version)
            return reader.load(snapshot.path)
        if not source.files:
            return self._spark.createDataFrame([], schema)
        paths = [file.path for file in source.files]
        frame = self._spark.read.schema(schema).option("basePath", snapshot.path).parquet(*paths)
        names = [f"`{name}`" for name in snapshot.spec.names]
        return frame.selectExpr(*names, f"_metadata.file_path AS {FILE}") if source.with_file else frame.select(*names)

    def _input(self, given: Input) -> "DataFrame":
        if isinstance(given, ParquetFiles):
            return self._spark.read.option("mergeSchema", str(len(given.paths) > 1)).parquet(*given.paths)
        if not isinstance(given, pa.Table) or given.nbytes > _KEPT_BYTES:
            return self._spark.createDataFrame(given if isinstance(given, pa.Table) else given.read_all())
        known = self._inputs.get(id(given))
        if known is None or known[0] is not given:
            # A run joins the same table of codes in every statement.
            if len(self._inputs) >= _KEPT_INPUTS:
                self._inputs.clear()
            known = self._inputs[id(given)] = (given, self._spark.createDataFrame(given))
        return known[1]


@contextmanager
def _kept(whole: "DataFrame", aside: Aside | None) -> Generator["DataFrame"]:
    """Give the frame without the rows that are left out, whose numbers are told."""
    if aside is None:
        yield whole
        return
    # Read twice, made once.
    held = whole.persist()
    try:
        apart = held.where(f"{ASIDE} IS NOT NULL").select(ASIDE).toArrow()
        aside.numbers += cast("list[int]", apart.column(ASIDE).to_pylist())
        yield held.where(f"{ASIDE} IS NULL").drop(ASIDE)
    finally:
        held.unpersist()


def _take(path: Path, spec: TableSpec, folder: Path) -> DataFile:
    """Move a written file into the table's folder under its own name."""
    value = unquote(path.parent.name.partition("=")[2]) if spec.partition else None
    if value == _NO_VALUE:
        raise DataMismatch(f"table {spec.ref}: rows without {spec.partition}, patient_key empty or malformed")
    target = new_file(spec, folder, value)
    target.parent.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as written:
        os.fsync(written.fileno())
    os.replace(path, target)  # noqa: PTH105
    return data_file(target, spec, value)
