"""Rows to write become finished files of the table, before anything is committed."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp, parse_one

from suwen.domains.lake.buckets import bucket_sql
from suwen.domains.lake.column_types import arrow_fields
from suwen.domains.lake.compose.compose import SnapshotOf, compose
from suwen.domains.lake.compose.masks import null_of, type_expression
from suwen.domains.lake.compose.parse import LakeDialect
from suwen.domains.lake.compose.statement import GIVEN_ROWS, Input, Statement
from suwen.domains.lake.engines.base import Engine
from suwen.domains.lake.engines.files import new_file
from suwen.domains.lake.engines.footers import data_file
from suwen.domains.lake.errors import DataMismatch, UnknownColumn
from suwen.domains.lake.schemas import ASIDE, Aside, DataFile, ParquetFiles, TableSpec
from suwen.kernel.scope import Scope

Rows = pa.Table | pa.RecordBatchReader | ParquetFiles | str | exp.Query
_INPUT = "input.rows"


def stage(
    engine: Engine,
    snapshot_of: SnapshotOf,
    spec: TableSpec,
    folder: Path,
    data: Rows,
    params: Mapping[str, object] | None = None,
    tables: Mapping[str, Input] | None = None,
    aside: Aside | None = None,
    at_hand: int = 0,
) -> list[DataFile] | pa.Table:
    """Write the rows as files of the table: columns by name, converted to its types, missing ones NULL.

    aside: rows to leave out, see Aside. at_hand: so many rows at most may be returned instead, in any order. Raises
    UnknownColumn for a column that the table does not have, DataMismatch for values that do not convert.
    """
    if isinstance(data, ParquetFiles) and data.adopt:
        return [_adopt(spec, folder, Path(path)) for path in data.paths]
    inputs = dict(tables or {})
    sql = data
    if not isinstance(sql, str | exp.Query):
        inputs[_INPUT] = sql
        sql = exp.select("*").from_(exp.to_table(_INPUT))
    statement = compose(sql, snapshot_of, Scope.everything(), params=params, inputs=inputs)
    given = _given_columns(data) or engine.columns(statement)
    query = _fitting(spec, tuple(name for name in given if aside is None or name != ASIDE))
    if aside is not None:
        query = query.select(exp.alias_(exp.cast(exp.column(ASIDE), "BIGINT"), ASIDE))
    fitted = Statement(query, statement.sources, statement.inputs, statement.params, rows=statement.query)
    if at_hand:
        return engine.write_or_hold(fitted, spec, folder, aside, at_hand)
    return engine.write(fitted, spec, folder, aside)


def discard(files: Iterable[DataFile]) -> None:
    """Remove files that were never committed."""
    for file in files:
        Path(file.path).unlink(missing_ok=True)


def _given_columns(data: Rows) -> tuple[str, ...] | None:
    """Return the columns of an input that can only be read once."""
    return tuple(data.schema.names) if isinstance(data, pa.Table | pa.RecordBatchReader) else None


def _fitting(spec: TableSpec, given: tuple[str, ...]) -> exp.Select:
    if unknown := sorted(set(given) - set(spec.names)):
        raise UnknownColumn(f"table {spec.ref} has no such column", received=unknown, allowed=spec.names)
    columns: list[exp.Expr] = []
    value: exp.Expr
    for column in spec.columns:
        name = exp.to_identifier(column.name, quoted=True)
        if column.name == spec.partition == "bucket" and spec.buckets:
            value = parse_one(bucket_sql(spec.buckets), dialect=LakeDialect)
        elif column.name in given:
            value = exp.cast(exp.column(name), type_expression(column.type))
        else:
            value = null_of(column)
        columns.append(exp.alias_(value, name))
    return exp.select(*columns).from_(exp.to_table(GIVEN_ROWS))


def _adopt(spec: TableSpec, folder: Path, path: Path) -> DataFile:
    if spec.partition or spec.sort:
        raise DataMismatch(f"table {spec.ref} is sorted or partitioned: its files are written by the lake")
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
    plain = pa.schema([pa.field(name, type_) for name, type_ in arrow_fields(schema)])
    if not plain.equals(spec.schema):
        raise DataMismatch(
            f"a file to adopt has other columns than table {spec.ref}", received=str(plain), allowed=str(spec.schema)
        )
    target = new_file(spec, folder, None)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(path, target)  # noqa: PTH105
    return data_file(target, spec, None)
