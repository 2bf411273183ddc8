"""PostgreSQL and databases that speak its protocol."""

from typing import Annotated

from pydantic import Field, SecretStr
from sqlglot import exp

from suwen.domains.ingest.attached import CATALOG, AttachedConnector, literal, one_query, table_node
from suwen.domains.ingest.changelog import ChangeSource, Held, Obstacle, Wanted
from suwen.domains.ingest.connector import Capabilities, Options, ReadRequest, Structure
from suwen.domains.ingest.connectors.postgres.log.preparing import of_server, server_of
from suwen.domains.ingest.connectors.postgres.log.slots import held, slots
from suwen.domains.ingest.connectors.postgres.log.source import PostgresLog
from suwen.domains.ingest.connectors.postgres.outbox.looking import outboxes
from suwen.domains.ingest.connectors.postgres.outbox.source import PostgresOutbox
from suwen.domains.ingest.connectors.postgres.pieces import PostgresCutting, remote
from suwen.domains.ingest.connectors.postgres.server import connection
from suwen.domains.ingest.ownnames import PREFIX
from suwen.domains.ingest.pieces import Pieces, Ranges
from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.ingest.session import Session
from suwen.domains.ingest.structure import assemble
from suwen.kernel.resources import Column


class PostgresOptions(Options):
    """Where the database is and who reads it; the account needs SELECT only."""

    host: Annotated[
        str,
        Column("主机", "Host", help="名称或地址，或 Unix 套接字所在的目录。"),
        Field(description="Name or address, or the folder of a unix socket."),
    ]
    port: Annotated[int, Column("端口", "Port")] = 5432
    database: Annotated[str, Column("数据库", "Database")]
    user: Annotated[str, Column("用户", "User", help="只需要查询权限。")]
    password: Annotated[SecretStr, Column("口令", "Password")] = SecretStr("")
    schema_name: Annotated[
        str,
        Column("模式", "Schema", help="表名不带模式时所在的模式。"),
        Field(description="Schema of tables named without one."),
    ] = "public"
    statement_timeout_seconds: Annotated[
        int,
        Column("语句时限（秒）", "Statement timeout (s)", help="0 为不限。"),
        Field(ge=0, description="Longest a statement may run; 0 is no limit."),
    ] = 0


_TABLE = "n.nspname || '.' || c.relname"
_OWN = "n.nspname NOT IN ('pg_catalog', 'information_schema')"
_STRUCTURE = (
    f"SELECT {_TABLE} AS t, a.attname AS c, d.description AS s FROM pg_catalog.pg_description AS d "  # noqa: S608 - constants
    "JOIN pg_catalog.pg_class AS c ON c.oid = d.objoid AND d.classoid = 'pg_class'::regclass "
    "JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace "
    "LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.objoid AND a.attnum = d.objsubid AND d.objsubid > 0 "
    f"WHERE {_OWN}",
    f"SELECT {_TABLE} AS t, a.attname AS c FROM pg_catalog.pg_constraint AS k "  # noqa: S608 - constants
    "JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace "
    "CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY AS u(attnum, at) "
    "JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = u.attnum "
    f"WHERE k.contype = 'p' AND {_OWN} ORDER BY 1, u.at",
    f"SELECT {_TABLE} AS t, k.conname AS k, a.attname AS c, m.nspname || '.' || o.relname AS o, b.attname AS b "  # noqa: S608 - constants
    "FROM pg_catalog.pg_constraint AS k "
    "JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace "
    "JOIN pg_catalog.pg_class AS o ON o.oid = k.confrelid JOIN pg_catalog.pg_namespace AS m ON m.oid = o.relnamespace "
    "CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS u(attnum, other, at) "
    "JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = u.attnum "
    "JOIN pg_catalog.pg_attribute AS b ON b.attrelid = o.oid AND b.attnum = u.other "
    f"WHERE k.contype = 'f' AND {_OWN} ORDER BY 1, 2, u.at",
    f"SELECT {_TABLE} AS t, a.attname AS c, format_type(a.atttypid, a.atttypmod) AS s "  # noqa: S608 - constants
    "FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid "
    "JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace "
    f"WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'm', 'p', 'f') AND {_OWN}",
)
"""Comments, primary keys, foreign keys, types, as `assemble` takes them."""


class PostgresConnector(AttachedConnector[PostgresOptions]):
    """PostgreSQL, read in one read-only snapshot by binary COPY; a large table in pieces, each in its own snapshot."""

    name = "postgres"
    title = "PostgreSQL"
    title_en = "PostgreSQL"
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
        dialect="postgres",
    )
    usual = 10
    options_model = PostgresOptions

    def attach(self, session: Session) -> None:
        """Attach the database read-only."""
        session.load("postgres")
        if self.options.statement_timeout_seconds:
            statement = f"SET pg_statement_timeout_millis = {self.options.statement_timeout_seconds * 1000}"
            session.execute(statement)
        o = self.options
        fields = {"host": o.host, "port": str(o.port), "dbname": o.database, "user": o.user}
        if o.password.get_secret_value():
            fields["password"] = o.password.get_secret_value()
        # libpq's own quoting inside the connection string, DuckDB's around it.
        dsn = " ".join(f"{k}='{_escaped(v)}'" for k, v in fields.items())
        statement = f"ATTACH {literal(dsn)} AS {CATALOG} (TYPE postgres, READ_ONLY)"
        session.execute(statement)

    def server(self, session: Session) -> str:
        """Return the server's version."""
        row = session.rows(remote("SELECT version() AS v").sql("duckdb"))
        return str(row[0][0])

    def structure(self, session: Session) -> Structure:
        """Return comments and keys of all tables and views, from pg_catalog."""
        with self.named():
            self.attached(session)
            found = [session.rows(remote(sql).sql("duckdb")) for sql in _STRUCTURE]
        return assemble(*found)

    def table_at_source(self, name: str) -> exp.Table:
        """Return a table with its schema."""
        node = table_node(name, default_schema=self.options.schema_name)
        node.set("catalog", None)
        return node

    def relation(self, session: Session, request: ReadRequest) -> exp.Select:
        """Return the table's own scan where every type is held, else a query with the others cast to text."""
        scan = None
        if request.query is None:
            scan = exp.select("*").from_(table_node(request.table or "", default_schema=self.options.schema_name))
        outer, columns, harmed = self._at_source(session, request, scan)
        if scan is not None and not harmed:
            return _since(scan, request, {c.name.lower(): c.type for c in columns})
        if request.since is not None:
            outer = outer.where(_quoted(request.since.column) >= exp.Literal.string(request.since.value))
        return remote(outer)

    def pieces(self, session: Session, request: ReadRequest) -> Pieces | None:
        """Return how a whole table is read by ranges of a column that an index begins with."""
        if request.table is None or request.by is None or request.since is not None or request.first is not None:
            return None
        outer, columns, _ = self._at_source(session, request, None)
        by = next((column.name for column in columns if column.name.lower() == (request.by or "").lower()), None)
        if by is None:
            return None
        return Ranges(outer, by, PostgresCutting(session, self.table_at_source(request.table), by), remote)

    def changes(self, wanted: Wanted) -> ChangeSource:
        """Return the changes of a table by a slot of the log, or as its triggers wrote them."""
        if wanted.kind not in ("log", "outbox"):
            return super().changes(wanted)
        node, told = self.table_at_source(wanted.table), PostgresLog if wanted.kind == "log" else PostgresOutbox
        return told(self._arguments(), self.options.statement_timeout_seconds, wanted, node.db, node.name)

    def hindrances(self) -> tuple[Obstacle, ...]:
        """Return what keeps server and account from reading the log."""
        with connection(self._arguments()) as at:
            return tuple(of_server(server_of(at), needs_slot=True))

    def kept(self, installation: str) -> tuple[Held, ...]:
        """Return the slots and tables of changes of this installation."""
        with connection(self._arguments()) as at:
            of_log = (held(slot) for slot in slots(at, f"{PREFIX}{installation}_", prefix=True))
            return (*of_log, *outboxes(at, installation))

    def give_up(self, installation: str, name: str) -> None:
        """Drop a slot of this installation; nothing happens when it has none of this name."""
        with connection(self._arguments()) as at:
            if name in {slot["name"] for slot in slots(at, f"{PREFIX}{installation}_", prefix=True)}:
                at.execute("SELECT pg_drop_replication_slot(%s)", [name])

    def _arguments(self) -> dict[str, object]:
        o = self.options
        password = o.password.get_secret_value()
        named = {"host": o.host, "port": o.port, "dbname": o.database, "user": o.user}
        return {**named, **({"password": password} if password else {})}

    def _at_source(
        self, session: Session, request: ReadRequest, scan: exp.Select | None
    ) -> tuple[exp.Select, tuple[SourceColumn, ...], set[str]]:
        """Return the SELECT over q that PostgreSQL runs itself, its columns, and those it must cast to text."""
        inner: exp.Query = (
            one_query(request.query, "postgres")
            if request.query is not None
            else exp.select("*").from_(self.table_at_source(request.table or ""))
        )
        columns = session.describe((scan or remote(inner)).sql("duckdb"))
        harmed = _harmed(session, inner, [column.name for column in columns])
        kept = (_kept(column.name, column.name in harmed) for column in columns)
        return exp.select(*kept).from_(inner.subquery("q")), columns, harmed


def _harmed(session: Session, inner: exp.Query, names: list[str]) -> set[str]:
    """Return the columns that DuckDB would change: NUMERIC without a precision comes as DOUBLE."""
    kinds = exp.select(
        *(
            exp.alias_(
                exp.cast(
                    exp.Anonymous(
                        this="pg_typeof", expressions=[exp.column(exp.to_identifier(n, quoted=True), table="q")]
                    ),
                    "text",
                ),
                n,
                quoted=True,
            )
            for n in names
        )
    )
    one = exp.select(exp.alias_(exp.Literal.number(1), "one")).subquery("o")
    probe = kinds.from_(one).join(inner.copy().subquery("q"), on=exp.false(), join_type="left")
    found = session.rows(remote(probe).sql("duckdb"))[0]
    shown = session.describe(remote(inner).sql("duckdb"))
    return {
        column.name
        for column, kind in zip(shown, found, strict=True)
        if (kind == "numeric" and not column.type.startswith("DECIMAL")) or kind in ("money", "time with time zone")
    }


def _quoted(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table="q")


def _kept(name: str, as_text: bool) -> exp.Expr:
    column = _quoted(name)
    return exp.alias_(exp.cast(column, "text"), name, quoted=True) if as_text else column


def _since(scan: exp.Select, request: ReadRequest, types: dict[str, str]) -> exp.Select:
    if request.since is None:
        return scan
    column = exp.column(exp.to_identifier(request.since.column, quoted=True))
    kind = exp.DataType.build(types.get(request.since.column.lower(), "VARCHAR"), dialect="duckdb")
    return scan.where(column >= exp.cast(exp.Literal.string(request.since.value), kind))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


CONNECTOR = PostgresConnector
