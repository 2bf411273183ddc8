"""Changes that do not say everything of themselves: a table that was emptied, values that an update left as they were.

What is missing follows from what was known: from the changes before in the same batch, else from the state in raw.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
from sqlglot import exp

from suwen.domains.ingest.comparing import SEEN
from suwen.domains.ingest.errors import ChangesLost
from suwen.domains.ingest.rawrows import row_digest
from suwen.domains.ingest.rawtable import SYSTEM, TOLD
from suwen.domains.ingest.session import Session, literal, quoted

Known = Callable[[pa.Table | None], Path]
"""Writes the rows known before (raw's columns) as parquet: those of a table of keys (`k`), or all; returns the file."""

# The operations and columns are those of `changelog`: T empties the table, _same lists the columns left untold.
_EMPTIED = "SELECT _seq FROM told WHERE _op = 'T' ORDER BY 1"
_UNTOLD_KEYS = "SELECT DISTINCT _source_key AS k FROM told WHERE _same IS NOT NULL"
_UNTOLD_TABLE = f"CREATE OR REPLACE TEMP TABLE untold AS {_UNTOLD_KEYS}"
_GONE_TABLE = "CREATE OR REPLACE TEMP TABLE gone (seq BIGINT, key VARCHAR)"
# Of the keys touched since the table was last emptied those that were there then.
_GONE_TOUCHED = """
INSERT INTO gone SELECT $seq, _source_key FROM told WHERE _seq > $last AND _seq < $seq AND _source_key IS NOT NULL
GROUP BY _source_key HAVING arg_max(_op, _seq) <> 'D'
"""
# Of the keys known before the batch those that it had not touched until then.
_GONE_UNTOUCHED = """
INSERT INTO gone SELECT DISTINCT $seq, b._source_key FROM before AS b
ANTI JOIN (SELECT _source_key FROM told WHERE _seq < $seq) AS t ON b._source_key = t._source_key
WHERE b._source_key IS NOT NULL
"""


def complete_changes(
    session: Session, columns: Sequence[tuple[str, str]], folder: Path, first: int, known: Known
) -> None:
    """Write the rows of a batch from the changes in its folder `seen`, each with all its values and one key.

    columns: the raw columns (name, type). first: rows are numbered from the one after it. Raises ChangesLost when a
    value that was left as it was has never been received.
    """
    _view(session, "told", folder / SEEN / "part-*.parquet")
    emptied = [int(str(row[0])) for row in session.rows(_EMPTIED)]
    _view(session, "before", known(None if emptied else session.table(_UNTOLD_KEYS)))
    session.execute(_GONE_TABLE)
    last = -1
    for seq in emptied:
        session.execute(_GONE_TOUCHED, {"seq": seq, "last": last})
        if last < 0:
            session.execute(_GONE_UNTOUCHED, {"seq": seq})
        last = seq
    _fill(session, [name for name, _ in columns])
    session.write_parquet(_rows(columns, first), folder / "rows" / "part-0.parquet")
    session.execute("DROP TABLE gone; DROP TABLE filled; DROP TABLE untold; DROP VIEW told; DROP VIEW before")


def _view(session: Session, name: str, files: Path) -> None:
    view = f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM read_parquet({literal(str(files))})"  # noqa: S608 - file names
    session.execute(view)


def _fill(session: Session, names: Sequence[str]) -> None:
    """Fill the table ``filled`` with the changes whose values were not all told, each value as ``{'v': value}``.

    A value that was not told is the one that stood there last: after a change before, else before all of them.
    """
    values = ", ".join(quoted(name) for name in names)
    held = {column.name for column in session.describe("FROM before")}
    stood = ", ".join(quoted(name) for name in names if name in held)
    events = (
        f"SELECT {values}, _source_key, _seq, _op, _same FROM told WHERE _source_key IN (FROM untold) "  # noqa: S608 - column names
        f"UNION ALL BY NAME SELECT {stood}, _source_key, -1 AS _seq, 'R' AS _op FROM before "
        "WHERE _source_key IN (FROM untold)"
    )
    filled = ", ".join(_filled(name) for name in names)
    made = (
        f"CREATE OR REPLACE TEMP TABLE filled AS SELECT {filled}, _seq, _same FROM ({events}) "  # noqa: S608 - column names
        "WINDOW earlier AS (PARTITION BY _source_key ORDER BY _seq ROWS UNBOUNDED PRECEDING)"
    )
    session.execute(_UNTOLD_TABLE)
    session.execute(made)
    session.execute("DELETE FROM filled WHERE _same IS NULL")
    unknown = " OR ".join(f"{quoted(name)} IS NULL" for name in names)
    (missing,), *_ = session.rows(f"SELECT count(*) FROM filled WHERE {unknown}")  # noqa: S608 - column names
    if missing:
        raise ChangesLost("updates leave values as they were that have never been received", received=missing)


def _filled(name: str) -> str:
    value, own = f"{{'v': {quoted(name)}}}", f"coalesce(list_contains(_same, {literal(name)}), false)"
    last = f"last_value(CASE WHEN _op <> 'D' AND NOT {own} THEN {value} END IGNORE NULLS) OVER earlier"
    return f"CASE WHEN {own} THEN {last} ELSE {value} END AS {quoted(name)}"


def _rows(columns: Sequence[tuple[str, str]], first: int) -> str:
    """Return the SELECT of the raw rows: told ones, filled ones and those of emptied tables, numbered anew."""
    names = [name for name, _ in columns]
    told = [f"told.{name}" for name in (*SYSTEM, *TOLD)]
    gone = [{"told._op": "'D' AS _op", "told._source_key": "gone.key AS _source_key"}.get(name, name) for name in told]
    whole = ", ".join([*(quoted(name) for name in names), *told])
    values = ", ".join([*(f"filled.{quoted(name)}.v AS {quoted(name)}" for name in names), *told])
    empty = ", ".join([*(f"CAST(NULL AS {kind}) AS {quoted(name)}" for name, kind in columns), *gone])
    digest = row_digest([exp.column(exp.to_identifier(name, quoted=True)) for name in names]).sql("duckdb")
    mended = f"SELECT {values} FROM filled JOIN told ON filled._seq = told._seq"  # noqa: S608 - column names
    rows = (
        f"SELECT {whole} FROM told WHERE _op <> 'T' AND _same IS NULL "  # noqa: S608 - column names
        f"UNION ALL SELECT * REPLACE ({digest} AS _row_digest) FROM ({mended}) "
        f"UNION ALL SELECT {empty} FROM gone JOIN told ON gone.seq = told._seq"
    )
    number = f"CAST({first:d} + row_number() OVER (ORDER BY _seq, _source_key) AS BIGINT)"
    return f"SELECT * REPLACE ({number} AS _seq) FROM ({rows}) ORDER BY _seq"  # noqa: S608 - column names
