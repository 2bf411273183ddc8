"""Capture from the log of a real PostgreSQL: every change in its order, whatever is killed on the way."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from suwen.domains.ingest.connectors.postgres.log import source as log_source
from suwen.domains.ingest.errors import ChangesLost, SourceNotPrepared
from suwen.domains.ingest.service.following import follow
from suwen.domains.ingest.service.run import FeedRun
from suwen.domains.ingest.watching.drift.errors import SchemaDrifted
from suwen.kernel.clock import freeze, now
from suwen.kernel.ids import new_id
from suwen.kernel.jobs import run_until_idle
from suwen.kernel.postgres import EmbeddedPostgres
from tests.ingest.changing import Writer, check_every_change, ended, insert, run_killed, run_out, std, told, writing
from tests.ingest.conftest import Station
from tests.ingest.sources import postgres_visits
from tests.nursery import Nursery

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server whose log can be decoded; of its own, for a slot waits for every transaction of its server."""
    # A commit is told once it is flushed: not at once if its session does not wait for that.
    durable = {"fsync": "off", "full_page_writes": "off"}
    logical = {"wal_level": "logical", "shared_buffers": "32MB", "max_wal_size": "64MB", "min_wal_size": "32MB"}
    started = EmbeddedPostgres(tmp_path_factory.mktemp("hospital"), durable | logical)
    started.ensure()
    yield started
    started.destroy()


@pytest.fixture
def source(server: EmbeddedPostgres) -> Iterator[psycopg.Connection[Any]]:
    """A hospital database with an empty table of visits."""
    name = f"hospital_{new_id().hex}"
    server.create_database(name)
    with psycopg.connect(server.dsn(name), autocommit=True) as connection:
        connection.execute("CREATE TABLE visits (id INT PRIMARY KEY, pid TEXT, kind TEXT, started DATE, cost NUMERIC)")
        yield connection
        connection.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()"
        )
    server.drop_database(name)


def definition(connection: psycopg.Connection[Any], **feed: Any) -> dict[str, Any]:
    return postgres_visits(connection, **({"capture": "log"} | feed))


def prepare(connection: psycopg.Connection[Any]) -> None:
    connection.execute("ALTER TABLE visits REPLICA IDENTITY FULL")
    connection.execute("CREATE PUBLICATION suwen_t__visits FOR TABLE visits")


async def test_a_source_that_is_not_prepared_says_what_its_administrator_does(
    station: Station, source: psycopg.Connection[Any], client: Callable[..., Any]
) -> None:
    source.execute("ALTER TABLE visits DROP CONSTRAINT visits_pkey")
    await station.bring_in(definition(source))
    with pytest.raises(SourceNotPrepared, match=r"no publication suwen_t__visits.*REPLICA IDENTITY lacks"):
        await station.run("t.visits")
    async with client() as http:
        wanted = {"feed": "visits", "mode": "log", "table": "visits", "key": ["id"]}
        seen = (await http.post("/api/ingest/sources/t/changes", json=wanted)).json()
        assert (seen["ready"], seen["before"], seen["kept"]) == (False, "none", None)
        source.execute(seen["setup"])
        seen = (await http.post("/api/ingest/sources/t/changes", json=wanted)).json()
        assert (seen["ready"], seen["before"], seen["setup"]) == (True, "row", "")
        assert [one["level"] for one in seen["obstacles"]] == ["warning"]
        insert(source, 1)
        assert (await station.run("t.visits")).rows_std == 1
        kept = (await http.get("/api/ingest/feeds/t.visits/changes")).json()["kept"]
        assert (kept["feed"], kept["lost"]) == ("t.visits", False)
        assert kept["bytes"] >= 0
        # A slot that no feed needs holds back the source's log: it is shown, and can be dropped.
        left = kept["name"].replace("visits", "old")
        source.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", [left])
        shown = (await http.get("/api/ingest/sources/t/kept")).json()
        assert {one["name"]: one["feed"] for one in shown} == {left: None, kept["name"]: "t.visits"}
        assert (await http.delete(f"/api/ingest/sources/t/kept/{kept['name']}")).status_code == 409
        assert (await http.delete(f"/api/ingest/sources/t/kept/{left}")).status_code == 204
        # A removed feed leaves nothing behind.
        assert (await http.delete("/api/ingest/feeds/t.visits")).status_code == 204
        assert source.execute(
            "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"
        ).fetchone() == (0,)
        source.execute(seen["removal"])


async def test_latency_counts_from_the_oldest_commit(
    station: Station, source: psycopg.Connection[Any], client: Callable[..., Any]
) -> None:
    prepare(source)
    insert(source, 1)
    await station.bring_in(definition(source))
    await station.run("t.visits")
    insert(source, 2)
    insert(source, 3)
    with freeze(now() + timedelta(hours=2)):
        await station.run("t.visits")
    async with client() as http:
        changes, whole = (await http.get("/api/ingest/batches")).json()["items"]
    # The first read of all rows tells no commits: it counts from where it began.
    assert (whole["mode"], whole["latency"] < 600) == ("full", True)
    assert (changes["mode"], 7_100 < changes["latency"] < 7_800) == ("log", True)


async def test_every_change_arrives_in_its_order(
    station: Station,
    source: psycopg.Connection[Any],
    client: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepare(source)
    insert(source, 1, 2, 3)
    await station.bring_in(definition(source))
    assert (await station.run("t.visits")).rows_std == 3
    assert (await station.run("t.visits")).status == "unchanged"
    source.execute("UPDATE visits SET cost = 9 WHERE id = 1")
    source.execute("UPDATE visits SET cost = 8 WHERE id = 1")
    source.execute("UPDATE visits SET id = 20 WHERE id = 2")
    source.execute("DELETE FROM visits WHERE id = 3")
    with source.transaction(force_rollback=True):
        insert(source, 99)
    insert(source, 4)
    batch = await station.run("t.visits")
    assert told(station)[3:] == ["U 1 9", "U 1 8", "D 2 None", "I 20 2", "D 3 None", "I 4 4"]
    assert (batch.status, batch.rows_std) == ("standardised", 3)
    assert std(station) == [("1", "p1", 8), ("20", "p2", 20 // 10), ("4", "p4", 4)]
    # Emptied within a transaction: what is there afterwards is there, what was before has gone.
    with source.transaction():
        insert(source, 5)
        source.execute("TRUNCATE visits")
        insert(source, 1, 6)
    await station.run("t.visits")
    assert told(station)[9:] == ["I 5 5", "D 1 None", "D 20 None", "D 4 None", "D 5 None", "I 1 1", "I 6 6"]
    assert std(station) == [("1", "p1", 1), ("6", "p6", 6)]
    # Columns that come, go and change while it is told; more changes than are asked for at once.
    monkeypatch.setattr(log_source, "AT_ONCE", 3)
    source.execute("ALTER TABLE visits ADD COLUMN note TEXT, ALTER COLUMN cost TYPE INT")
    # The mapping uses it, so that somebody has to take it first.
    with pytest.raises(SchemaDrifted, match="column cost was VARCHAR, is INTEGER"):
        await station.run("t.visits")
    async with client() as http:
        changes = "/api/ingest/feeds/t.visits/drifts"
        found = [one["id"] for one in (await http.get(changes)).json() if one["column"] == "cost"]
        await http.post(f"{changes}/accept", json={"drifts": found, "apply": False})
    source.execute("INSERT INTO visits VALUES (7, 'p7', 'O', '2023-01-01', 7, 'new')")
    source.execute("ALTER TABLE visits DROP COLUMN note")
    insert(source, 8)
    await run_out(station)
    assert std(station) == [("1", "p1", 1), ("6", "p6", 6), ("7", "p7", 7), ("8", "p8", 8)]
    assert station.rows("SELECT note FROM raw.t__visits WHERE note IS NOT NULL") == [{"note": "new"}]
    when = station.rows("SELECT count(*) AS n FROM raw.t__visits WHERE _op <> 'R' AND _committed_at IS NULL")
    assert when == [{"n": 0}]
    orders = station.rows("SELECT _sequence AS s FROM raw.t__visits WHERE _op IN ('I', 'U') ORDER BY _batch_id, _seq")
    assert [row["s"] for row in orders] == sorted(row["s"] for row in orders)


async def test_values_that_are_not_told_again_are_those_before(
    station: Station, source: psycopg.Connection[Any]
) -> None:
    source.execute("ALTER TABLE visits ADD COLUMN note TEXT, ALTER COLUMN note SET STORAGE EXTERNAL")
    source.execute("CREATE PUBLICATION suwen_t__visits FOR TABLE visits")
    insert(source, 1, 2)
    source.execute("UPDATE visits SET note = repeat('x', 9000) WHERE id = 1")
    await station.bring_in(definition(source))
    await station.run("t.visits")
    source.execute("UPDATE visits SET cost = 5 WHERE id = 1")
    source.execute("UPDATE visits SET note = repeat('y', 9000) WHERE id = 2")
    source.execute("UPDATE visits SET cost = 6 WHERE id = 2")
    source.execute("DELETE FROM visits WHERE id = 2")
    await station.run("t.visits")
    rows = "SELECT _op, _source_key AS k, left(note, 1) AS n, length(note) AS l FROM raw.t__visits"
    assert [tuple(row.values()) for row in station.rows(f"{rows} WHERE _op <> 'R' ORDER BY _seq")] == [
        ("U", "1", "x", 9000), ("U", "2", "y", 9000), ("U", "2", "y", 9000), ("D", "2", None, None)
    ]  # fmt: skip
    assert std(station) == [("1", "p1", 5)]


async def test_a_slot_that_is_lost_says_so_and_a_new_snapshot_mends_it(
    station: Station, source: psycopg.Connection[Any], client: Callable[..., Any]
) -> None:
    prepare(source)
    insert(source, 1, 2)
    await station.bring_in(definition(source))
    await station.run("t.visits")
    source.execute(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()"
    )
    source.execute("DELETE FROM visits WHERE id = 1")
    with pytest.raises(ChangesLost, match="is gone"):
        await station.run("t.visits")
    async with client() as http:
        assert (await http.post("/api/ingest/feeds/t.visits/run?anew=true")).status_code == 202
        await run_until_idle(station.database, ["ingest"], settings=station.settings)
    assert std(station) == [("2", "p2", 2)]
    insert(source, 3)
    await station.run("t.visits")
    assert [row[0] for row in std(station)] == ["2", "3"]


@pytest.fixture
async def writers(source: psycopg.Connection[Any], server: EmbeddedPostgres) -> AsyncIterator[list[Writer]]:
    """Three connections that write from before the snapshot on."""
    prepare(source)
    dsn = server.dsn(source.info.dbname)
    started = writing(lambda: psycopg.connect(dsn))
    yield started
    ended(started)


async def test_killed_at_any_point_nothing_is_lost_and_nothing_doubled(
    station: Station, source: psycopg.Connection[Any], writers: list[Writer], nursery: Nursery
) -> None:
    await station.bring_in(definition(source))
    await run_killed(station, nursery, 14)
    ended(writers)
    await run_out(station)
    left = source.execute("SELECT id::text, pid, cost::int FROM visits ORDER BY 1").fetchall()
    assert std(station) == left
    check_every_change(station, writers)
    async with station.database.unit_of_work() as uow:
        failed = await uow.session.execute(text("SELECT error FROM ingest_batch WHERE status = 'failed'"))
        assert [row[0] for row in failed] == []


async def test_a_followed_feed_is_carried_on_by_itself(station: Station, source: psycopg.Connection[Any]) -> None:
    prepare(source)
    insert(source, 1)
    await station.bring_in(definition(source))
    await station.run("t.visits")
    insert(source, 2)

    def check() -> None:
        if len(std(station)) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await follow(FeedRun(station.database, station.lake, station.settings), "t.visits", check)
    assert [row[0] for row in std(station)] == ["1", "2"]
