"""DuckDB database files."""

from pathlib import Path
from typing import Annotated

from sqlglot import exp

from suwen.domains.ingest.attached import CATALOG, AttachedConnector, literal, one_query, table_node
from suwen.domains.ingest.connector import Capabilities, Options, ReadRequest, Structure
from suwen.domains.ingest.errors import SourceUnavailable
from suwen.domains.ingest.session import Session
from suwen.domains.ingest.structure import assemble
from suwen.kernel.resources import Column


class DuckDBOptions(Options):
    """path: the database file; opened read-only."""

    path: Annotated[Path, Column("文件", "File", help="服务器上的路径，只读打开。")]


class DuckDBConnector(AttachedConnector[DuckDBOptions]):
    """A DuckDB file; queries are in DuckDB's own dialect."""

    name = "duckdb"
    title = "DuckDB 文件"
    title_en = "DuckDB file"
    capabilities = Capabilities(queries=True, incremental=True, stamps=True, typed=True, comments=True, keys=True)
    options_model = DuckDBOptions

    def attach(self, session: Session) -> None:
        """Attach the file read-only and make it the default database, so that queries need no prefix."""
        if not self.options.path.is_file():
            raise SourceUnavailable("no such DuckDB file", received=str(self.options.path))
        statement = f"ATTACH {literal(str(self.options.path))} AS {CATALOG} (TYPE duckdb, READ_ONLY)"
        session.execute(statement)
        statement = f"USE {CATALOG}"
        session.execute(statement)

    def structure(self, session: Session) -> Structure:
        """Return comments and keys of all tables."""
        with self.named():
            self.attached(session)
            comments = session.rows(
                "SELECT schema_name, table_name, NULL, comment FROM duckdb_tables() WHERE database_name = $c UNION ALL "
                "SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() WHERE database_name = $c",
                {"c": CATALOG},
            )
            keys = session.rows(
                "SELECT schema_name, table_name, unnest(constraint_column_names) FROM duckdb_constraints() "
                "WHERE database_name = $c AND constraint_type = 'PRIMARY KEY'",
                {"c": CATALOG},
            )
            foreign = session.rows(
                "SELECT schema_name, table_name, constraint_index, unnest(constraint_column_names), "
                "CASE schema_name WHEN 'main' THEN '' ELSE schema_name || '.' END || referenced_table, "
                "unnest(referenced_column_names) FROM duckdb_constraints() "
                "WHERE database_name = $c AND constraint_type = 'FOREIGN KEY'",
                {"c": CATALOG},
            )
        return assemble(_named(comments), _named(keys), _named(foreign))

    def relation(self, session: Session, request: ReadRequest) -> exp.Select:
        """Return the table, or the query as a subquery."""
        if request.query is not None:
            relation = exp.select("*").from_(one_query(request.query, "duckdb").subquery("q"))
        else:
            relation = exp.select("*").from_(table_node(request.table or "", default_schema="main"))
        if request.since is not None:
            column = exp.column(exp.to_identifier(request.since.column, quoted=True))
            relation = relation.where(column >= exp.Literal.string(request.since.value))
        return relation

    def stamp(self, request: ReadRequest) -> str | None:
        """Return size and time of the file."""
        if not self.options.path.is_file():
            return None
        stat = self.options.path.stat()
        return f"{stat.st_size}:{stat.st_mtime_ns}"


def _named(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Join schema and table, the first two values, into the table's name as `tables` gives it."""
    return [(table if schema == "main" else f"{schema}.{table}", *rest) for schema, table, *rest in rows]


CONNECTOR = DuckDBConnector
