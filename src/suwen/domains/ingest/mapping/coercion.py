"""Parsers of received values, as SQL that both engines run.

Every parser takes an expression and gives NULL where the value cannot be read; `reads()` picks the parser by the
type the source delivers and the type the element wants. Empty text and text of blanks count as no value.

    dates      2023-02-28  2023/2/28  2023.2.28  2023年2月28日  20230228  with or without a time of day
    datetimes  2023-02-28 08:30[:15[.123]]  2023-02-28T08:30:15+08:00  20230228083015  202302280830  2023年2月28日8时
    numbers    12  -3.50  １２．５  1,234,567.8  1e3
    booleans   1 0 true false t f yes no y n 是 否 有 无

0000-00-00 and 20230231 are no dates and come out as NULL, hence in quarantine. Times with an offset are brought to
the platform's wall clock (UTC+8, China Standard Time).
"""

from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from suwen.domains.ingest.mapping.template import case, fill
from suwen.domains.lake.public import register_function

Want = Literal["string", "integer", "decimal", "date", "datetime", "boolean"]

BLANKS = " \t\r\n\u00a0\u3000\ufeff"
_WIDE = "０１２３４５６７８９．，＋－：／　"
_NARROW = "0123456789.,+-:/ "

# Trimming is slow, looking at the ends is not: below '!' stand the blanks of ASCII, beyond '~' the wide ones.
_WIDE_BLANKS = "\u00a0\u3000\ufeff"
_BEGINS = "x < '!' OR (x > '~' AND (" + " OR ".join(f"x LIKE '{blank}%'" for blank in _WIDE_BLANKS) + "))"
_ENDS = " OR ".join(f"x LIKE '%{blank}'" for blank in BLANKS)
_TEXT = register_function(
    "ingest_text", "x", f"NULLIF(CASE WHEN {_BEGINS} OR {_ENDS} THEN TRIM(x, '{BLANKS}') ELSE x END, '')"
)
# An expression of its own is not to be computed three times.
_TEXT_OF_EXPRESSION = f"NULLIF(TRIM(x, '{BLANKS}'), '')"
_NARROWED = f"TRANSLATE(x, '{_WIDE}', '{_NARROW}')"
_WHOLE_DOUBLE = register_function(
    "ingest_number_text",
    "x",
    "CASE WHEN x = FLOOR(x) AND ABS(x) < 9007199254740992 THEN CAST(CAST(x AS BIGINT) AS TEXT) "
    "ELSE CAST(x AS TEXT) END",
)

_DATE_PARTS = (
    "^([0-9]{4})(?:-|/|[.]|年)([0-9]{1,2})(?:-|/|[.]|月)([0-9]{1,2})日?"
    "(?:[ T]*([0-9]{1,2})(?:(?::|时|点)([0-9]{1,2})(?:(?::|分)([0-9]{1,2})秒?([.][0-9]{1,6})?[0-9]{0,3}|分)?|时|点))?"
    "(Z|[+]00(?::?00)?|[+]08(?::?00)?)?$"
)
_NUMBER = "^[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)([.][0-9]*)?([eE][+-]?[0-9]{1,2})?$"
_WHOLE = "^[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)([.]0*)?$"
_FRACTION = "^[+-]?[.][0-9]+$"

# The usual shapes come first: LIKE with a fixed length costs a tenth of a regular expression. Comparing with '0001'
# keeps out the year 0 and a leading sign, which DuckDB would read as years before Christ.
_PART = {
    name: f"REGEXP_EXTRACT({_NARROWED}, '{_DATE_PARTS}', {group})"
    for group, name in enumerate(("year", "month", "day", "hour", "minute", "second", "fraction", "zone"), start=1)
}
_SLOW_DATETIME = f"""
CASE WHEN {_PART["hour"]} = '24' THEN NULL ELSE
  TRY_CAST(CONCAT({_PART["year"]}, '-', {_PART["month"]}, '-', {_PART["day"]}, ' ',
                  CASE WHEN {_PART["hour"]} = '' THEN '00' ELSE {_PART["hour"]} END, ':',
                  CASE WHEN {_PART["minute"]} = '' THEN '00' ELSE {_PART["minute"]} END, ':',
                  CASE WHEN {_PART["second"]} = '' THEN '00' ELSE {_PART["second"]} END, {_PART["fraction"]})
           AS TIMESTAMP)
  + CASE WHEN {_PART["zone"]} = 'Z' OR {_PART["zone"]} LIKE '+00%' THEN INTERVAL '8' HOUR ELSE INTERVAL '0' HOUR END
END
"""
_DATETIME = register_function(
    "ingest_datetime",
    "x",
    f"""
CASE
  WHEN x LIKE '____-__-__' AND x >= '0001' THEN TRY_CAST(x AS TIMESTAMP)
  WHEN x LIKE '____-__-__ 24:00:00' AND x >= '0001' THEN TRY_CAST(SUBSTR(x, 1, 10) AS TIMESTAMP) + INTERVAL '1' DAY
  WHEN x LIKE '____-__-__ 24%' THEN NULL
  WHEN x LIKE '____-__-__ __:__:__' AND x >= '0001' THEN TRY_CAST(x AS TIMESTAMP)
  WHEN x < '0001' THEN NULL
  WHEN REGEXP_LIKE(x, '^[0-9]{{8}}$')
    THEN TRY_CAST(CONCAT(SUBSTR(x, 1, 4), '-', SUBSTR(x, 5, 2), '-', SUBSTR(x, 7, 2)) AS TIMESTAMP)
  WHEN REGEXP_LIKE(x, '^[0-9]{{8}}([01][0-9]|2[0-3])[0-9]{{2}}([0-9]{{2}})?$')
    THEN TRY_CAST(CONCAT(SUBSTR(x, 1, 4), '-', SUBSTR(x, 5, 2), '-', SUBSTR(x, 7, 2), ' ', SUBSTR(x, 9, 2), ':',
                         SUBSTR(x, 11, 2), ':', CASE WHEN LENGTH(x) = 14 THEN SUBSTR(x, 13, 2) ELSE '00' END)
                  AS TIMESTAMP)
  WHEN REGEXP_LIKE({_NARROWED}, '{_DATE_PARTS}') AND {_NARROWED} >= '0001' THEN {_SLOW_DATETIME}
END
""",
)

_PLAIN_NUMBER = register_function("ingest_plain_number", "x", "REGEXP_LIKE(x, '^-?[0-9]+([.][0-9]+)?$')")
_OTHER_NUMBER = register_function(
    "ingest_other_number",
    "x",
    f"""
CASE WHEN REGEXP_LIKE({_NARROWED}, '{_NUMBER}') OR REGEXP_LIKE({_NARROWED}, '{_FRACTION}')
     THEN REPLACE({_NARROWED}, ',', '') END
""",
)
_INTEGER = register_function(
    "ingest_integer",
    "x",
    f"""
CASE
  WHEN REGEXP_LIKE(x, '^-?[0-9]+$') THEN TRY_CAST(x AS BIGINT)
  WHEN REGEXP_LIKE({_NARROWED}, '{_WHOLE}')
    THEN TRY_CAST(REGEXP_EXTRACT(REPLACE({_NARROWED}, ',', ''), '^[+-]?[0-9]+', 0) AS BIGINT)
END
""",
)
_BOOLEAN = register_function(
    "ingest_boolean",
    "x",
    """
CASE WHEN LOWER(x) IN ('1', 'true', 't', 'y', 'yes', '是', '有') THEN TRUE
     WHEN LOWER(x) IN ('0', 'false', 'f', 'n', 'no', '否', '无') THEN FALSE END
""",
)
# An infinite date of PostgreSQL and a year beyond 9999 are no dates of a record.
_IN_CALENDAR = "CASE WHEN x >= DATE '0001-01-01' AND x < DATE '9999-12-31' THEN x END"


@dataclass(frozen=True)
class Target:
    """What an element of a standard dataset wants: its type, and precision and scale of a decimal."""

    want: Want
    precision: int = 18
    scale: int = 4


_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
_FLOATS = {"FLOAT", "DOUBLE"}


def family(duck_type: str) -> str:
    """Return the family of a DuckDB type name: text, integer, float, decimal, date, timestamp, timestamptz, boolean."""
    name = duck_type.upper()
    if name in _INTEGERS:
        return "integer"
    if name in _FLOATS:
        return "float"
    if name.startswith("DECIMAL"):
        return "decimal"
    if name == "TIMESTAMP WITH TIME ZONE":
        return "timestamptz"
    if name.startswith("TIMESTAMP"):
        return "timestamp"
    return {"DATE": "date", "BOOLEAN": "boolean", "VARCHAR": "text", '"NULL"': "text"}.get(name, "other")


def as_text(value: exp.Expr, duck_type: str) -> exp.Expr:
    """Return `value` as trimmed text, NULL when blank; a whole number of a float column loses its ``.0``."""
    kind = family(duck_type)
    if isinstance(value, exp.Literal) and value.is_string:
        return value.copy() if value.name.strip(BLANKS) == value.name and value.name else exp.null()
    if kind == "float":
        return _WHOLE_DOUBLE(value)
    if kind == "text":
        return _TEXT(value) if isinstance(value, exp.Column) else fill(_TEXT_OF_EXPRESSION, x=value)
    return exp.cast(value.copy(), "TEXT")


def parse_text(target: Target, value: exp.Expr) -> exp.Expr:
    """Return trimmed text `value` as the target's type, NULL where it cannot be read."""
    match target.want:
        case "string":
            return value.copy()
        case "boolean":
            return _BOOLEAN(value)
        case "integer":
            return _INTEGER(value)
        case "decimal":
            # Cast straight to the wanted width: DECIMAL(38, …) takes 128-bit arithmetic and is 250 times slower.
            other = _try_decimal(_OTHER_NUMBER(value), target)
            return case([(_PLAIN_NUMBER(value), _try_decimal(value, target))], other)
        case "date":
            return exp.cast(_DATETIME(value), "DATE")
        case "datetime":
            return _DATETIME(value)


def read_value(target: Target, value: exp.Expr, duck_type: str) -> exp.Expr | None:
    """Return `value` of a typed source column as the target's type, or None when it has to be read as text."""
    kind, want = family(duck_type), target.want
    if want in ("date", "datetime") and kind in ("date", "timestamp", "timestamptz"):
        held: exp.Expr = fill(_IN_CALENDAR, x=value)
        if kind == "timestamptz":
            # The engines run in UTC, so the plain cast gives the UTC clock.
            held = fill(
                "CASE WHEN CAST(x AS TIMESTAMP) >= DATE '0001-01-01' AND CAST(x AS TIMESTAMP) < DATE '9999-12-31' "
                "THEN CAST(x AS TIMESTAMP) + INTERVAL '8' HOUR END",
                x=value,
            )
        return exp.cast(held, "DATE" if want == "date" else "TIMESTAMP")
    if want == "decimal" and kind in ("integer", "float", "decimal"):
        return _try_decimal(value, target)
    if want == "integer" and kind == "integer":
        return exp.TryCast(this=value.copy(), to=exp.DataType.build("BIGINT"))
    if want == "integer" and kind in ("float", "decimal"):
        return fill("CASE WHEN x = FLOOR(x) THEN TRY_CAST(x AS BIGINT) END", x=value)
    if want == "boolean" and kind == "boolean":
        return value.copy()
    return None


def _try_decimal(value: exp.Expr, target: Target) -> exp.Expr:
    kind = exp.DataType.build(f"DECIMAL({target.precision}, {target.scale})", dialect="duckdb")
    return exp.TryCast(this=value.copy(), to=kind)
