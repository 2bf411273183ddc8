"""A source behind a node, looked at like any other: each look is asked of the node, and waited for."""

import base64
import io
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from suwen.domains.ingest.connector import (
    Connector,
    Probe,
    Reading,
    ReadRequest,
    Refused,
    SourceTable,
    Structure,
    connect,
)
from suwen.domains.ingest.definition import Leaving
from suwen.domains.ingest.edge.looks import MOST_ROWS, STRUCTURE
from suwen.domains.ingest.errors import BehindNode
from suwen.domains.ingest.leaving import left_of, typed
from suwen.domains.ingest.models import IngestSource
from suwen.domains.ingest.nodes.looking import Asker, asker_of
from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.ingest.session import Session
from suwen.domains.ingest.vault import master_key, unseal
from suwen.kernel.settings import Settings

_ROWS = "looked_rows"


class _ByNode:
    """What of a connector a node does in its stead."""

    asker: Asker

    def test(self, session: Session) -> Probe:
        found = self.asker.ask("test")
        return Probe(found.server, len(found.tables))

    def tables(self, session: Session) -> tuple[SourceTable, ...]:
        return tuple(SourceTable(*one) for one in self.asker.ask("tables").tables)

    def columns(self, session: Session, request: ReadRequest) -> tuple[SourceColumn, ...]:
        found = self.asker.ask("columns", table=request.table, query=request.query)
        return tuple(SourceColumn(*one) for one in found.columns)

    def structure(self, session: Session) -> Structure:
        return STRUCTURE.validate_python(self.asker.ask("structure").structure)

    @contextmanager
    def read(self, session: Session, request: ReadRequest) -> Generator[Reading]:
        with self.read_left(session, request, "", None) as reading:
            yield reading

    @contextmanager
    def read_left(self, session: Session, request: ReadRequest, feed: str, rules: Leaving | None) -> Generator[Reading]:
        """Open a read of the first rows of what may leave."""
        if request.first is None or request.first > MOST_ROWS or request.since is not None:
            raise BehindNode(self.asker.source)
        found = self.asker.ask(
            "rows",
            feed=feed,
            table=request.table,
            query=request.query,
            columns=request.columns,
            first=request.first,
            leaves=rules,
        )
        session.register(_ROWS, _table(base64.b64decode(found.rows)))
        columns = tuple(SourceColumn(*one) for one in found.columns)
        refused = tuple(Refused(*one) for one in found.refused)
        yield typed(Reading(f"SELECT * FROM {_ROWS}", columns, lambda: iter(refused)))  # noqa: S608 - a name of our own


def connected_there(
    source: IngestSource, settings: Settings, dsn: str, options: dict[str, Any] | None = None
) -> Connector[Any]:
    """Return the connector of a source wherever it is reached; of one behind a node for looks only.

    options: instead of those that are stored. Its methods block, and raise NodeSilent beside what connectors raise.
    """
    held = options if options is not None else unseal(source.options, master_key(settings))
    real = connect(source.connector, held)
    if source.node_id is None:
        return real
    made = type(f"{type(real).__name__}ByNode", (_ByNode, type(real)), {})(real.options)
    made.asker = asker_of(source, settings, dsn, held)
    return cast(Connector[Any], made)


@contextmanager
def read_left(
    connector: Connector[Any], session: Session, request: ReadRequest, feed: str, rules: Leaving | None
) -> Generator[Reading]:
    """Open a read of what may leave the source: narrowed there, where a node reads it."""
    if isinstance(connector, _ByNode):
        with connector.read_left(session, request, feed, rules) as reading:
            yield reading
    else:
        with connector.read(session, request) as opened:
            yield left_of(feed, opened, rules)


def _table(content: bytes) -> pa.Table:
    file: Any = pq.ParquetFile(io.BytesIO(content))
    return cast(pa.Table, file.read())
