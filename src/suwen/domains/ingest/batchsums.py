"""The sums that every batch carries, by business day: rows, a digest of their keys, their amounts.

They are made of the files that a capture has written, before these join raw, by the statements that reconciliation
compares source and platform with; so what a batch brought can be held against either long afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlglot import exp

from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.division import SIDE_BY_SIDE
from suwen.domains.ingest.rawstate import DELETED
from suwen.domains.ingest.reconcile.measure import Figures, Measure
from suwen.domains.ingest.reconcile.planning import amounts_of, known_column, time_source
from suwen.domains.ingest.session import Session
from suwen.domains.standards.public import Dataset


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
