"""What of a platform's feed is one institution's: its rows under the institution's codes, before a day."""

from collections.abc import Sequence
from datetime import date

import sqlglot
from sqlglot import exp

from suwen.domains.ingest.definition import FeedDefinition, Leaving
from suwen.domains.ingest.mapping.expression import parse_expression
from suwen.domains.ingest.migration.errors import NotDivisible
from suwen.domains.standards.public import Dataset

# Sources are read without the macros of a mapping. A time with an offset is told in UTC+8, as in std.
_AT = sqlglot.parse_one(
    r"""
    coalesce(
      CASE WHEN regexp_matches(:value, ':\d{2}(\.\d+)?([+-]\d{2}(:?\d{2})?|Z)$')
           THEN CAST(TRY_CAST(:value AS TIMESTAMPTZ) AS TIMESTAMP) + INTERVAL '8' HOUR END,
      TRY_CAST(:value AS TIMESTAMP),
      TRY_STRPTIME(:value, ['%Y%m%d', '%Y%m%d%H%M%S', '%Y%m%d%H%M', '%Y/%m/%d']))
    """,
    read="duckdb",
)
NONE = ""
"""The code of rows without one."""


def code_of(column: str) -> exp.Expr:
    """Return a row's code as text, `NONE` where it has none: as it is counted, so it is chosen."""
    return exp.func("coalesce", exp.cast(exp.column(exp.to_identifier(column, quoted=True)), "TEXT"), _text(NONE))


def divided(
    feed: FeedDefinition, dataset: Dataset, column: str, codes: Sequence[str], until: date | None
) -> FeedDefinition:
    """Return the feed of one institution's rows alone, as a rule of what may leave.

    until: rows whose fact happened on that day or later stay behind; one whose time cannot be read comes along, for
    what is not taken is lost. Raises NotDivisible for a feed that reads no rows, or keeps the column back.
    """
    if feed.capture.told is not None:
        raise NotDivisible(feed.code, f"capture {feed.capture.mode} tells changes of the whole table")
    rules = feed.leaves or Leaving()
    if rules.lacking([column]):
        raise NotDivisible(feed.code, f"leaves keeps back column {column}")
    wanted: list[exp.Expr] = [code_of(column).isin(*(_text(code) for code in codes))]
    if rules.where is not None:
        wanted.append(parse_expression(feed.code, "leaves.where", rules.where))
    if until is not None and (before := _before(feed, dataset, until)) is not None:
        wanted.append(before)
    where = exp.and_(*wanted).sql("duckdb")
    return feed.model_copy(update={"leaves": rules.model_copy(update={"where": where})})


def _before(feed: FeedDefinition, dataset: Dataset, until: date) -> exp.Expr | None:
    """Return the condition that a row's fact happened before a day; None for a dataset whose rows have no time."""
    column = dataset.time_column
    if column is None or column not in feed.columns:
        return None
    value = exp.cast(parse_expression(feed.code, column, feed.columns[column].expr), "TEXT")
    day = exp.cast(_text(until.isoformat()), "TIMESTAMP")
    at = exp.replace_placeholders(_AT, value=exp.func("trim", value))
    return exp.func("coalesce", exp.LT(this=exp.paren(at), expression=day), exp.true())


def _text(value: str) -> exp.Literal:
    return exp.Literal.string(value)
