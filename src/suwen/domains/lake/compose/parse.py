"""Reading SQL: one query in the DuckDB dialect, over the lake's tables only."""

from sqlglot import exp, parse
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError

from suwen.domains.lake.errors import InvalidStatement, UnknownTable
from suwen.domains.lake.schemas import LAYERS


class LakeDialect(DuckDB):
    """DuckDB's dialect without dollar-quoted texts, which would swallow `$a,$b`."""

    class Tokenizer(DuckDB.Tokenizer):
        """Reads `$name` always as a placeholder."""

        HEREDOC_STRINGS = []  # noqa: RUF012


def parse_query(sql: str | exp.Query) -> exp.Query:
    """Return a fresh tree of one SELECT (or set operation, with or without WITH); InvalidStatement otherwise."""
    if isinstance(sql, exp.Query):
        return sql.copy()
    try:
        trees = parse(sql, dialect=LakeDialect)
    except SqlglotError as error:
        raise InvalidStatement(f"the statement cannot be read: {str(error).splitlines()[0]}") from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        kinds = [type(tree).__name__ for tree in trees]
        raise InvalidStatement("a statement is one query", received=kinds, allowed="SELECT, UNION, WITH ... SELECT")
    return trees[0]


def lake_tables(query: exp.Query, inputs: set[str]) -> list[exp.Table]:
    """Return the table nodes that name lake tables or inputs, after refusing all that is neither.

    Functions that read files, writing inside a WITH and names without a layer are refused.
    """
    for bad in query.find_all(exp.DDL, exp.Update, exp.Delete, exp.Merge, exp.Command, exp.Into):
        if not isinstance(bad, exp.Query):
            raise InvalidStatement("a statement only reads", received=type(bad).__name__)
    _allow_nothing_lateral(query)
    own = {cte.alias for cte in query.find_all(exp.CTE)}
    if hidden := sorted(name for name in own if name.startswith("__")):
        # Such names stand for the files of a snapshot, before the scope is applied.
        raise InvalidStatement("names beginning with __ are reserved", received=hidden)
    found: list[exp.Table] = []
    for table in query.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            _allow_function(table)
        elif table.db:
            if f"{table.db}.{table.name}" not in inputs and table.db not in LAYERS:
                raise UnknownTable("no such layer", received=f"{table.db}.{table.name}", allowed=LAYERS)
            found.append(table)
        elif table.name not in own:
            raise UnknownTable(
                "a table is named with its layer", received=table.name, allowed=[*LAYERS, *sorted(own), *sorted(inputs)]
            )
    return found


_FUNCTIONS = (exp.GenerateSeries, exp.Unnest, exp.Explode)


def _allow_function(table: exp.Table) -> None:
    if not isinstance(table.this, _FUNCTIONS):
        name = table.this.name if isinstance(table.this, exp.Anonymous) else type(table.this).__name__
        raise InvalidStatement(
            "a statement reads the lake's tables only", received=name, allowed=["range", "generate_series", "unnest"]
        )


def _allow_nothing_lateral(query: exp.Query) -> None:
    for lateral in query.find_all(exp.Lateral):
        if not isinstance(lateral.this, exp.Subquery | exp.Unnest | exp.Explode):
            raise InvalidStatement("a statement reads the lake's tables only", received=type(lateral.this).__name__)


def unqualify(query: exp.Query) -> None:
    """Turn `std.encounter.org_code` into `encounter.org_code`, as the wrapped table is named."""
    for column in query.find_all(exp.Column):
        if column.args.get("db"):
            column.set("db", None)
