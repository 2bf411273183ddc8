"""Reading and writing cubes, and the rows behind numbers, in the lake. Synchronous; run in a worker thread."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

import pyarrow as pa
from sqlglot import exp

from suwen.domains.lake.public import Lake
from suwen.domains.metrics.cube import (
    cube_days_query,
    cube_query,
    cube_spec,
    day_literal,
    day_rows_query,
    kept_query,
    rows_metric,
)
from suwen.domains.metrics.measure import ROW, Fact, Measure
from suwen.domains.metrics.query import HELD, REGIONS, Cut, Shape, number_query, rows_query
from suwen.kernel.scope import HIGHEST_GRADE, Scope

Key = tuple[str | date | None, ...]
"""Values of the dimensions of a shape, in its order."""
_IDENTITY = ("org_code", "feed", "source_key")


@dataclass(frozen=True)
class Cubes:
    """The lake as the metrics room uses it; `regions` maps each institution to its division code."""

    lake: Lake
    regions: Mapping[str, str]

    def build(self, dataset: str, facts: Mapping[Fact, Sequence[Measure]]) -> int:
        """Make a dataset's cube anew; returns its lines."""
        query = cube_query([(fact, measures, None) for fact, measures in facts.items()])
        return self.lake.replace(cube_spec(dataset), query).rows

    def rebuild(
        self, dataset: str, facts: Mapping[Fact, Sequence[Measure]], stale: Mapping[Fact, Sequence[date]]
    ) -> int:
        """Make the stale days of a dataset's cube anew in one commit; returns the lines of the cube."""
        parts = [(fact, facts[fact], days) for fact, days in stale.items()]
        codes = {fact: [rows_metric(fact), *(measure.code for measure in facts[fact])] for fact in stale}
        kept = kept_query(f"cube_{dataset}", [(fact.time, codes[fact], days) for fact, days in stale.items()])
        query = exp.union(kept, exp.select("*").from_(cube_query(parts).subquery("fresh")), distinct=False)
        return self.lake.replace(cube_spec(dataset), query).rows

    def stale_days(self, fact: Fact, batch_id: str) -> list[date]:
        """Return the days of a fact that a batch wrote to, or whose number of rows is no longer as in the cube."""
        everything = Scope.everything()
        present = self.lake.select(day_rows_query(fact), scope=everything, params={"batch": batch_id}).to_pylist()
        lines = self.lake.select(cube_days_query(fact), scope=everything).to_pylist()
        known = {row["day"]: int(row["n"]) for row in lines}
        stale = {row["day"] for row in present if row["b"] or known.get(row["day"]) != row["n"]}
        return sorted(cast("set[date]", stale | (known.keys() - {row["day"] for row in present})))

    def numbers(self, measure: Measure, shape: Shape, cut: Cut, scope: Scope) -> dict[Key, Decimal]:
        """Return the numbers of a measure by the values of the shape's dimensions, within the scope's institutions."""
        table = f"cube_{measure.fact.dataset}" if measure.additive else measure.fact.dataset
        if not self.lake.exists("mart" if measure.additive else "std", table):
            return {}
        rows = self._select(number_query(measure, shape, cut), scope, cut).to_pylist()
        found = {tuple(cast("Key", tuple(row[dim] for dim in shape.dims))): row["value"] for row in rows}
        # Without a dimension SQL answers one line even for no rows at all: NULL for a sum, 0 for a distinct count.
        told = {key: value for key, value in found.items() if value is not None and (measure.additive or value)}
        return {key: Decimal(value) for key, value in told.items()}

    def newest_day(self, scope: Scope, before: date) -> date | None:
        """Return the last day not after `before` that any cube has a line of, within the scope's institutions."""
        cubes = [info.name for info in self.lake.tables() if info.layer == "mart" and info.name.startswith("cube_")]
        days = [
            exp.select("day").from_(exp.table_(name, db="mart")).where(exp.column("day") <= day_literal(before))
            for name in cubes
        ]
        if not days:
            return None
        union = days[0] if len(days) == 1 else exp.union(*days, distinct=False)
        query = exp.select(exp.alias_(exp.Max(this=exp.column("day")), "day")).from_(union.subquery("d"))
        return cast("date | None", self._select(query, scope)["day"][0].as_py())

    def count_rows(self, measure: Measure, cut: Cut, scope: Scope) -> int:
        """Return how many rows lie behind a number."""
        if not self.lake.exists("std", measure.fact.dataset):
            return 0
        query = rows_query(measure, cut).select(exp.alias_(exp.Count(this=exp.Star()), "n"))
        return int(self._select(query, scope, cut)["n"][0].as_py())

    def rows(
        self, measure: Measure, cut: Cut, scope: Scope, columns: Sequence[str], *, offset: int, limit: int
    ) -> list[dict[str, Any]]:
        """Return some of the rows behind a number, by time, as the scope shows them.

        Which rows is decided on the true values, what is shown of them by the scope: a masked or withheld column must
        not change what a number stands on.
        """
        order = [exp.column(name, table=ROW) for name in (measure.fact.time, "org_code", "feed", "source_key")]
        wanted = rows_query(measure, cut).select(*(exp.column(name, table=ROW) for name in (*_IDENTITY, "patient_key")))
        keys = self._select(wanted.order_by(*order).limit(limit).offset(offset), scope, cut)
        if keys.num_rows == 0:
            return []
        sources = sorted(set(cast("list[str]", keys["source_key"].to_pylist())))
        query = (
            exp.select(*(exp.column(name, table=ROW) for name in dict.fromkeys((*_IDENTITY, *columns))))
            .from_(exp.table_(measure.fact.dataset, db="std", alias=ROW))
            .where(exp.column("source_key", table=ROW).isin(*(exp.Literal.string(key) for key in sources)))
        )
        patients = cast("list[str]", keys["patient_key"].to_pylist())
        seen = self.lake.select(query, scope=scope, patient_keys=patients).to_pylist()
        by_identity = {tuple(row[name] for name in _IDENTITY): row for row in seen}
        return [by_identity[key] for key in _identities(keys) if key in by_identity]

    def _select(self, query: exp.Query, scope: Scope, cut: Cut | None = None) -> pa.Table:
        # Numbers and the choice of rows need true values; the scope's institutions bound them all the same.
        trusted = replace(scope, grade=HIGHEST_GRADE, unmask=True)
        names = list(self.regions)
        codes = [self.regions[name] for name in names]
        text = pa.schema([("org_code", pa.string()), ("region_code", pa.string())])
        given = {REGIONS: pa.table({"org_code": names, "region_code": codes}, schema=text), HELD: _held(cut)}
        used = {f"{table.db}.{table.name}" for table in query.find_all(exp.Table)}
        return self.lake.select(query, scope=trusted, tables={name: given[name] for name in given.keys() & used})


def _held(cut: Cut | None) -> pa.Table:
    days = sorted(cut.held) if cut is not None else []
    schema = pa.schema([("org_code", pa.string()), ("day", pa.date32())])
    return pa.table({"org_code": [org for org, _ in days], "day": [day for _, day in days]}, schema=schema)


def _identities(keys: pa.Table) -> Iterator[tuple[Any, ...]]:
    yield from (tuple(row[name] for name in _IDENTITY) for row in keys.to_pylist())
