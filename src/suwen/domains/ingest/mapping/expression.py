"""Mapping expressions: parsed, checked to look at nothing but one source row, bound to the raw columns."""

from collections.abc import Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from suwen.domains.ingest.errors import InvalidDefinition, UnknownSourceColumn
from suwen.domains.ingest.mapping.template import DIALECT
from suwen.domains.ingest.rawtable import raw_name

ROW = "r"
_FORBIDDEN = (
    exp.Query,
    exp.Table,
    exp.AggFunc,
    exp.Window,
    exp.Command,
    exp.DDL,
    exp.Insert,
    exp.Update,
    exp.Delete,
    exp.Star,
)


def parse_expression(feed: str, element: str, text: str) -> exp.Expr:
    """Parse one expression; raise InvalidDefinition naming feed and element when it is none, or is more than one."""
    place = f"feed {feed}, column {element}"
    try:
        parsed = sqlglot.parse_one(text, read=DIALECT)
    except (ParseError, TokenError) as error:
        first = str(error).splitlines()[0]
        raise InvalidDefinition(f"{place}: the expression cannot be read: {first}", received=text, feed=feed) from error
    if isinstance(parsed, exp.Alias):
        raise InvalidDefinition(f"{place}: one expression without a name is needed", received=text, feed=feed)
    if found := parsed.find(*_FORBIDDEN):
        raise InvalidDefinition(
            f"{place}: an expression sees one source row; {found.sql(DIALECT)} reaches beyond it; use a query",
            received=text,
            feed=feed,
        )
    return parsed


def bind_columns(
    feed: str, element: str, parsed: exp.Expr, columns: Mapping[str, str], known: tuple[str, ...]
) -> exp.Expr:
    """Return the expression with every column bound to the raw row `r`.

    columns: lower-case source name → raw name. Raises UnknownSourceColumn with the `known` ones.
    """

    def bound(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column):
            return node
        raw = columns.get(node.name.lower()) or columns.get(raw_name(node.name).lower())
        if node.table or raw is None:
            raise UnknownSourceColumn(feed, f"column {element}", node.sql(DIALECT), known)
        return exp.column(exp.to_identifier(raw, quoted=True), table=ROW)

    return parsed.copy().transform(bound)


def columns_used(parsed: exp.Expr) -> frozenset[str]:
    """Return the lower-case names of the source columns that an expression looks at."""
    return frozenset(column.name.lower() for column in parsed.find_all(exp.Column))
