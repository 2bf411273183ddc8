"""ODBC: drivers of real databases, every value unharmed, statements for those that are not at hand."""

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from suwen.domains.ingest.connector import ReadRequest, Since, connect
from suwen.domains.ingest.connectors.odbc import OdbcConnector
from suwen.domains.ingest.errors import InvalidDefinition, SourceUnavailable, SourceUnreadable
from suwen.domains.ingest.session import Session, SourceError
from suwen.kernel.postgres import EmbeddedPostgres
from tests.conformance.connector_cases import CASES
from tests.ingest.conftest import Station
from tests.ingest.sources import visits


@pytest.fixture
def session(tmp_path: Path) -> Any:
    """A capture session."""
    with Session(tmp_path / "spill") as opened:
        yield opened


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("sqlserver", "SELECT * FROM (SELECT * FROM [HIS].[VISIT]) AS q WHERE [AT] >= CAST('{at}' AS DATETIME2)"),
        ("oracle", """SELECT * FROM (SELECT * FROM "HIS"."VISIT") q WHERE "AT" >= TO_TIMESTAMP('{at}', '{form}')"""),
        ("dm", """SELECT * FROM (SELECT * FROM "HIS"."VISIT") q WHERE "AT" >= TO_TIMESTAMP('{at}', '{form}')"""),
        ("kingbase", """SELECT * FROM (SELECT * FROM "HIS"."VISIT") AS q WHERE "AT" >= '{at}'"""),
        ("mysql", "SELECT * FROM (SELECT * FROM `HIS`.`VISIT`) AS q WHERE `AT` >= '{at}'"),
        ("other", """SELECT * FROM (SELECT * FROM "HIS"."VISIT") AS q WHERE "AT" >= '{at}'"""),
    ],
)
def test_statements_are_written_for_each_database(kind: str, expected: str) -> None:
    connector = connect("odbc", {"connection": "DSN=his", "kind": kind})
    assert isinstance(connector, OdbcConnector)
    for at, form in (
        ("2024-01-02 08:00:00.125", "YYYY-MM-DD HH24:MI:SS.FF6"),
        ("2024-01-02 08:00:00", "YYYY-MM-DD HH24:MI:SS"),
        ("2024-01-02", "YYYY-MM-DD"),
    ):
        request = ReadRequest(table="HIS.VISIT", since=Since("AT", at))
        assert connector.statement(request).sql(connector.dialect) == expected.format(at=at, form=form)
    numbered = connector.statement(ReadRequest(table="HIS.VISIT", since=Since("NO", "20240102")))
    assert numbered.sql(connector.dialect).endswith(">= '20240102'")


def test_secrets_have_fields_of_their_own() -> None:
    for given in ("DSN=his;PWD=secret", "driver={x};User Id=sa", "password=a"):
        with pytest.raises(InvalidDefinition, match="fields of their own"):
            connect("odbc", {"connection": given, "kind": "other"})


@pytest.mark.odbc
@pytest.mark.mariadb
def test_mariadb_through_its_driver(tmp_path: Path, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES["mysql"](tmp_path, None)
    o = case.options
    told = f"DRIVER={{MariaDB Unicode}};SERVER={o['host']};PORT={o['port']};DATABASE={o['database']};CHARSET=utf8mb4"
    options = {"connection": told, "kind": "mysql", "user": o["user"], "password": o["password"]}
    connector = connect("odbc", options)
    assert f"{o['database']}.sample" in {table.name for table in connector.tables(session)}
    with connector.read(session, ReadRequest(table="sample", columns=("amount", "name"))) as reading:
        expected = [("-1.500000000", "O'Neil \\ tab\there"), ("0.000000001", None)]
        assert sorted(session.rows(reading.sql))[:2] == expected
        # What is read again is asked for again, and is not empty.
        assert len(session.rows(reading.sql)) == 3
    # A value that is too long is an error, never cut.
    long = "SELECT REPEAT('汉', 100000) AS t"
    with connector.read(session, ReadRequest(query=long)) as reading, pytest.raises(SourceError, match="too large"):
        session.rows(reading.sql)
    with connect("odbc", options | {"longest_text": 300_000}).read(session, ReadRequest(query=long)) as reading:
        assert session.rows(f"SELECT length(t) FROM ({reading.sql})") == [(100_000,)]
    wrong = connect("odbc", options | {"password": "not-the-password"})
    with pytest.raises(SourceUnavailable, match="Access denied") as told_error:
        wrong.test(session)
    assert "not-the-password" not in str(told_error.value)
    monkeypatch.setitem(__import__("sys").modules, "arrow_odbc", None)
    with pytest.raises(SourceUnavailable, match="unixODBC"):
        connector.test(session)


@pytest.mark.odbc
def test_sqlite_through_its_driver(tmp_path: Path, session: Session) -> None:
    with sqlite3.connect(tmp_path / "a.db") as opened:
        opened.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")
        opened.execute("INSERT INTO t VALUES (1, '王'), (2, NULL)")
    opened.close()
    connector = connect("odbc", {"connection": f"DRIVER={{SQLite3}};DATABASE={tmp_path / 'a.db'}", "kind": "sqlite"})
    assert [table.name for table in connector.tables(session)] == ["t"]
    with connector.read(session, ReadRequest(table="t")) as reading:
        assert session.rows(reading.sql) == [(1, "王"), (2, None)]


@pytest.mark.odbc
@pytest.mark.anyio
async def test_a_feed_brings_what_is_new_into_std(
    station: Station, postgres_server: EmbeddedPostgres, make_database: Any
) -> None:
    dsn = make_database()
    name = urlsplit(dsn).path.strip("/").partition("?")[0]
    with psycopg.connect(postgres_server.dsn(name), autocommit=True) as source:
        source.execute("CREATE TABLE visits (id INT PRIMARY KEY, pid TEXT, kind TEXT, started TIMESTAMP, cost NUMERIC)")
        source.execute("INSERT INTO visits VALUES (1, 'p', 'O', '2024-01-01 08:00', 1.50)")
        info = psycopg.conninfo.conninfo_to_dict(postgres_server.dsn(name))
        told = f"DRIVER={{PostgreSQL Unicode}};SERVER={info['host']};PORT={info.get('port') or 5432};DATABASE={name}"
        options = {"connection": told, "kind": "postgres", "user": info["user"]}
        capture = {"mode": "timestamp", "column": "started", "overlap_seconds": 0}
        await station.bring_in(visits("odbc", options, "public.visits", capture=capture))
        assert (await station.run("t.visits")).rows_std == 1
        source.execute("INSERT INTO visits VALUES (2, 'p', 'E', '2024-01-02 08:00:00.5', 123456789.25)")
        await station.run("t.visits")
        rows = "SELECT encounter_id AS i, total_cost::VARCHAR AS c FROM std.encounter ORDER BY 1"
        assert [row["i"] for row in station.rows(rows)] == ["1", "2"]
        source.execute("ALTER TABLE visits ALTER cost TYPE TEXT")
        source.execute(f"UPDATE visits SET cost = repeat('x', {70_000}), started = '2024-01-03' WHERE id = 1")
        with pytest.raises((SourceUnavailable, SourceUnreadable), match="too large"):
            await station.run("t.visits")
