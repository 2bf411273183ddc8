"""SQL fragments with holes: static DuckDB text, parsed once, filled with expressions (never with values)."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import sqlglot
from sqlglot import exp

DIALECT = "duckdb"


@lru_cache(maxsize=512)
def _parsed(text: str) -> exp.Expr:
    return sqlglot.parse_one(text, read=DIALECT)


def fill(text: str, **holes: exp.Expr) -> exp.Expr:
    """Return the fragment `text` with every unqualified column named like a hole replaced by that expression.

    ``fill("NULLIF(TRIM(x), '')", x=column)`` → ``NULLIF(TRIM(r.name), '')``
    """

    def replaced(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and not node.table and node.name in holes:
            return holes[node.name].copy()
        return node

    return _parsed(text).copy().transform(replaced, copy=False)


def text(value: str) -> exp.Expr:
    """Return `value` as a string literal (escaped by the generator of whichever dialect prints it)."""
    return exp.Literal.string(value)


def case(branches: Sequence[tuple[exp.Expr, exp.Expr]], otherwise: exp.Expr | None = None) -> exp.Case:
    """Return CASE WHEN … THEN … [ELSE …] END over `branches`, in their order."""
    built = exp.Case()
    for condition, value in branches:
        built = built.when(condition, value, copy=False)
    return built.else_(otherwise, copy=False) if otherwise is not None else built


def all_of(conditions: Sequence[exp.Expr]) -> exp.Expr:
    """Return the conjunction of `conditions`; TRUE when there is none."""
    return exp.and_(*conditions, copy=False) if conditions else exp.true()


def struct(fields: Mapping[str, exp.Expr]) -> exp.Struct:
    """Return a named struct, portable between DuckDB and Spark."""
    return exp.Struct(
        expressions=[exp.PropertyEQ(this=exp.to_identifier(k, quoted=True), expression=v) for k, v in fields.items()]
    )
