"""SQLite database files."""

from pathlib import Path
from typing import Annotated

from sqlglot import exp

from suwen.domains.ingest.attached import CATALOG, AttachedConnector, literal, one_query, passed_through, quoted
from suwen.domains.ingest.connector import Capabilities, Options, ReadRequest, Structure
from suwen.domains.ingest.errors import SourceUnavailable
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
    capabilities = Capabilities(queries=True, incremental=True, stamps=False, typed=False, keys=True, dialect="sqlite")
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
            keys, references = (
                session.rows(passed_through("sqlite_query", q).sql("duckdb")) for q in (primary, foreign)
            )
        return assemble((), keys, references)

    def relation(self, session: Session, request: ReadRequest) -> exp.Select:
        """Return the query, or a SELECT of the table, run by SQLite itself with every column cast to text."""
        inner = (
            one_query(request.query, "sqlite").sql("sqlite")
            if request.query is not None
            else f"SELECT * FROM {quoted(request.table or '', 'sqlite')}"  # noqa: S608
        )
        columns = session.describe(passed_through("sqlite_query", inner).sql("duckdb"))
        names = [exp.to_identifier(column.name, quoted=True) for column in columns]
        outer = exp.select(*(exp.alias_(exp.cast(exp.column(n.copy()), "text"), n.copy()) for n in names))
        text = f"{outer.sql('sqlite')} FROM ({inner}) AS q"
        if request.since is not None:
            where = exp.column(exp.to_identifier(request.since.column, quoted=True)) >= exp.Literal.string(
                request.since.value
            )
            text = f"{text} WHERE {where.sql('sqlite')}"
        return passed_through("sqlite_query", text)


CONNECTOR = SQLiteConnector
