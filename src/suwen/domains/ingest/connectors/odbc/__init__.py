"""Any database with an ODBC driver: SQL Server, Oracle, Dameng, Kingbase and others, by the driver of their vendor."""

import re
import uuid
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Literal, cast

import pyarrow as pa
from pydantic import Field, SecretStr, field_validator
from sqlglot import exp

from suwen.domains.ingest.attached import one_query
from suwen.domains.ingest.connector import Capabilities, Connector, Options, Probe, Reading, ReadRequest, SourceTable
from suwen.domains.ingest.connectors.odbc.dialects import DIALECTS, UNTRIED
from suwen.domains.ingest.errors import InvalidDefinition, SourceUnavailable
from suwen.domains.ingest.ownnames import is_own
from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.ingest.session import Session
from suwen.kernel.resources import Column

ROWS_AT_ONCE, BYTES_AT_ONCE = 20_000, 64 * 2**20
_SECRET = re.compile(r"(?i)(?:^|;)\s*(?:pwd|password|uid|user(?:\s*id)?)\s*=")
Kind = Literal["sqlserver", "oracle", "dm", "kingbase", "postgres", "mysql", "sqlite", "other"]
KINDS = (
    ("sqlserver", "SQL Server", "SQL Server"),
    ("oracle", "Oracle", "Oracle"),
    ("dm", "达梦 DM", "Dameng DM"),
    ("kingbase", "人大金仓 KingbaseES", "KingbaseES"),
    ("postgres", "PostgreSQL / openGauss", "PostgreSQL / openGauss"),
    ("mysql", "MySQL / MariaDB", "MySQL / MariaDB"),
    ("sqlite", "SQLite", "SQLite"),
    ("other", "其他", "Other"),
)


class OdbcOptions(Options):
    """A data source of the driver manager on this server, and who reads it; the account needs SELECT only."""

    connection: Annotated[
        str,
        Column(
            "连接串",
            "Connection string",
            help="如 DRIVER={DM8 ODBC DRIVER};SERVER=10.0.0.8;TCP_PORT=5236 或 DSN=his；不含用户与口令。",
        ),
        Field(description="Such as DRIVER={...};SERVER=10.0.0.8;PORT=5236 or DSN=his, without user and password."),
    ]
    kind: Annotated[
        Kind,
        Column("数据库", "Database", kind="select", options=KINDS, help="决定所用的 SQL 写法。"),
        Field(description="By it SQL is written."),
    ]
    user: Annotated[str, Column("用户", "User", help="只需要查询权限。"), Field(description="Needs SELECT only.")] = ""
    password: Annotated[SecretStr, Column("口令", "Password")] = SecretStr("")
    longest_text: Annotated[
        int,
        Column("最长文本（字符）", "Longest text (characters)", help="更长的值使批次失败，不会被截断。"),
        Field(ge=1, le=64 * 2**20, description="A longer value fails the batch; none is cut."),
    ] = 65_536
    timeout: Annotated[
        int,
        Column("查询超时（秒）", "Query timeout (s)", help="0 为不限；需驱动支持。"),
        Field(ge=0, description="0: none; where the driver knows it."),
    ] = 0

    @field_validator("connection")
    @classmethod
    def _without_secrets(cls, given: str) -> str:
        if _SECRET.search(given):
            raise ValueError("user and password have fields of their own, where they are kept encrypted")
        return given


class OdbcConnector(Connector[OdbcOptions]):
    """A database behind an ODBC driver; rows stream as Arrow. Decimals arrive as text: drivers cut off wide ones."""

    name = "odbc"
    title = "ODBC（SQL Server、Oracle、达梦、金仓等）"
    title_en = "ODBC (SQL Server, Oracle, Dameng, Kingbase and others)"
    capabilities = Capabilities(queries=True, incremental=True, stamps=False, typed=True, dialect="")
    usual = 25
    options_model = OdbcOptions
    untried = tuple(title for kind, _, title in KINDS if kind in UNTRIED)

    @classmethod
    def dialect_with(cls, options: Mapping[str, Any]) -> str:
        """Return what sqlglot calls the kind of database."""
        return DIALECTS[options["kind"]].sqlglot

    def test(self, session: Session) -> Probe:
        """Reach the database and count its tables."""
        return Probe({kind: title for kind, _, title in KINDS}[self.options.kind], len(self.tables(session)))

    def tables(self, session: Session) -> tuple[SourceTable, ...]:
        """Return tables and views as ``schema.table``."""
        rows = _Rows(self, DIALECTS[self.options.kind].tables, "connection")
        found = pa.table(rows).to_pylist()
        named = [tuple(str(value) for value in row.values()) for row in found]
        return tuple(
            SourceTable(f"{schema}.{name}" if schema else name, "view" if kind == "VIEW" else "table")
            for schema, name, kind in named
            if not is_own(name)
        )

    def columns(self, session: Session, request: ReadRequest) -> tuple[SourceColumn, ...]:
        """Return the columns of a table or query."""
        return session.describe(self._rows(session, request))

    @contextmanager
    def read(self, session: Session, request: ReadRequest) -> Generator[Reading]:
        """Open a read; the statement runs anew each time that the rows are asked for."""
        sql = self._rows(session, request)
        yield Reading(sql, session.describe(sql))

    def select(self, request: ReadRequest) -> exp.Select:
        """Return the SELECT over q of all that is asked for, in the source's dialect."""
        if request.query is not None:
            inner: exp.Query = one_query(request.query, self.dialect)
        else:
            inner = exp.select("*").from_(_table(request.table or ""))
        return exp.select("*").from_(inner.subquery("q"))

    def statement(self, request: ReadRequest) -> exp.Select:
        """Return the SELECT of all columns of what is asked for."""
        query = self.select(request)
        if request.since is None:
            return query
        return query.where(DIALECTS[self.options.kind].since(request.since.column, request.since.value))

    def _rows(self, session: Session, request: ReadRequest) -> str:
        """Return the SELECT, on the session, of what is asked for."""
        query = self.statement(request)
        what = f"table {request.table}" if request.table else "query"
        rows = _Rows(self, query.sql(self.dialect), what)
        if request.columns is not None:
            chosen = request.chosen(tuple(SourceColumn(str(name), "") for name in rows.schema.names))
            wanted = (exp.column(exp.to_identifier(column.name, quoted=True)) for column in chosen)
            query = exp.select(*wanted).from_(query.subquery("p"))
            rows = _Rows(self, query.sql(self.dialect), what)
        name = f"odbc_{uuid.uuid4().hex}"
        session.register(name, rows)
        return exp.select("*").from_(exp.table_(name)).sql("duckdb")

    def open(self, sql: str, what: str, rows: int) -> Any:
        """Run a statement; returns arrow_odbc's reader. Raises SourceUnavailable without secrets."""
        try:
            # Loaded when it is needed: it looks for the driver manager, which few installations have.
            from arrow_odbc import Error as OdbcError
            from arrow_odbc import TextEncoding, connect
        except (ImportError, OSError):
            raise SourceUnavailable(
                "ODBC needs the driver manager unixODBC on this server (libodbc.so.2) and the vendor's driver"
            ) from None
        o = self.options
        password = o.password.get_secret_value()
        try:
            opened = connect(f"{o.connection.rstrip(';')};", o.user or None, password or None, login_timeout_sec=30)
            return opened.read_arrow_batches(
                sql,
                batch_size=rows,
                max_bytes_per_batch=BYTES_AT_ONCE,
                max_text_size=o.longest_text,
                max_binary_size=o.longest_text,
                falliable_allocations=True,
                map_schema=_mapped,
                fetch_concurrently=False,
                query_timeout_sec=o.timeout or None,
                # The narrow one depends on the locale of the process.
                payload_text_encoding=TextEncoding.UTF16,
            )
        except OdbcError as error:
            raise self.unavailable(what, str(error)) from None

    def unavailable(self, what: str, text: str) -> SourceUnavailable:
        """Return what the driver says, in a line and without the password."""
        secret = self.options.password.get_secret_value()
        line = " ".join(text.split())
        return SourceUnavailable(f"ODBC, {what}: {line.replace(secret, '<password>') if secret else line}")


class _Rows:
    """The rows of a statement as an Arrow stream, which asks the database each time that it is read.

    The engine opens a stream to see its columns and again to read it; the statement runs when rows are wanted.
    """

    def __init__(self, connector: OdbcConnector, sql: str, what: str) -> None:
        self._connector, self._sql, self._what = connector, sql, what
        self.schema: pa.Schema = connector.open(sql, what, 1).schema

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        reader: Any = pa.RecordBatchReader.from_batches(self.schema, self._batches())
        return reader.__arrow_c_stream__(requested_schema)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        from arrow_odbc import Error

        try:
            yield from self._connector.open(self._sql, self._what, ROWS_AT_ONCE)
        except Error as error:
            raise self._connector.unavailable(self._what, str(error)) from None


def _table(name: str) -> exp.Table:
    if not name:
        raise InvalidDefinition("a table or a query is needed")
    schema, _, table = name.rpartition(".")
    return exp.table_(table, db=schema or None, quoted=True)


def _mapped(schema: pa.Schema) -> pa.Schema:
    """Read decimals as text: a NUMERIC without a width is told as one of 28 digits, and would lose the others."""
    fields: list[Any] = list(cast(Any, schema))
    return pa.schema(
        [pa.field(one.name, pa.string(), one.nullable) if pa.types.is_decimal(one.type) else one for one in fields]
    )


CONNECTOR = OdbcConnector
