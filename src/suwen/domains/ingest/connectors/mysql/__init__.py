"""MySQL and MariaDB."""

from typing import Annotated, Any

from pydantic import Field, SecretStr
from sqlglot import exp

from suwen.domains.ingest.attached import CATALOG, AttachedConnector, literal, one_query, passed_through
from suwen.domains.ingest.changelog import ChangeSource, Held, Obstacle, Wanted
from suwen.domains.ingest.connector import Capabilities, Options, ReadRequest, SourceTable, Structure
from suwen.domains.ingest.connectors.mysql.log.preparing import look, of_server
from suwen.domains.ingest.connectors.mysql.log.source import MySQLLog
from suwen.domains.ingest.connectors.mysql.outbox.looking import outboxes
from suwen.domains.ingest.connectors.mysql.outbox.source import MySQLOutbox
from suwen.domains.ingest.connectors.mysql.pieces import cutting
from suwen.domains.ingest.connectors.mysql.server import connection
from suwen.domains.ingest.pieces import Pieces, Ranges
from suwen.domains.ingest.session import Session
from suwen.domains.ingest.structure import assemble
from suwen.kernel.resources import Column

# MySQL keeps dates that are none (0000-00-00, 2023-02-00); only text carries them. JSON and BIT likewise.
_AS_TEXT = ("DATE", "TIMESTAMP", "TIME", "INTERVAL", "JSON")


class MySQLOptions(Options):
    """Where the database is and who reads it; the account needs SELECT only."""

    host: Annotated[str, Column("主机", "Host")]
    port: Annotated[int, Column("端口", "Port")] = 3306
    database: Annotated[str, Column("数据库", "Database")]
    user: Annotated[str, Column("用户", "User", help="只需要查询权限。")]
    password: Annotated[SecretStr, Column("口令", "Password")] = SecretStr("")
    socket: Annotated[
        str | None,
        Column("套接字", "Socket", help="用 Unix 套接字代替主机和端口。"),
        Field(description="Unix socket instead of host and port."),
    ] = None


_STRUCTURE = (
    "SELECT table_name AS t, '' AS c, table_comment AS s FROM information_schema.tables "
    "WHERE table_schema = database() AND table_comment NOT IN ('', 'VIEW') UNION ALL "
    "SELECT table_name, column_name, column_comment FROM information_schema.columns "
    "WHERE table_schema = database() AND column_comment <> ''",
    "SELECT table_name AS t, column_name AS c FROM information_schema.key_column_usage "
    "WHERE table_schema = database() AND constraint_name = 'PRIMARY' ORDER BY table_name, ordinal_position",
    "SELECT table_name AS t, constraint_name AS k, column_name AS c, referenced_table_name AS o, "
    "referenced_column_name AS b FROM information_schema.key_column_usage "
    "WHERE table_schema = database() AND referenced_table_schema = database() ORDER BY 1, 2, ordinal_position",
    "SELECT table_name AS t, column_name AS c, column_type AS s FROM information_schema.columns "
    "WHERE table_schema = database()",
)
"""Comments, primary keys, foreign keys, types, as `assemble` takes them."""


class MySQLConnector(AttachedConnector[MySQLOptions]):
    """MySQL or MariaDB, streamed, a large table in pieces; dates and times arrive as text, exactly as stored."""

    name = "mysql"
    title = "MySQL / MariaDB"
    title_en = "MySQL / MariaDB"
    capabilities = Capabilities(
        queries=True,
        incremental=True,
        stamps=False,
        typed=True,
        comments=True,
        keys=True,
        pieces=True,
        log=True,
        outbox=True,
        dialect="mysql",
    )
    usual = 20
    options_model = MySQLOptions

    def attach(self, session: Session) -> None:
        """Attach the database read-only."""
        session.load("mysql")
        session.execute("SET mysql_tinyint1_as_boolean = false")
        session.execute("SET mysql_bit1_as_boolean = false")
        session.execute("SET mysql_query_timeout_enabled = false")
        o = self.options
        fields = {"host": o.host, "port": str(o.port), "database": o.database, "user": o.user}
        if o.password.get_secret_value():
            fields["password"] = o.password.get_secret_value()
        if o.socket:
            fields["socket"] = o.socket
        dsn = " ".join(f'{key}="{_escaped(value)}"' for key, value in fields.items())
        statement = f"ATTACH {literal(dsn)} AS {CATALOG} (TYPE mysql, READ_ONLY)"
        session.execute(statement)

    def server(self, session: Session) -> str:
        """Return the server's version."""
        row = session.rows(remote("SELECT version() AS v").sql("duckdb"))
        return str(row[0][0])

    def tables(self, session: Session) -> tuple[SourceTable, ...]:
        """Return the tables and views of the database, by their bare names."""
        prefix = f"{self.options.database}."
        found = super().tables(session)
        return tuple(SourceTable(t.name.removeprefix(prefix), t.kind) for t in found if t.name.startswith(prefix))

    def structure(self, session: Session) -> Structure:
        """Return comments and keys of all tables of the database, from information_schema."""
        with self.named():
            self.attached(session)
            found = [session.rows(remote(sql).sql("duckdb")) for sql in _STRUCTURE]
        return assemble(*found)

    def relation(self, session: Session, request: ReadRequest) -> exp.Select:
        """Return the query, or a SELECT of the table, run by MySQL itself with dates cast to text."""
        outer = self._at_source(session, request)
        if request.since is not None:
            column = exp.column(exp.to_identifier(request.since.column, quoted=True), table="q")
            outer = outer.where(column >= exp.Literal.string(request.since.value))
        return remote(outer)

    def pieces(self, session: Session, request: ReadRequest) -> Pieces | None:
        """Return how a whole table is read by ranges of a column that an index begins with."""
        if request.table is None or request.by is None or request.since is not None or request.first is not None:
            return None
        found = cutting(self._arguments(), self.table_at_source(request.table), request.by)
        return Ranges(self._at_source(session, request), found.by, found, remote) if found is not None else None

    def changes(self, wanted: Wanted) -> ChangeSource:
        """Return the changes of a table by the binlog, or as its triggers wrote them."""
        if wanted.kind not in ("log", "outbox"):
            return super().changes(wanted)
        database, _, table = wanted.table.rpartition(".")
        told = MySQLLog if wanted.kind == "log" else MySQLOutbox
        return told(self._arguments(), wanted, database or self.options.database, table)

    def hindrances(self) -> tuple[Obstacle, ...]:
        """Return what keeps server and account from reading the binlog."""
        with connection(self._arguments()) as server:
            return tuple(of_server(look(server, self.options.database, "")))

    def kept(self, installation: str) -> tuple[Held, ...]:
        """Return the tables of changes of this installation."""
        with connection(self._arguments()) as server:
            return outboxes(server, installation)

    def _arguments(self) -> dict[str, Any]:
        o = self.options
        place = {"unix_socket": o.socket} if o.socket else {"host": o.host, "port": o.port}
        return {**place, "user": o.user, "password": o.password.get_secret_value(), "database": o.database}

    def _at_source(self, session: Session, request: ReadRequest) -> exp.Select:
        """Return the SELECT over q that MySQL runs itself, with what it alone can hold cast to text."""
        inner: exp.Query = (
            one_query(request.query, "mysql")
            if request.query is not None
            else exp.select("*").from_(self.table_at_source(request.table or ""))
        )
        columns = session.describe(remote(inner).sql("duckdb"))
        wide = self._wide_numbers(session, request.table) if request.table else set[str]()
        kept = (
            _kept(column.name, column.name.lower() in wide or column.type.upper().startswith(_AS_TEXT))
            for column in columns
        )
        return exp.select(*kept).from_(inner.subquery("q"))

    def _wide_numbers(self, session: Session, table: str) -> set[str]:
        """Return the DECIMAL columns of more digits than any engine's decimal (38)."""
        name = exp.Literal.string(table.rpartition(".")[2]).sql("mysql")
        sql = (
            "SELECT column_name AS c FROM information_schema.columns "  # noqa: S608
            f"WHERE table_schema = database() AND table_name = {name} AND numeric_precision > 38"
        )
        return {str(row[0]).lower() for row in session.rows(remote(sql).sql("duckdb"))}


def remote(query: exp.Expr | str) -> exp.Select:
    """Return the DuckDB SELECT of what MySQL answers to a query."""
    return passed_through("mysql_query", query if isinstance(query, str) else query.sql("mysql"))


def _kept(name: str, as_text: bool) -> exp.Expr:
    column = exp.column(exp.to_identifier(name, quoted=True), table="q")
    return exp.alias_(exp.cast(column, exp.DataType.build("CHAR")), name, quoted=True) if as_text else column


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


CONNECTOR = MySQLConnector
