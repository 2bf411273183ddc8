"""A PostgreSQL table in pieces: ranges of an indexed column, of about equal size by the planner's own figures."""

from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from suwen.domains.ingest.attached import passed_through
from suwen.domains.ingest.session import Session

SAMPLED = 30_000
"""Rows looked at to find where to cut: a piece is then some per cent larger or smaller than the next."""

# The planner's number of rows, of a table with an index that begins with the column.
_KNOWN = sqlglot.parse_one(
    """
    SELECT greatest(c.reltuples, 0)::bigint AS n
    FROM pg_catalog.pg_class AS c
    WHERE c.oid = to_regclass(:table) AND c.relkind IN ('r', 'p', 'm') AND EXISTS (
      SELECT 1 FROM pg_catalog.pg_index AS i
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
      WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL AND a.attname = :column)
    """,
    read="postgres",
)
_CUTS = sqlglot.parse_one(
    """
    SELECT DISTINCT CAST(cut AS text) AS c, cut AS at
    FROM unnest((SELECT percentile_disc(:shares) WITHIN GROUP (ORDER BY :column)
                 FROM :table TABLESAMPLE SYSTEM (:percent))) AS cut
    WHERE cut IS NOT NULL ORDER BY at
    """,
    read="postgres",
)


def remote(query: exp.Expr | str) -> exp.Select:
    """Return the DuckDB SELECT of what PostgreSQL answers to a query."""
    return passed_through("postgres_query", query if isinstance(query, str) else query.sql("postgres"))


@dataclass(frozen=True)
class PostgresCutting:
    """Where `table` is cut by the column `by`."""

    session: Session
    table: exp.Table
    by: str

    def cuts(self, rows: int) -> tuple[str, ...]:
        """Return the values between the pieces; none where no index helps or the table, as last analysed, is small."""
        known = exp.replace_placeholders(_KNOWN, table=self.table.sql("postgres"), column=self.by)
        found = self.session.rows(remote(known).sql("duckdb"))
        held = int(str(found[0][0])) if found else 0
        pieces = round(held / rows)
        if pieces <= 1:
            return ()
        shares = exp.Array(expressions=[exp.Literal.number(number / pieces) for number in range(1, pieces)])
        cuts = exp.replace_placeholders(
            _CUTS,
            shares=exp.cast(shares, "double[]"),
            column=exp.column(exp.to_identifier(self.by, quoted=True)),
            table=self.table,
            percent=min(100.0, 100 * SAMPLED / held),
        )
        return tuple(str(row[0]) for row in self.session.rows(remote(cuts).sql("duckdb")))

    def written(self, value: str) -> exp.Expr:
        """Return a text without a type, which takes the column's."""
        return exp.Literal.string(value)
