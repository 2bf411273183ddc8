"""A real PostgreSQL as source: types, a source that dies while it is read, and a run that goes on."""

from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from suwen.domains.ingest import division
from suwen.domains.ingest.connector import connect
from suwen.domains.ingest.public import FeedBusy, SourceUnavailable
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.session import Session
from suwen.kernel.ids import new_id
from suwen.kernel.postgres import EmbeddedPostgres
from tests.ingest.conftest import Station
from tests.ingest.sources import postgres_visits

pytestmark = pytest.mark.anyio
# The row numbered `fatal` ends the connection that reads it.
QUERY = """
SELECT v.*, CASE WHEN v.id = (SELECT max(fatal) FROM breakpoint) THEN pg_terminate_backend(pg_backend_pid()) END AS died
FROM visits AS v
"""


VISITS = 40_000
MANY = 200_000
"""More visits than one row group holds."""


@pytest.fixture
def source(postgres_server: EmbeddedPostgres) -> Any:
    """A hospital database with `VISITS` visits."""
    name = f"hospital_{new_id().hex}"  # the server is shared by all workers
    postgres_server.drop_database(name)
    postgres_server.create_database(name)
    with psycopg.connect(postgres_server.dsn(name), autocommit=True) as connection:
        connection.execute("CREATE TABLE breakpoint (fatal INT)")
        connection.execute("CREATE TABLE visits (id INT, pid INT, kind TEXT, started DATE, cost NUMERIC)")
        add_visits(connection, 1, VISITS)
        yield connection
    postgres_server.drop_database(name)


def add_visits(connection: Any, first: int, last: int) -> None:
    rows = "SELECT i, i %% 1000, 'O', DATE '2023-01-01', i * 0.01 FROM generate_series(%s::int, %s) AS i"
    connection.execute(f"INSERT INTO visits {rows}", [first, last])


async def test_comments_of_columns_are_read(source: Any, tmp_path: Path) -> None:
    source.execute("COMMENT ON COLUMN visits.pid IS '患者标识'")
    with Session(tmp_path) as session:
        postgres = connect("postgres", postgres_visits(source)["source"]["options"])
        assert postgres.structure(session).of("visits").columns == {"pid": "患者标识"}


async def test_a_source_that_dies_mid_read(station: Station, source: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(division, "FILE_ROWS", division.GROUP_ROWS)
    await station.bring_in(postgres_visits(source, table=None, query=QUERY))
    add_visits(source, VISITS + 1, MANY)
    source.execute("INSERT INTO breakpoint VALUES (150000)")
    with pytest.raises(
        SourceUnavailable, match=r"source t, visits: the read broke off after at least \d+ rows"
    ) as caught:
        await station.run("t.visits")
    assert caught.value.context["rows_read"] >= 122_880
    assert not station.lake.exists("std", "encounter")
    async with station.database.unit_of_work() as uow:
        failed = (await uow.session.execute(text("SELECT status, error FROM ingest_batch"))).one()
    assert failed[0] == "failed"
    assert "password" not in failed[1]

    source.execute("DELETE FROM breakpoint")
    batch = await station.run("t.visits")
    assert (batch.status, batch.rows_in, batch.rows_std) == ("standardised", MANY, MANY)
    source.execute("INSERT INTO breakpoint VALUES (150000)")
    with pytest.raises(SourceUnavailable):
        await station.run("t.visits")
    assert station.rows("SELECT count(*) AS n FROM std.encounter") == [{"n": MANY}]
    assert station.rows("SELECT count(*) AS n FROM raw.t__visits") == [{"n": MANY}]


@pytest.mark.parametrize(("columns", "most"), [(1, 61_440), (120, 16_384)])
def test_rows_held_until_they_are_written(tmp_path: Path, columns: int, most: int) -> None:
    named = [(f"c{place}", "BIGINT") for place in range(columns)]
    values = ", ".join(f"range AS {name}" for name, _ in named)
    whole = division.Division((f"SELECT {values} FROM range(100000)",), resumable=False)
    with Session(tmp_path / "spill") as session:
        division.copy_pieces(session, whole, tmp_path / "rows", named)
    written = pq.read_metadata(next((tmp_path / "rows").iterdir()))
    groups = [written.row_group(place).num_rows for place in range(written.num_row_groups)]
    assert sum(groups) == 100_000
    assert max(groups) == most


async def test_values_of_a_table_arrive(station: Station, source: Any) -> None:
    source.execute("TRUNCATE visits")
    source.execute("INSERT INTO visits VALUES (1, 9, 'I', '2023-02-28', 12.50), (2, 9, 'I', 'infinity', NULL)")
    await station.bring_in(postgres_visits(source))
    batch = await station.run("t.visits")
    assert (batch.rows_in, batch.rows_std, batch.rows_quarantined) == (2, 1, 1)
    row = station.rows("SELECT patient_id, started_at, total_cost FROM std.encounter")[0]
    assert (row["patient_id"], str(row["started_at"]), str(row["total_cost"])) == ("9", "2023-02-28 00:00:00", "12.50")
    refused = station.rows("SELECT source_key, element, received FROM raw.quarantine")
    assert refused == [{"source_key": "2", "element": "started_at", "received": "infinity"}]


async def test_a_feed_runs_once_at_a_time(station: Station, source: Any) -> None:
    await station.bring_in(postgres_visits(source))
    async with station.database.unit_of_work() as other:
        assert await IngestRepository(other.session).try_lock("t.visits")
        with pytest.raises(FeedBusy):
            await station.run("t.visits")
    assert (await station.run("t.visits")).rows_in == VISITS


@pytest.fixture
def large(source: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The visits as a table that is read in eight pieces, one after another, and one row without a key."""
    monkeypatch.setattr(division, "PIECE_ROWS", VISITS // 8)
    monkeypatch.setattr(division, "SIDE_BY_SIDE", 1)
    source.execute("CREATE INDEX ON visits (id)")
    source.execute("INSERT INTO visits (pid, kind, started) VALUES (7, 'O', '2023-01-02')")
    source.execute("ANALYZE visits")
    return source


async def test_a_read_that_the_source_broke_off_goes_on(
    station: Station, large: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    large.execute(f"ALTER DATABASE {large.info.dbname} SET lock_timeout = '100ms'")
    real, whole = division.write_durably, list[Path]()

    def then_lock(path: Path, content: str) -> None:
        real(path, content)
        whole.extend([path] if path.suffix == ".whole" else [])
        if len(whole) == 2:
            large.execute("BEGIN")
            large.execute("LOCK TABLE visits")

    monkeypatch.setattr(division, "write_durably", then_lock)
    await station.bring_in(postgres_visits(large))
    with pytest.raises(SourceUnavailable, match="lock timeout"):
        await station.run("t.visits")
    large.execute("ROLLBACK")
    large.execute("DELETE FROM visits WHERE id <= 5000")
    batch = await station.run("t.visits")
    assert (batch.rows_in, batch.rows_std) == (VISITS + 1, VISITS)
    async with station.database.unit_of_work() as uow:
        numbers = (await uow.session.execute(text("SELECT number, status FROM ingest_batch"))).all()
    assert [tuple(row) for row in numbers] == [(1, "standardised")]
