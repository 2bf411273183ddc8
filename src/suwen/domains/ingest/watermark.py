"""The boundary of an incremental capture: where to begin again, and which rows of the overlap are known already."""

from sqlglot import exp

from suwen.domains.ingest.mapping.template import fill
from suwen.domains.ingest.session import Session


def since_value(session: Session, high_water: str, overlap_seconds: int) -> str:
    """Return the high-water mark minus the overlap, for a mark that is a time; another mark (a number) as it is."""
    found = session.rows(
        "SELECT COALESCE((TRY_CAST($mark AS TIMESTAMP) - to_seconds($overlap))::VARCHAR, $mark)",
        {"mark": high_water, "overlap": overlap_seconds},
    )
    return str(found[0][0])


def known_rows(raw_table: str, column: str) -> exp.Select:
    """Return _source_key and _row_digest of the newest raw row of each key at or after $since.

    Columns that hold times are compared as such; the overlap is read again, and only what is new or changed is kept.
    """
    value = exp.column(exp.to_identifier(column, quoted=True))
    recent = fill(
        "COALESCE(TRY_CAST(CAST(c AS TEXT) AS TIMESTAMP) >= TRY_CAST(s AS TIMESTAMP), CAST(c AS TEXT) >= s, FALSE)",
        c=value,
        s=exp.Placeholder(this="since"),
    )
    newest = fill("ROW_NUMBER() OVER (PARTITION BY _source_key ORDER BY _batch_id DESC, _seq DESC)")
    ranked = exp.select("_source_key", "_row_digest", exp.alias_(newest, "_newest"))
    ranked = ranked.from_(exp.to_table(f"raw.{raw_table}")).where(recent)
    return exp.select("_source_key", "_row_digest").from_(ranked.subquery("ranked")).where(fill("_newest = 1"))
