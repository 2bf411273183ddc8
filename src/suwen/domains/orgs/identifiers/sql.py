"""The identifier rules as sqlglot expressions, the same on DuckDB and Spark.

Only functions that both engines have are used; write an expression with ``.sql("duckdb")`` or ``.sql("spark")``. It is
NULL where its column is NULL: an empty value is neither valid nor invalid.
"""

from collections.abc import Callable, Mapping
from functools import cache

import sqlglot
from sqlglot import exp

from suwen.domains.orgs.identifiers.organisation import USCC_ALPHABET, USCC_WEIGHTS
from suwen.domains.orgs.identifiers.resident import CHECKS, PATTERN_15, PATTERN_18, WEIGHTS

PHONE_PATTERN = "^(?:1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}|[0-9]{7,8})$"
"""A mobile number, or a landline number with or without its area code."""
DIVISION_PATTERN = "^[1-9][0-9]{5}(?:[0-9]{3}(?:[0-9]{3})?)?$"
"""A division code of county, township or village level: 6, 9 or 12 digits, GB/T 2260 and GB/T 10114."""

# `value` stands for the checked column. ASCII('0') is 48, so 48 times the sum of the weights comes off.
_RESIDENT_ID = f"""
CASE
  WHEN value IS NULL THEN NULL
  WHEN LENGTH(value) = 18 AND REGEXP_MATCHES(value, '{PATTERN_18}') THEN
    (SUBSTR(value, 11, 4) <> '0229' OR (
      TRY_CAST(SUBSTR(value, 7, 4) AS INT) % 4 = 0 AND (
        TRY_CAST(SUBSTR(value, 7, 4) AS INT) % 100 <> 0 OR TRY_CAST(SUBSTR(value, 7, 4) AS INT) % 400 = 0)))
    AND UPPER(SUBSTR(value, 18, 1)) = SUBSTR('{CHECKS}', ({
    " + ".join(f"ASCII(SUBSTR(value, {place}, 1)) * {weight}" for place, weight in enumerate(WEIGHTS, start=1))
} - {48 * sum(WEIGHTS)}) % 11 + 1, 1)
  WHEN LENGTH(value) = 15 AND REGEXP_MATCHES(value, '{PATTERN_15}') THEN
    SUBSTR(value, 9, 4) <> '0229' OR (
      SUBSTR(value, 7, 2) <> '00' AND TRY_CAST(SUBSTR(value, 7, 2) AS INT) % 4 = 0)
  ELSE FALSE
END"""
_USCC = f"""
CASE
  WHEN value IS NULL THEN NULL
  WHEN LENGTH(value) = 18 AND REGEXP_MATCHES(value, '^[{USCC_ALPHABET}]+$') THEN
    SUBSTR(value, 18, 1) = SUBSTR('{USCC_ALPHABET}', (31 - ({
    " + ".join(
        f"(STRPOS('{USCC_ALPHABET}', SUBSTR(value, {place}, 1)) - 1) * {weight}"
        for place, weight in enumerate(USCC_WEIGHTS, start=1)
    )
}) % 31) % 31 + 1, 1)
  ELSE FALSE
END"""


def resident_id_valid_sql(column: str | exp.Expr) -> exp.Expr:
    """Return the condition of `resident_id_valid` over a text column (a name or an expression).

    For 18 characters: the shape, a day that exists, and
    ``UPPER(SUBSTR(x, 18, 1)) = SUBSTR('10X98765432', (ASCII(SUBSTR(x, 1, 1)) * 7 + ... - 4800) % 11 + 1, 1)``.
    """
    return _over(_RESIDENT_ID, column)


def uscc_valid_sql(column: str | exp.Expr) -> exp.Expr:
    """Return the condition of `uscc_valid` over a text column."""
    return _over(_USCC, column)


def phone_valid_sql(column: str | exp.Expr) -> exp.Expr:
    """Return the condition that a text column holds a phone number, see `PHONE_PATTERN`."""
    return _over(f"REGEXP_MATCHES(value, '{PHONE_PATTERN}')", column)


def division_valid_sql(column: str | exp.Expr) -> exp.Expr:
    """Return the condition that a text column has the shape of a division code, see `DIVISION_PATTERN`."""
    return _over(f"REGEXP_MATCHES(value, '{DIVISION_PATTERN}')", column)


CHECKS_SQL: Mapping[str, Callable[[str | exp.Expr], exp.Expr]] = {
    "resident_id": resident_id_valid_sql,
    "uscc": uscc_valid_sql,
    "phone": phone_valid_sql,
    "division": division_valid_sql,
}
"""The condition builder for every kind of check that an element of a dataset can name."""


def _over(rule: str, column: str | exp.Expr) -> exp.Expr:
    target = exp.column(column) if isinstance(column, str) else column

    def put(node: exp.Expr) -> exp.Expr:
        return target.copy() if isinstance(node, exp.Column) else node

    return exp.paren(_parsed(rule).copy()).transform(put)


@cache
def _parsed(rule: str) -> exp.Expr:
    return sqlglot.parse_one(rule, read="duckdb")
