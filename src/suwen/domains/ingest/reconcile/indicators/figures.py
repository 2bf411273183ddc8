"""Figures of both sides by day and item, and whether they agree. Blocking; called in threads.

Both sides' lines are read by one hand, in a DuckDB of the check's own: what a source delivers as text, number or date
of its own is made a day, a text and a number by the readers that a mapping uses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlglot import exp

from suwen.domains.ingest.connector import Connector, ReadRequest
from suwen.domains.ingest.mapping.coercion import Target, as_text, parse_text, read_value
from suwen.domains.ingest.mapping.template import fill
from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.ingest.reconcile.indicators.errors import InvalidStatement
from suwen.domains.ingest.reconcile.indicators.statements import DayStatement, Side
from suwen.domains.ingest.service.planned import Polled
from suwen.domains.ingest.session import Session
from suwen.domains.lake.public import Lake, inline
from suwen.kernel.progress import Progress
from suwen.kernel.scope import Scope

MOST_LINES = 50_000
"""An indicator is a number by day and item; a statement that gives more lines tells rows."""
NEEDED, ALLOWED = {"day", "value"}, {"day", "item", "value"}
Place = tuple[date, str | None]
Figures = Mapping[Place, Decimal | None]
_VALUE = Target("decimal", 38, 6)
_PLATFORM = "platform_lines"


@dataclass(frozen=True)
class Span:
    """The days from `first` to `last`, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class Line:
    """A day's (and item's) figure there and here; None: that side gives none, which counts as 0."""

    day: date
    item: str | None
    there: Decimal | None
    here: Decimal | None

    @property
    def gap(self) -> Decimal:
        """How much more the platform has."""
        return (self.here or Decimal(0)) - (self.there or Decimal(0))

    def within(self, absolute: float, relative: float) -> bool:
        """Say whether the gap is no greater than `absolute`, or than the share `relative` of the source's figure."""
        widest = max(Decimal(str(absolute)), Decimal(str(relative)) * abs(self.there or Decimal(0)))
        return abs(self.gap) <= widest


def source_figures(
    connector: Connector[Any], statement: DayStatement, span: Span, folder: Path, progress: Progress
) -> Figures:
    """Run the source's statement in its read-only session; returns its figures.

    Raises InvalidStatement for lines that are no figures, SourceUnavailable for what the source answers.
    """
    request = ReadRequest(query=statement.text(span.first, span.last), first=MOST_LINES + 1)
    with Session(folder) as session, connector.read(session, request) as reading, Polled(session, progress):
        return _figures(session, "source", reading.first(MOST_LINES + 1).sql, reading.columns, span)


def platform_figures(lake: Lake, statement: DayStatement, span: Span, org: str, folder: Path) -> Figures:
    """Run the platform's statement over what the lake shows of an institution; returns its figures.

    Identifiers are masked and what is graded above 3 is empty, whoever asks. Raises InvalidStatement, and what the
    lake says of tables and columns that are none, or that it shows to nobody in this way (raw).
    """
    query = exp.select("*").from_(statement.over(span.first, span.last).subquery("q")).limit(MOST_LINES + 1)
    lines = lake.select(query, scope=Scope.of(org))
    with Session(folder) as session:
        session.register(_PLATFORM, lines)
        told = exp.select("*").from_(_PLATFORM).sql("duckdb")
        return _figures(session, "platform", told, session.describe(told), span)


def lines_of(there: Figures, here: Figures) -> list[Line]:
    """Return the figures of both sides beside each other, by day and item."""
    places = sorted({*there, *here}, key=lambda place: (place[0], place[1] or ""))
    return [Line(*place, there.get(place), here.get(place)) for place in places]


def _figures(session: Session, side: Side, sql: str, columns: tuple[SourceColumn, ...], span: Span) -> Figures:
    named = {column.name.lower(): column for column in columns}
    if not NEEDED <= named.keys() <= ALLOWED or len(named) != len(columns):
        received = [column.name for column in columns]
        raise InvalidStatement(side, "gives other columns", received=received, allowed=sorted(ALLOWED))
    day, value = _read(Target("date"), named["day"]), _read(_VALUE, named["value"])
    item = inline(as_text(_of(named["item"]), named["item"].type)) if "item" in named else exp.cast(exp.null(), "TEXT")
    unreadable = fill("NOT c IS NULL AND v IS NULL", c=_of(named["value"]), v=value)
    undated = fill("NOT c IS NULL AND v IS NULL", c=_of(named["day"]), v=day)
    told = {"day": day, "item": item, "value": value, "unreadable": unreadable, "undated": undated}
    query = exp.select(*(exp.alias_(made, name, quoted=True) for name, made in told.items())).from_("q")
    rows = session.table(f"WITH q AS ({sql}) {query.sql('duckdb')}").to_pylist()
    if len(rows) > MOST_LINES:
        raise InvalidStatement(side, "gives too many lines", received=f"> {MOST_LINES}", allowed=MOST_LINES)
    for column, mark in (("value", "unreadable"), ("day", "undated")):
        if count := sum(1 for row in rows if row[mark]):
            raise InvalidStatement(side, f"gives a {column} that cannot be read", received=f"{count} lines")
    found: dict[Place, Decimal | None] = {}
    for row in rows:
        place = (row["day"], row["item"])
        if row["day"] is None or not span.first <= row["day"] <= span.last:
            continue
        if place in found:
            raise InvalidStatement(side, f"gives {row['day']} twice", allowed="one line for each day and item")
        found[place] = row["value"]
    return found


def _read(target: Target, column: SourceColumn) -> exp.Expr:
    value = read_value(target, _of(column), column.type)
    return inline(value if value is not None else parse_text(target, as_text(_of(column), column.type)))


def _of(column: SourceColumn) -> exp.Column:
    return exp.column(exp.to_identifier(column.name, quoted=True), table="q")
