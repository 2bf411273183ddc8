"""The same table in every kind of source, for the connectors' conformance suite."""

import csv
import json
import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import duckdb
import psycopg
import pymysql
from confluent_kafka.admin import AdminClient, NewTopic

from tests.ingest.webservice import Answer, Asked, serve

NAMES = ("id", "name", "big", "amount", "born", "changed_at")
ROWS: list[tuple[str, str | None, str, str, str | None, str]] = [
    (
        "1",
        '汉字，"引号" 与\n换行',
        "9007199254740993",
        "12345678901234567890.123456789",
        "1958-03-02",
        "2024-01-01 08:00:00",
    ),
    ("2", None, "-9223372036854775808", "0.000000001", None, "2024-01-02 08:00:00.123456"),
    ("3", "O'Neil \\ tab\there", "9223372036854775807", "-1.5", "2024-02-29", "2024-01-03 08:00:00"),
]
"""Text of every value as it must arrive."""


@dataclass
class Case:
    """A source made for the suite: its options, the table's name, and how to break it (None: nothing is reached)."""

    options: dict[str, Any]
    table: str
    query: str | None
    unreachable: dict[str, Any] | None


def _typed() -> str:
    return (
        "id INTEGER PRIMARY KEY, name VARCHAR(50), big BIGINT, amount NUMERIC{precision}, born DATE, "
        "changed_at {timestamp}"
    )


def files(folder: Path, _: Any) -> Case:
    with (folder / "sample.csv").open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(NAMES)
        writer.writerows([["" if value is None else value for value in row] for row in ROWS])
    return Case({"path": str(folder)}, "sample.csv", None, {"path": str(folder / "none")})


def sqlite(folder: Path, _: Any) -> Case:
    path = folder / "source.db"
    with sqlite3.connect(path) as connection:
        # SQLite keeps a number of this many digits only as text, and so any column may hold text.
        connection.execute(
            "CREATE TABLE sample (id INTEGER PRIMARY KEY, name TEXT, big INTEGER, amount, born DATE, changed_at TEXT)"
        )
        connection.execute("CREATE TABLE part (no TEXT, of INTEGER REFERENCES sample)")
        connection.executemany("INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?)", ROWS)
    connection.close()
    unreachable = {"path": str(folder / "none.db")}
    return Case({"path": str(path)}, "sample", "SELECT * FROM sample WHERE id > 0", unreachable)


def duckdb_file(folder: Path, _: Any) -> Case:
    path = folder / "source.duckdb"
    with duckdb.connect(str(path)) as connection:
        columns = _typed().format(precision="(38,9)", timestamp="TIMESTAMP")
        connection.execute(f"CREATE TABLE sample ({columns})")
        connection.execute("CREATE TABLE part (no VARCHAR, of INTEGER REFERENCES sample (id))")
        connection.execute("COMMENT ON TABLE sample IS '样表'")
        connection.execute("COMMENT ON COLUMN sample.name IS '姓名'")
        connection.executemany("INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?)", ROWS)
    unreachable = {"path": str(folder / "none.duckdb")}
    return Case({"path": str(path)}, "sample", "SELECT * FROM sample WHERE id > 0", unreachable)


def postgres(_: Path, server: Any) -> Case:
    name = f"source_{os.getpid()}_{id(server) % 10_000}"
    server.drop_database(name)
    server.create_database(name)
    with psycopg.connect(server.dsn(name), autocommit=True) as connection:
        columns = _typed().format(precision="", timestamp="TIMESTAMP")
        connection.execute(f"CREATE TABLE sample ({columns})")
        connection.execute("CREATE TABLE part (no VARCHAR(9), of INTEGER REFERENCES sample (id))")
        connection.execute("COMMENT ON TABLE sample IS '样表'")
        connection.execute("COMMENT ON COLUMN sample.name IS '姓名'")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO sample VALUES (%s, %s, %s, %s, %s, %s)", ROWS)
        connection.execute("ANALYZE sample")
    info = psycopg.conninfo.conninfo_to_dict(server.dsn(name))
    options = {"host": info["host"], "port": int(info.get("port") or 5432), "database": name, "user": info["user"]}
    if info.get("password"):
        options["password"] = info["password"]
    unreachable = {**options, "database": "no_such_database"}
    return Case(options, "sample", "SELECT * FROM sample WHERE id > 0", unreachable)


def mysql(_: Path, server: Any) -> Case:
    url = urlsplit(os.environ["SUWEN_TEST_MARIADB"])
    user, password = unquote(url.username or "root"), unquote(url.password or "")
    address = {"host": url.hostname or "127.0.0.1", "port": url.port or 3306}
    name = f"suwen_source_{os.getpid()}"
    connection = pymysql.connect(**address, user=user, password=password, autocommit=True, charset="utf8mb4")
    with connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        cursor.execute(f"USE {name}")
        cursor.execute("SET sql_mode = ''")
        columns = _typed().format(precision="(65,9)", timestamp="DATETIME(6)")
        columns = columns.replace("name VARCHAR(50)", "name VARCHAR(50) COMMENT '姓名'")
        cursor.execute(f"CREATE TABLE sample ({columns}) COMMENT '样表'")
        cursor.execute("CREATE TABLE part (no VARCHAR(9), of INTEGER, FOREIGN KEY (of) REFERENCES sample (id))")
        cursor.executemany("INSERT INTO sample VALUES (%s, %s, %s, %s, %s, %s)", ROWS)
        cursor.execute("ANALYZE TABLE sample")
        cursor.execute("CREATE TABLE zero (id INT, born DATE, at DATETIME, flag TINYINT(1), big BIGINT UNSIGNED)")
        cursor.execute("INSERT INTO zero VALUES (1, '0000-00-00', '0000-00-00 00:00:00', 7, 18446744073709551615)")
        cursor.execute("INSERT INTO zero VALUES (2, '2023-02-00', '2023-02-01 10:00:00', 0, 1)")
    options = {**address, "database": name, "user": user, "password": password}
    return Case(options, "sample", "SELECT * FROM sample WHERE id > 0", {**options, "database": "no_such_database"})


def odbc(folder: Path, server: Any) -> Case:
    case = postgres(folder, server)
    o = case.options
    told = f"DRIVER={{PostgreSQL Unicode}};SERVER={o['host']};PORT={o['port']}"
    options = {"connection": f"{told};DATABASE={o['database']}", "kind": "postgres", "user": o["user"]}
    options |= {"password": o["password"]} if "password" in o else {}
    return Case(options, case.table, case.query, {**options, "connection": f"{told};DATABASE=no_such_database"})


def http(_: Path, server: Any) -> Case:
    def sample(asked: Asked) -> Answer:
        since, begin = asked.query.get("since", ""), 2 * int(asked.query["page"]) - 2
        rows = [row for row in ROWS if row[5] >= since]
        # Numbers as a service writes them, with all their digits.
        told = (
            f'{{"id": {i}, "name": {json.dumps(n)}, "big": {b}, "amount": {a}, "born": {json.dumps(d)}, '
            f'"changed_at": {json.dumps(c)}}}'
            for i, n, b, a, d, c in rows[begin : begin + 2]
        )
        return Answer(f'{{"count": {len(rows)}, "rows": [{", ".join(told)}]}}')

    call = {
        "path": "/sample", "query": {"since": "{since}", "page": "{page}"}, "record": "rows", "paging": "page",
        "total": "count",
    }  # fmt: skip
    options = {"url": serve({"/sample": sample}).url, "tables": {"sample": call}}
    return Case(options, "sample", None, {**options, "url": "http://127.0.0.1:9/none"})


def push(_: Path, __: Any) -> Case:
    tables = {"sample": {"columns": list(NAMES), "key": ["id"], "title": "样表", "comments": {"name": "姓名"}}}
    return Case({"tables": tables}, "sample", None, None)


def hl7(_: Path, __: Any) -> Case:
    columns = {name: f"ZZZ-{place}" for place, name in enumerate(NAMES, start=1)}
    sample = {"per": "ZZZ", "messages": ["ADT"], "key": ["id"], "columns": columns}
    return Case({"tables": {"sample": sample | {"title": "样表", "comments": {"name": "姓名"}}}}, "sample", None, None)


def kafka(_: Path, __: Any) -> Case:
    servers = os.environ["SUWEN_TEST_KAFKA"]
    admin = AdminClient({"bootstrap.servers": servers})
    if "suwen-sample" not in admin.list_topics(timeout=10).topics:
        for made in admin.create_topics([NewTopic("suwen-sample", 1, 1)]).values():
            made.result()
    told = {"columns": list(NAMES), "key": ["id"], "title": "样表", "comments": {"name": "姓名"}}
    options = {"servers": servers, "tables": {"sample": told | {"topic": "suwen-sample"}}}
    return Case(options, "sample", None, {**options, "servers": "127.0.0.1:9"})


CASES: dict[str, Callable[[Path, Any], Case]] = {
    "files": files,
    "sqlite": sqlite,
    "duckdb": duckdb_file,
    "postgres": postgres,
    "mysql": mysql,
    "http": http,
    "odbc": odbc,
    "push": push,
    "kafka": kafka,
    "hl7": hl7,
}
