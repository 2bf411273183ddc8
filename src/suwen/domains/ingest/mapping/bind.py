"""Types of mapping expressions over a source row, found by DuckDB's binder without reading a row."""

from collections.abc import Mapping, Sequence

import duckdb
from sqlglot import exp

from suwen.domains.ingest.errors import InvalidDefinition
from suwen.domains.ingest.mapping.expression import ROW
from suwen.domains.ingest.mapping.template import DIALECT


def expression_types(
    feed: str, expressions: Mapping[str, exp.Expr], columns: Sequence[tuple[str, str]]
) -> dict[str, str]:
    """Return the DuckDB type of each expression.

    expressions: element → expression over `r`. columns: raw name and DuckDB type of the row's columns.
    Raises InvalidDefinition naming feed, element and expression when DuckDB cannot bind it.
    """
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        try:
            return _describe(connection, expressions, columns)
        except duckdb.Error:
            for element, expression in expressions.items():
                try:
                    _describe(connection, {element: expression}, columns)
                except duckdb.Error as error:
                    raise InvalidDefinition(
                        f"feed {feed}, column {element}: {str(error).splitlines()[0]}",
                        received=expression.sql(DIALECT),
                        feed=feed,
                    ) from error
            raise


def _describe(
    connection: duckdb.DuckDBPyConnection,
    expressions: Mapping[str, exp.Expr],
    columns: Sequence[tuple[str, str]],
) -> dict[str, str]:
    row = exp.select(
        *(
            exp.alias_(exp.cast(exp.null(), exp.DataType.build(kind, dialect=DIALECT)), name, quoted=True)
            for name, kind in columns
        )
    )
    query = exp.select(*(exp.alias_(e.copy(), name, quoted=True) for name, e in expressions.items())).from_(
        row.subquery(ROW)
    )
    described = connection.execute(exp.Describe(this=query).sql(DIALECT)).fetchall()
    return {str(line[0]): str(line[1]) for line in described}
