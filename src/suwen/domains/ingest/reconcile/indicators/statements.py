"""The statements of an indicator: what is accepted, and how the days are put into it.

Each is one SELECT over tables that gives a line for a day, or for each item of a day:

    SELECT CAST(visit_time AS DATE) AS day, dept_code AS item, SUM(cost) AS value
    FROM outp_visit
    WHERE visit_time >= :from AND visit_time < :to
    GROUP BY 1, 2

`:from` is the first day and `:to` the day after the last, date literals of the statement's dialect: the source's own
there, DuckDB's here. What lies outside these days does not count.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlglot import Dialect, exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from suwen.domains.ingest.reconcile.indicators.errors import InvalidStatement

Side = Literal["source", "platform"]
DAYS: tuple[str, str] = ("from", "to")
"""Names of the placeholders."""
_WRITES = (exp.DDL, exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Into, exp.Lock, exp.Command)
_PLACEHOLDERS = (exp.Placeholder, exp.Parameter)
_TABLES = (exp.Identifier, exp.Subquery, exp.GenerateSeries, exp.Unnest, exp.Explode)


@dataclass(frozen=True)
class DayStatement:
    """A statement that was accepted; `query` still has its placeholders."""

    query: exp.Query
    dialect: str

    def over(self, first: date, last: date) -> exp.Query:
        """Return the query of the days from `first` to `last`."""
        days = {name: day.isoformat() for name, day in zip(DAYS, (first, last + timedelta(days=1)), strict=True)}
        query = self.query.copy()
        for node in list(query.find_all(*_PLACEHOLDERS)):
            node.replace(exp.DateStrToDate(this=exp.Literal.string(days[node.name.lower()])))
        return query

    def text(self, first: date, last: date) -> str:
        """Return the text of the query of these days, as it is run."""
        return self.over(first, last).sql(self.dialect, pretty=True)


def read_statement(side: Side, text: str, dialect: str) -> DayStatement:
    """Read a statement of an indicator; raises InvalidStatement naming the side and the place."""
    try:
        spoken = Dialect.get_or_raise(dialect)
        trees = [tree for tree in spoken.parser().parse(list(_named(spoken.tokenize(text))), text) if tree is not None]
    except SqlglotError as error:
        raise InvalidStatement(side, f"cannot be read: {str(error).splitlines()[0]}") from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        kinds = [type(tree).__name__ for tree in trees]
        raise InvalidStatement(side, "is not one SELECT", received=kinds, allowed=["SELECT"])
    query = trees[0]
    for node in query.walk():
        _check(side, node)
    return DayStatement(query, dialect)


def _named(tokens: list[Token]) -> Iterator[Token]:
    """Yield the tokens; a keyword right behind a colon is the name of a placeholder."""
    before: Token | None = None
    for token in tokens:
        named = before is not None and before.token_type is TokenType.COLON and token.start == before.end + 1
        if named and token.text.lower() in DAYS:
            yield Token(TokenType.VAR, token.text, token.line, token.col, token.start, token.end, token.comments)
        else:
            yield token
        before = token


def _check(side: Side, node: exp.Expr) -> None:
    # A set operation is a kind of DDL to the parser; it only reads.
    if isinstance(node, _WRITES) and not isinstance(node, exp.Query):
        raise InvalidStatement(side, "does more than read", received=type(node).__name__, allowed=["SELECT"])
    if isinstance(node, _PLACEHOLDERS) and node.name.lower() not in DAYS:
        raise InvalidStatement(
            side, "has an unknown placeholder", received=node.sql(), allowed=[f":{name}" for name in DAYS]
        )
    if isinstance(node, exp.Table | exp.Lateral):
        # Functions may read files of the server, or write; a quoted name with a dot or slash is one of a file.
        if not isinstance(node.this, _TABLES):
            raise InvalidStatement(
                side, "reads what is no table", received=type(node.this).__name__, allowed=["tables"]
            )
        if isinstance(node.this, exp.Identifier) and any(sign in node.name for sign in "./\\"):
            raise InvalidStatement(side, "reads a file", received=node.name, allowed=["tables"])
