"""The tables that a sending source declares, and the connectors of such sources."""

from abc import abstractmethod
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any, ClassVar, Literal, Protocol, TypeVar

from pydantic import Field, model_validator

from suwen.domains.ingest.changelog import ChangeSource, Wanted
from suwen.domains.ingest.connector import (
    Capabilities,
    Connector,
    Options,
    Probe,
    Reading,
    ReadRequest,
    SourceTable,
    Structure,
    TableStructure,
)
from suwen.domains.ingest.errors import InvalidDefinition, SourceUnavailable
from suwen.domains.ingest.hl7.reader import Message
from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.ingest.receiving.entries import Part
from suwen.domains.ingest.receiving.source import InboxChanges
from suwen.domains.ingest.session import Session, literal, quoted
from suwen.kernel.resources import Column


class Flattens(Protocol):
    """Makes the changes of tables of messages."""

    def takes(self, kind: str) -> set[str]:
        """Return the tables that a message of a kind has rows of."""
        ...

    def parts(self, message: Message) -> list[Part]:
        """Return what a message says of each table. Raises Malformed."""
        ...


@dataclass(frozen=True)
class DeclaredTable:
    """A table that a source sends: its columns (all text, as written), those of its key, and the column by which of two
    records of a key the newer is told (None: the later one is).

    comments: column → what it holds.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    version: str | None = None
    title: str = ""
    comments: Mapping[str, str] | None = None


_NAME = r"^[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]{0,62}$"
Name = Annotated[str, Field(pattern=_NAME)]


class SentTable(Options):
    """A table that is sent: its columns in order, those of its key, and the one that says which of two is newer."""

    title: str = ""
    columns: Annotated[tuple[Name, ...], Field(min_length=1, max_length=500)]
    key: Annotated[tuple[Name, ...], Field(min_length=1)]
    version: Name | None = None
    comments: Annotated[dict[str, str], Field(default_factory=dict[str, str])]

    @model_validator(mode="after")
    def _known(self) -> "SentTable":
        lower = [name.lower() for name in self.columns]
        if doubled := sorted({name for name in lower if lower.count(name) > 1}):
            raise ValueError(f"columns declared twice: {doubled}")
        named = [*self.key, *([self.version] if self.version else []), *self.comments]
        if unknown := sorted(set(named) - set(self.columns)):
            raise ValueError(f"no such columns: {unknown}")
        return self

    def declared(self, name: str) -> DeclaredTable:
        """Return it under its name."""
        return DeclaredTable(name, self.columns, self.key, self.version, self.title, self.comments)


class ReceivingOptions(Options):
    """What every source that sends may be told."""

    keep_days: Annotated[
        int,
        Column("收件箱保留天数", "Days kept in the inbox", help="已落库的消息在收件箱中保留的天数；退回的不删除。"),
        Field(ge=1, le=3650, description="Messages that have landed leave the inbox after so many days."),
    ] = 7


@dataclass(frozen=True)
class Listens:
    """Where a source's messages come in over MLLP, from whom, and how they are read; charset: where one says none."""

    host: str
    port: int
    flattener: Flattens
    charset: str = "auto"
    peers: tuple[IPv4Network | IPv6Network, ...] = ()


Envelope = Literal["record", "debezium"]


@dataclass(frozen=True)
class Topic:
    """What a topic of Kafka holds: the records of a table, by themselves or in Debezium's envelope."""

    name: str
    table: DeclaredTable
    envelope: Envelope


@dataclass(frozen=True)
class Consumes:
    """Which topics are taken in, and how the cluster is reached (the client library's settings, with secrets)."""

    topics: tuple[Topic, ...]
    settings: Mapping[str, Any] = field(repr=False)

    @property
    def place(self) -> str:
        """Where the topics are, in words."""
        return f"{self.settings.get('bootstrap.servers', '')} {', '.join(topic.name for topic in self.topics)}"


OptionsT = TypeVar("OptionsT", bound=ReceivingOptions)


class ReceivingConnector(Connector[OptionsT]):
    """A source that sends. It has no rows to be read; what it sent is told as changes."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        queries=False, incremental=False, stamps=False, typed=False, comments=True, keys=True, push=True, whole=False
    )

    @abstractmethod
    def declared(self) -> Mapping[str, DeclaredTable]:
        """Return the tables by name."""

    def listens(self) -> Listens | None:
        """Return where messages come in; None where the source calls an interface."""
        return None

    def consumes(self) -> Consumes | None:
        """Return which topics are taken in; None where the source does not send by Kafka."""
        return None

    def table(self, name: str | None) -> DeclaredTable:
        """Return a table; raise SourceUnavailable with those declared."""
        found = self.declared().get(name or "")
        if found is None:
            raise SourceUnavailable(
                f"the source declares no table {name}", received=name, allowed=list(self.declared())
            )
        return found

    def test(self, session: Session) -> Probe:
        """Say what is declared: there is nothing to reach."""
        return Probe(self.title_en, len(self.declared()))

    def tables(self, session: Session) -> tuple[SourceTable, ...]:
        """Return the declared tables."""
        return tuple(SourceTable(name) for name in self.declared())

    def columns(self, session: Session, request: ReadRequest) -> tuple[SourceColumn, ...]:
        """Return the declared columns, all text."""
        if request.query is not None:
            raise InvalidDefinition("what is sent takes no query", received="query")
        return tuple(SourceColumn(name, "VARCHAR") for name in self.table(request.table).columns)

    @contextmanager
    def read(self, session: Session, request: ReadRequest) -> Generator[Reading]:
        """Open a read of no rows."""
        if request.since is not None:
            raise InvalidDefinition("what is sent is told as changes only", received=request.since.column)
        columns = request.chosen(self.columns(session, request))
        empty = ", ".join(f"CAST(NULL AS VARCHAR) AS {quoted(column.name)}" for column in columns)
        yield Reading(f"SELECT {empty} WHERE {literal('')} <> {literal('')}", columns)

    def structure(self, session: Session) -> Structure:
        """Return titles, comments and keys as declared."""
        return Structure(
            {
                name: TableStructure(one.title, one.comments or {}, primary_key=one.key)
                for name, one in self.declared().items()
            }
        )

    def changes(self, wanted: Wanted) -> ChangeSource:
        """Return the changes that the inbox holds of a table. Raises InvalidDefinition."""
        if wanted.kind != "push" or wanted.own is None:
            return super().changes(wanted)
        self.check_feed(wanted.feed, wanted.table, wanted.key)
        declared = self.table(wanted.table)
        return InboxChanges(wanted.own, declared.name, declared.columns, wanted.key)

    def check_feed(self, feed: str, table: str | None, key: tuple[str, ...]) -> None:
        """Raise InvalidDefinition for a feed whose table is not declared, or is told apart by another key."""
        declared = self.declared().get(table or "")
        if declared is None:
            raise InvalidDefinition(
                f"feed {feed}: the source declares no table {table}", received=table, allowed=list(self.declared())
            )
        if set(key) != set(declared.key):
            raise InvalidDefinition(
                f"feed {feed}: its key must be that of {table}", received=list(key), allowed=list(declared.key)
            )
