"""Capture: the rows of a source become finished parquet files with digests, before anything is committed."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from suwen.domains.ingest.comparing import (
    DIGESTS,
    PART_DIGESTS,
    SEEN,
    Compared,
    changed_rows,
    digested,
    find_changes,
    join_digests,
    take_part,
    write_digests,
)
from suwen.domains.ingest.connector import Reading
from suwen.domains.ingest.division import Division, copy_pieces, divide
from suwen.domains.ingest.errors import SourceUnavailable
from suwen.domains.ingest.mapping.coercion import as_text
from suwen.domains.ingest.rawtable import DIGEST_ALGORITHM, SourceColumn, is_nested, raw_name, raw_type
from suwen.domains.ingest.session import Session, SourceError, literal, quoted
from suwen.domains.lake.public import inline
from suwen.kernel.crypto import Sm3
from suwen.kernel.durable import sync, write_durably

MANIFEST = "manifest.json"
ROWS, REFUSED, KNOWN = "rows", "refused.parquet", "known.parquet"
# A piece may hold four thousand million rows, and a table two thousand million pieces.
PIECE_BITS = 32
_REFUSED_SCHEMA = pa.schema([("place", pa.string()), ("reason", pa.string()), ("text", pa.string())])


@dataclass(frozen=True)
class CaptureJob:
    """What to capture for a batch. stored: the raw table's columns so far (name, DuckDB type).

    changing: the column of an incremental capture, whose newest value becomes the high-water mark.
    compare: only what differs from the digests `known` (none: nothing is known) is kept. part: not all rows of a
    comparing feed are read, so that each is kept as it was read and none is known to be gone. first: rows are numbered
    from the one after it.
    """

    feed: str
    source: str
    origin: str
    batch_id: str
    key: tuple[str, ...]
    arrived_at: datetime
    stored: tuple[tuple[str, str], ...] = ()
    changing: str | None = None
    high_water: str | None = None
    compare: bool = False
    part: bool = False
    known: Path | None = None
    first: int = 0


@dataclass(frozen=True)
class Captured:
    """A finished capture: counts, SM3 digest, and the files in `folder`.

    Of a comparison `rows` are the changes, `deleted` of them deletions; known, seen: rows then and now.
    """

    rows: int
    refused: int
    digest: str
    algorithm: str
    high_water: str | None
    columns: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    deleted: int = 0
    known: int = 0
    seen: int = 0

    def paths(self, folder: Path) -> tuple[Path, ...]:
        """Return the files with rows."""
        return tuple(folder / ROWS / name for name in self.files)


def resume_capture(folder: Path) -> Captured | None:
    """Return a capture that was finished before its batch was interrupted; None when there is none.

    Of an unfinished one the pieces that were whole are kept for `capture`.
    """
    manifest = folder / MANIFEST
    if not manifest.exists():
        if not Division.begun(folder):
            shutil.rmtree(folder, ignore_errors=True)
        return None
    held = json.loads(manifest.read_text(encoding="utf-8"))
    held["columns"] = tuple((name, kind) for name, kind in held["columns"])
    held["files"] = tuple(held["files"])
    return Captured(**held)


def capture(session: Session, reading: Reading, job: CaptureJob, folder: Path) -> Captured:
    """Write the rows of an open read as parquet under `folder`; the manifest, written last, makes it finished.

    A large table is read in pieces; those that a killed run has finished are not read again. Raises SourceUnavailable
    naming source, table and the rows read when the source goes away.
    """
    rows_folder = folder / (SEEN if job.compare else ROWS)
    columns = target_columns(reading.columns, job.stored)
    known = folder / KNOWN

    def select(read: Reading, piece: int) -> str:
        rows = raw_select(read, job, columns, piece)
        return _unknown(rows, known) if known.exists() else rows

    try:
        copy_pieces(session, divide(reading, select, folder, rows_folder), rows_folder, columns)
    except SourceError as error:
        raise _died(error, job, rows_folder) from None
    refused = _write_refused(reading, folder / REFUSED)
    digest = _digest(session, rows_folder, folder / REFUSED, columns)
    compared = _compare(session, job, folder, columns) if job.compare else None
    rows_folder = folder / ROWS
    files = tuple(sorted(path.name for path in rows_folder.glob("*.parquet")))
    rows = sum(_row_count(rows_folder / name) for name in files)
    mark = _high_water(session, rows_folder, job) if rows else job.high_water
    captured = Captured(rows, refused, digest, DIGEST_ALGORITHM, mark, tuple(columns), files if rows else ())
    if compared is not None:
        captured = replace(captured, deleted=compared.deleted, known=compared.known, seen=compared.seen)
    for name in files:
        sync(rows_folder / name)
    write_durably(folder / MANIFEST, json.dumps(asdict(captured), ensure_ascii=False))
    # Not before: a run that is killed goes on with the pieces that it has.
    shutil.rmtree(folder / SEEN, ignore_errors=True)
    return captured


def _compare(session: Session, job: CaptureJob, folder: Path, columns: Sequence[tuple[str, str]]) -> Compared:
    """Write the rows that differ from what was known (of a part all that were read), and the digests of all."""
    seen, rows = folder / SEEN, folder / ROWS
    rows.mkdir(exist_ok=True)
    made = folder / (PART_DIGESTS if job.part else DIGESTS)
    write_digests(session, digested(seen), made)
    if job.part:
        found = take_part(session, made)
        if job.known is not None:
            join_digests(session, made, job.known, folder / DIGESTS)
    else:
        found = find_changes(session, made, job.known)
    if found.changes:
        changed = changed_rows(seen, columns, job.batch_id, _moment(job))
        session.write_parquet(changed, rows / "part-0.parquet")
    return found


def digests_again(rows: Path, columns: Sequence[tuple[str, str]], stored: Sequence[tuple[str, str]]) -> str:
    """Return the SELECT of what `write_digests` takes, over a parquet file of raw rows whose digests count no longer.

    columns: the raw columns as they are to be digested; stored: those that the file has.
    """
    held = {name.lower() for name, _ in stored}
    values = [
        exp.cast(_column(name) if name.lower() in held else exp.null(), exp.DataType.build(kind, dialect="duckdb"))
        for name, kind in columns
    ]
    # Numbered keys (key#2) are told as they stand: none of them repeats.
    place = exp.alias_(exp.Window(this=exp.RowNumber()), "_seq")
    selected = exp.select("_source_key", exp.alias_(_row_digest(values), "_row_digest"), place).sql("duckdb")
    return f"{selected} FROM read_parquet({literal(str(rows))}) AS given WHERE NOT _source_key IS NULL"


def target_columns(columns: Sequence[SourceColumn], stored: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return name and type of the raw columns: those stored so far in their order, then the new ones.

    A column whose type has changed at the source becomes text, which holds both.
    """
    given = {raw_name(column.name).lower(): raw_type(column.type) for column in columns}
    merged = [(name, kind if given.get(name.lower(), kind) == kind else "VARCHAR") for name, kind in stored]
    held = {name.lower() for name, _ in stored}
    return merged + [
        (raw_name(column.name), raw_type(column.type))
        for column in columns
        if raw_name(column.name).lower() not in held
    ]


def raw_select(reading: Reading, job: CaptureJob, columns: Sequence[tuple[str, str]], piece: int = 0) -> str:
    """Return the SELECT of an open read's rows as raw keeps them: `columns` (name, type), then the system columns.

    piece: the read's place among those of its capture; rows are numbered within a piece, the pieces one after another.
    """
    given = {raw_name(column.name).lower(): column for column in reading.columns}
    values: dict[str, exp.Expr] = {}
    for name, kind in columns:
        column = given.get(name.lower())
        source: exp.Expr = exp.null() if column is None else _column(column.name)
        if column is not None and raw_type(column.type) == "VARCHAR" and is_nested(column.type):
            source = exp.Anonymous(this="to_json", expressions=[source])
        values[name] = exp.cast(source, exp.DataType.build(kind, dialect="duckdb"))
    # Rows are numbered on from batch to batch where the feed asks for it, and from piece to piece.
    before = job.first + (piece << PIECE_BITS)
    number: exp.Expr = exp.Window(this=exp.RowNumber())
    if before:
        number = exp.Add(this=number, expression=exp.Literal.number(before))
    system: dict[str, exp.Expr] = {
        "_batch_id": exp.Literal.string(job.batch_id),
        "_op": exp.Literal.string("R"),
        "_source_key": exp.cast(_key(reading, job, values), "TEXT"),
        "_row_digest": _row_digest(list(values.values())),
        "_seq": exp.cast(number, "BIGINT"),
        "_arrived_at": exp.cast(exp.Literal.string(_moment(job)), "TIMESTAMP"),
    }
    selected = [exp.alias_(value, name, quoted=True) for name, value in (values | system).items()]
    return f"{exp.select(*selected).sql('duckdb')} FROM ({reading.sql}) AS given"


def _unknown(select: str, known: Path) -> str:
    return (
        f"SELECT * FROM ({select}) AS new ANTI JOIN read_parquet({literal(str(known))}) AS old "  # noqa: S608 - a file name
        "USING (_source_key, _row_digest)"
    )


def _key(reading: Reading, job: CaptureJob, values: Mapping[str, exp.Expr]) -> exp.Expr:
    """Return the key of a row: its key columns' values; in a comparison, where there are none, all that it holds."""
    kinds = {raw_name(column.name).lower(): column.type for column in reading.columns}
    # The session has a database of its own, which does not know the lake's functions.
    parts = [inline(as_text(_column(_named(reading, key)), kinds[raw_name(key).lower()])) for key in job.key]
    key: exp.Expr = parts[0] if parts else exp.null()
    for part in parts[1:]:
        key = exp.DPipe(this=exp.DPipe(this=key, expression=exp.Literal.string("|")), expression=part)
    if not job.compare:
        return key
    texts = exp.Array(expressions=[exp.cast(value.copy(), "TEXT") for value in values.values()])
    # Not the engine's own hash, which may change: the key of such a row must stay what it is.
    content = exp.func("MD5", exp.cast(exp.Anonymous(this="to_json", expressions=[texts]), "TEXT"))
    return exp.func("COALESCE", key, content) if parts else content


def _row_digest(values: Sequence[exp.Expr]) -> exp.Expr:
    hashed = exp.Anonymous(this="hash", expressions=[value.copy() for value in values])
    return exp.cast(exp.BitwiseRightShift(this=hashed, expression=exp.Literal.number(1)), "BIGINT")


def _moment(job: CaptureJob) -> str:
    return job.arrived_at.replace(tzinfo=None).isoformat(" ")


def _named(reading: Reading, key: str) -> str:
    return next(column.name for column in reading.columns if column.name.lower() == key.lower())


def _column(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table="given")


def _write_refused(reading: Reading, path: Path) -> int:
    """Write what was no row, in pieces; returns how many."""
    count = 0
    with pq.ParquetWriter(path, _REFUSED_SCHEMA, compression="zstd") as writer:
        pending: list[dict[str, str]] = []

        def flush() -> None:
            writer.write_table(pa.Table.from_pylist(pending, schema=_REFUSED_SCHEMA))
            pending.clear()

        for item in reading.refused():
            pending.append({"place": item.place, "reason": item.reason, "text": item.text})
            count += 1
            if len(pending) >= 10_000:
                flush()
        flush()
    return count


def _digest(session: Session, folder: Path, refused: Path, columns: Sequence[tuple[str, str]]) -> str:
    """Return the SM3 over the row digests, whatever their order: count, sum and xor of each of 4096 groups."""
    sm3 = Sm3(json.dumps([DIGEST_ALGORITHM, list(columns)], ensure_ascii=False).encode())
    if any(folder.glob("*.parquet")):
        grouped = session.rows(
            "SELECT _row_digest & 4095 AS g, count(*), sum(_row_digest)::VARCHAR, bit_xor(_row_digest)::VARCHAR "  # noqa: S608
            f"FROM read_parquet({literal(str(folder / '*.parquet'))}) GROUP BY g ORDER BY g"
        )
        for row in grouped:
            sm3.update("|".join(str(value) for value in row).encode())
    lines = session.rows(
        f"SELECT place, text FROM read_parquet({literal(str(refused))}) ORDER BY ALL"  # sql: a file name  # noqa: S608
    )
    for place, text in lines:
        sm3.update(f"{place}|{text}".encode())
    return sm3.hexdigest()


def _high_water(session: Session, folder: Path, job: CaptureJob) -> str | None:
    """Return the newest value of the changing column, not beyond tomorrow: a wrong clock must not hide later rows."""
    if job.changing is None:
        return None
    column, files = quoted(raw_name(job.changing)), literal(str(folder / "*.parquet"))
    tomorrow = job.arrived_at.replace(tzinfo=None)
    newest = session.rows(
        f"SELECT max({column})::VARCHAR, typeof(any_value({column})) FROM read_parquet({files}) "  # noqa: S608
        f"WHERE TRY_CAST({column}::VARCHAR AS TIMESTAMP) IS NULL "
        f"OR TRY_CAST({column}::VARCHAR AS TIMESTAMP) <= $now + INTERVAL 2 DAY",
        {"now": tomorrow},
    )
    value, kind = newest[0]
    if value is None:
        return job.high_water
    if job.high_water is None:
        return str(value)
    later = session.rows(
        f"SELECT greatest($a::{kind}, $b::{kind})::VARCHAR",
        {"a": str(value), "b": job.high_water},
    )
    return str(later[0][0])


def _died(error: Exception, job: CaptureJob, folder: Path) -> SourceUnavailable:
    rows = 0
    for path in folder.glob("*.parquet"):
        try:
            rows += _row_count(path)
        except (pa.ArrowInvalid, OSError):
            continue
    return SourceUnavailable(
        f"source {job.source}, {job.origin}: the read broke off after at least {rows} rows: "
        f"{str(error).splitlines()[0]}",
        source=job.source,
        table=job.origin,
        rows_read=rows,
    )


def _row_count(path: Path) -> int:
    with pq.ParquetFile(path) as file:
        return file.metadata.num_rows
