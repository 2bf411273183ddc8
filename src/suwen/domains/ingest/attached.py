"""Connectors over a database that DuckDB attaches read-only; each says how to attach and what needs a cast."""

from abc import abstractmethod
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from suwen.domains.ingest.connector import Connector, Options, Probe, Reading, ReadRequest, SourceTable
from suwen.domains.ingest.errors import InvalidDefinition, SourceUnavailable
from suwen.domains.ingest.ownnames import is_own
from suwen.domains.ingest.pieces import Pieces
from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.ingest.session import Session, SourceError, literal, quoted

CATALOG = "source"

OptionsT = TypeVar("OptionsT", bound=Options)


class AttachedConnector(Connector[OptionsT]):
    """A database behind ATTACH … (READ_ONLY)."""

    @abstractmethod
    def attach(self, session: Session) -> None:
        """Load the extension and attach the database as `source`."""

    @abstractmethod
    def relation(self, session: Session, request: ReadRequest) -> exp.Select:
        """Return the DuckDB SELECT of all columns of the requested table or query, values unharmed."""

    def server(self, session: Session) -> str:
        """Return what answered, for the connection test."""
        return self.title_en

    def test(self, session: Session) -> Probe:
        """Reach the database and count its tables."""
        tables = self.tables(session)
        with self.named():
            return Probe(self.server(session), len(tables))

    def tables(self, session: Session) -> tuple[SourceTable, ...]:
        """Return tables and views as ``schema.table``, without the schema where it is the default one.

        Tables of changes that are kept for feeds are none of the source's.
        """
        with self.named():
            self.attached(session)
            found = session.rows(
                "SELECT table_schema, table_name, table_type FROM information_schema.tables "
                "WHERE table_catalog = $catalog ORDER BY ALL",
                {"catalog": CATALOG},
            )
        hidden = {"information_schema", "pg_catalog", "mysql", "performance_schema", "sys"}
        return tuple(
            SourceTable(f"{schema}.{name}" if schema != "main" else str(name), "view" if kind == "VIEW" else "table")
            for schema, name, kind in found
            if schema not in hidden and not is_own(str(name))
        )

    def columns(self, session: Session, request: ReadRequest) -> tuple[SourceColumn, ...]:
        """Return the columns of a table or query."""
        with self.named(request):
            self.attached(session)
            return session.describe(self.relation(session, request).sql("duckdb"))

    def select(self, request: ReadRequest) -> exp.Select:
        """Return the SELECT over q of all that is asked for, in the source's dialect."""
        inner: exp.Query = (
            one_query(request.query, self.dialect)
            if request.query is not None
            else exp.select("*").from_(self.table_at_source(request.table or ""))
        )
        return exp.select("*").from_(inner.subquery("q"))

    def table_at_source(self, name: str) -> exp.Table:
        """Return a table as the source itself names it."""
        node = table_node(name)
        node.set("catalog", None)
        return node

    @contextmanager
    def read(self, session: Session, request: ReadRequest) -> Generator[Reading]:
        """Open a read over the attached database."""
        with self.named(request):
            self.attached(session)
            query = self.relation(session, request)
            columns = session.describe(query.sql("duckdb"))
        if request.columns is not None:
            columns = request.chosen(columns)
            picked = (exp.column(exp.to_identifier(column.name, quoted=True)) for column in columns)
            query = exp.select(*picked).from_(query.subquery("q"))
        with self.named(request):
            yield Reading(query.sql("duckdb"), columns, pieces=self.pieces(session, request))

    def pieces(self, session: Session, request: ReadRequest) -> Pieces | None:
        """Return how a table is read in pieces; None where it cannot be."""
        return None

    @contextmanager
    def named(self, request: ReadRequest | None = None) -> Generator[None]:
        """Turn the engine's errors into SourceUnavailable, without connection details that may hold a password."""
        try:
            yield
        except SourceError as error:
            what = f"table {request.table}" if request and request.table else "query" if request else "connection"
            raise SourceUnavailable(
                f"{self.title_en}, {what}: {self.without_secrets(str(error).splitlines()[0])}",
                table=request.table if request else None,
            ) from None

    def without_secrets(self, text: str) -> str:
        """Return an error text without the values of secret options."""
        for name, value in self.options.model_dump().items():
            secret = getattr(value, "get_secret_value", None)
            if secret is not None and secret():
                text = text.replace(secret(), f"<{name}>")
        return text

    def attached(self, session: Session) -> None:
        """Attach the database unless it is already."""
        held = session.rows("SELECT 1 FROM duckdb_databases() WHERE database_name = $name", {"name": CATALOG})
        if not held:
            self.attach(session)


def table_node(name: str, *, default_schema: str | None = None) -> exp.Table:
    """Return the attached table ``[schema.]name`` as a node of a DuckDB statement."""
    parts = name.split(".", 1)
    schema, table = (parts[0], parts[1]) if len(parts) == 2 else (default_schema, parts[0])
    return exp.Table(
        this=exp.to_identifier(table, quoted=True),
        db=exp.to_identifier(schema, quoted=True) if schema else None,
        catalog=exp.to_identifier(CATALOG, quoted=True),
    )


def one_query(text: str, dialect: str) -> exp.Query:
    """Parse a feed's query in its dialect; raise InvalidDefinition when it is not exactly one SELECT."""
    try:
        parsed = [tree for tree in sqlglot.parse(text, read=dialect) if tree is not None]
    except (ParseError, TokenError) as error:
        raise InvalidDefinition(f"query: {str(error).splitlines()[0]}", received=text) from error
    query = parsed[0] if len(parsed) == 1 else None
    # A WITH may hold a writing statement.
    if not isinstance(query, exp.Query) or query.find(exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Into):
        raise InvalidDefinition("query: exactly one SELECT is needed", received=text)
    return query


def passed_through(function: str, sql: str, **options: str) -> exp.Select:
    """Return ``SELECT * FROM function('source', 'sql')``: the text runs at the source as it stands."""
    arguments: list[Any] = [exp.Literal.string(CATALOG), exp.Literal.string(sql)]
    call = exp.Anonymous(this=function, expressions=arguments)
    return exp.select("*").from_(exp.Table(this=call))


__all__ = ["CATALOG", "AttachedConnector", "literal", "one_query", "passed_through", "quoted", "table_node"]
