"""A statement as Spark's SQL, its column types, and its errors by the lake's names."""

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from sqlglot import exp

from suwen.domains.lake.column_types import sql_type
from suwen.domains.lake.compose.parse import LakeDialect
from suwen.domains.lake.compose.portable import for_spark
from suwen.domains.lake.compose.statement import GIVEN_ROWS, Statement
from suwen.domains.lake.engines.duckdb_sql import FILE
from suwen.domains.lake.errors import DataMismatch, InvalidStatement, UnknownColumn
from suwen.domains.lake.functions import inline
from suwen.domains.lake.schemas import TableSpec

if TYPE_CHECKING:
    from pyspark.sql.types import StructType

__all__ = ["FILE", "named_errors", "spark_schema", "to_sql"]


def to_sql(statement: Statement, views: Mapping[str, str]) -> str:
    """Return the statement as Spark text: views in place of tables, bound values as literals."""
    values = statement.params

    def resolve(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Table) and node.name in views:
            node.set("this", exp.to_identifier(views[node.name]))
        elif isinstance(node, exp.Placeholder):
            return _literal(values.get(str(node.this)))
        return node

    def printed(query: exp.Query) -> str:
        # Copied once: copies are what composing large mappings spends its time on.
        return for_spark(inline(query.copy().transform(resolve, copy=False))).sql(dialect="spark", copy=False)

    if statement.rows is None:
        return printed(statement.query)
    return f"WITH {GIVEN_ROWS} AS ({printed(statement.rows)}) {printed(statement.query)}"


def _literal(value: object) -> exp.Expr:
    if isinstance(value, list | tuple | set | frozenset):
        items = cast("Iterable[object]", value)
        return exp.Array(expressions=[_literal(item) for item in items])
    if isinstance(value, Decimal):
        return exp.cast(exp.Literal.string(str(value)), "decimal(38,10)")
    return exp.convert(value)


def spark_schema(spec: TableSpec) -> "StructType":
    """Return the column types of a table for Spark's readers."""
    from pyspark.sql.types import StructType

    def ddl(type_: str) -> str:
        return exp.DataType.build(sql_type(type_), dialect=LakeDialect).sql(dialect="spark")

    schema = StructType.fromDDL(", ".join(f"`{column.name}` {ddl(column.type)}" for column in spec.columns))
    return cast(StructType, schema)


@contextmanager
def named_errors(statement: Statement) -> Generator[None]:
    """Turn Spark's errors into the lake's; a value never comes into the message."""
    from pyspark.errors import AnalysisException, ParseException, PySparkException

    try:
        yield
    except (AnalysisException, ParseException) as error:
        condition = error.getCondition() or ""
        if condition.startswith("UNRESOLVED_COLUMN"):
            allowed = sorted({name for source in statement.sources.values() for name in source.snapshot.spec.names})
            raise UnknownColumn("the statement names an unknown column", received=condition, allowed=allowed) from error
        raise InvalidStatement("the statement cannot run", received=condition or str(error).splitlines()[0]) from error
    except PySparkException as error:
        condition = error.getCondition() or ""
        if condition.startswith(("CAST_INVALID_INPUT", "NUMERIC_VALUE_OUT_OF_RANGE", "CAST_OVERFLOW")):
            raise DataMismatch("a value does not convert to the type of its column") from None
        raise
