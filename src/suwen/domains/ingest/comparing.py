"""Capture by comparison 全表比对: all rows are read, and only what differs from the digests of the last read is kept.

    seen/        the rows as read, in the batch's folder, gone when it is done
    digests      one line for each row: k1, k2 (two 64-bit hashes of its key), d (its digest), key, seq

The digests of the last landed batch lie beside the lake; they are named by the batch and by everything that they depend
on (the hash function itself, the columns). Where that name is not there, they are made again from raw, which knows the
same: they spare a reading, and are no truth of their own.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from suwen.domains.ingest.rawtable import DIGEST_ALGORITHM, SYSTEM
from suwen.domains.ingest.session import Session, literal, quoted
from suwen.kernel.durable import sync

SEEN, DIGESTS, PART_DIGESTS = "seen", "digests.parquet", "part-digests.parquet"
# Sums of so many groups are compared first; only rows of groups that differ are joined.
_GROUPS = 65_536
_SALT = "suwen"


@dataclass(frozen=True)
class Compared:
    """What a comparison found. known, seen: rows then and now; of a part, which is compared with nothing, both 0.

    read: rows of a part, of which nobody has asked whether they are new.
    """

    known: int = 0
    seen: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    read: int = 0

    @property
    def changes(self) -> int:
        """How many rows raw gets."""
        return self.inserted + self.updated + self.deleted + self.read


def digest_tag(session: Session, columns: Sequence[tuple[str, str]]) -> str:
    """Return 16 hex digits that change with the hash function of the engine and with the columns (name, type)."""
    # The function may change between versions of the engine, so its values are part of what it is called.
    probe = session.rows("SELECT hash(1::BIGINT, 'a', DATE '2000-01-01', 1.5::DOUBLE, NULL), hash('素问')")[0]
    whole = "\n".join([DIGEST_ALGORITHM, *(str(value) for value in probe), *(f"{n} {kind}" for n, kind in columns)])
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def write_digests(session: Session, rows: str, path: Path) -> None:
    """Write the digests of raw rows: `rows` is a SELECT of `_source_key`, `_row_digest` and `_seq`.

    Of rows with the same key the second is known as ``key#2``, and so on, in the order of their digests.
    """
    view = f"CREATE OR REPLACE TEMP VIEW given_rows AS {rows}"
    session.execute(view)
    # Hashes are counted first, being a fraction of the keys; only rows whose key comes twice are numbered.
    session.execute(
        "CREATE OR REPLACE TEMP TABLE repeated AS "
        "SELECT _seq AS seq, row_number() OVER (PARTITION BY _source_key ORDER BY _row_digest, _seq) AS n "
        "FROM given_rows WHERE hash(_source_key) IN "
        "(SELECT h FROM (SELECT hash(_source_key) AS h FROM given_rows) AS hashed GROUP BY h HAVING count(*) > 1)"
    )
    keyed = (
        "SELECT CASE WHEN n > 1 THEN concat(_source_key, '#', n) ELSE _source_key END AS key, _row_digest AS d, "
        "_seq AS seq FROM given_rows LEFT JOIN repeated ON given_rows._seq = repeated.seq"
    )
    digests = f"SELECT hash(key) AS k1, hash(key, '{_SALT}') AS k2, d, key, seq FROM ({keyed}) AS keyed"  # noqa: S608 - file names and constants
    session.write_parquet(digests, path)
    session.execute("DROP VIEW given_rows; DROP TABLE repeated")


def digested(seen: Path) -> str:
    """Return the SELECT of what `write_digests` takes, over a folder of files; a source without rows has none."""
    if not any(seen.glob("*.parquet")):
        return "SELECT '' AS _source_key, 0::BIGINT AS _row_digest, 0::BIGINT AS _seq WHERE FALSE"
    files = literal(str(seen / "*.parquet"))
    return f"SELECT _source_key, _row_digest, _seq FROM read_parquet({files})"  # noqa: S608 - file names and constants


def find_changes(session: Session, seen: Path, known: Path | None) -> Compared:
    """Fill the temporary table ``changes`` (op, key, d, seq): what turns the digests `known` into those of `seen`.

    seq is the place of the row in what was seen; of deleted rows it goes on after the last. known: None is no row.
    """
    now = f"read_parquet({literal(str(seen))})"
    then = f"read_parquet({literal(str(known))})" if known else f"(SELECT * FROM {now} WHERE FALSE)"  # noqa: S608 - file names and constants
    sums = f"SELECT k1 & {_GROUPS - 1} AS g, count(*) AS n, bit_xor(hash(k1, k2, d)) AS x FROM"
    differing = (
        "CREATE OR REPLACE TEMP TABLE differing AS SELECT coalesce(a.g, b.g) AS g "  # noqa: S608 - file names and constants
        f"FROM ({sums} {now} GROUP BY g) AS a FULL JOIN ({sums} {then} GROUP BY g) AS b ON a.g = b.g "
        "WHERE a.n IS DISTINCT FROM b.n OR a.x IS DISTINCT FROM b.x"
    )
    session.execute(differing)
    within = f"WHERE k1 & {_GROUPS - 1} IN (SELECT g FROM differing)"  # noqa: S608 - file names and constants
    last = f"(SELECT coalesce(max(seq), 0) FROM {now})"  # noqa: S608 - file names and constants
    changes = (
        "CREATE OR REPLACE TEMP TABLE changes AS "  # noqa: S608 - file names and constants
        "SELECT CASE WHEN b.k1 IS NULL THEN 'I' WHEN a.k1 IS NULL THEN 'D' ELSE 'U' END AS op, "
        "coalesce(a.key, b.key) AS key, coalesce(a.d, b.d) AS d, "
        f"coalesce(a.seq, {last} + row_number() OVER (ORDER BY a.seq NULLS FIRST)) AS seq "
        f"FROM (SELECT * FROM {now} {within}) AS a "
        f"FULL JOIN (SELECT * FROM {then} {within}) AS b ON a.k1 = b.k1 AND a.k2 = b.k2 "
        "WHERE a.d IS DISTINCT FROM b.d"
    )
    session.execute(changes)
    (ins, upd, dels), *_ = session.rows(
        "SELECT count(*) FILTER (op = 'I'), count(*) FILTER (op = 'U'), count(*) FILTER (op = 'D') FROM changes"
    )
    rows_now, rows_then = (session.rows(f"SELECT count(*) FROM {side}")[0][0] for side in (now, then))  # noqa: S608 - file names and constants
    return Compared(*(int(str(value)) for value in (rows_then, rows_now, ins, upd, dels)))


def take_part(session: Session, part: Path) -> Compared:
    """Fill ``changes``, as `find_changes` does, with all rows of a part, whatever was known of them."""
    rows = f"read_parquet({literal(str(part))})"
    changes = f"CREATE OR REPLACE TEMP TABLE changes AS SELECT 'R' AS op, key, d, seq FROM {rows}"  # noqa: S608 - file names and constants
    session.execute(changes)
    return Compared(read=int(str(session.rows("SELECT count(*) FROM changes")[0][0])))


def join_digests(session: Session, part: Path, known: Path, path: Path) -> None:
    """Write the digests `known` with those of a part in place of theirs: what is known once the part has landed."""
    new, old = (f"read_parquet({literal(str(side))})" for side in (part, known))
    kept = f"SELECT o.* FROM {old} AS o ANTI JOIN {new} AS n ON o.k1 = n.k1 AND o.k2 = n.k2"  # noqa: S608 - file names and constants
    session.write_parquet(f"SELECT * FROM {new} UNION ALL {kept}", path)  # noqa: S608 - file names and constants


def changed_rows(seen: Path, columns: Sequence[tuple[str, str]], batch_id: str, arrived_at: str) -> str:
    """Return the SELECT of the raw rows that ``changes`` stands for: `columns` (name, type), then the system columns.

    Deleted rows have their key alone, all others are as they were seen.
    """
    names = [quoted(name) for name, _ in columns]
    own = {"_op": "changes.op", "_source_key": "changes.key"}
    came = ", ".join([*names, *(f"{own.get(name, 'given.' + name)} AS {name}" for name in SYSTEM)])
    gone = {
        "_batch_id": literal(batch_id), "_op": "op", "_source_key": "key", "_row_digest": "d", "_seq": "seq",
        "_arrived_at": f"CAST({literal(arrived_at)} AS TIMESTAMP)",
    }  # fmt: skip
    left = ", ".join(
        [
            *(f"CAST(NULL AS {kind}) AS {quoted(name)}" for name, kind in columns),
            *(f"{gone[name]} AS {name}" for name in SYSTEM),
        ]
    )
    deleted = f"SELECT {left} FROM changes WHERE op = 'D'"  # noqa: S608 - file names and constants
    if not any(seen.glob("*.parquet")):
        return deleted
    files = literal(str(seen / "*.parquet"))
    return (
        f"SELECT {came} FROM read_parquet({files}) AS given JOIN changes ON given._seq = changes.seq "  # noqa: S608 - file names and constants
        f"WHERE changes.op <> 'D' UNION ALL {deleted}"
    )


def keep_digests(made: Path, kept: Path) -> None:
    """Put the digests of a landed batch in place of those of the one before; done already, nothing happens."""
    if not made.exists():
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    sync(made)
    os.replace(made, kept)  # noqa: PTH105 - in one step, whatever stood there
    for other in kept.parent.glob("*.parquet"):
        if other != kept:
            other.unlink(missing_ok=True)
