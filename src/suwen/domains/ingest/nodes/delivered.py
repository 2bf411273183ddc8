"""What a node has brought of a feed, as a source that is read like any other."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from sqlglot import exp

from suwen.domains.ingest.connector import (
    Capabilities,
    Connector,
    Options,
    Probe,
    Reading,
    ReadRequest,
    Refused,
    SourceTable,
)
from suwen.domains.ingest.edge.protocol import Manifest
from suwen.domains.ingest.leaving import type_of
from suwen.domains.ingest.nodes.models import IngestDelivery
from suwen.domains.ingest.nodes.places import chunk_path
from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.ingest.session import Session
from suwen.kernel.settings import Settings


@dataclass(frozen=True)
class Delivered:
    """A whole delivery: files with rows in their order, files with what was no row."""

    id: UUID
    columns: tuple[SourceColumn, ...]
    rows: tuple[Path, ...]
    refused: tuple[Path, ...]
    stamp: str | None

    @staticmethod
    def of(delivery: IngestDelivery, settings: Settings) -> "Delivered":
        """Return what a complete delivery holds."""
        manifest = Manifest.model_validate(delivery.manifest)

        def files(*, refused: bool) -> tuple[Path, ...]:
            return tuple(
                chunk_path(settings, delivery.id, manifest.attempt, told.sequence)
                for told in manifest.chunks
                if told.refused == refused
            )

        columns = tuple(SourceColumn(name, kind) for name, kind in manifest.columns)
        return Delivered(delivery.id, columns, files(refused=False), files(refused=True), manifest.stamp)


class DeliveredConnector(Connector[Options]):
    """Reads the files of a delivery; which rows were wanted was the node's affair."""

    name: ClassVar[str] = "delivered"
    title: ClassVar[str] = "前置机送达的数据"
    title_en: ClassVar[str] = "Brought by an edge node"
    capabilities: ClassVar[Capabilities] = Capabilities(queries=False, incremental=True, stamps=True, typed=True)
    options_model: ClassVar[type[Options]] = Options

    def __init__(self, delivered: Delivered) -> None:
        super().__init__(Options())
        self._delivered = delivered

    def test(self, session: Session) -> Probe:
        """Say how many files there are."""
        return Probe(self.title_en, len(self._delivered.rows))

    def tables(self, session: Session) -> tuple[SourceTable, ...]:
        """Return nothing: there is one feed's rows only."""
        return ()

    def columns(self, session: Session, request: ReadRequest) -> tuple[SourceColumn, ...]:
        """Return the columns as the node's source had them."""
        return self._delivered.columns

    def stamp(self, request: ReadRequest) -> str | None:
        """Return the stamp that the source had when the node read it."""
        return self._delivered.stamp

    @contextmanager
    def read(self, session: Session, request: ReadRequest) -> Generator[Reading]:
        """Open a read of the files. Raises SourceUnreadable for columns of a type that there is not."""
        held = self._delivered
        values = [exp.alias_(exp.cast(_column(one.name), type_of(one)), one.name, quoted=True) for one in held.columns]
        yield Reading(_rows(held.rows, *values).sql("duckdb"), held.columns, lambda: self._refused(session))

    def _refused(self, session: Session) -> Iterator[Refused]:
        for path in self._delivered.refused:
            for batch in session.batches(_rows([path], exp.Star()).sql("duckdb"), 10_000):
                for row in batch.to_pylist():
                    yield Refused(str(row["place"]), str(row["reason"]), str(row["text"]))


def _rows(files: Iterable[Path], *values: exp.Expr) -> exp.Select:
    paths = exp.array(*(exp.Literal.string(str(path)) for path in files), dialect="duckdb")
    return exp.select(*values).from_(exp.func("read_parquet", paths))


def _column(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True))
