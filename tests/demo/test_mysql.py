"""The dump of the TCM hospital in a real MySQL or MariaDB."""

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pymysql
import pytest

from suwen.app.demo.region import RegionManifest, load_mysql
from suwen.app.demo.region.definitions import definition
from suwen.app.demo.region.loaders import read_dump
from suwen.app.demo.region.schema import schema
from suwen.kernel.ids import new_id
from tests.demo.conftest import Carry


@pytest.fixture
def connection() -> Iterator[Any]:
    """A connection to a database of the test's own, dropped afterwards."""
    url = urlsplit(os.environ["SUWEN_TEST_MARIADB"])
    name = f"suwen_{new_id().hex[-12:]}"
    opened = pymysql.connect(
        host=url.hostname or "127.0.0.1", port=url.port or 3306, user=url.username or "root",
        password=url.password or "", charset="utf8mb4", autocommit=True,
    )  # fmt: skip
    with opened, opened.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        cursor.execute(f"USE {name}")
        yield opened
        cursor.execute(f"DROP DATABASE {name}")


@pytest.mark.mariadb
def test_every_row_of_the_dump_is_in_the_database_as_written(region: RegionManifest, connection: Any) -> None:
    with connection.cursor() as cursor:
        assert load_mysql(cursor, region.source("tcm")) == region.rows["tcm"]
        for name in ("pt_master", "emr_doc", "charge"):
            columns = [column.name for column in schema("tcm").tables[name].columns]
            # Dates as text: 0000-00-00 is a value there, and no date of Python's.
            asked = ", ".join(f"CAST({column} AS CHAR)" for column in columns)
            cursor.execute(f"SELECT {asked} FROM {name} ORDER BY id")
            written = sorted(read_dump(region.source("tcm") / f"{name}.txt"), key=lambda row: int(row[0] or 0))
            assert [list(row) for row in cursor.fetchall()] == written
        cursor.execute("SELECT count(*) FROM pt_master WHERE CAST(birthday AS CHAR) = '0000-00-00'")
        assert cursor.fetchone()[0] >= 1


@pytest.mark.mariadb
async def test_the_tcm_hospital_comes_in_from_its_database(
    region: RegionManifest, connection: Any, carry: Carry
) -> None:
    with connection.cursor() as cursor:
        load_mysql(cursor, region.source("tcm"))
        cursor.execute("SELECT database()")
        database = cursor.fetchone()[0]
    url = urlsplit(os.environ["SUWEN_TEST_MARIADB"])
    options = {"host": url.hostname, "port": url.port, "user": url.username, "password": url.password or ""}
    body = definition("tcm", {**options, "database": database}, "mysql")
    body["feeds"] = [feed for feed in body["feeds"] if feed["code"] in ("pt_master", "diag", "rx_item")]
    results = await carry(body)
    assert {result.table: result.rows_in for result in results} == {
        name: region.rows["tcm"][name] for name in ("pt_master", "diag", "rx_item")
    }
    with duckdb.connect() as known:
        path = str(region.folder / region.errors)
        for result in results:
            sql = """SELECT count(*) FROM read_parquet($path)
                     WHERE source = 'tcm' AND "table" = $name AND expected = 'quarantine'"""
            assert known.execute(sql, {"path": path, "name": result.table}).fetchone() == (result.rows_quarantined,)
