"""Which rows and columns a distribution sends: a statement over the standard table, in the scope of who wrote it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

import pyarrow as pa
from sqlglot import exp

from suwen.domains.ingest.distribution.content import Content
from suwen.domains.ingest.distribution.errors import InvalidDistribution
from suwen.domains.ingest.distribution.models import Distribution
from suwen.domains.ingest.reconcile.holding import HeldDay
from suwen.domains.lake.public import ColumnSpec, Lake, Snapshot, Wanted, page_query, table_of, wanted_of
from suwen.domains.standards.public import Dataset
from suwen.kernel.errors import NotFound
from suwen.kernel.repository import PageRequest
from suwen.kernel.scope import Scope

ORG = "org_code"
OWN = {"bucket", "feed", "source_key", "batch_id", "patient_key"}
"""Columns of the standard table that mean nothing outside."""
BATCH_ROWS = 8192


@dataclass(frozen=True)
class Selection:
    """A distribution's rows. names: of the columns, those of the key among them; held: days that are left out."""

    distribution: Distribution
    dataset: Dataset
    held: Sequence[HeldDay]

    @property
    def scope(self) -> Scope:
        """What of the table is sent."""
        orgs = frozenset(self.distribution.orgs) if self.distribution.orgs else None
        return Scope(orgs, self.distribution.grade, not self.distribution.masked)

    def content(self, lake: Lake, version: int | None = None) -> Content | None:
        """Return the rows as they stand now, or as they stood at a version of the lake's table.

        None while the dataset has no table. Raises InvalidDistribution.
        """
        ref = f"std.{self.dataset.code}"
        if not lake.exists(ref):
            return None
        snapshot = lake.snapshot(ref) if version is None else _snapshot_at(lake, ref, version)
        specs = {column.name: column for column in snapshot.spec.columns}
        columns = tuple(specs[name] for name in selected_columns(self.distribution, self.dataset) if name in specs)
        key = (ORG, *self.dataset.key)
        self._check_key([specs[name] for name in key])
        wanted = filters_of(self.distribution, self.dataset)
        self._leave_out_held(wanted)
        query = page_query(ref, [column.name for column in columns], wanted)

        def batches() -> Iterator[pa.RecordBatch]:
            reader = lake.stream(
                query,
                scope=self.scope,
                params=wanted.params,
                versions={ref: snapshot.version},
                batch_rows=BATCH_ROWS,
            )
            yield from cast("Iterator[pa.RecordBatch]", reader)

        scope, orgs = self.scope, sorted(self.distribution.orgs)
        asked = (query.sql("duckdb"), sorted(wanted.params.items()), scope.grade, scope.unmask, orgs)
        digest = hashlib.blake2b(repr(asked).encode(), digest_size=8).hexdigest()
        return Content(columns, key, f"{snapshot.version}/{digest}", batches)

    def _check_key(self, key: Sequence[ColumnSpec]) -> None:
        closed = [c.name for c in key if c.grade > self.scope.grade or (c.mask is not None and not self.scope.unmask)]
        if closed:
            raise InvalidDistribution("rows cannot be named, their key is closed or masked", received=closed)

    def _leave_out_held(self, wanted: Wanted) -> None:
        if self.dataset.time_column is None:
            return
        for number, (org, day) in enumerate(sorted({(one.org_code, one.day) for one in self.held})):
            wanted.conditions.append(_outside(self.dataset.time_column, number))
            wanted.params |= {f"org{number}": org, f"day{number}": day}


def version_at(lake: Lake, dataset: str, asked: int | datetime) -> int:
    """Return a version of a dataset's table whose rows are there, or that of a moment. Raises InvalidDistribution."""
    return _snapshot_at(lake, f"std.{dataset}", asked).version


def _snapshot_at(lake: Lake, ref: str, version: int | datetime) -> Snapshot:
    """Return an older state whose rows are still there. Raises InvalidDistribution."""
    try:
        found = lake.snapshot(ref, version=version)
    except NotFound as error:
        raise InvalidDistribution(
            "the lake knows no such version", received=str(version), allowed=error.allowed
        ) from None
    if any(not Path(file.path).exists() for file in found.files):
        raise InvalidDistribution("the lake holds the rows of this version no more", received=str(version))
    return found


def selected_columns(distribution: Distribution, dataset: Dataset) -> list[str]:
    """Return the columns that are sent: the key, then those asked for. Raises InvalidDistribution for unknown ones."""
    table = table_of(dataset, 1)
    every = [column.name for column in table.columns if column.name not in OWN]
    if unknown := sorted(set(distribution.columns) - set(every)):
        raise InvalidDistribution("the dataset has no such columns", received=unknown, allowed=every)
    wanted = {*table.key, *(distribution.columns or every)}
    return [name for name in every if name in wanted]


def filters_of(distribution: Distribution, dataset: Dataset) -> Wanted:
    """Return the condition of a distribution. Raises InvalidDistribution, FieldNotOpen, Invalid."""
    filters: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in distribution.condition.split(";"))):
        name, sign, value = part.partition("=")
        if not sign:
            raise InvalidDistribution("element=value is needed", received=name.strip())
        filters[name.strip()] = value.strip()
    masked = {element.name for element in dataset.elements if element.mask is not None}
    types = {element.name: str(element.type) for element in dataset.elements if element.name not in masked}
    return wanted_of(PageRequest(filters=filters), types, list(types), [])


def _outside(time: str, number: int) -> exp.Expr:
    """Return the condition that a row is not of a held day of an institution."""
    column = exp.column(exp.to_identifier(time, quoted=True))
    day = exp.EQ(this=exp.cast(column, "DATE"), expression=exp.Placeholder(this=f"day{number}"))
    org = exp.EQ(this=exp.column(ORG), expression=exp.Placeholder(this=f"org{number}"))
    # A row without a time is of no day.
    return exp.not_(exp.func("COALESCE", exp.and_(org, day), exp.false()))
