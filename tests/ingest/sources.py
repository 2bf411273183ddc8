"""Small sources for the tests: definitions over a folder of files or a DuckDB file."""

from pathlib import Path
from typing import Any

import psycopg

ORG = "12429099990000041Q"


def visits(connector: str, options: dict[str, Any], table: str | None = "visits.csv", **feed: Any) -> dict[str, Any]:
    """Return the definition of a source with one feed `t.visits` into encounter."""
    columns = {
        "encounter_id": "id",
        "patient_id": "pid",
        "encounter_type_code": {"expr": "kind", "map": {"O": "1", "E": "2", "I": "3"}, "default": "9"},
        "started_at": "started",
        "total_cost": "cost",
    }
    definition = {"code": "visits", "table": table, "dataset": "encounter", "key": ["id"], "columns": columns}
    source = {"code": "t", "title": "测试", "org_code": ORG, "connector": connector, "options": options}
    return {"source": source, "feeds": [definition | feed]}


def postgres_visits(connection: psycopg.Connection[Any], table: str | None = "visits", **feed: Any) -> dict[str, Any]:
    """Return `visits` of a table of the database that a connection is to."""
    info = connection.info
    options = {"host": info.host, "port": info.port, "database": info.dbname, "user": info.user}
    if info.password:
        options["password"] = info.password
    return visits("postgres", options, table, **feed)


HEADER = "id,pid,kind,started,cost\n"


def csv_source(folder: Path, text: str, **options: Any) -> dict[str, Any]:
    """Write visits.csv (header and `text`) and return the definition of its source."""
    (folder / "visits.csv").write_text(HEADER + text, encoding="utf-8")
    return visits("files", {"path": str(folder), **options})
