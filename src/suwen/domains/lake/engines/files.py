"""Names and statistics of the files that an engine writes."""

from datetime import date, datetime
from pathlib import Path
from urllib.parse import quote

from suwen.domains.lake.schemas import StatValue, TableSpec
from suwen.kernel.ids import new_id

# A look-up reads whole row groups; smaller ones make full scans slower.
ROW_GROUP = 2_048
# Looking a key up costs with the number of row groups in its file, so a large bucket is several files.
FILE_ROWS = 128 * ROW_GROUP
_WITH_STATISTICS = ("string", "int", "integer", "date", "datetime")


def new_file(spec: TableSpec, folder: Path, value: str | None) -> Path:
    """Return the path of a new file; its name tells how many columns it was written with."""
    name = f"part-{len(spec.columns)}-{new_id().hex}.parquet"
    return (
        folder / name if spec.partition is None else folder / f"{spec.partition}={quote(value or '', safe='')}" / name
    )


def repeating_columns(spec: TableSpec) -> list[str]:
    """Return the columns that are worth a dictionary: not those whose values never come twice, nor the partition."""
    unique = {"source_key", spec.partition, *(name for name in spec.key if name != "org_code")}
    return [name for name in spec.names if name not in unique]


def statistic_columns(spec: TableSpec) -> dict[str, str]:
    """Return the columns whose bounds go into the log, with their types: never those of a direct identifier."""
    wanted = ("org_code", "patient_key", "feed", "batch_id", "_batch_id", *spec.key, *spec.sort)
    return {
        c.name: c.type
        for c in spec.columns
        if c.name in wanted and c.mask is None and c.name != spec.partition and c.type in _WITH_STATISTICS
    }


def statistic(text: str | None, type_: str) -> StatValue:
    """Return a bound as the Delta log holds it."""
    if text is None:
        return None
    if type_ in ("int", "integer"):
        return int(text)
    return text.replace(" ", "T") if type_ == "datetime" else text


def stored_bound(bound: object) -> StatValue:
    """Return a bound as the Delta log holds it, from the value itself."""
    if isinstance(bound, datetime):
        return bound.replace(tzinfo=None).isoformat()
    if isinstance(bound, date):
        return bound.isoformat()
    return bound if isinstance(bound, str | int | float) else str(bound)
