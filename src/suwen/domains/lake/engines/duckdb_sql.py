"""How DuckDB reads the files of a snapshot, and how it writes files."""

from collections.abc import Iterable

from sqlglot import exp

from suwen.domains.lake.compose.masks import null_of, type_expression
from suwen.domains.lake.compose.statement import Source
from suwen.domains.lake.engines.files import ROW_GROUP
from suwen.domains.lake.schemas import ParquetFiles, TableSpec

FILE = "_file"


def source_expression(source: Source) -> exp.Query:
    """Return `SELECT * FROM read_parquet([...])` over the files of a snapshot.

    Files written before a column was added do not have it: then a typed empty SELECT leads a UNION ALL BY NAME.
    """
    spec = source.snapshot.spec
    if not source.files:
        return _nothing(spec, source.with_file)
    read = _read(_paths(f.path for f in source.files), spec, by_name=not source.complete, with_file=source.with_file)
    if source.complete:
        return read
    return exp.Union(this=_nothing(spec, source.with_file), expression=read, distinct=False, by_name=True)


def input_expression(files: ParquetFiles) -> exp.Query:
    """Return `SELECT * FROM read_parquet([...])` over files given as input."""
    return _read(_paths(files.paths), None, by_name=len(files.paths) > 1, with_file=False)


def copy_options(format_: str, *, statistics: bool = False) -> str:
    """Return the options of a COPY to `parquet` or `csv`."""
    if format_ == "csv":
        return "(FORMAT csv, HEADER true)"
    return f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}{', RETURN_STATS' if statistics else ''})"


def _nothing(spec: TableSpec, with_file: bool) -> exp.Select:
    columns = [exp.alias_(null_of(column), exp.to_identifier(column.name, quoted=True)) for column in spec.columns]
    if with_file:
        columns.append(exp.alias_(exp.cast(exp.null(), "text"), FILE))
    return exp.select(*columns).where(exp.false())


def _read(paths: exp.Expr, spec: TableSpec | None, *, by_name: bool, with_file: bool) -> exp.Select:
    arguments: list[exp.Expr] = [paths]
    partition = spec.column(spec.partition) if spec and spec.partition else None
    arguments.append(_option("hive_partitioning", exp.convert(partition is not None)))
    if partition is not None:
        type_ = type_expression(partition.type)
        struct = exp.Struct(expressions=[exp.PropertyEQ(this=exp.to_identifier(partition.name), expression=type_)])
        arguments.append(_option("hive_types", struct))
    if by_name:
        arguments.append(_option("union_by_name", exp.true()))
    if with_file:
        arguments.append(_option("filename", exp.Literal.string(FILE)))
    return exp.select("*").from_(exp.Table(this=exp.Anonymous(this="READ_PARQUET", expressions=arguments)))


def _paths(paths: Iterable[str]) -> exp.Array:
    return exp.Array(expressions=[exp.Literal.string(path) for path in paths])


def _option(name: str, value: exp.Expr) -> exp.Expr:
    return exp.EQ(this=exp.to_identifier(name), expression=value)
