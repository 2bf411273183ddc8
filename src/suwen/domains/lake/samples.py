"""Statements of the portable SQL subset, and those that the lake itself makes, for the engines' conformance suite."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa

from suwen.domains.lake.schemas import ColumnSpec, TableSpec
from suwen.domains.lake.statements import StatementSample
from suwen.kernel.scope import Scope

FACT = TableSpec(
    "std",
    "sample",
    (
        ColumnSpec("org_code", "string"),
        ColumnSpec("patient_key", "string"),
        ColumnSpec("bucket", "int"),
        ColumnSpec("id", "string"),
        ColumnSpec("name", "string", 4, "name"),
        ColumnSpec("id_no", "string", 4, "id_number"),
        ColumnSpec("phone", "string", 4, "phone"),
        ColumnSpec("address", "string", 4, "address"),
        ColumnSpec("card", "string", 4, "card"),
        ColumnSpec("birth", "date", 3, "birth_date"),
        ColumnSpec("happened_at", "datetime"),
        ColumnSpec("day", "date"),
        ColumnSpec("amount", "decimal(18,4)"),
        ColumnSpec("days", "integer"),
        ColumnSpec("ok", "boolean"),
        ColumnSpec("code", "string"),
    ),
    key=("org_code", "id"),
    sort=("patient_key", "happened_at"),
    partition="bucket",
    buckets=4,
)
CODES = pa.table({"value_set": ["s", "s", "t"], "code": ["a", "b", "z"], "title": ["甲", "乙", None]})
_KEYS = ("00" + "1" * 22, "7f" + "2" * 22, "a3" + "3" * 22)


def fact_rows() -> pa.Table:
    """Return rows with NULLs, empty texts, Chinese, leap days and negative amounts."""
    rows = [
        {
            "org_code": "AB"[n % 2],
            "patient_key": _KEYS[n % 3],
            "id": f"r{n:02d}",
            "name": ("张三丰", "李", "", None)[n % 4],
            "id_no": ("110101199003070015", "12345", None)[n % 3],
            "phone": ("13912345678", "5551234", None)[n % 3],
            "address": ("浙江省杭州市西湖区", "某街", None)[n % 3],
            "card": ("6222021234567890", "123", None)[n % 3],
            "birth": (date(1990, 5, 17), date(2024, 2, 29), None)[n % 3],
            "happened_at": None if n == 7 else datetime(2024, 1 + n % 12, 1 + n % 28, n % 24, 30, 15, 120000),
            "day": None if n == 8 else date(2024, 1 + n % 12, 28),
            "amount": None if n == 9 else Decimal(n * 37 - 90) / 8,
            "days": None if n % 5 == 4 else n % 7,
            "ok": (True, False, None)[n % 3],
            "code": ("a", "b", "c", " a ", None)[n % 5],
        }
        for n in range(24)
    ]
    return pa.Table.from_pylist(rows, schema=FACT.schema.remove(FACT.names.index("bucket")))


_PORTABLE = {
    "filter": "SELECT id FROM std.sample WHERE amount > 0 AND code IN ('a', 'b') AND NOT (ok IS NULL)",
    "values": "SELECT id FROM std.sample WHERE org_code = $org AND happened_at >= $since AND amount < $most",
    "group": "SELECT org_code, code, COUNT(*) AS n, SUM(amount) AS s, MIN(day) AS a, MAX(happened_at) AS b, "
    "COUNT(DISTINCT patient_key) AS p FROM std.sample GROUP BY org_code, code",
    "group_all": "SELECT org_code, DATE_TRUNC('month', happened_at) AS m, AVG(days) AS d FROM std.sample GROUP BY ALL",
    "filtered": "SELECT COUNT(*) FILTER (WHERE ok) AS n, SUM(days) FILTER (WHERE code = 'a') AS d FROM std.sample",
    "join": "SELECT v.id, c.title FROM std.sample v JOIN lookup.codes c ON c.code = v.code AND c.value_set = 's'",
    "left_join": "SELECT v.id, c.title IS NULL AS x FROM std.sample v LEFT JOIN lookup.codes c USING (code)",
    "semi": "SELECT id FROM std.sample SEMI JOIN (SELECT code FROM lookup.codes) c USING (code)",
    "anti": "SELECT v.id FROM std.sample v ANTI JOIN lookup.codes c ON v.code = c.code",
    "exists": "SELECT v.id FROM std.sample v WHERE EXISTS (SELECT 1 FROM lookup.codes c WHERE c.code = v.code)",
    "union": "SELECT id, 1 AS k FROM std.sample WHERE ok UNION ALL SELECT code, 2 FROM lookup.codes",
    "with": "WITH a AS (SELECT org_code, SUM(days) AS d FROM std.sample GROUP BY 1) SELECT MAX(d) AS m FROM a",
    "window": "SELECT id, ROW_NUMBER() OVER (PARTITION BY org_code ORDER BY amount NULLS LAST, id) AS n, "
    "LAG(days) OVER (PARTITION BY org_code ORDER BY id) AS d FROM std.sample",
    "qualify": "SELECT id FROM std.sample QUALIFY ROW_NUMBER() OVER (PARTITION BY patient_key ORDER BY id DESC) = 1",
    "sorted": "SELECT id, days FROM std.sample ORDER BY days DESC, id LIMIT 5 OFFSET 2",
    "nulls_last": "SELECT id FROM std.sample ORDER BY code, id LIMIT 22",
    "case": "SELECT id, CASE WHEN days > 3 THEN 'long' WHEN days IS NULL THEN NULL ELSE 'no' END AS c FROM std.sample",
    "coalesce": "SELECT id, COALESCE(code, 'x') AS a, NULLIF(code, 'a') AS b FROM std.sample",
    "texts": "SELECT id, UPPER(code) AS a, TRIM(code) AS b, LENGTH(name) AS c, SUBSTRING(id_no, 1, 6) AS d, "
    "code || '-' || org_code AS e, REPLACE(id, 'r', 'q') AS f, LPAD(CAST(days AS VARCHAR), 3, '0') AS g "
    "FROM std.sample",
    "positions": "SELECT id, INSTR('0123456789abcdef', SUBSTR(patient_key, 1, 1)) AS p FROM std.sample",
    "patterns": "SELECT id, REGEXP_MATCHES(id_no, '^[0-9]{17}[0-9X]$') AS a, code LIKE '%a%' AS b FROM std.sample",
    "digest": "SELECT id, MD5(org_code || '|' || id) AS k FROM std.sample",
    "casts": "SELECT id, CAST(days AS VARCHAR) AS a, CAST(amount AS DOUBLE) AS b, CAST(happened_at AS DATE) AS c, "
    "CAST(day AS TIMESTAMP) AS d FROM std.sample",
    "try_casts": "SELECT id, TRY_CAST(code AS BIGINT) AS a, TRY_CAST(id_no AS DECIMAL(20, 0)) AS b, "
    "TRY_CAST('2024-02-30' AS DATE) AS c FROM std.sample",
    "dates": "SELECT id, EXTRACT(YEAR FROM day) AS y, EXTRACT(MONTH FROM day) AS m, DATE_DIFF('day', birth, day) AS n, "
    "DATE_TRUNC('month', day) AS t, STRFTIME(happened_at, '%Y-%m-%d') AS s FROM std.sample",
    "intervals": "SELECT id, happened_at + INTERVAL 1 DAY AS a, CAST(day - INTERVAL 2 DAY AS DATE) AS b "
    "FROM std.sample",
    "numbers": "SELECT id, ROUND(CAST(amount AS DOUBLE), 2) AS a, ABS(amount) AS b, days % 3 AS c, "
    "CAST(days AS DOUBLE) / 4 AS d, GREATEST(days, 2) AS e FROM std.sample",
    "lists": "SELECT id FROM std.sample WHERE LIST_CONTAINS($codes, code)",
    "arg_max": "SELECT org_code, ARG_MAX(id, amount) AS a FROM std.sample GROUP BY org_code",
    "distinct": "SELECT DISTINCT org_code, ok FROM std.sample",
    "having": "SELECT code, COUNT(*) AS n FROM std.sample GROUP BY code HAVING COUNT(*) > 4",
    "scalar": "SELECT id FROM std.sample WHERE amount = (SELECT MAX(amount) FROM std.sample)",
    "no_table": "SELECT 1 AS a, 'x''y\\z' AS b",
}


def samples() -> Iterator[StatementSample]:
    """Yield the portable subset, then the scope's own statements."""
    rows = ((FACT, fact_rows()),)
    given: dict[str, object] = {
        "org": "A",
        "since": datetime(2024, 3, 1),
        "most": Decimal("50.5"),
        "codes": ["a", "c", "o'k"],
    }
    for name, sql in _PORTABLE.items():
        yield StatementSample(name, sql, rows, given, {"lookup.codes": CODES})
    scopes = {
        "masked": Scope(None, 4),
        "graded": Scope(None, 2),
        "one_org": Scope.of("A", grade=5, unmask=True),
        "no_org": Scope(frozenset()),
    }
    for name, scope in scopes.items():
        yield StatementSample(name, "SELECT * FROM std.sample", rows, scope=scope)
    yield StatementSample("patients", "SELECT * FROM std.sample", rows, patient_keys=_KEYS[:2])
