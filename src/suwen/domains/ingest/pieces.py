"""A large table in pieces: ranges of one column, so that several are read at once and a killed read goes on.

What a range holds is said here once, for every source; a source says where to cut and how it writes a value.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlglot import exp

Written = Callable[[str], exp.Expr]
"""How a source writes a value in a statement, given its text."""


@dataclass(frozen=True)
class Piece:
    """The rows whose value of the dividing column is at or above `low` and below `high` (as the source writes them).

    The piece without `low` holds the rows without a value as well.
    """

    low: str | None = None
    high: str | None = None

    def within(self, column: exp.Expr, written: Written = exp.Literal.string) -> exp.Expr:
        """Return the condition that a row, by its value in `column`, lies in the piece."""
        above = None if self.low is None else exp.GTE(this=column.copy(), expression=written(self.low))
        below = None if self.high is None else exp.LT(this=column.copy(), expression=written(self.high))
        if above is None and below is not None:
            return exp.or_(below, column.copy().is_(exp.null()))
        return exp.and_(*(bound for bound in (above, below) if bound is not None)) if above else exp.true()


class Pieces(Protocol):
    """How a source gives a large table in pieces."""

    def cuts(self, rows: int) -> Sequence[str]:
        """Return rising values that divide the table into pieces of about so many rows; none when it is smaller."""
        ...

    def sql(self, piece: Piece) -> str:
        """Return the SELECT of a piece, with the columns of the whole read."""
        ...


class Cutting(Protocol):
    """Where a source cuts a table, and how it writes the values there."""

    def cuts(self, rows: int) -> Sequence[str]:
        """Return rising values of the dividing column, in the source's own order, as `Pieces.cuts` says."""
        ...

    def written(self, value: str) -> exp.Expr:
        """Return a cut as the source compares it with the column."""
        ...


@dataclass(frozen=True)
class Ranges:
    """The pieces of a table that the source divides by its own comparisons.

    rows: the SELECT over the subquery `q` that gives all of them. by: the dividing column. remote: makes the session's
    SELECT of what the source answers to a query.
    """

    rows: exp.Select
    by: str
    cutting: Cutting
    remote: Callable[[exp.Select], exp.Select]

    def cuts(self, rows: int) -> Sequence[str]:
        """Return where the table is cut."""
        return self.cutting.cuts(rows)

    def sql(self, piece: Piece) -> str:
        """Return the SELECT of a piece; rows without a value are in the first."""
        column = exp.column(exp.to_identifier(self.by, quoted=True), table="q")
        return self.remote(self.rows.where(piece.within(column, self.cutting.written))).sql("duckdb")
