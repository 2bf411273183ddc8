"""What must hold at the end, whatever was killed."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from bench.surviving.hospital import KEYS_APART, TABLES, Hospital, copied
from suwen.domains.lake.public import Lake
from suwen.kernel.scope import Scope

_SOURCE = "SELECT id, pid, dept, started, version FROM visits_{}"
_STD = """
SELECT encounter_id::INT AS id, patient_id AS pid, dept_code AS dept, started_at::TIMESTAMP AS started,
       total_cost::BIGINT AS version FROM std.encounter
"""
_RAW = """
SELECT _source_key::INT AS id, _op AS op, version::BIGINT AS version, _batch_id AS b, _seq AS s FROM raw.followed__{}
"""
_ROWS_AMISS = """
WITH theirs AS (SELECT * FROM read_csv($file, header = false, columns =
  {'id': 'INT', 'pid': 'VARCHAR', 'dept': 'VARCHAR', 'started': 'TIMESTAMP', 'version': 'BIGINT'}))
SELECT id // $apart AS place, count(*) AS n
FROM ((FROM ours EXCEPT ALL FROM theirs) UNION ALL (FROM theirs EXCEPT ALL FROM ours)) GROUP BY 1
"""
_RESULTS = """
SELECT report_id AS report, list(value ORDER BY _batch_id, _seq) AS held FROM raw.lis__results GROUP BY 1
"""
_CHANGES_AMISS = """
WITH held AS (
  SELECT id, list(op || CASE op WHEN 'D' THEN '' ELSE version::VARCHAR END ORDER BY b, s) FILTER (op <> 'R') AS changes,
         max(version) FILTER (op = 'R') AS begun, count(*) FILTER (op = 'R') AS times
  FROM ours GROUP BY 1
), made AS (
  SELECT id, list(op || CASE op WHEN 'D' THEN '' ELSE version::VARCHAR END ORDER BY version) AS changes
  FROM read_csv($file, header = false, columns =
    {'tab': 'VARCHAR', 'id': 'INT', 'op': 'VARCHAR', 'version': 'BIGINT'}) WHERE tab = $table GROUP BY 1
), paired AS (
  SELECT coalesce(held.changes, []) AS h, coalesce(made.changes, []) AS m, begun, coalesce(times, 0) AS times
  FROM held FULL JOIN made USING (id)
), split AS (SELECT *, list_slice(m, 1, len(m) - len(h)) AS before FROM paired)
SELECT count(*) FROM split
WHERE len(h) > len(m) OR list_slice(m, len(m) - len(h) + 1, len(m)) <> h OR times > 1
   OR (len(before) > 0 AND CASE before[-1][1] WHEN 'D' THEN begun IS NOT NULL
                           ELSE begun IS DISTINCT FROM before[-1][2:]::BIGINT END)
"""


def rows_amiss(hospital: Hospital, lake: Lake, folder: Path) -> dict[str, int]:
    """Return by table how many rows are in the source or in std alone."""
    queries = [_SOURCE.format(name) for name in TABLES]
    with hospital.connected() as connection:
        file = copied(connection, " UNION ALL ".join(queries), folder / "source.csv")
    values = {"file": str(file), "apart": KEYS_APART}
    found = dict(_rows(_ROWS_AMISS, lake.select(_STD, scope=Scope.everything()), values))
    return {name: int(found.get(place, 0)) for place, name in enumerate(TABLES)}


def changes_amiss(hospital: Hospital, lake: Lake, table: str, folder: Path) -> int:
    """Return of how many keys raw does not hold every change once, in order, behind the row as first read."""
    with hospital.connected() as connection:
        file = copied(connection, "SELECT tab, id, op, version FROM truth", folder / "truth.csv")
    ours = lake.select(_RAW.format(table), scope=Scope.everything())
    return _counted(_CHANGES_AMISS, ours, {"file": str(file), "table": table})


def reports_amiss(lake: Lake, acknowledged: dict[str, list[str]]) -> int:
    """Return of how many reports raw does not hold every acknowledged result once, in its order."""
    held = {row["report"]: row["held"] for row in lake.select(_RESULTS, scope=Scope.everything()).to_pylist()}
    return sum(held.get(report) != acknowledged.get(report) for report in held.keys() | acknowledged.keys())


def _counted(query: str, ours: pa.Table, values: dict[str, Any]) -> int:
    return int(_rows(query, ours, values)[0][0])


def _rows(query: str, ours: pa.Table, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with duckdb.connect() as work:
        work.register("ours", ours)
        return work.execute(query, values).fetchall()
