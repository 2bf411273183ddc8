"""Looks at a source, which somebody at the center waits for: what it is, its tables and columns, its first rows.

Unlike a delivery a look is small, is answered at once or not at all, and is not kept.
"""

import base64
import io
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from suwen.domains.ingest.connector import Connector, ReadRequest, Structure, connect
from suwen.domains.ingest.definition import Leaving
from suwen.domains.ingest.errors import SourceUnavailable
from suwen.domains.ingest.leaving import left_of, plain
from suwen.domains.ingest.session import Session, SourceError
from suwen.kernel.errors import SuwenError

MOST_ROWS = 100
"""Rows that a look may show; whoever wants more runs the feed."""
Kind = Literal["test", "tables", "columns", "structure", "rows"]
STRUCTURE: TypeAdapter[Structure] = TypeAdapter(Structure)


class Look(BaseModel):
    """What somebody wants to see. options: the connector's, with its secrets. leaves: what of the rows may be told."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: UUID
    kind: Kind
    connector: str
    options: dict[str, Any] = Field(repr=False)
    feed: str = ""
    table: str | None = None
    query: str | None = None
    columns: tuple[str, ...] | None = None
    first: int = Field(default=MOST_ROWS, ge=1, le=MOST_ROWS)
    leaves: Leaving | None = None


class Looked(BaseModel):
    """What there was to see, or why there was nothing (`error`, with the code of what went wrong).

    tables: (name, kind, rows). columns: (name, DuckDB type). rows: a parquet file in base64. refused: (place, reason,
    text) of what was no row.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    error: str | None = None
    code: str = ""
    server: str = ""
    tables: tuple[tuple[str, str, int | None], ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    structure: dict[str, Any] = Field(default_factory=dict[str, Any])
    rows: str = Field(default="", repr=False)
    refused: tuple[tuple[str, str, str], ...] = Field(default=(), repr=False)


def look(wanted: Look, spill: Path) -> Looked:
    """Look; what goes wrong is part of the answer."""
    kinds: dict[str, Callable[[Connector[Any], Session, Look], Looked]] = {
        "test": _test, "tables": _tables, "columns": _columns, "structure": _structure, "rows": _rows,
    }  # fmt: skip
    try:
        with Session(spill / str(wanted.id)) as session:
            return kinds[wanted.kind](connect(wanted.connector, wanted.options), session, wanted)
    except SuwenError as error:
        return Looked(error=error.detail, code=error.code)
    except SourceError as error:
        return Looked(error=str(error).splitlines()[0], code=SourceUnavailable.code)
    except Exception as error:
        # The text of an unexpected error may hold values of a row.
        return Looked(error=f"unexpected error: {type(error).__name__}", code=SourceUnavailable.code)


def _test(connector: Connector[Any], session: Session, wanted: Look) -> Looked:
    return _tables(connector, session, wanted).model_copy(update={"server": connector.test(session).server})


def _tables(connector: Connector[Any], session: Session, _: Look) -> Looked:
    return Looked(tables=tuple((one.name, one.kind, one.rows) for one in connector.tables(session)))


def _columns(connector: Connector[Any], session: Session, wanted: Look) -> Looked:
    found = connector.columns(session, ReadRequest(table=wanted.table, query=wanted.query))
    return Looked(columns=tuple((one.name, one.type) for one in found))


def _structure(connector: Connector[Any], session: Session, _: Look) -> Looked:
    return Looked(structure=STRUCTURE.dump_python(connector.structure(session), mode="json"))


def _rows(connector: Connector[Any], session: Session, wanted: Look) -> Looked:
    request = ReadRequest(table=wanted.table, query=wanted.query, columns=wanted.columns, first=wanted.first)
    with connector.read(session, request) as opened:
        reading = plain(left_of(wanted.feed, opened, wanted.leaves).first(wanted.first))
        sink = io.BytesIO()
        rows = session.table(reading.sql)
        with pq.ParquetWriter(sink, rows.schema, compression="zstd") as writer:
            writer.write_table(rows)
        refused = tuple((one.place, one.reason, one.text) for one in islice(opened.refused(), MOST_ROWS))
    columns = tuple((one.name, one.type) for one in reading.columns)
    return Looked(columns=columns, rows=base64.b64encode(sink.getvalue()).decode(), refused=refused)
