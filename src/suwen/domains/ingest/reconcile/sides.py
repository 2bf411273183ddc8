"""The source's side of a comparison: the rows of a read as raw would keep them, brought down to days or keys.

Runs where the source is reached: in a worker of the center, or on an edge node.
"""

from collections.abc import Sequence
from datetime import date

from sqlglot import exp

from suwen.domains.ingest.connector import Reading
from suwen.domains.ingest.edge.questions import Question
from suwen.domains.ingest.mapping.template import fill, text
from suwen.domains.ingest.rawrows import CaptureJob, raw_select, target_columns
from suwen.domains.ingest.rawtable import SourceColumn, raw_name
from suwen.domains.ingest.reconcile.measure import ROWS, Measure
from suwen.domains.ingest.session import Session
from suwen.kernel.clock import now

SOURCE_VIEW = "source_rows"
NO_KEY = "\x01"
"""Stands for the key of rows without one, which no key begins with."""


def measured(question: Question, given: Sequence[SourceColumn]) -> Measure:
    """Return what is compared with a source that shows these columns.

    A column that has another type by now is compared as text, as the next run will keep it.
    """
    return question.measure(tuple(target_columns(given, question.stored)[: len(question.stored)]))


def read_columns(measure: Measure, key: Sequence[str], given: Sequence[SourceColumn]) -> tuple[str, ...]:
    """Return which of a source's columns a comparison reads, by the source's names."""
    wanted = {name.lower() for name in measure.needed([raw_name(name) for name in key])}
    return tuple(column.name for column in given if raw_name(column.name).lower() in wanted)


def show_source(session: Session, reading: Reading, key: tuple[str, ...], measure: Measure) -> None:
    """Make the rows of a read, as raw would keep them, the view of the source."""
    needed = measure.needed([raw_name(name) for name in key])
    chosen = [(name, kind) for name, kind in measure.columns if name in needed]
    rows = raw_select(reading, CaptureJob("", "", "", "", key, now()), chosen)
    # A view has no parameters; its text is printed from expressions.
    statement = f"CREATE OR REPLACE TEMP VIEW {SOURCE_VIEW} AS {rows}"
    session.execute(statement)


def days_asked(measure: Measure) -> exp.Select:
    """Return the figures of the source's rows by day."""
    return measure.figures(measure.rows(exp.to_table(SOURCE_VIEW)))


def keys_asked(measure: Measure, key: Sequence[str], day: date | None) -> exp.Select:
    """Return the source's keys of a day, and all that are late: k, late, n, s, x, p0, p1 … as `by_key` has them."""
    rows = measure.rows(exp.to_table(SOURCE_VIEW), *key_parts(measure, key))
    chosen = exp.select(exp.Star()).from_(rows.subquery("q")).where(exp.or_(of_day(day), exp.column("late")))
    return by_key(chosen, len(key), "late")


def key_parts(measure: Measure, key: Sequence[str]) -> list[exp.Expr]:
    """Return the values of the key's columns as text, p0, p1 …"""
    return [
        exp.alias_(exp.cast(of_column(measure, raw_name(name)), "TEXT"), f"p{place}") for place, name in enumerate(key)
    ]


def of_column(measure: Measure, name: str) -> exp.Column:
    """Return a column of the rows compared, by its raw name in any case."""
    stored = next(column for column, _ in measure.columns if column.lower() == name.lower())
    return exp.column(exp.to_identifier(stored, quoted=True), table=ROWS)


def of_day(day: date | None) -> exp.Expr:
    """Return the condition that a row is of a business day."""
    return fill("d IS NULL") if day is None else fill("d = CAST(x AS DATE)", x=text(day.isoformat()))


def by_key(rows: exp.Select, parts: int, *also: str) -> exp.Select:
    """Return rows by their key: k, n (rows), s (sum of digests, as text), x (their xor), p0, p1 …; by `also` too."""
    told = [
        exp.alias_(fill("COALESCE(k, n)", n=text(NO_KEY)), "k"),
        exp.alias_(fill("COUNT(*)"), "n"),
        # Beyond 64 bits, so as text: the files in which an answer travels have no such number.
        exp.alias_(fill("CAST(SUM(CAST(h AS HUGEINT)) AS VARCHAR)"), "s"),
        exp.alias_(fill("BIT_XOR(h)"), "x"),
        *(exp.alias_(fill("ANY_VALUE(p)", p=exp.column(f"p{place}")), f"p{place}") for place in range(parts)),
        *(exp.column(name) for name in also),
    ]
    return exp.select(*told).from_(rows.subquery("q")).group_by(exp.Literal.number(1), *also)
