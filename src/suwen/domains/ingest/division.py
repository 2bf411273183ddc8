"""A large table read in pieces: several at once, each kept once it is whole, so that a killed read goes on.

rows/part-00003-0.parquet   files of the fourth piece
rows/00003.whole            written when they are on the disk: the piece is not read again
division.json               the statement that reads it and where the pieces are cut, written before the first is read
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from suwen.domains.ingest.connector import Reading
from suwen.domains.ingest.pieces import Piece
from suwen.domains.ingest.rawtable import SYSTEM
from suwen.domains.ingest.session import Session, SourceError, literal
from suwen.kernel.durable import sync, write_durably

PIECE_ROWS = 900_000
"""Rows of a piece; a table that is not twice as large is read in one. They fill one file."""
SIDE_BY_SIDE = 2
"""Pieces read at once: a reader and the source's server keep a core busy each, so that neither waits for the other."""
GROUP_ROWS, SMALLEST_GROUP = 30 * 2048, 8 * 2048
"""Rows of a group of a file, most and fewest: held in memory, for each piece that is read, until the group is whole."""
GROUP_VALUES = 1_600_000
"""Values of a group, whatever the table's width."""
# A finished file each million rows: what a source had given before it died can be told.
FILE_ROWS = 16 * GROUP_ROWS

_DIVISION = "division.json"
Select = Callable[[Reading, int], str]
"""Makes the statement of the rows of a read and its place among the pieces."""


@dataclass(frozen=True)
class Division:
    """The statements of the pieces, in the order of their rows. resumable: finished ones are told on the disk."""

    statements: tuple[str, ...]
    resumable: bool

    @staticmethod
    def begun(folder: Path) -> bool:
        """Say whether a capture in pieces was begun in a folder."""
        return (folder / _DIVISION).exists()


def divide(reading: Reading, select: Select, folder: Path, rows_folder: Path) -> Division:
    """Return how a read is divided: as a killed run of the same statement has, else by the source's own count of rows.

    What another statement has left in `rows_folder` is removed.
    """
    path = folder / _DIVISION
    statement = hashlib.sha256(select(reading, 0).encode()).hexdigest()
    held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    cuts: list[str] = held.get("cuts", [])
    if held.get("statement") != statement:
        path.unlink(missing_ok=True)
        shutil.rmtree(rows_folder, ignore_errors=True)
        rows_folder.mkdir(parents=True)
        cuts = list(reading.pieces.cuts(PIECE_ROWS)) if reading.pieces is not None else []
        if cuts:
            write_durably(path, json.dumps({"statement": statement, "cuts": cuts}, ensure_ascii=False))
    if not cuts or reading.pieces is None:
        return Division((select(reading, 0),), resumable=False)
    pieces = [Piece(low, high) for low, high in pairwise([None, *cuts, None])]
    reads = [replace(reading, sql=reading.pieces.sql(piece)) for piece in pieces]
    return Division(tuple(select(read, number) for number, read in enumerate(reads)), resumable=True)


def copy_pieces(session: Session, division: Division, folder: Path, columns: Sequence[tuple[str, str]]) -> None:
    """Write the rows of every piece that is not whole as parquet into `folder`; raises SourceError.

    columns: name and type of the source's columns in raw. The first piece that fails stops the others.
    """
    layout = _layout(columns)
    if not division.resumable:
        _copy(session, division.statements[0], folder, 0, layout)
        return
    left = [number for number in range(len(division.statements)) if not _whole(folder, number).exists()]
    done = len(division.statements) - len(left)
    workers = min(SIDE_BY_SIDE, len(left))
    if not workers:
        return
    free = list(session.beside(workers))

    def read(number: int) -> None:
        nonlocal done
        if session.stopped:
            return
        own = free.pop()
        session.working[number] = f"{number + 1}/{len(division.statements)}"
        try:
            _copy(own, division.statements[number], folder, number, layout)
        except SourceError:
            session.interrupt()
            raise
        finally:
            session.working.pop(number, None)
            free.append(own)
        for path in _files(folder, number):
            sync(path)
        write_durably(_whole(folder, number), "")
        done += 1
        session.rows_read += sum(_row_count(path) for path in _files(folder, number))
        session.tell(100 * done / len(division.statements))

    with ThreadPoolExecutor(workers) as pool:
        outcomes = [pool.submit(read, number) for number in left]
    failures = [error for outcome in outcomes if (error := outcome.exception()) is not None]
    if failures:
        # Those that were stopped by the first failure say only that they were.
        raise min(failures, key=lambda error: "INTERRUPT" in str(error))
    if session.stopped:
        raise SourceError("INTERRUPT Error: Interrupted!")


def _layout(columns: Sequence[tuple[str, str]]) -> str:
    """Return the options of COPY that say how rows of these columns lie in files."""
    # Version 2 is smaller and an eighth quicker; how it writes doubles is not known to Spark.
    version = "V1" if "DOUBLE" in {kind for _, kind in columns} else "V2"
    group = GROUP_VALUES // (len(columns) + len(SYSTEM)) // 2048 * 2048
    group = min(max(group, SMALLEST_GROUP), GROUP_ROWS)
    # A column of more values than a twentieth of the rows gets no dictionary: to find out costs a hash and a place in
    # memory for each value, in vain where nearly every row has its own.
    return (
        f"FORMAT parquet, PARQUET_VERSION {version}, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {group}, "
        f"DICTIONARY_SIZE_LIMIT {group // 20}, ROW_GROUPS_PER_FILE {FILE_ROWS // group}"
    )


def _copy(session: Session, select: str, folder: Path, number: int, layout: str) -> None:
    for path in _files(folder, number):
        path.unlink()
    # COPY has no parameters; the folder is quoted by the engine's own literal builder.
    statement = (
        f"COPY ({select}) TO {literal(str(folder))} ({layout}, OVERWRITE_OR_IGNORE, "
        f"FILENAME_PATTERN 'part-{number:05d}-{{i}}')"
    )
    session.execute(statement)


def _files(folder: Path, number: int) -> list[Path]:
    return sorted(folder.glob(f"part-{number:05d}-*.parquet"))


def _row_count(path: Path) -> int:
    with pq.ParquetFile(path) as file:
        return file.metadata.num_rows


def _whole(folder: Path, number: int) -> Path:
    return folder / f"{number:05d}.whole"
