"""A table in a PostgreSQL or MySQL / MariaDB database: rows put and taken away with the position, in one transaction.

Beside the elements a row has `_suwen_job`, the distribution that it is of, and `_suwen_digest`, by which the next run
knows whether it has changed. The position stands in the target's own table `suwen_distribution`, so that whoever is
killed leaves either both the rows and their position or neither.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    URL,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Double,
    Engine,
    MetaData,
    NullPool,
    Numeric,
    String,
    Table,
    Text,
    and_,
    bindparam,
    create_engine,
    delete,
    inspect,
    select,
    update,
)
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.types import TypeEngine

from suwen.domains.ingest.distribution.content import Content, Sent, digest_of, name_of
from suwen.domains.ingest.distribution.errors import TargetRefused, TargetUnavailable
from suwen.domains.lake.public import ColumnSpec

JOB, DIGEST = "_suwen_job", "_suwen_digest"
KEY_CHARACTERS = 190
"""Longest text of a key column on MySQL, whose indexes take no longer ones."""
PORTION = 1000
DRIVERS = {"postgres": "postgresql+psycopg", "mysql": "mysql+pymysql"}
_TYPES: dict[str, TypeEngine[Any]] = {
    "string": Text(), "integer": BigInteger(), "int": BigInteger(), "double": Double(), "date": Date(),
    "datetime": DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), "boolean": Boolean(),
}  # fmt: skip
Row = dict[str, Any]


@dataclass(frozen=True)
class DatabaseTarget:
    """A table of the database that a connector's options lead to. table: may name its schema, `schema.table`."""

    connector: str
    options: Mapping[str, Any]
    table: str

    def send(
        self, content: Content, job: str, *, create: bool, anew: bool, before: Mapping[str, str] | None = None
    ) -> Sent:
        """Bring the rows of a distribution to the content, and note its position with them.

        anew: write every row, whatever the target says of itself. before: digests of rows as they stood once, by name;
        those that differ from then are written, whatever it says. Raises TargetUnavailable, TargetRefused.
        """
        with self._engine() as engine:
            metadata = MetaData()
            data, positions = self._data(metadata, content), _positions(metadata)
            metadata.create_all(engine, tables=[positions, data] if create else [positions], checkfirst=True)
            self._check(engine, data)
            with engine.begin() as connection:
                connection.execute(_noting(engine, positions), {"job": job, "position": ""})
                own = positions.c.job == job
                held = connection.scalar(select(positions.c.position).where(own).with_for_update())
                if held == content.position and not anew and before is None:
                    return Sent(rows=0, unchanged=True)
                sent = _Writing(connection, data, content, job, anew=anew, before=before).write()
                connection.execute(update(positions).where(own).values(position=content.position))
                return sent

    def _data(self, metadata: MetaData, content: Content) -> Table:
        schema, _, name = self.table.rpartition(".")
        columns = [
            Column(one.name, _type(one, key=one.name in content.key), primary_key=one.name in content.key)
            for one in content.columns
        ]
        for column in columns:
            column.autoincrement = False
        own = (Column(JOB, String(36), index=True, nullable=False), Column(DIGEST, String(32), nullable=False))
        return Table(name, metadata, *columns, *own, schema=schema or None)

    def _check(self, engine: Engine, data: Table) -> None:
        looking = inspect(engine)
        if not looking.has_table(data.name, schema=data.schema):
            raise TargetRefused("the target has no such table", received=self.table)
        there = {column["name"] for column in looking.get_columns(data.name, schema=data.schema)}
        if lacking := [column.name for column in data.columns if column.name not in there]:
            raise TargetRefused("the target's table lacks columns", received=lacking, allowed=sorted(there))

    @contextmanager
    def _engine(self) -> Generator[Engine]:
        engine = create_engine(_url(self.connector, self.options), poolclass=NullPool, hide_parameters=True)
        try:
            yield engine
        except OperationalError as error:
            raise TargetUnavailable(_told(error)) from None
        except DBAPIError as error:
            raise TargetRefused(_told(error)) from None
        except SQLAlchemyError as error:
            raise TargetRefused(type(error).__name__) from None
        finally:
            engine.dispose()


class _Writing:
    """The writing of one run, within its transaction."""

    def __init__(
        self, connection: Connection, data: Table, content: Content, job: str, *, anew: bool,
        before: Mapping[str, str] | None,
    ) -> None:  # fmt: skip
        self._connection, self._data, self._content, self._job = connection, data, content, job
        self._anew, self._before = anew, before

    def write(self) -> Sent:
        data, key = self._data, self._content.key
        there = self._there()
        rows = put = 0
        for portion in self._portions():
            rows += len(portion)
            changed = [
                row for row in portion if there.pop(_name(row, key), ("", ()))[0] != row[DIGEST] or self._wanted(row)
            ]
            put += len(changed)
            if changed:
                self._connection.execute(_putting(data, key, self._connection.dialect.name), changed)
        gone = [dict(zip(_bound(key), values, strict=True)) for _, values in there.values()]
        for begin in range(0, len(gone), PORTION):
            named = [data.c[name] == bindparam(f"b_{name}") for name in key]
            self._connection.execute(
                delete(data).where(data.c[JOB] == self._job, and_(*named)), gone[begin : begin + PORTION]
            )
        return Sent(rows=rows, put=put, removed=len(gone))

    def _wanted(self, row: Row) -> bool:
        """Say whether a row is to be written although the target has it."""
        if self._before is None:
            return self._anew
        return self._before.get(name_of({name: row[name] for name in self._content.key})) != row[DIGEST]

    def _there(self) -> dict[tuple[str, ...], tuple[str, tuple[Any, ...]]]:
        """Return digest and key values of the distribution's rows at the target, by their names."""
        key = self._content.key
        query = select(self._data.c[DIGEST], *(self._data.c[name] for name in key))
        found = self._connection.execute(query.where(self._data.c[JOB] == self._job))
        return {tuple(map(str, values)): (digest, tuple(values)) for digest, *values in found}

    def _portions(self) -> Iterator[list[Row]]:
        for batch in self._content.batches():
            rows: list[Row] = batch.to_pylist()
            for begin in range(0, len(rows), PORTION):
                portion = rows[begin : begin + PORTION]
                for row in portion:
                    row[DIGEST], row[JOB] = digest_of(row), self._job
                yield portion


def _url(connector: str, options: Mapping[str, Any]) -> URL:
    host, socket = options.get("host") or None, options.get("socket")
    query: dict[str, str] = {}
    if socket:
        host, query = None, {"unix_socket": str(socket)}
    elif host is not None and str(host).startswith("/"):
        # A folder of PostgreSQL's sockets, which has no place in the address itself.
        host, query = None, {"host": str(host), "port": str(options.get("port") or 5432)}
    user, password = options.get("user"), options.get("password") or None
    if connector == "mysql":
        query["charset"] = "utf8mb4"
    port = int(options.get("port") or 0) or None
    return URL.create(
        DRIVERS[connector], user, password, host, port if host else None, options.get("database"), query=query
    )


def _positions(metadata: MetaData) -> Table:
    return Table(
        "suwen_distribution",
        metadata,
        Column("job", String(36), primary_key=True),
        Column("position", String(200), nullable=False),
    )


def _noting(engine: Engine, positions: Table) -> Any:
    """Return the statement that makes a position's row unless it is there."""
    if engine.dialect.name == "postgresql":
        return postgresql.insert(positions).on_conflict_do_nothing()
    return mysql.insert(positions).prefix_with("IGNORE")


def _putting(data: Table, key: Sequence[str], dialect: str) -> Any:
    """Return the statement that puts rows in or over those of their keys."""
    others = [column.name for column in data.columns if column.name not in key]
    if dialect == "postgresql":
        into = postgresql.insert(data)
        return into.on_conflict_do_update(index_elements=list(key), set_={name: into.excluded[name] for name in others})
    over = mysql.insert(data)
    return over.on_duplicate_key_update({name: over.inserted[name] for name in others})


def _type(column: ColumnSpec, *, key: bool) -> TypeEngine[Any]:
    if column.type.startswith("decimal"):
        precision, scale = column.type.removeprefix("decimal(").removesuffix(")").split(",")
        return Numeric(int(precision), int(scale))
    if key and column.type == "string":
        return Text().with_variant(String(KEY_CHARACTERS), "mysql", "mariadb")
    return _TYPES.get(column.type, Text())


def _name(row: Row, key: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in key)


def _bound(key: Sequence[str]) -> list[str]:
    return [f"b_{name}" for name in key]


def _told(error: DBAPIError) -> str:
    """Return what may be told of an error: which, and of a connection that failed the server's own first line."""
    cause = error.orig
    code = getattr(cause, "sqlstate", None) or (cause.args[0] if cause is not None and cause.args else "")
    kind = type(cause).__name__ if cause is not None else type(error).__name__
    # Anything but a lost connection may quote values.
    lines = str(cause).splitlines() if isinstance(error, OperationalError) else []
    return f"{kind} {lines[0]}" if lines else f"{kind} {code if not isinstance(code, str) or len(code) == 5 else ''}"
