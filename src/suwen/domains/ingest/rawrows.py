"""How rows read from a source become rows of raw: their columns, key, digest and number."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlglot import exp

from suwen.domains.ingest.changelog import DELETED, OP, SAME
from suwen.domains.ingest.connector import Reading
from suwen.domains.ingest.mapping.coercion import as_text
from suwen.domains.ingest.rawtable import TOLD, SourceColumn, is_nested, raw_name, raw_type
from suwen.domains.ingest.session import Session, literal
from suwen.domains.lake.public import inline

# A piece may hold four thousand million rows, and a table two thousand million pieces.
PIECE_BITS = 32
Completion = Callable[[Session, Sequence[tuple[str, str]]], None]
"""Makes the rows of a capture from those in `seen`; given the raw columns (name, type)."""


@dataclass(frozen=True)
class CaptureJob:
    """What to capture for a batch. stored: the raw table's columns so far (name, DuckDB type).

    changing: the column of an incremental capture, whose newest value becomes the high-water mark.
    compare: only what differs from the digests `known` (none: nothing is known) is kept. part: not all rows of a
    comparing feed are read, so that each is kept as it was read and none is known to be gone. first: rows are numbered
    from the one after it.
    told: rows of a source that tells its changes, or its whole state before them; high_water: how far it has told them.
    complete: what was read is not rows yet, see Completion.
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
    told: bool = False
    complete: Completion | None = None


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
    selected = exp.select("_source_key", exp.alias_(row_digest(values), "_row_digest"), place).sql("duckdb")
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
        "_row_digest": row_digest(list(values.values())),
        "_seq": exp.cast(number, "BIGINT"),
        "_arrived_at": exp.cast(exp.Literal.string(moment(job)), "TIMESTAMP"),
    }
    if reading.changes:
        # What has gone is told by its key, which is made of what the source gives of it; nothing else is kept.
        gone = _column(OP).eq(exp.Literal.string(DELETED))
        values = {name: exp.case().when(exp.not_(gone.copy()), value) for name, value in values.items()}
        system["_op"] = _column(OP)
        system |= {name: _column(name) for name in (*TOLD, *((SAME,) if job.complete is not None else ()))}
    elif job.told:
        system |= {name: exp.cast(exp.null(), kind) for name, kind in zip(TOLD, ("TIMESTAMP", "BIGINT"), strict=True)}
    selected = [exp.alias_(value, name, quoted=True) for name, value in (values | system).items()]
    return f"{exp.select(*selected).sql('duckdb')} FROM ({reading.sql}) AS given"


def unknown(select: str, known: Path) -> str:
    """Return the SELECT of those rows that a file of keys and digests does not know."""
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


def row_digest(values: Sequence[exp.Expr]) -> exp.Expr:
    """Return the digest (63 bits) of a row with these values."""
    hashed = exp.Anonymous(this="hash", expressions=[value.copy() for value in values])
    return exp.cast(exp.BitwiseRightShift(this=hashed, expression=exp.Literal.number(1)), "BIGINT")


def moment(job: CaptureJob) -> str:
    """Return when the read began (UTC), as a literal of SQL holds it."""
    return job.arrived_at.replace(tzinfo=None).isoformat(" ")


def _named(reading: Reading, key: str) -> str:
    return next(column.name for column in reading.columns if column.name.lower() == key.lower())


def _column(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table="given")
