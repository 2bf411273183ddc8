"""SQLite database files."""

from pathlib import Path
from typing import Annotated

from sqlglot import exp

from suwen.domains.ingest.attached import CATALOG, AttachedConnector, literal, one_query
from suwen.domains.ingest.connector import Capabilities, Options, ReadRequest, Structure
from suwen.domains.ingest.connectors.sqlite.pieces import SQLiteCutting, remote
from suwen.domains.ingest.errors import SourceUnavailable
from suwen.domains.ingest.pieces import Pieces, Ranges
from suwen.domains.ingest.session import Session
from suwen.domains.ingest.structure import assemble
from suwen.kernel.resources import Column


class SQLiteOptions(Options):
    """path: the database file; opened read-only."""

    path: Annotated[Path, Column("文件", "File", help="服务器上的路径，只读打开。")]


class SQLiteConnector(AttachedConnector[SQLiteOptions]):
    """A SQLite file. A SQLite column may hold any type in any row, so every value arrives as text."""

    name = "sqlite"
    title = "SQLite 文件"
    title_en = "SQLite file"
    capabilities = Capabilities(
        queries=True, incremental=True, stamps=False, typed=False, keys=True, pieces=True, dialect="sqlite"
    )
    options_model = SQLiteOptions

    def attach(self, session: Session) -> None:
        """Attach the file read-only, all columns as text."""
        if not self.options.path.is_file():
            raise SourceUnavailable("no such SQLite file", received=str(self.options.path))
        session.load("sqlite")
        session.execute("SET sqlite_all_varchar = true")
        statement = f"ATTACH {literal(str(self.options.path))} AS {CATALOG} (TYPE sqlite, READ_ONLY)"
        session.execute(statement)

    def structure(self, session: Session) -> Structure:
        """Return the keys of all tables; SQLite keeps no comments."""
        primary = (
            "SELECT m.name AS t, p.name AS c FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS p "
            "WHERE m.type = 'table' AND p.pk > 0 ORDER BY m.name, p.pk"
        )
        # A reference without columns means the other table's primary key.
        foreign = (
            'SELECT m.name AS t, f.id AS k, f."from" AS c, f."table" AS o, coalesce(f."to", (SELECT p.name FROM '
            'pragma_table_info(f."table") AS p WHERE p.pk = f.seq + 1)) AS b FROM sqlite_master AS m '
            "JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq"
        )
        with self.named():
            self.attached(session)
            keys, references = (session.rows(remote(q).sql("duckdb")) for q in (primary, foreign))
        return assemble((), keys, references)

    def relation(self, session: Session, request: ReadRequest) -> exp.Select:
        """Return the query, or a SELECT of the table, run by SQLite itself with every column cast to text."""
        outer, _ = self._at_source(session, request)
        if request.since is not None:
            column = exp.column(exp.to_identifier(request.since.column, quoted=True), table="q")
            outer = outer.where(column >= exp.Literal.string(request.since.value))
        return remote(outer)

    def pieces(self, session: Session, request: ReadRequest) -> Pieces | None:
        """Return how a whole table is read by ranges of a column that an index begins with."""
        if request.table is None or request.by is None or request.since is not None or request.first is not None:
            return None
        outer, names = self._at_source(session, request)
        by = next((name for name in names if name.lower() == (request.by or "").lower()), None)
        if by is None:
            return None
        return Ranges(outer, by, SQLiteCutting(session, self.table_at_source(request.table), by), remote)

    def table_at_source(self, name: str) -> exp.Table:
        """Return a table; its name has no schema."""
        return exp.table_(name, quoted=True)

    def _at_source(self, session: Session, request: ReadRequest) -> tuple[exp.Select, list[str]]:
        """Return the SELECT over q that SQLite runs itself, and the names of its columns."""
        inner: exp.Query = (
            one_query(request.query, "sqlite")
            if request.query is not None
            else exp.select("*").from_(self.table_at_source(request.table or ""))
        )
        names = [column.name for column in session.describe(remote(inner).sql("duckdb"))]
        columns = {name: exp.column(exp.to_identifier(name, quoted=True), table="q") for name in names}
        texts = (exp.alias_(exp.cast(column, "text"), name, quoted=True) for name, column in columns.items())
        return exp.select(*texts).from_(inner.subquery("q")), names


CONNECTOR = SQLiteConnector
