"""A table of a SQLite file in pieces: ranges of an indexed column, counted off along its index."""

from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from suwen.domains.ingest.attached import passed_through
from suwen.domains.ingest.session import Session

# An index begins with the column, or it is the table's own order.
_INDEXED = sqlglot.parse_one(
    """
    SELECT 1 AS n FROM pragma_table_info(:table) AS p WHERE p.name = :column AND (
      (p.pk = 1 AND upper(p.type) = 'INTEGER') OR EXISTS (
        SELECT 1 FROM pragma_index_list(:table) AS l JOIN pragma_index_info(l.name) AS i
        WHERE l.partial = 0 AND i.seqno = 0 AND i.name = p.name))
    """,
    read="sqlite",
)
# Each value as SQLite writes it: a column may hold numbers, texts and bytes at once.
_CUTS = sqlglot.parse_one(
    """
    SELECT quote(k) AS c
    FROM (SELECT :by AS k, row_number() OVER (ORDER BY :by) AS n FROM :table WHERE :by IS NOT NULL) AS numbered
    WHERE n > 1 AND (n - 1) % :size = 0 ORDER BY n
    """,
    read="sqlite",
)


def remote(query: exp.Expr | str) -> exp.Select:
    """Return the DuckDB SELECT of what SQLite answers to a query."""
    return passed_through("sqlite_query", query if isinstance(query, str) else query.sql("sqlite"))


@dataclass(frozen=True)
class SQLiteCutting:
    """Where `table` is cut by the column `by`."""

    session: Session
    table: exp.Table
    by: str

    def cuts(self, rows: int) -> tuple[str, ...]:
        """Return the values between the pieces; none where no index helps or the table is small."""
        indexed = exp.replace_placeholders(_INDEXED, table=self.table.name, column=self.by)
        if not self.session.rows(remote(indexed).sql("duckdb")):
            return ()
        counted = exp.select(exp.alias_(exp.Count(this=exp.Star()), "n")).from_(self.table.copy())
        ((held,),) = self.session.rows(remote(counted).sql("duckdb"))
        pieces = round(int(str(held)) / rows)
        if pieces <= 1:
            return ()
        by = exp.column(exp.to_identifier(self.by, quoted=True))
        cuts = exp.replace_placeholders(_CUTS, by=by, table=self.table, size=-(-int(str(held)) // pieces))
        # Keys that are equal may fill a piece and more.
        return tuple(dict.fromkeys(str(row[0]) for row in self.session.rows(remote(cuts).sql("duckdb"))))

    def written(self, value: str) -> exp.Expr:
        """Return a value of the type that it has in the file."""
        return sqlglot.parse_one(value, read="sqlite")
