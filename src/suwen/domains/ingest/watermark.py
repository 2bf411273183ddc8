"""The boundary of an incremental capture: where to begin again, and which rows of the overlap are known already."""

import math
from pathlib import Path

from sqlglot import exp

from suwen.domains.ingest.mapping.template import fill
from suwen.domains.ingest.rawrows import CaptureJob
from suwen.domains.ingest.rawtable import raw_name
from suwen.domains.ingest.session import Session, literal, quoted
from suwen.kernel.clock import now

# Each piece's newest value: of all pieces the greatest and the least.
_NEWEST = r"""
SELECT max(m)::VARCHAR, min(m)::VARCHAR, typeof(any_value(m)) FROM (
  SELECT max({column}) AS m FROM read_parquet({files}, filename = true)
  WHERE TRY_CAST({column}::VARCHAR AS TIMESTAMP) IS NULL
    OR TRY_CAST({column}::VARCHAR AS TIMESTAMP) <= $now + INTERVAL 2 DAY
  GROUP BY regexp_extract(filename, 'part-(\d+)-', 1))
"""
# So much earlier; a day remains a day.
_EARLIER = """
SELECT CASE WHEN length($mark) > 10 THEN back::VARCHAR ELSE back::DATE::VARCHAR END
FROM (SELECT TRY_CAST($mark AS TIMESTAMP) - to_seconds($seconds) AS back)
"""


def high_water(session: Session, folder: Path, job: CaptureJob, *, in_pieces: bool) -> str | None:
    """Return the newest value of the changing column, not beyond tomorrow: a wrong clock must not hide later rows.

    in_pieces: they saw the source one after another, so that a row may have changed behind one while a later one told a
    newer value. The mark then lies before all of them: by the time that the read took or, where it is no time (a
    number), at the least of what the newest of each piece is. Not so where pieces are cut by that very column, the
    first of the key: what changes leaves for where nothing was read yet.
    """
    if job.changing is None:
        return job.high_water
    column, files = quoted(raw_name(job.changing)), literal(str(folder / "*.parquet"))
    query = _NEWEST.format(column=column, files=files)
    ((newest, least, kind),) = session.rows(query, {"now": job.arrived_at.replace(tzinfo=None)})
    if newest is None:
        return job.high_water
    mark = str(newest)
    if in_pieces and job.changing.lower() != next(iter(job.key), "").lower():
        # Sources cut a moment down to a second.
        seconds = math.ceil((now() - job.arrived_at).total_seconds()) + 1
        ((earlier,),) = session.rows(_EARLIER, {"mark": mark, "seconds": seconds})
        mark = str(least if earlier is None else earlier)
    if job.high_water is None:
        return mark
    later = session.rows(f"SELECT greatest($a::{kind}, $b::{kind})::VARCHAR", {"a": mark, "b": job.high_water})
    return str(later[0][0])


def since_value(session: Session, high_water: str, overlap_seconds: int) -> str:
    """Return the high-water mark minus the overlap, for a mark that is a time; another mark (a number) as it is."""
    found = session.rows(
        "SELECT COALESCE((TRY_CAST($mark AS TIMESTAMP) - to_seconds($overlap))::VARCHAR, $mark)",
        {"mark": high_water, "overlap": overlap_seconds},
    )
    return str(found[0][0])


def known_rows(raw_table: str, column: str) -> exp.Select:
    """Return _source_key and _row_digest of the newest raw row of each key at or after $since.

    Times and numbers are compared as such; the overlap is read again, and only what is new or changed is kept.
    """
    value = exp.column(exp.to_identifier(column, quoted=True))
    recent = fill(
        "COALESCE(TRY_CAST(CAST(c AS TEXT) AS TIMESTAMP) >= TRY_CAST(s AS TIMESTAMP), "
        "TRY_CAST(CAST(c AS TEXT) AS DOUBLE) >= TRY_CAST(s AS DOUBLE), CAST(c AS TEXT) >= s, FALSE)",
        c=value,
        s=exp.Placeholder(this="since"),
    )
    newest = fill("ROW_NUMBER() OVER (PARTITION BY _source_key ORDER BY _batch_id DESC, _seq DESC)")
    ranked = exp.select("_source_key", "_row_digest", exp.alias_(newest, "_newest"))
    ranked = ranked.from_(exp.to_table(f"raw.{raw_table}")).where(recent)
    return exp.select("_source_key", "_row_digest").from_(ranked.subquery("ranked")).where(fill("_newest = 1"))
