"""What a connector is: how a kind of source is configured, what it can do, how its rows are read.

A connector is a folder in `connectors/` whose package holds `CONNECTOR`, a subclass of Connector. It appears by itself
in the source form, the connection test and the conformance suite.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlglot import exp

from suwen.domains.ingest.changelog import ChangeSource, Held, Obstacle, Wanted
from suwen.domains.ingest.errors import InvalidDefinition, UnknownConnector, UnknownSourceColumn
from suwen.domains.ingest.pieces import Pieces
from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.ingest.session import Session
from suwen.kernel.registry import discover_plugins


@dataclass(frozen=True)
class Capabilities:
    """What a connector can do, asked as data and never by its name.

    queries: a feed may give a query in `dialect`. incremental: rows since a value of a column can be asked for.
    stamps: it tells without reading whether anything changed. typed: columns come with types (otherwise as text).
    comments: it says what tables and columns are called. keys: it tells primary and foreign keys. pieces: a large table
    is read in pieces. log: it tells changes by its log. outbox: it tells changes that triggers have written down.
    push: it tells changes that the source sent here; listens: as messages to a port, else to an
    interface. whole: its rows can be read whole whenever that is asked for.
    """

    queries: bool
    incremental: bool
    stamps: bool
    typed: bool
    comments: bool = False
    keys: bool = False
    pieces: bool = False
    log: bool = False
    outbox: bool = False
    push: bool = False
    listens: bool = False
    whole: bool = True
    dialect: str = "duckdb"


@dataclass(frozen=True)
class SourceTable:
    """A table, view or file set of a source; `rows` is an estimate where the source has one."""

    name: str
    kind: str = "table"
    rows: int | None = None


@dataclass(frozen=True)
class ForeignKey:
    """Columns of a table that name a row of another by its `target` columns."""

    columns: tuple[str, ...]
    table: str
    target: tuple[str, ...]


@dataclass(frozen=True)
class TableStructure:
    """What a source declares of a table: its comment, its columns' comments, its keys.

    types: columns' own types with their lengths (``varchar(50)``), where the source tells them.
    """

    comment: str = ""
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Structure:
    """What a source declares of its tables, by the name that `tables` gives."""

    tables: Mapping[str, TableStructure] = field(default_factory=dict[str, TableStructure])

    def of(self, table: str) -> TableStructure:
        """Return what is declared of a table; a name without its schema will do where there is only one such."""
        alike = [name for name in self.tables if name == table or name.endswith(f".{table}")]
        chosen = table if table in self.tables else alike[0] if len(alike) == 1 else None
        return self.tables[chosen] if chosen is not None else TableStructure()


@dataclass(frozen=True)
class Probe:
    """The outcome of a connection test: what answered, and how many tables it shows."""

    server: str
    tables: int


@dataclass(frozen=True)
class Since:
    """Only rows whose `column` is at or after `value` (as the source writes it)."""

    column: str
    value: str


@dataclass(frozen=True)
class ReadRequest:
    """What to read: a table or a query, some or all of its columns, all rows or those since a value.

    first: so many rows are enough; what lies behind them may be left unread. by: the column by whose ranges a large
    table may be read in pieces.
    """

    table: str | None = None
    query: str | None = None
    columns: tuple[str, ...] | None = None
    since: Since | None = None
    first: int | None = None
    by: str | None = None

    def chosen(self, columns: tuple[SourceColumn, ...]) -> tuple[SourceColumn, ...]:
        """Return those of a source's columns that are asked for, whatever their small and capital letters.

        Raises UnknownSourceColumn.
        """
        if self.columns is None:
            return columns
        known = {column.name.lower(): column for column in columns}
        for name in self.columns:
            if name.lower() not in known:
                raise UnknownSourceColumn("-", "read", name, [column.name for column in columns])
        return tuple(known[name.lower()] for name in self.columns)


@dataclass(frozen=True)
class Refused:
    """A piece of a source that is no row: too few or too many fields, an unreadable quote.

    place: file and line; text: what stood there.
    """

    place: str
    reason: str
    text: str


def _no_refusals() -> Iterator[Refused]:
    return iter(())


@dataclass(frozen=True)
class Reading:
    """An open read: `sql` gives the rows on the session; after it ran, `refused` gives what was no row.

    pieces: how to read the same rows in pieces, where the source can. changes: these are no rows but changes of them,
    with the columns of `changelog` beside the source's.
    """

    sql: str
    columns: tuple[SourceColumn, ...]
    refused: Callable[[], Iterator[Refused]] = field(default=_no_refusals)
    pieces: Pieces | None = None
    changes: bool = False

    def first(self, rows: int) -> "Reading":
        """Return the read of so many rows at most."""
        limited = f"SELECT * FROM ({self.sql}) AS q LIMIT {rows:d}"  # noqa: S608 - a whole number
        return replace(self, sql=limited, pieces=None)


class Options(BaseModel):
    """Base of every connector's configuration."""

    model_config = ConfigDict(frozen=True, extra="forbid")


OptionsT = TypeVar("OptionsT", bound=Options)


class Connector(ABC, Generic[OptionsT]):
    """A way to read one kind of source, read-only and streaming: rows go through DuckDB, never through Python."""

    name: ClassVar[str]
    title: ClassVar[str]
    title_en: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    usual: ClassVar[int] = 50
    """Place in the list of connectors: what hospitals have most often comes first, and is chosen beforehand."""
    options_model: ClassVar[type[Options]]
    untried: ClassVar[tuple[str, ...]] = ()
    """Servers that it is written for and was never tried on: only the statements for them are tested."""

    def __init__(self, options: OptionsT) -> None:
        self.options = options

    @classmethod
    def dialect_with(cls, options: Mapping[str, Any]) -> str:
        """Return the dialect of queries to a source with these options."""
        return cls.capabilities.dialect

    @property
    def dialect(self) -> str:
        """The dialect of queries to this source."""
        return self.dialect_with(self.options.model_dump())

    @abstractmethod
    def test(self, session: Session) -> Probe:
        """Reach the source; raises SourceUnavailable or SourceUnreadable saying why not."""

    @abstractmethod
    def tables(self, session: Session) -> tuple[SourceTable, ...]:
        """Return what can be read."""

    @abstractmethod
    def columns(self, session: Session, request: ReadRequest) -> tuple[SourceColumn, ...]:
        """Return the columns of a table or query without reading its rows."""

    @abstractmethod
    def read(self, session: Session, request: ReadRequest) -> AbstractContextManager[Reading]:
        """Open a read; the source is let go at the end of the context."""

    def select(self, request: ReadRequest) -> exp.Select | None:
        """Return the SELECT over q of what is asked for, in the source's dialect; None where it takes no queries."""
        return None

    def structure(self, session: Session) -> Structure:
        """Return comments and keys of all tables; nothing where `capabilities` says that there are none."""
        return Structure()

    def changes(self, wanted: Wanted) -> ChangeSource:
        """Return where the changes of a table are told; raise InvalidDefinition where none are (`capabilities`)."""
        raise InvalidDefinition(f"feed {wanted.feed}: connector {self.name} does not tell changes", received=self.name)

    def check_feed(self, feed: str, table: str | None, key: tuple[str, ...]) -> None:
        """Raise InvalidDefinition for a feed that the options do not allow; most leave that to its first run."""

    def hindrances(self) -> tuple[Obstacle, ...]:
        """Return what keeps the server as a whole from telling changes by its log; nothing where it never does."""
        return ()

    def kept(self, installation: str) -> tuple[Held, ...]:
        """Return everything that the source keeps for feeds of this installation. Raises SourceUnavailable."""
        return ()

    def give_up(self, installation: str, name: str) -> None:
        """Let the source keep one of these no longer; not those that only its administrator removes (`Held.removal`).

        Raises SourceUnavailable.
        """

    def stamp(self, request: ReadRequest) -> str | None:
        """Return a text that changes whenever the rows may have changed, None when only reading can tell."""
        return None


@lru_cache(maxsize=1)
def connectors() -> dict[str, type[Connector[Any]]]:
    """Return every installed connector by name, the usual ones first."""
    found: list[type[Connector[Any]]] = [m.CONNECTOR for m in discover_plugins("suwen.domains.ingest.connectors")]
    return {connector.name: connector for connector in sorted(found, key=lambda each: (each.usual, each.name))}


def connector_class(name: str) -> type[Connector[Any]]:
    """Return a connector; raise UnknownConnector with the known ones."""
    known = connectors()
    if name not in known:
        raise UnknownConnector(name, known)
    return known[name]


def connect(name: str, options: dict[str, Any]) -> Connector[Any]:
    """Make a connector from its options; raise InvalidDefinition naming the option that does not fit."""
    kind = connector_class(name)
    try:
        return kind(kind.options_model.model_validate(options))
    except ValidationError as error:
        told = [
            f"option {'.'.join(str(part) for part in item['loc'])}: {item['msg']}"
            for item in error.errors(include_input=False)
        ]
        raise InvalidDefinition(
            f"connector {name}, {'; '.join(told)}", allowed=sorted(kind.options_model.model_fields)
        ) from error
