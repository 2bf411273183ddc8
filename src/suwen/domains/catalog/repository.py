"""Every query of the catalogue room, over the lake's standard tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlglot import exp

from suwen.domains.lake.public import Lake, Remembered, Row, Wanted, rows_query
from suwen.domains.standards.public import Dataset
from suwen.kernel.scope import Scope

SYSTEM = ("org_code", "patient_key", "batch_id")
"""System columns that are shown beside the elements."""


@dataclass(frozen=True)
class Share:
    """Rows of one institution in a table."""

    org_code: str
    rows: int
    first_time: datetime | None
    last_time: datetime | None
    last_batch: str | None


@dataclass(frozen=True)
class ColumnFigures:
    """Figures of one column: rows filled, distinct values (estimated), smallest and greatest value."""

    filled: int
    distinct: int
    low: object
    high: object


_values: Remembered[tuple[tuple[str, str, int], ...]] = Remembered()


class CatalogRepository:
    """Reads standard tables; every reading is bound to a scope. All calls block."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake

    def present(self, dataset: Dataset) -> tuple[str, ...]:
        """Return the columns of the dataset that its table has by now, in declared order; none without a table."""
        if not self.lake.exists("std", dataset.code):
            return ()
        held = set(self.lake.snapshot("std", dataset.code).spec.names)
        return tuple(name for name in (*SYSTEM, *(column.name for column in dataset.columns)) if name in held)

    def shares(self, dataset: Dataset) -> tuple[Share, ...]:
        """Return the rows of every institution; remembered until the table changes."""
        if not self.lake.exists("std", dataset.code):
            return ()
        state = self.lake.snapshot("std", dataset.code)
        return _shares(self.lake, dataset.code, dataset.time_column, state.version)

    def values(self, dataset: str, column: str) -> tuple[tuple[str, str, int], ...]:
        """Return institution, value and rows of a column with few values; remembered until the table changes."""
        return _values.of(self.lake, f"std.{dataset}", column, lambda version: self._values(dataset, column, version))

    def _values(self, dataset: str, column: str, version: int) -> tuple[tuple[str, str, int], ...]:
        query, versions = values_query(dataset, column), {f"std.{dataset}": version}
        found = self.lake.select(query, scope=Scope.everything(), versions=versions).to_pylist()
        return tuple((row["org_code"], str(row["value"]), int(row["n"])) for row in found)

    def sample(self, dataset: Dataset, columns: Sequence[str], scope: Scope, limit: int) -> list[Row]:
        """Return some rows from all over the table."""
        return self.lake.select(sample_query(dataset, columns, limit), scope=scope).to_pylist()

    def figures(
        self, dataset: str, columns: Sequence[str], ranged: Sequence[str], scope: Scope
    ) -> tuple[int, dict[str, ColumnFigures]]:
        """Return the number of rows and the figures of columns, in one scan; smallest and greatest for `ranged`."""
        wanted: list[exp.Expr] = [exp.alias_(exp.Count(this=exp.Star()), "n")]
        for place, name in enumerate(columns):
            wanted.append(exp.alias_(exp.Count(this=_column(name)), f"f{place}"))
            wanted.append(exp.alias_(exp.ApproxDistinct(this=_column(name)), f"d{place}"))
            if name in ranged:
                wanted.append(exp.alias_(exp.Min(this=_column(name)), f"l{place}"))
                wanted.append(exp.alias_(exp.Max(this=_column(name)), f"h{place}"))
        (row,) = self.lake.select(rows_query(_ref(dataset), Wanted(), *wanted), scope=scope).to_pylist()
        return int(row["n"]), {
            name: ColumnFigures(
                int(row[f"f{place}"]), int(row[f"d{place}"]), row.get(f"l{place}"), row.get(f"h{place}")
            )
            for place, name in enumerate(columns)
        }

    def top(self, dataset: str, column: str, scope: Scope, limit: int) -> list[tuple[str, int]]:
        """Return the most frequent values of a column as text, with their rows."""
        query = top_query(dataset, column, limit)
        return [(str(row["value"]), int(row["n"])) for row in self.lake.select(query, scope=scope).to_pylist()]


@lru_cache(maxsize=512)
def _shares(lake: Lake, dataset: str, time_column: str | None, version: int) -> tuple[Share, ...]:
    query = shares_query(dataset, time_column)
    found = lake.select(query, scope=Scope.everything(), versions={f"std.{dataset}": version}).to_pylist()
    return tuple(
        Share(row["org_code"], int(row["n"]), row["first_time"], row["last_time"], row["last_batch"])
        for row in sorted(found, key=lambda row: row["org_code"])
    )


def values_query(dataset: str, column: str) -> exp.Select:
    """Return the statement of a column's values in each institution: org_code, value, n (rows)."""
    value = _column(column)
    rows = exp.alias_(exp.Count(this=exp.Star()), "n")
    query = exp.select("org_code", exp.alias_(value, "value"), rows).from_(_table(dataset))
    return query.where(exp.not_(exp.Is(this=value.copy(), expression=exp.null()))).group_by("org_code", value.copy())


def shares_query(dataset: str, time_column: str | None) -> exp.Select:
    """Return the statement of `Share`, a line for each institution."""
    time = _column(time_column) if time_column else exp.null()
    return (
        exp.select(
            "org_code",
            exp.alias_(exp.Count(this=exp.Star()), "n"),
            exp.alias_(exp.Min(this=time), "first_time"),
            exp.alias_(exp.Max(this=time.copy()), "last_time"),
            exp.alias_(exp.Max(this=exp.column("batch_id")), "last_batch"),
        )
        .from_(_table(dataset))
        .group_by("org_code")
    )


def top_query(dataset: str, column: str, limit: int) -> exp.Select:
    """Return the statement of a column's most frequent values: value (text), n (rows)."""
    value = exp.cast(_column(column), "VARCHAR")
    return (
        exp.select(exp.alias_(value, "value"), exp.alias_(exp.Count(this=exp.Star()), "n"))
        .from_(_table(dataset))
        .where(exp.not_(exp.Is(this=_column(column), expression=exp.null())))
        .group_by(value.copy())
        .order_by(exp.Ordered(this=exp.column("n"), desc=True), exp.Ordered(this=exp.column("value")))
        .limit(limit)
    )


def sample_query(dataset: Dataset, columns: Sequence[str], limit: int) -> exp.Select:
    """Return the statement of some rows in an order that has nothing to do with who or when: that of a digest."""
    parts: list[exp.Expr] = [_column("patient_key")]
    if dataset.time_column is not None:
        moment = exp.cast(_column(dataset.time_column), "VARCHAR")
        parts.append(exp.func("COALESCE", moment, exp.Literal.string("")))
    digest = exp.MD5(this=exp.func("CONCAT", *parts))
    query = rows_query(_ref(dataset.code), Wanted(), *(_column(name) for name in columns))
    return query.order_by(digest).limit(limit)


def _ref(dataset: str) -> str:
    return f"std.{dataset}"


def _table(dataset: str) -> exp.Table:
    return exp.to_table(_ref(dataset))


def _column(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True))
