"""The sums that every batch carries, by business day: rows, a digest of their keys, their amounts.

They are made of the files that a capture has written, before these join raw, by the statements that reconciliation
compares source and platform with; so what a batch brought can be held against either long afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.compute as _compute
import pyarrow.parquet as _parquet
from sqlglot import exp

from suwen.domains.ingest.changelog import COMMITTED
from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.division import SIDE_BY_SIDE
from suwen.domains.ingest.rawstate import DELETED
from suwen.domains.ingest.reconcile.measure import Figures, Measure
from suwen.domains.ingest.reconcile.planning import amounts_of, known_column, time_source
from suwen.domains.ingest.session import Session
from suwen.domains.standards.public import Dataset

# Their stubs are partial.
_pc: Any = _compute
_pq: Any = _parquet


@dataclass(frozen=True)
class DaySums:
    """The sums of a batch's rows of a business day; `day` is None for rows without one, or without a time column."""

    day: date | None
    figures: Figures


def batch_sums(
    files: Sequence[Path], columns: tuple[tuple[str, str], ...], feed: FeedDefinition, dataset: Dataset, spill: Path
) -> list[DaySums]:
    """Return the sums of captured rows, by day; what says that a row is gone is none.

    columns: name and type of the files' source columns.
    """
    if not files:
        return []
    time = known_column(time_source(feed, dataset), columns)
    measure = Measure(columns, "keys", time, amounts_of(feed, dataset, columns, time))
    listed = exp.Array(expressions=[exp.Literal.string(str(path)) for path in files])
    rows = exp.select(exp.Star()).from_(exp.Anonymous(this="read_parquet", expressions=[listed]))
    rows = rows.where(exp.column("_op").neq(exp.Literal.string(DELETED)))
    query = measure.figures(measure.rows(rows.subquery()))
    with Session(spill, threads=SIDE_BY_SIDE) as session:
        found = session.table(query.sql("duckdb")).to_pylist()
    return [DaySums(row["d"], Figures.of(row, measure.amounts)) for row in found]


def oldest(files: Sequence[Path]) -> datetime | None:
    """Return the earliest moment in the files at which a source committed a change; None where they tell none."""
    parts = [_pq.read_table(path, columns=[COMMITTED]) for path in files if COMMITTED in _pq.read_schema(path).names]
    moments: list[datetime] = [moment for part in parts if (moment := _pc.min(part.column(0)).as_py()) is not None]
    return min((moment.replace(tzinfo=UTC) for moment in moments), default=None)
