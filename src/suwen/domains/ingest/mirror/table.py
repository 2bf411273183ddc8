"""The lake table of a mirror: the source's columns as raw has them, graded by the elements that they feed."""

from collections.abc import Sequence

from sqlglot import exp

from suwen.domains.ingest.mapping.template import fill
from suwen.domains.ingest.rowmasks import Rules
from suwen.domains.ingest.standardise import RAW_SYSTEM, RAW_TOLD
from suwen.domains.lake.public import ColumnSpec, TableSpec
from suwen.kernel.scope import HIGHEST_GRADE

UNGRADED = "ungraded"
"""Mask of a column that feeds no element. Nobody has said how sensitive it is, so the lake shows nothing of it but to
those who may read everything in the clear and ask for it."""
ARRIVED, BATCH, PLACE, KEY = "_arrived_at", "_batch_id", "_seq", "_source_key"
PART = "_part"
PART_ROWS, PARTS = 1 << 18, 64
"""Rows lie in the order in which they were read, so many in a part: what changes is often what came last, and a sync
leaves the other parts of a large table as they are."""
SYSTEM = (ColumnSpec(BATCH, "string"), ColumnSpec(PLACE, "integer"), ColumnSpec(ARRIVED, "datetime"),
          ColumnSpec(KEY, "string", HIGHEST_GRADE, UNGRADED), ColumnSpec(PART, "int"))  # fmt: skip
_NOT_OF_THE_SOURCE = {column.name for column in (*RAW_SYSTEM, *RAW_TOLD, *SYSTEM)}


def mirror_spec(name: str, columns: Sequence[ColumnSpec], rules: Rules) -> TableSpec:
    """Return the declaration of `mirror.<name>`: the source columns among these (of raw or mirror), then the system's.

    A row is named by the batch that brought it and its place there, for source keys may be empty or come twice.
    """
    own = [column for column in columns if column.name not in _NOT_OF_THE_SOURCE]
    graded = [ColumnSpec(c.name, c.type, *rules.get(c.name.lower(), (HIGHEST_GRADE, UNGRADED))) for c in own]
    return TableSpec("mirror", name, (*graded, *SYSTEM), key=(BATCH, PLACE), partition=PART)


def stored_columns(spec: TableSpec) -> list[str]:
    """Return the columns of a mirror that raw has too."""
    return [name for name in spec.names if name != PART]


def placed(rows: exp.Select) -> exp.Select:
    """Return the SELECT of raw rows with the part in which each is stored."""
    place = "CAST(FLOOR(CAST(MOD(_seq, wrap) AS DOUBLE) / part) AS INT)"
    part = fill(place, wrap=exp.Literal.number(PART_ROWS * PARTS), part=exp.Literal.number(PART_ROWS))
    return exp.select(exp.Star(), exp.alias_(part, PART)).from_(rows.subquery("rows"))
