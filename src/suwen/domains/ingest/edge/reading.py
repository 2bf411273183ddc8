"""Reading an order into chunks: the connectors' own reads, narrowed to what may leave, as parquet.

A table that its source gives in pieces is one chunk a piece: a killed node goes on with those that are missing, and
two are read at once. What cannot be cut is read from the beginning again, as a new attempt.
"""

import hashlib
import io
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from suwen.domains.ingest.capture import REFUSED_SCHEMA
from suwen.domains.ingest.comparing import digest_tag
from suwen.domains.ingest.connector import Connector, Reading, ReadRequest, Since, connect
from suwen.domains.ingest.edge.buffer import Attempt, Buffer
from suwen.domains.ingest.edge.errors import NodeOutdated, Stopped
from suwen.domains.ingest.edge.folder import EdgeFolder
from suwen.domains.ingest.edge.protocol import Manifest, Order, ToldChunk, seal_chunk
from suwen.domains.ingest.edge.questions import Answered, Question
from suwen.domains.ingest.errors import SourceUnavailable
from suwen.domains.ingest.leaving import left_of, plain, typed
from suwen.domains.ingest.pieces import Piece
from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.ingest.reconcile.sides import days_asked, keys_asked, measured, read_columns, show_source
from suwen.domains.ingest.session import Session, SourceError
from suwen.domains.ingest.watermark import since_value
from suwen.kernel.crypto import sm3

SIDE_BY_SIDE = 2
CHUNK_BYTES = 16 * 2**20
"""A chunk is closed when it is so large, though it has fewer rows than asked for."""
_ROWS_AT_ONCE = 50_000


@dataclass
class OrderReader:
    """Reads one order into the buffer. center: the public key for which chunks are encrypted. told: of rows read."""

    order: Order
    buffer: Buffer
    folder: EdgeFolder
    center: bytes
    told: Callable[[int], None] = lambda _: None
    _attempt: Attempt = field(default_factory=Attempt.new)
    _done: dict[int, ToldChunk] = field(default_factory=dict[int, ToldChunk])

    def read(self) -> None:
        """Read what is not in the buffer yet. Raises Stopped, SourceUnavailable and its kin."""
        order = self.order
        connector = connect(order.connector, order.options)
        with Session(self.folder.spill / str(order.delivery)) as session:
            if order.question is not None:
                self._answer(session, connector, order.question)
                return
            request = self._request(session)
            stamp = connector.stamp(request)
            with connector.read(session, request) as given:
                opened = given.first(order.first) if order.first is not None else given
                reading = plain(left_of(order.feed, opened, order.leaves))
                with self._told_breaks():
                    self._read(session, reading)
                self._refused(opened)
        self._finish(reading.columns, stamp)

    def _answer(self, session: Session, connector: Connector[Any], question: Question) -> None:
        """Bring what is asked of the source instead of its rows."""
        order = self.order
        if question.digest != (own := digest_tag(session, ())):
            raise NodeOutdated(received=question.digest, allowed=own)
        request = ReadRequest(table=order.table, query=order.query)
        given = connector.columns(session, request)
        measure = measured(question, plain(left_of(order.feed, Reading("", given), order.leaves)).columns)
        # Rules about rows may ask for other columns than the comparison.
        names = read_columns(measure, order.key, given) if order.leaves is None else None
        with connector.read(session, replace(request, columns=names)) as opened:
            # As the center would read what was brought, so that its own copy is made the same way.
            reading = typed(plain(left_of(order.feed, opened, order.leaves)))
            with self._told_breaks():
                show_source(session, reading, order.key, measure)
                asked = days_asked(measure)
                if question.kind == "keys":
                    asked = keys_asked(measure, order.key, question.day)
                self._attempt = Attempt.new()
                self.buffer.begin(order.delivery, self._attempt)
                self._whole(session, asked.sql("duckdb"))
        sql = f"{reading.sql}\n\n{asked.sql('duckdb', pretty=True)}"
        self._finish((), None, Answered(columns=measure.columns, sql=sql))

    @contextmanager
    def _told_breaks(self) -> Generator[None]:
        try:
            yield
        except SourceError as error:
            if self.buffer.stopped:
                raise Stopped from None
            raise SourceUnavailable(
                f"feed {self.order.feed}: the read broke off: {str(error).splitlines()[0]}", table=self.order.table
            ) from None

    def _finish(self, columns: Sequence[SourceColumn], stamp: str | None, answered: Answered | None = None) -> None:
        manifest = Manifest(
            attempt=self._attempt.id,
            columns=tuple((column.name, column.type) for column in columns),
            chunks=tuple(self._done[number] for number in sorted(self._done)),
            stamp=stamp,
            answered=answered,
        )
        self.buffer.finish(self.order.delivery, manifest)

    def _request(self, session: Session) -> ReadRequest:
        order, since = self.order, None
        if order.changing is not None and order.high_water is not None:
            since = Since(order.changing, since_value(session, order.high_water, order.overlap_seconds))
        # Pieces see the source one after another: the center could not tell a mark that lies before all of them.
        by = next(iter(order.key), None) if order.changing is None else None
        return ReadRequest(table=order.table, query=order.query, since=since, first=order.first, by=by)

    def _read(self, session: Session, reading: Reading) -> None:
        statement = hashlib.sha256(reading.sql.encode()).hexdigest()
        held = self.buffer.delivery(self.order.delivery)
        before = held.attempt()
        if before is not None and before.cuts and before.statement == statement:
            self._attempt, self._done = before, held.done()
        else:
            cuts = reading.pieces.cuts(self.order.chunk_rows) if reading.pieces is not None else ()
            self._attempt = Attempt.new(statement, cuts)
            self.buffer.begin(self.order.delivery, self._attempt)
        if self._attempt.cuts and reading.pieces is not None:
            self._pieces(session, reading)
        else:
            self._whole(session, reading.sql)

    def _whole(self, session: Session, sql: str) -> None:
        for number, (content, rows) in enumerate(_chunks(session, sql, self.order.chunk_rows)):
            self._put(number, content, rows)

    def _pieces(self, session: Session, reading: Reading) -> None:
        assert reading.pieces is not None
        pieces = [Piece(low, high) for low, high in pairwise([None, *self._attempt.cuts, None])]
        statements = [reading.pieces.sql(piece) for piece in pieces]
        left = [number for number in range(len(statements)) if number not in self._done]
        workers = min(SIDE_BY_SIDE, len(left))
        if not workers:
            return
        free = list(session.beside(workers))

        def read(number: int) -> None:
            if session.stopped:
                return
            own = free.pop()
            try:
                for content, rows in _chunks(own, statements[number]):
                    self._put(number, content, rows)
            except (SourceError, OSError, Stopped):
                session.interrupt()
                raise
            finally:
                free.append(own)

        with ThreadPoolExecutor(workers) as pool:
            outcomes = [pool.submit(read, number) for number in left]
        failures = [error for outcome in outcomes if (error := outcome.exception()) is not None]
        if failures:
            raise min(failures, key=lambda error: "INTERRUPT" in str(error))

    def _refused(self, reading: Reading) -> None:
        """Put what was no row behind the rows."""
        pending = [{"place": one.place, "reason": one.reason, "text": one.text} for one in reading.refused()]
        number = max(self._done, default=-1) + 1
        if pending and not any(chunk.refused for chunk in self._done.values()):
            sink = io.BytesIO()
            with pq.ParquetWriter(sink, REFUSED_SCHEMA, compression="zstd") as writer:
                writer.write_table(pa.Table.from_pylist(pending, schema=REFUSED_SCHEMA))
            self._put(number, sink.getvalue(), len(pending), refused=True)

    def _put(self, number: int, content: bytes, rows: int, *, refused: bool = False) -> None:
        told = ToldChunk(sequence=number, digest=sm3(content), rows=rows, refused=refused)
        self.buffer.put(seal_chunk(told, self.order.delivery, self._attempt.id, content, self.center))
        self._done[number] = told
        self.told(sum(chunk.rows for chunk in self._done.values()))


def _chunks(session: Session, sql: str, rows: int | None = None) -> Iterator[tuple[bytes, int]]:
    """Yield the rows of a statement as parquet files with their numbers of rows, at least one.

    rows: of a file; None: all in one.
    """
    reader = session.batches(sql, min(rows or _ROWS_AT_ONCE, _ROWS_AT_ONCE))
    sink, count = io.BytesIO(), 0
    writer = pq.ParquetWriter(sink, reader.schema, compression="zstd", compression_level=1)
    some = False
    for batch in reader:
        if count and rows is not None and (count + batch.num_rows > rows or sink.tell() > CHUNK_BYTES):
            writer.close()
            some = True
            yield sink.getvalue(), count
            sink, count = io.BytesIO(), 0
            writer = pq.ParquetWriter(sink, reader.schema, compression="zstd", compression_level=1)
        writer.write_batch(batch)
        count += batch.num_rows
    writer.close()
    if count or not some:
        yield sink.getvalue(), count
