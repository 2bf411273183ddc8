"""From a day that differs down to the keys: ranges of the key are compared until few rows are left, then key by key.

A range costs one statement at the source: the rows of that range, brought down to a count and a digest as they stream.
Where both sides agree the range is done with; where not, it is cut into `FANOUT` ranges at the platform's own keys, or,
when it has no more than `LEAF` rows, read once more for its keys. Where a source cannot be asked for ranges of an
integer key, all is one range.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

import pyarrow as pa
from sqlglot import exp

from suwen.domains.ingest.connector import Reading
from suwen.domains.ingest.mapping.template import fill
from suwen.domains.ingest.pieces import Piece
from suwen.domains.ingest.rawtable import raw_name
from suwen.domains.ingest.reconcile.comparing import (
    PLATFORM_STRAY,
    REFUSED,
    STANDARD,
    opened,
    settled,
)
from suwen.domains.ingest.reconcile.measure import LATE_KEYS, Figures, Measure
from suwen.domains.ingest.reconcile.planning import CheckPlan
from suwen.domains.ingest.reconcile.sides import (
    NO_KEY,
    SOURCE_VIEW,
    by_key,
    days_asked,
    key_parts,
    of_column,
    of_day,
    show_source,
)
from suwen.domains.ingest.session import Session, literal
from suwen.kernel.progress import Progress

LEAF = 5_000
FANOUT = 16
_INTEGERS = ("INTEGER", "BIGINT")


@dataclass(frozen=True)
class LocatedKey:
    """A key that a difference comes down to; None: rows without. parts: the values of the key's columns, as text."""

    kind: str
    key: str | None
    parts: tuple[str | None, ...]


Report = Callable[[Sequence[Piece], Sequence[LocatedKey]], None]
"""Told after each range: the ranges that are left, and the keys that were found in this one."""


def locate(
    plan: CheckPlan, day: date | None, pending: Sequence[Piece] | None, progress: Progress, report: Report
) -> None:
    """Find the keys of a day's difference. pending: the ranges that are left of an earlier look, None at its beginning.

    Raises SourceUnavailable; what was reported before stands.
    """
    with opened(plan, progress, by=plan.feed.key[0]) as (session, measure, reading):
        look = _Look(session, plan, measure, reading, day)
        hold_platform(session, plan, measure, day)
        left = list(pending) if pending is not None else look.cut(Piece())
        progress.stage(f"{plan.code} 定位差异", len(left))
        if pending is None:
            report(left, list(stray_keys(session, plan, day)))
        while left:
            piece = left.pop(0)
            found: list[LocatedKey] = []
            if (rows := look.differs(piece)) is not None:
                parts = look.cut(piece) if rows > LEAF else [piece]
                if len(parts) > 1:
                    left = parts + left
                    progress.stage(f"{plan.code} 定位差异", len(left))
                else:
                    found = list(look.keys(piece))
            report(left, found)
            progress.advance()


@dataclass
class _Look:
    session: Session
    plan: CheckPlan
    measure: Measure
    reading: Reading
    day: date | None
    there: Figures = field(default_factory=Figures)
    """What the source has in the range that was looked at last."""

    @property
    def _key(self) -> str:
        return raw_name(self.plan.feed.key[0])

    def cut(self, piece: Piece) -> list[Piece]:
        """Return a range in parts with about equally many of the platform's rows; itself where that cannot be."""
        kind = next((kind for name, kind in self.measure.columns if name.lower() == self._key.lower()), "")
        if self.reading.pieces is None or kind not in _INTEGERS:
            return [piece]
        shares = exp.Array(expressions=[exp.Literal.number(number / FANOUT) for number in range(1, FANOUT)])
        query = exp.select(exp.alias_(fill("QUANTILE_DISC(o, s)", s=shares), "cuts"), exp.alias_(fill("COUNT(*)"), "n"))
        row = self.session.table(query.from_("held_rows").where(_within(piece)).sql("duckdb")).to_pylist()[0]
        if row["n"] <= LEAF:
            return [piece]
        cuts = sorted({str(cut) for cut in row["cuts"] if str(cut) != piece.low}, key=int)
        return [Piece(low, high) for low, high in pairwise([piece.low, *cuts, piece.high])]

    def differs(self, piece: Piece) -> int | None:
        """Return how many rows the greater side has in a range where they differ, None where they agree."""
        here, lost = self._settle(piece)
        return None if self.there.same(here) and not lost else max(here.rows, self.there.rows)

    def keys(self, piece: Piece) -> Iterator[LocatedKey]:
        """Yield the keys of a range that differ, after `differs` has looked at it."""
        rows = self.measure.rows(exp.to_table(SOURCE_VIEW), *key_parts(self.measure, self.plan.feed.key))
        there = exp.select(exp.Star()).from_(rows.subquery("q")).where(of_day(self.day)).where(fill("NOT late"))
        return differing_keys(self.session, by_key(there, len(self.plan.feed.key)), piece, len(self.plan.feed.key))

    def _settle(self, piece: Piece) -> tuple[Figures, int]:
        """Ask the source for a range; returns the platform's figures there without late keys, and its lost rows."""
        pieces = self.reading.pieces
        reading = self.reading if pieces is None else replace(self.reading, sql=pieces.sql(piece))
        show_source(self.session, reading, self.plan.feed.key, self.measure)
        told = self.session.table(days_asked(self.measure).sql("duckdb")).to_pylist()
        late = [key for row in told for key in row["late"] or ()]
        set_late(self.session, late)
        wanted = [row for row in told if row["d"] == self.day]
        self.there = Figures.of(wanted[0], self.measure.amounts) if wanted else Figures()
        here = exp.select(exp.Star()).from_("held_rows").where(_within(piece)).where(_not_late())
        found = self.session.table(self.measure.figures(here).sql("duckdb")).to_pylist()
        lost = exp.select(exp.alias_(fill("COUNT(*) FILTER (WHERE NOT _refused AND NOT _standard)"), "n"))
        (count,) = self.session.table(lost.from_(here.subquery("q")).sql("duckdb")).to_pylist()
        return (Figures.of(found[0], self.measure.amounts) if found else Figures()), int(count["n"])


def hold_platform(session: Session, plan: CheckPlan, measure: Measure, day: date | None) -> None:
    """Keep the platform's rows of a day, by their keys, in the table `held_rows` of the session."""
    set_late(session, ())
    order = exp.TryCast(this=of_column(measure, raw_name(plan.feed.key[0])), to=exp.DataType.build("BIGINT"))
    carried = (REFUSED, STANDARD, *key_parts(measure, plan.feed.key), exp.alias_(order, "o"))
    held = replace(measure, changed=None).rows(settled(), *carried)
    query = exp.select(exp.Star()).from_(held.subquery("q")).where(of_day(day))
    statement = f"CREATE OR REPLACE TEMP TABLE held_rows AS {query.sql('duckdb')}"
    session.execute(statement)


def set_late(session: Session, keys: Sequence[str]) -> None:
    """Say which keys the source has changed since the boundary."""
    session.register(LATE_KEYS, pa.table({"k": pa.array(keys, pa.string())}))


def differing_keys(session: Session, there: exp.Query, piece: Piece, parts: int) -> Iterator[LocatedKey]:
    """Yield the keys of a range in which both sides differ, in their order.

    there: the source's keys, as `by_key` has them. parts: columns of the key.
    """
    here = exp.select(exp.Star()).from_("held_rows").where(_within(piece)).where(_not_late())
    held = by_key(here, parts).select(exp.alias_(fill("BOOL_OR(NOT _refused AND NOT _standard)"), "lost"))
    shown = "".join(f", COALESCE(s.p{n}, p.p{n}) AS p{n}" for n in range(parts))
    query = f"""
        WITH s AS ({there.sql("duckdb")}), p AS ({held.sql("duckdb")})
        SELECT COALESCE(s.k, p.k) AS k{shown},
          CASE WHEN p.k IS NULL THEN 'missing' WHEN s.k IS NULL THEN 'extra'
               WHEN (s.n, s.s, s.x) <> (p.n, p.s, p.x) THEN 'differing' ELSE 'lost' END AS kind
        FROM s FULL JOIN p ON s.k = p.k
        WHERE p.k IS NULL OR s.k IS NULL OR (s.n, s.s, s.x) <> (p.n, p.s, p.x) OR p.lost
        ORDER BY k"""  # noqa: S608 - printed from expressions
    for row in session.table(query).to_pylist():
        values = tuple(row[f"p{n}"] for n in range(parts))
        yield LocatedKey(row["kind"], None if row["k"] == NO_KEY else row["k"], values)


def stray_keys(session: Session, plan: CheckPlan, day: date | None) -> Iterator[LocatedKey]:
    """Yield the keys of a day that std holds though raw does not."""
    path = plan.folder / PLATFORM_STRAY
    if not path.exists():
        return
    query = f"SELECT DISTINCT d, k FROM read_parquet({literal(str(path))}) ORDER BY k"  # noqa: S608 - a file name
    for row in session.table(query).to_pylist():
        if row["d"] == day:
            yield LocatedKey("stray", row["k"], ())


def _within(piece: Piece) -> exp.Expr:
    """Return the condition that a held row lies in a range."""
    return piece.within(exp.column("o"), exp.Literal.number)


def _not_late() -> exp.Expr:
    late = exp.select("k").from_(LATE_KEYS)
    return exp.or_(exp.column("k").is_(exp.null()), exp.not_(exp.In(this=exp.column("k"), query=late.subquery())))
