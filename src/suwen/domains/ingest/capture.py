"""Capture: the rows of a source become finished parquet files with digests, before anything is committed."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

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
from suwen.domains.ingest.rawrows import CaptureJob, moment, raw_select, target_columns, unknown
from suwen.domains.ingest.rawstate import DELETED
from suwen.domains.ingest.rawtable import DIGEST_ALGORITHM
from suwen.domains.ingest.session import Session, SourceError, literal
from suwen.domains.ingest.watermark import high_water
from suwen.kernel.crypto import Sm3
from suwen.kernel.durable import sync, write_durably

MANIFEST = "manifest.json"
ROWS, REFUSED, KNOWN = "rows", "refused.parquet", "known.parquet"
REFUSED_SCHEMA = pa.schema([("place", pa.string()), ("reason", pa.string()), ("text", pa.string())])


@dataclass(frozen=True)
class Captured:
    """A finished capture: counts, SM3 digest, and the files in `folder`.

    Of a comparison or of a source that tells its changes (`told`: the files say when and in which order) `rows` are the
    changes, `deleted` of them deletions; known, seen: rows then and now.
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
    told: bool = False

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
    rows_folder = folder / (SEEN if job.compare or job.complete is not None else ROWS)
    columns = target_columns(reading.columns, job.stored)
    known = folder / KNOWN

    def select(read: Reading, piece: int) -> str:
        rows = raw_select(read, job, columns, piece)
        return unknown(rows, known) if known.exists() else rows

    try:
        division = divide(reading, select, folder, rows_folder)
        copy_pieces(session, division, rows_folder, columns)
    except SourceError as error:
        raise _died(error, job, rows_folder) from None
    refused = _write_refused(reading, folder / REFUSED)
    digest = _digest(session, rows_folder, folder / REFUSED, columns)
    compared = _compare(session, job, folder, columns) if job.compare else None
    if job.complete is not None:
        (folder / ROWS).mkdir(exist_ok=True)
        job.complete(session, columns)
    rows_folder = folder / ROWS
    files = tuple(sorted(path.name for path in rows_folder.glob("*.parquet")))
    rows = sum(_row_count(rows_folder / name) for name in files)
    mark = high_water(session, rows_folder, job, in_pieces=division.resumable) if rows else job.high_water
    captured = Captured(
        rows, refused, digest, DIGEST_ALGORITHM, mark, tuple(columns), files if rows else (), told=job.told
    )
    if job.told and rows:
        captured = replace(captured, deleted=_deleted(session, rows_folder))
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
        changed = changed_rows(seen, columns, job.batch_id, moment(job))
        session.write_parquet(changed, rows / "part-0.parquet")
    return found


def _write_refused(reading: Reading, path: Path) -> int:
    """Write what was no row, in pieces; returns how many."""
    count = 0
    with pq.ParquetWriter(path, REFUSED_SCHEMA, compression="zstd") as writer:
        pending: list[dict[str, str]] = []

        def flush() -> None:
            writer.write_table(pa.Table.from_pylist(pending, schema=REFUSED_SCHEMA))
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
            f"FROM read_parquet({literal(str(folder / '*.parquet'))}) GROUP BY 1 ORDER BY 1"
        )
        for row in grouped:
            sm3.update("|".join(str(value) for value in row).encode())
    lines = session.rows(
        f"SELECT place, text FROM read_parquet({literal(str(refused))}) ORDER BY ALL"  # sql: a file name  # noqa: S608
    )
    for place, text in lines:
        sm3.update(f"{place}|{text}".encode())
    return sm3.hexdigest()


def _deleted(session: Session, folder: Path) -> int:
    files = literal(str(folder / "*.parquet"))
    counted = f"SELECT count(*) FROM read_parquet({files}) WHERE _op = {literal(DELETED)}"  # noqa: S608 - a file name
    return int(str(session.rows(counted)[0][0]))


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
