"""A table of MySQL or MariaDB in pieces: ranges of an indexed column, cut by the optimizer's own guesses.

Measured on 1,000,000 rows × 20 columns (MariaDB 10.11): stepping over the primary key (`LIMIT 1 OFFSET n`) reads the
whole table, 950 ms; over a narrow index 240 to 340 ms. A guess or a value takes 0.3 ms, whatever the table's size.
"""

from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from suwen.domains.ingest import halving
from suwen.domains.ingest.connectors.mysql.server import Row, Server, connection

_KINDS: dict[str, halving.Kind] = {
    **dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "bigint", "decimal"), "number"),
    **dict.fromkeys(("date", "datetime", "timestamp"), "moment"),
    **dict.fromkeys(("char", "varchar", "uuid"), "text"),
    **dict.fromkeys(("binary", "varbinary"), "bytes"),
}
"""Types whose values are written and compared without loss."""
_COLUMN = """
SELECT LOWER(c.data_type) AS data, c.column_name AS name FROM information_schema.columns AS c
WHERE c.table_schema = %(database)s AND c.table_name = %(table)s AND c.column_name = %(column)s
"""
# A part of a text is no place to cut; an index that the optimizer does not use guesses nothing.
_INDEX = """
SELECT s.index_name AS name, t.table_rows AS held FROM information_schema.statistics AS s
JOIN information_schema.tables AS t ON t.table_schema = s.table_schema AND t.table_name = s.table_name
WHERE s.table_schema = %(database)s AND s.table_name = %(table)s AND s.column_name = %(column)s
  AND s.seq_in_index = 1 AND s.sub_part IS NULL AND s.index_type = 'BTREE' AND t.table_type = 'BASE TABLE'
ORDER BY s.index_name <> 'PRIMARY', s.index_name LIMIT 1
"""


@dataclass(frozen=True)
class MySQLCutting:
    """Where a table is cut by the column `by`, of a type of `_KINDS`."""

    arguments: dict[str, Any]
    table: exp.Table
    by: str
    kind: halving.Kind

    def cuts(self, rows: int) -> tuple[str, ...]:
        """Return the values between the pieces; none where no index helps or the table, by its statistics, is small."""
        with connection(self.arguments) as server:
            found = server.rows(_INDEX, _named(server, self.table, self.by))
            if not found:
                return ()
            index = _Index(server, self, str(found[0]["name"]))
            return halving.cuts(index, self.kind, int(found[0]["held"] or 0), rows)

    def written(self, value: str) -> exp.Expr:
        """Return a value in the column's own type: compared as such, by its own collation, and by its index."""
        if self.kind == "number":
            return exp.Literal.number(value)
        return exp.HexString(this=value) if self.kind == "bytes" else exp.Literal.string(value)


def cutting(arguments: dict[str, Any], table: exp.Table, by: str) -> MySQLCutting | None:
    """Return how a table is cut by a column, whatever its small and capital letters; None where its type does not do.

    Raises SourceUnavailable.
    """
    with connection(arguments) as server:
        found = server.rows(_COLUMN, _named(server, table, by))
    kind = _KINDS.get(str(found[0]["data"])) if found else None
    return MySQLCutting(arguments, table, str(found[0]["name"]), kind) if kind is not None else None


@dataclass(frozen=True)
class _Index:
    """An index that begins with the dividing column."""

    server: Server
    of: MySQLCutting
    name: str

    def ends(self) -> tuple[str, str] | None:
        # Dates that are none (0000-00-00, 2023-02-00) are below all cuts, and cannot be reckoned with.
        column, least = self._column(), None
        if self.of.kind == "moment":
            least = exp.GTE(this=column, expression=exp.Literal.string("1000-01-01"))
        rows = [self._first(least or column.copy().is_(exp.null()).not_(), desc=desc) for desc in (False, True)]
        low, high = (row["v"] if row is not None else None for row in rows)
        return (str(low), str(high)) if low is not None and high is not None else None

    def first(self, at: str, above: str, below: str | None) -> str | None:
        column, written = self._column(), self.of.written
        bounds: list[exp.Expr] = [column >= written(at), exp.GT(this=column.copy(), expression=written(above))]
        if below is not None:
            bounds.append(column < written(below))
        row = self._first(exp.and_(*bounds), desc=False)
        return str(row["v"]) if row is not None else None

    def last(self, above: str, below: str) -> str | None:
        column, written = self._column(), self.of.written
        between = exp.and_(exp.GT(this=column, expression=written(above)), column < written(below))
        row = self._first(between, desc=True)
        return str(row["v"]) if row is not None else None

    def guess(self, low: str, high: str | None) -> float:
        column, written = self._column(), self.of.written
        bounds = [column >= written(low), *([column < written(high)] if high is not None else [])]
        found = self.server.rows(f"EXPLAIN {self._select(column).where(*bounds).sql('mysql')}")
        return float(found[0]["rows"] or 0)

    def _first(self, where: exp.Expr, *, desc: bool) -> Row | None:
        column = self._column()
        bare = exp.Anonymous(this="HEX", expressions=[column]) if self.of.kind == "bytes" else None
        shown = exp.alias_(bare or exp.cast(column, exp.DataType.build("CHAR")), "v")
        ordered = exp.Ordered(this=column.copy(), desc=desc)
        found = self.server.rows(self._select(shown).where(where).order_by(ordered).limit(1).sql("mysql"))
        return found[0] if found else None

    def _column(self) -> exp.Column:
        return exp.column(exp.to_identifier(self.of.by, quoted=True))

    def _select(self, value: exp.Expr) -> exp.Select:
        table = self.of.table.copy()
        table.set("hints", [exp.IndexTableHint(this="FORCE", expressions=[exp.to_identifier(self.name, quoted=True)])])
        return exp.select(value).from_(table)


def _named(server: Server, table: exp.Table, column: str) -> dict[str, str]:
    return {"database": table.db or server.database, "table": table.name, "column": column}
