"""Column types of the lake, written alike for both engines, Delta and Arrow.

string, integer (64 bit), int (32 bit), decimal(p,s), double, date, datetime (microseconds, no zone), boolean, binary.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

import pyarrow as pa

from suwen.domains.lake.errors import InvalidTable

DEFAULT_DECIMAL = "decimal(18,4)"
_SAME = {
    "string": "string", "varchar": "string", "text": "string",
    "integer": "integer", "bigint": "integer", "long": "integer",
    "int": "int", "int32": "int",
    "decimal": DEFAULT_DECIMAL, "numeric": DEFAULT_DECIMAL,
    "double": "double", "float": "double",
    "date": "date",
    "datetime": "datetime", "timestamp": "datetime",
    "boolean": "boolean", "bool": "boolean",
    "binary": "binary", "blob": "binary",
}  # fmt: skip
_ARROW: dict[str, pa.DataType] = {
    "string": pa.string(), "integer": pa.int64(), "int": pa.int32(), "double": pa.float64(), "date": pa.date32(),
    "datetime": pa.timestamp("us"), "boolean": pa.bool_(), "binary": pa.binary(),
}  # fmt: skip
_SQL = {
    "string": "VARCHAR", "integer": "BIGINT", "int": "INT", "double": "DOUBLE", "date": "DATE",
    "datetime": "TIMESTAMP", "boolean": "BOOLEAN", "binary": "BLOB",
}  # fmt: skip
_DECIMAL = re.compile(r"(?:decimal|numeric)\(\s*(\d+)\s*,\s*(\d+)\s*\)")


def normal_type(text: str) -> str:
    """Return the one way to write a type; raises InvalidTable for an unknown one.

    >>> normal_type("VARCHAR"), normal_type("decimal"), normal_type("DECIMAL(10, 2)")
    ('string', 'decimal(18,4)', 'decimal(10,2)')
    """
    lower = text.strip().lower()
    if found := _DECIMAL.fullmatch(lower):
        precision, scale = int(found[1]), int(found[2])
        if 1 <= precision <= 38 and scale <= precision:
            return f"decimal({precision},{scale})"
    elif lower in _SAME:
        return _SAME[lower]
    raise InvalidTable("unknown column type", received=text, allowed=[*sorted(_SAME), "decimal(p,s)"])


def decimal_of(type_: str) -> tuple[int, int] | None:
    """Return precision and scale of a decimal type, None for others."""
    found = _DECIMAL.fullmatch(type_)
    return (int(found[1]), int(found[2])) if found else None


@lru_cache(maxsize=256)
def arrow_type(type_: str) -> pa.DataType:
    """Return the Arrow type."""
    numbers = decimal_of(type_)
    return pa.decimal128(*numbers) if numbers else _ARROW[type_]


def sql_type(type_: str) -> str:
    """Return the type as DuckDB writes it; sqlglot writes it for other engines."""
    return type_.upper() if decimal_of(type_) else _SQL[type_]


def arrow_schema(exported: object) -> pa.Schema:
    """Return any exported Arrow schema as pyarrow's."""
    schema: pa.Schema = pa.schema(cast(Any, exported))
    return schema


def arrow_fields(schema: pa.Schema) -> list[tuple[str, pa.DataType]]:
    """Return the names and types of a schema, in order."""
    fields = cast("list[Any]", list(schema))
    return [(str(field.name), field.type) for field in fields]


def type_of(arrow: pa.DataType) -> str:
    """Return the lake's type that holds every value of an Arrow type; raises InvalidTable when there is none."""
    if isinstance(arrow, pa.Decimal128Type):
        return f"decimal{str(cast(object, arrow)).removeprefix('decimal128').replace(' ', '')}"
    if arrow in _EXACT:
        return _EXACT[arrow]
    for test, type_ in _KINDS:
        if test(arrow):
            return type_
    raise InvalidTable("no column type for this Arrow type", received=str(arrow))


_EXACT: dict[pa.DataType, str] = {
    pa.int8(): "int", pa.int16(): "int", pa.int32(): "int", pa.uint8(): "int", pa.uint16(): "int",
    pa.int64(): "integer", pa.uint32(): "integer", pa.uint64(): "decimal(20,0)", pa.null(): "string",
    pa.string(): "string", pa.large_string(): "string", pa.string_view(): "string", pa.bool_(): "boolean",
    pa.binary(): "binary", pa.large_binary(): "binary",
}  # fmt: skip
_KINDS: tuple[tuple[Callable[[Any], bool], str], ...] = (
    (pa.types.is_dictionary, "string"), (pa.types.is_floating, "double"), (pa.types.is_date, "date"),
    (pa.types.is_timestamp, "datetime"), (pa.types.is_time, "string"),
)  # fmt: skip

WIDER: dict[str, tuple[str, ...]] = {
    "int": ("integer", "double", "string"),
    "integer": ("string",),
    "double": ("string",),
    "date": ("datetime", "string"),
    "datetime": ("string",),
    "boolean": ("string",),
}


def widens(old: str, new: str) -> bool:
    """Say whether every value of the old type can be kept in the new one.

    decimal(p,s) widens to decimals with at least as many digits on both sides; integers to decimals that hold them.
    """
    if old == new:
        return True
    target = decimal_of(new)
    if target:
        digits = target[0] - target[1]
        source = decimal_of(old)
        if source:
            return target[1] >= source[1] and digits >= source[0] - source[1]
        return digits >= {"int": 10, "integer": 19}.get(old, 99)
    if decimal_of(old):
        return new == "string"
    return new in WIDER.get(old, ())
