"""What differs between the databases behind ODBC drivers: how their SQL is written and where their tables are listed.

Read of the vendors' manuals; tried on PostgreSQL, MariaDB and SQLite (`tests/ingest/test_odbc_source.py`). Of the
others (UNTRIED) the statements alone are tested.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

_INFORMATION_SCHEMA = (
    "SELECT table_schema, table_name, table_type FROM information_schema.tables "
    "WHERE table_schema NOT IN ('information_schema', 'INFORMATION_SCHEMA', 'pg_catalog', 'sys', 'mysql', "
    "'performance_schema', 'sys_catalog', 'xlog_record_read') ORDER BY 1, 2"
)
_OWNERS = (
    "SELECT owner, table_name, 'TABLE' FROM all_tables WHERE owner NOT IN ({hidden}) UNION ALL "
    "SELECT owner, view_name, 'VIEW' FROM all_views WHERE owner NOT IN ({hidden}) ORDER BY 1, 2"
)
_ORACLE = "'SYS', 'SYSTEM', 'XDB', 'MDSYS', 'CTXSYS', 'WMSYS', 'ORDSYS', 'ORDDATA', 'OLAPSYS', 'LBACSYS', 'DBSNMP'"
# Tables of hospitals often lie under SYSDBA.
_DM = "'SYS', 'SYSAUDITOR', 'SYSSSO', 'CTISYS'"
_MOMENT, _SECOND, _DAY = "YYYY-MM-DD HH24:MI:SS.FF6", "YYYY-MM-DD HH24:MI:SS", "YYYY-MM-DD"


@dataclass(frozen=True)
class Dialect:
    """sqlglot: its name there. tables: the statement that lists schema, name and kind of all tables.

    moments: how a moment is written where a text would be read by a session's settings.
    """

    sqlglot: str
    tables: str
    moments: str = "text"

    def since(self, column: str, value: str) -> exp.Expr:
        """Return that a column is at or after a value, as the source writes it."""
        name, text = exp.column(exp.to_identifier(column, quoted=True)), exp.Literal.string(value)
        if self.moments == "text" or not _is_moment(value):
            return name >= text
        if self.moments == "cast":
            return name >= exp.cast(text, "timestamp")
        form = _MOMENT if "." in value else _SECOND if ":" in value else _DAY
        return name >= exp.Anonymous(this="TO_TIMESTAMP", expressions=[text, exp.Literal.string(form)])


DIALECTS: dict[str, Dialect] = {
    "sqlserver": Dialect("tsql", _INFORMATION_SCHEMA, "cast"),
    "oracle": Dialect("oracle", _OWNERS.format(hidden=_ORACLE), "function"),
    "dm": Dialect("oracle", _OWNERS.format(hidden=_DM), "function"),
    "kingbase": Dialect("postgres", _INFORMATION_SCHEMA),
    "postgres": Dialect("postgres", _INFORMATION_SCHEMA),
    "mysql": Dialect("mysql", _INFORMATION_SCHEMA),
    "sqlite": Dialect(
        "sqlite", "SELECT '', name, upper(type) FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY 2"
    ),
    "other": Dialect("", _INFORMATION_SCHEMA),
}
UNTRIED = ("sqlserver", "oracle", "dm", "kingbase")


def _is_moment(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return not value.isdigit()
