"""What is compared of a feed's rows, and the statements that bring a side down to figures for each business day.

Both sides go through the same statements, in a DuckDB of the check's own: the source's rows as they stream through the
connector, the platform's as a file copied out of raw. So texts, dates and digests are made by one hand, whatever the
source's dialect and the lake's engine. Digests (`rawtable.DIGEST_ALGORITHM`) are made anew on both sides: a row whose
digest was kept by an older engine, or before its table had another column, does not differ for that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, cast

from sqlglot import exp

from suwen.domains.ingest.mapping.coercion import Target, as_text, parse_text, read_value
from suwen.domains.ingest.mapping.template import fill, text
from suwen.domains.lake.public import inline

Compare = Literal["rows", "keys"]
ROWS = "r"
"""Alias of the rows under comparison; their key stands in `_source_key`."""
LATE_KEYS = "late_keys"
"""Table of the session with the keys (k) that the source has changed since the boundary."""
_NUMBER = exp.DataType.build("DECIMAL(38, 6)", dialect="duckdb")
_AMOUNT = Target("decimal", 38, 6)


@dataclass(frozen=True)
class Measure:
    """What is compared.

    columns: raw columns with their DuckDB types, in raw's order. time: the column of the business day, if there is one.
    amounts: columns to sum. changed, boundary: rows whose `changed` is at or after `boundary` are late: the feed's next
    run reads them anyway. since: only rows of business days from then on.
    """

    columns: tuple[tuple[str, str], ...]
    compare: Compare = "rows"
    time: str | None = None
    amounts: tuple[str, ...] = ()
    changed: str | None = None
    boundary: str | None = None
    since: date | None = None

    def type_of(self, column: str) -> str:
        """Return a column's DuckDB type."""
        return dict(self.columns)[column]

    def needed(self, key: Sequence[str]) -> tuple[str, ...]:
        """Return the columns that a side has to read: all where whole rows are compared."""
        if self.compare == "rows":
            return tuple(name for name, _ in self.columns)
        wanted = {*key, *self.amounts, *(name for name in (self.time, self.changed) if name)}
        return tuple(name for name, _ in self.columns if name in wanted)

    def rows(self, source: exp.Expr, *carried: str | exp.Expr) -> exp.Select:
        """Return d (day), k (key as text), h (digest), late, a0, a1 … (amounts) of rows, and what is `carried` along.

        source: a table of rows with the `needed` columns in raw's types and `_source_key`.
        """
        late = self._late() if self.changed and self.boundary is not None else exp.false()
        told: dict[str, exp.Expr] = {
            "d": self._read(Target("date"), self.time) if self.time else exp.cast(exp.null(), "DATE"),
            "k": exp.column("_source_key", table=ROWS),
            "h": self._digest(),
            "late": late,
        }
        for place, name in enumerate(self.amounts):
            told[f"a{place}"] = exp.cast(self._read(_AMOUNT, name), _NUMBER)
        # Texts are trimmed one step before they are read: the readers look at them many times.
        texts = [exp.alias_(inline(as_text(_of(name), self.type_of(name))), _text(name)) for name in self._texts()]
        given = exp.select(exp.Column(this=exp.Star(), table=exp.to_identifier(ROWS)), *texts).from_(
            exp.alias_(source.copy(), ROWS)
        )
        query = exp.select(*(exp.alias_(value, name) for name, value in told.items()), *carried)
        query = query.from_(given.subquery(ROWS))
        if self.since is None:
            return query
        days = exp.select(exp.Star()).from_(query.subquery("q"))
        # A row without a day is compared with every check: nobody can say that it is old.
        return days.where(fill("d IS NULL OR d >= CAST(s AS DATE)", s=text(self.since.isoformat())))

    def figures(self, rows: exp.Query) -> exp.Select:
        """Return the figures of `rows` by day: d, n, s (sum), x (xor), late (keys), a0, a1 …, as `Figures` reads."""
        told: dict[str, exp.Expr] = {
            "d": exp.column("d"),
            "n": fill("COUNT(*) FILTER (WHERE NOT late)"),
            "s": fill("CAST(COALESCE(SUM(CAST(h AS HUGEINT)) FILTER (WHERE NOT late), 0) AS VARCHAR)"),
            "x": fill("CAST(COALESCE(BIT_XOR(h) FILTER (WHERE NOT late), 0) AS VARCHAR)"),
            "late": fill("LIST(k) FILTER (WHERE late AND NOT k IS NULL)"),
        }
        for place, _ in enumerate(self.amounts):
            told[f"a{place}"] = fill("CAST(SUM(a) FILTER (WHERE NOT late) AS VARCHAR)", a=exp.column(f"a{place}"))
        query = exp.select(*(exp.alias_(value, name) for name, value in told.items()))
        return query.from_(rows.subquery("q")).group_by("d").order_by("d")

    def _read(self, target: Target, name: str) -> exp.Expr:
        value = read_value(target, _of(name), self.type_of(name))
        return inline(value if value is not None else parse_text(target, _of(_text(name))))

    def _texts(self) -> list[str]:
        """Return the columns that are read as text."""
        wanted = [(self.time, Target("date")), *((name, _AMOUNT) for name in self.amounts)]
        found = [name for name, target in wanted if name and read_value(target, _of(name), self.type_of(name)) is None]
        return list(dict.fromkeys(found))

    def _digest(self) -> exp.Expr:
        hashed: list[exp.Expr] = [exp.column("_source_key", table=ROWS)]
        if self.compare == "rows":
            hashed = [_of(name) for name, _ in self.columns]
        call = exp.Anonymous(this="hash", expressions=hashed)
        return exp.cast(exp.BitwiseRightShift(this=call, expression=exp.Literal.number(1)), "BIGINT")

    def _late(self) -> exp.Expr:
        # Moments as moments, numbers as numbers, else as text: a mark of "9" is before one of "10".
        return fill(
            "COALESCE(TRY_CAST(CAST(c AS TEXT) AS TIMESTAMP) >= TRY_CAST(b AS TIMESTAMP), "
            "TRY_CAST(CAST(c AS TEXT) AS DOUBLE) >= TRY_CAST(b AS DOUBLE), CAST(c AS TEXT) >= b, FALSE)",
            c=_of(str(self.changed)),
            b=text(str(self.boundary)),
        )


@dataclass(frozen=True)
class Figures:
    """One side's figures of a day: rows, sum and xor of the digests, sums of the amounts (all as decimal text)."""

    rows: int = 0
    sum: str = "0"
    xor: str = "0"
    amounts: Mapping[str, str | None] = field(default_factory=dict[str, str | None])

    @classmethod
    def of(cls, row: Mapping[str, Any], amounts: Sequence[str]) -> "Figures":
        """Return the figures in a row of `Measure.figures`."""
        sums = {name: cast("str | None", row[f"a{place}"]) for place, name in enumerate(amounts)}
        return cls(int(row["n"]), str(row["s"]), str(row["x"]), sums)

    def told(self) -> dict[str, Any]:
        """Return the figures as JSON."""
        return {"rows": self.rows, "sum": self.sum, "xor": self.xor, "amounts": dict(self.amounts)}

    def same(self, other: "Figures") -> bool:
        """Say whether two sides agree; a sum over no rows is the sum over rows without a value."""
        named = {*self.amounts, *other.amounts}
        sums = all(self.amounts.get(name) == other.amounts.get(name) for name in named)
        return (self.rows, self.sum, self.xor) == (other.rows, other.sum, other.xor) and sums


def _of(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=ROWS)


def _text(name: str) -> str:
    return f"_text_{name}"
