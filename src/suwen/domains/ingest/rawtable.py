"""The raw layer: names and types of the columns that keep a source row as received."""

import re
from dataclasses import dataclass

SYSTEM = ("_batch_id", "_op", "_source_key", "_row_digest", "_seq", "_arrived_at")
TOLD = ("_committed_at", "_sequence")
"""What a source that tells its changes says of each: when it was committed (UTC), and its place in their order."""
DIGEST_ALGORITHM = "duckdb-hash-63"

_FORBIDDEN = re.compile(r"[ ,;{}()\n\t=]")


@dataclass(frozen=True)
class SourceColumn:
    """A column of a source table or query: `name` as the source calls it, `type` as DuckDB delivers it.

    expression: how the connector's SELECT makes it, when not simply the column.
    """

    name: str
    type: str


def raw_table(source: str, feed: str) -> str:
    """Return the raw table of a feed: ``<source>__<feed>``."""
    return f"{source}__{feed}"


def raw_name(name: str) -> str:
    """Return the lake's name for a source column: Delta allows no blanks, brackets, commas, semicolons, = in it."""
    return _FORBIDDEN.sub("_", name)


def raw_type(duck_type: str) -> str:
    """Return the DuckDB type that a source column has in raw: its own where the lake can hold it, else text.

    HUGEINT becomes text (parquet would make a DOUBLE of it), UBIGINT DECIMAL(20, 0), every date type stays what it is.
    """
    name = duck_type.upper()
    match name:
        case "BOOLEAN" | "INTEGER" | "BIGINT" | "DOUBLE" | "DATE" | "TIMESTAMP" | "VARCHAR" | "BLOB":
            return name
        case "TINYINT" | "SMALLINT" | "UTINYINT" | "USMALLINT":
            return "INTEGER"
        case "UINTEGER":
            return "BIGINT"
        case "UBIGINT":
            return "DECIMAL(20,0)"
        case "FLOAT":
            return "DOUBLE"
        case "TIMESTAMP_S" | "TIMESTAMP_MS":
            return "TIMESTAMP"
        case _:
            return name if name.startswith("DECIMAL") else "VARCHAR"


def is_nested(duck_type: str) -> bool:
    """Say whether a type is a list, struct, map or union, which raw keeps as JSON text."""
    return duck_type.endswith("]") or duck_type.upper().startswith(("STRUCT(", "MAP(", "UNION("))
