"""Capture of what triggers write down, from real servers: every change once, whoever commits late or is killed."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio import to_thread
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from suwen.app.cli import ingest as ingest_commands
from suwen.domains.ingest.connectors.mysql.outbox import reading as mysql_reading
from suwen.domains.ingest.connectors.mysql.outbox import source as mysql_outbox
from suwen.domains.ingest.connectors.mysql.outbox.position import Position
from suwen.domains.ingest.connectors.postgres.outbox import source as postgres_outbox
from suwen.domains.ingest.errors import ChangesLost, SourceNotPrepared
from suwen.domains.ingest.service.following import follow
from suwen.domains.ingest.service.run import FeedRun
from suwen.domains.ingest.vault import installation_name
from suwen.domains.ingest.watching.drift.errors import SchemaDrifted
from suwen.kernel.jobs import run_until_idle
from suwen.kernel.postgres import EmbeddedPostgres
from tests.ingest.changing import (
    Writer,
    check_every_change,
    ended,
    insert,
    run_killed,
    run_out,
    std,
    told,
    writing,
)
from tests.ingest.conftest import Station
from tests.ingest.hospitals import Hospital, OnMariaDB, OnPostgres
from tests.ingest.sources import visits
from tests.nursery import Nursery

pytestmark = pytest.mark.anyio
SNAPSHOTS = Path(__file__).parent / "snapshots"
WANTED = {"feed": "visits", "mode": "outbox", "table": "visits", "key": ["id"]}
FEED = "/api/ingest/feeds/t.visits"


@pytest.fixture(params=["postgres", pytest.param("mysql", marks=pytest.mark.mariadb)])
def hospital(request: pytest.FixtureRequest, postgres_server: EmbeddedPostgres) -> Iterator[Hospital]:
    """A hospital's database."""
    made = OnPostgres(postgres_server) if request.param == "postgres" else OnMariaDB()
    yield made
    made.drop()


only_postgres = pytest.mark.parametrize("hospital", ["postgres"], indirect=True)
only_mysql = pytest.mark.parametrize("hospital", [pytest.param("mysql", marks=pytest.mark.mariadb)], indirect=True)


def definition(hospital: Hospital, **feed: Any) -> dict[str, Any]:
    return visits(hospital.connector, hospital.options(), **({"table": "visits", "capture": "outbox"} | feed))


async def ready(http: httpx.AsyncClient) -> dict[str, Any]:
    return (await http.post("/api/ingest/sources/t/changes", json=WANTED)).json()


async def prepared(station: Station, hospital: Hospital, client: Callable[..., Any]) -> None:
    """Store the feed, and have the administrator run what it asks for."""
    hospital.execute(f"GRANT SELECT ON visits TO {hospital.account}")
    await station.bring_in(definition(hospital))
    async with client() as http:
        hospital.run((await ready(http))["setup"])


def reviewed(name: str, text: str, station: Station, hospital: Hospital) -> None:
    """Compare a script with the one that was reviewed; names of the test's own are made the same each time."""
    plain = text.replace(installation_name(station.settings), "0123abcd").replace(hospital.account, "reader")
    plain = plain.replace(hospital.name, "hospital")
    file = SNAPSHOTS / f"{name}.sql"
    if os.environ.get("SUWEN_UPDATE_SNAPSHOTS") == "1":
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{plain}\n", encoding="utf-8")
    assert f"{plain}\n" == file.read_text(encoding="utf-8"), f"{name} changed: review, then SUWEN_UPDATE_SNAPSHOTS=1"


async def command(station: Station, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    """Return what `suwen ingest changes` prints."""
    monkeypatch.setattr(ingest_commands, "get_settings", lambda: station.settings)
    asked = ["changes", "t.visits", *arguments]
    return (await to_thread.run_sync(CliRunner().invoke, ingest_commands.app, asked)).stdout


async def test_the_administrator_prepares_cleans_up_and_takes_it_off_by_sql_that_is_shown(
    station: Station, hospital: Hospital, client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    hospital.execute(f"GRANT SELECT ON visits TO {hospital.account}")
    await station.bring_in(definition(hospital))
    with pytest.raises(SourceNotPrepared, match=r"no table of changes .*suwen_"):
        await station.run("t.visits")
    async with client() as http:
        seen = await ready(http)
        assert (seen["ready"], seen["kept"], seen["clean_up"]) == (False, None, "")
        reviewed(f"{hospital.connector}_setup", seen["setup"], station, hospital)
        hospital.run(seen["setup"])
        seen = await ready(http)
        assert (seen["ready"], seen["setup"], seen["before"]) == (True, "", "row")
        tables = (await http.get("/api/ingest/sources/t/tables")).json()
        assert [one["name"].rpartition(".")[2] for one in tables] == ["visits"]
        insert(hospital.admin, 1)
        assert (await station.run("t.visits")).rows_std == 1
        # What waits is told, then what was read may be deleted: not a change more.
        insert(hospital.admin, 2, 3)
        waiting = (await http.get(f"{FEED}/changes")).json()
        assert (waiting["kept"]["changes"], waiting["kept"]["oldest"] is not None) == (2, True)
        assert await command(station, monkeypatch, "--sql", "clean-up") == f"{waiting['clean_up']}\n"
        assert "2 changes waiting" in await command(station, monkeypatch)
        hospital.run(waiting["clean_up"])
        outbox = waiting["kept"]["name"]
        assert hospital.execute(f"SELECT count(*) FROM {outbox}") == [(2 + hospital.left,)]
        assert (await station.run("t.visits")).rows_std == 2
        done = (await http.get(f"{FEED}/changes")).json()
        assert (done["kept"]["changes"], done["kept"]["oldest"]) == (0, None)
        hospital.run(done["clean_up"])
        assert hospital.execute(f"SELECT count(*) FROM {outbox}") == [(hospital.left,)]
        # A feed that is removed leaves table and triggers: only the administrator takes them off.
        assert (await http.delete(FEED)).status_code == 204
        (kept,) = (await http.get("/api/ingest/sources/t/kept")).json()
        assert (kept["name"], kept["feed"]) == (outbox, None)
        assert (await http.delete(f"/api/ingest/sources/t/kept/{outbox}")).status_code == 409
        reviewed(f"{hospital.connector}_removal", kept["removal"], station, hospital)
        hospital.run(kept["removal"])
        assert (await http.get("/api/ingest/sources/t/kept")).json() == []
        insert(hospital.admin, 4)


async def test_every_change_arrives_in_its_order(
    station: Station, hospital: Hospital, client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    await prepared(station, hospital, client)
    insert(hospital.admin, 1, 2, 3)
    assert (await station.run("t.visits")).rows_std == 3
    assert (await station.run("t.visits")).status == "unchanged"
    hospital.execute("UPDATE visits SET cost = 9 WHERE id = 1")
    hospital.execute("UPDATE visits SET cost = 8 WHERE id = 1")
    hospital.execute("UPDATE visits SET id = 20 WHERE id = 2")
    hospital.execute("DELETE FROM visits WHERE id = 3")
    with closing(hospital.connect()) as undone:
        insert(undone, 99)
        undone.rollback()
    insert(hospital.admin, 4)
    # More changes than are read at once: each is told once all the same.
    for reading in (postgres_outbox, mysql_outbox):
        monkeypatch.setattr(reading, "AT_ONCE", 2)
    await run_out(station)
    assert told(station)[3:] == ["U 1 9", "U 1 8", "D 2 None", "I 20 2", "D 3 None", "I 4 4"]
    assert std(station) == hospital.visits() == [("1", "p1", 8), ("20", "p2", 2), ("4", "p4", 4)]
    places = station.rows("SELECT _sequence AS s FROM raw.t__visits WHERE _committed_at IS NOT NULL ORDER BY _seq")
    assert len(places) == 6
    assert places == sorted(places, key=lambda row: row["s"])
    # A worker that follows the feed carries on what comes by itself.
    insert(hospital.admin, 5)

    def check() -> None:
        if len(std(station)) == 4:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await follow(FeedRun(station.database, station.lake, station.settings), "t.visits", check)


async def test_a_late_commit_is_neither_lost_nor_told_in_the_wrong_order(
    station: Station, hospital: Hospital, client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Numbers that are missing are asked for at once whether they were rolled back.
    monkeypatch.setattr(mysql_reading, "GAP_SECONDS", -1)
    await prepared(station, hospital, client)
    insert(hospital.admin, 1)
    first, second, third = hospital.connect(), hospital.connect(), hospital.connect()
    with closing(first), closing(second), closing(third):
        # Open since before the rows are read.
        insert(first, 10)
        await station.run("t.visits")
        insert(second, 11)
        insert(third, 12)
        # The second began after the first, and is overtaken by one that began after both.
        hospital.execute("UPDATE visits SET cost = 5 WHERE id = 1")
        second.cursor().execute("UPDATE visits SET cost = 6 WHERE id = 1")
        second.commit()
        await station.run("t.visits")
        assert (await station.run("t.visits")).status == "unchanged"
        assert [row[::2] for row in std(station)] == [("1", 6), ("11", 11)]
        third.rollback()
        first.commit()
    await run_out(station)
    assert [row[::2] for row in std(station)] == [("1", 6), ("10", 10), ("11", 11)]
    assert sorted(told(station)[1:]) == ["I 10 10", "I 11 11", "U 1 5", "U 1 6"]
    # What will never come is waited for no longer.
    async with client() as http:
        assert "BETWEEN" not in (await ready(http))["clean_up"]


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30))
def test_each_number_of_a_mysql_outbox_is_read_once_whenever_it_is_seen(seen_at: list[int]) -> None:
    position, read = Position("made"), list[int]()
    for moment in range(6):
        visible = (number for number, seen in enumerate(seen_at, 1) if seen <= moment)
        gaps = position.gaps
        found = [n for n in visible if n > position.top or any(gap.low <= n <= gap.high for gap in gaps)]
        position = Position.of(str(position.after(found, moment)))
        read += found
    assert sorted(read) == list(range(1, len(seen_at) + 1))
    assert (position.top, position.gaps) == (len(seen_at), ())


@only_postgres
async def test_a_table_that_is_emptied_or_altered_is_followed(
    station: Station, hospital: Hospital, client: Callable[..., Any]
) -> None:
    await prepared(station, hospital, client)
    insert(hospital.admin, 1, 2)
    await station.run("t.visits")
    with closing(hospital.connect()) as connection:
        insert(connection, 5)
        connection.cursor().execute("TRUNCATE visits")
        insert(connection, 1, 6)
        connection.commit()
    await station.run("t.visits")
    assert told(station)[2:] == ["I 5 5", "D 1 None", "D 2 None", "D 5 None", "I 1 1", "I 6 6"]
    hospital.execute(
        "ALTER TABLE visits ADD COLUMN dose NUMERIC, ADD COLUMN note TEXT, ADD COLUMN seen TIMESTAMPTZ, "
        "ADD COLUMN parts TEXT[]"
    )
    hospital.execute(
        "INSERT INTO visits VALUES (7, 'p7', 'O', '2023-01-01', 7, 1234567890123456789.10, E'a\"\\\\\\n', "
        "'2024-01-02 03:04:05.6+08', '{a,\"b,c\",NULL}')"
    )
    await station.run("t.visits")
    rows = "SELECT dose::VARCHAR AS d, note, seen::VARCHAR AS s, parts::VARCHAR AS p FROM raw.t__visits"
    assert [tuple(row.values()) for row in station.rows(f"{rows} WHERE note IS NOT NULL")] == [
        ("1234567890123456789.10", 'a"\\\n', "2024-01-01 19:04:05.6+00", '["a","b,c",null]')
    ]
    hospital.execute("ALTER TABLE visits DROP COLUMN dose, DROP COLUMN note, DROP COLUMN seen, DROP COLUMN parts")
    insert(hospital.admin, 8)
    await station.run("t.visits")
    assert [row[0] for row in std(station)] == ["1", "6", "7", "8"]
    # A column that the mapping needs is named, and the hospital's own writes go on.
    hospital.execute("ALTER TABLE visits DROP COLUMN cost")
    hospital.execute("UPDATE visits SET kind = 'E' WHERE id = 8")
    with pytest.raises(SchemaDrifted, match=r"feed t\.visits.*column cost is gone"):
        await station.run("t.visits")


@only_postgres
async def test_a_trigger_that_is_missing_is_named_and_a_new_snapshot_mends_it(
    station: Station, hospital: Hospital, client: Callable[..., Any]
) -> None:
    await prepared(station, hospital, client)
    insert(hospital.admin, 1, 2)
    await station.run("t.visits")
    name = f"0suwen_{installation_name(station.settings)}_t__visits_rows"
    hospital.execute(f'ALTER TABLE visits DISABLE TRIGGER "{name}"')
    hospital.execute("DELETE FROM visits WHERE id = 1")
    with pytest.raises(SourceNotPrepared, match=f"table public.visits has no trigger {name}"):
        await station.run("t.visits")
    async with client() as http:
        seen = await ready(http)
        assert (seen["ready"], seen["clean_up"]) == (False, "")
        hospital.run(seen["setup"])
        # What happened in between was not written down.
        with pytest.raises(ChangesLost, match="made anew"):
            await station.run("t.visits")
        (obstacle,) = (await ready(http))["obstacles"]
        assert "take a new snapshot" in obstacle["text_en"]
        assert (await http.post(f"{FEED}/run?anew=true")).status_code == 202
        await run_until_idle(station.database, ["ingest"], settings=station.settings)
    assert std(station) == hospital.visits()
    insert(hospital.admin, 3)
    await station.run("t.visits")
    assert [row[0] for row in std(station)] == ["2", "3"]


@only_postgres
async def test_a_warning_about_the_table_does_not_hide_that_its_triggers_were_made_anew(
    station: Station, hospital: Hospital, client: Callable[..., Any]
) -> None:
    hospital.execute("ALTER TABLE visits RENAME TO visits_part")
    hospital.execute("CREATE TABLE visits (LIKE visits_part) PARTITION BY RANGE (id)")
    hospital.execute("ALTER TABLE visits ATTACH PARTITION visits_part DEFAULT")
    await prepared(station, hospital, client)
    insert(hospital.admin, 1)
    await station.run("t.visits")
    name = f"0suwen_{installation_name(station.settings)}_t__visits_rows"
    hospital.execute(f'DROP TRIGGER "{name}" ON visits')
    async with client() as http:
        hospital.run((await ready(http))["setup"])
        levels = {one["level"]: one["text_en"] for one in (await ready(http))["obstacles"]}
    assert "is partitioned" in levels["warning"]
    assert "made anew" in levels["error"]


@only_mysql
async def test_values_arrive_as_they_are_read_and_what_triggers_cannot_tell_is_named(
    station: Station, hospital: Hospital, client: Callable[..., Any]
) -> None:
    hospital.run(
        "ALTER TABLE visits ADD b VARBINARY(9), ADD ts TIMESTAMP(3) NULL, ADD dt DATETIME(6), ADD t TIME(3), "
        "ADD y YEAR, ADD f FLOAT, ADD d DOUBLE, ADD bits BIT(10), ADD e ENUM('a', 'b'), ADD j JSON, "
        "ADD u BIGINT UNSIGNED, ADD wide DECIMAL(60, 5), ADD note VARCHAR(20) CHARACTER SET latin1"
    )
    await prepared(station, hospital, client)
    values = (
        "'p', 'O', '2023-01-01', 2.50, x'00ff41', '2024-01-01 00:00:00.5', '2024-01-01 00:00:00.5', '-12:30:00.5', "
        "2024, 1.1, 1.1e300, b'1010101010', 'b', '{\"a\": 1}', 18446744073709551615, 1.5, 'é\\\\\"'"
    )
    nothing = "'p', 'O', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, ''"
    hospital.run(f"INSERT INTO visits VALUES (1, {values}), (2, {nothing})")
    await station.run("t.visits")
    hospital.run("SET sql_mode = ''; SET time_zone = '+05:00'")
    zero = values.replace("'2023-01-01'", "'2023-02-00'").replace("'2024-01-01 00:00:00.5'", "'0000-00-00'")
    moved = values.replace("'2024-01-01 00:00:00.5', '2024", "'2024-01-01 05:00:00.5', '2024")
    hospital.run(f"INSERT INTO visits VALUES (3, {moved}), (4, {nothing}), (5, {zero})")
    await station.run("t.visits")
    rows = station.rows("SELECT * EXCLUDE (id) FROM raw.t__visits ORDER BY _source_key")
    read, empty, told_one, told_empty, told_zero = [
        {name: value for name, value in row.items() if not name.startswith("_")} for row in rows
    ]
    assert (told_one, told_empty) == (read, empty)
    assert (told_zero["ts"], told_zero["started"]) == ("0000-00-00 00:00:00.000", "2023-02-00")
    # No trigger is fired by the cascade of a foreign key, and none tells a column that came later.
    hospital.run("ALTER TABLE visits ADD later INT, ADD INDEX (later)")
    hospital.run(
        "ALTER TABLE visits ADD CONSTRAINT of_visit FOREIGN KEY (later) REFERENCES visits (id) ON DELETE CASCADE"
    )
    with pytest.raises(SourceNotPrepared, match="cascade of foreign key of_visit"):
        await station.run("t.visits")
    async with client() as http:
        assert any("'later'" in one["text_en"] for one in (await ready(http))["obstacles"])
    hospital.run("ALTER TABLE visits DROP CONSTRAINT of_visit, DROP y")
    with pytest.raises(SourceNotPrepared, match=r"no longer has the columns \['y'\]"):
        await station.run("t.visits")
    async with client() as http:
        hospital.run((await ready(http))["setup"])
        with pytest.raises(ChangesLost, match="made anew"):
            await station.run("t.visits")
        assert (await http.post(f"{FEED}/run?anew=true")).status_code == 202
        await run_until_idle(station.database, ["ingest"], settings=station.settings)
        # What was not read is not to be deleted.
        insert(hospital.admin, 6)
        await station.run("t.visits")
        hospital.run(f"DELETE FROM {(await ready(http))['kept']['name']}")
    with pytest.raises(ChangesLost, match="no longer holds change"):
        await station.run("t.visits")


@pytest.fixture
async def writers(station: Station, hospital: Hospital, client: Callable[..., Any]) -> AsyncIterator[list[Writer]]:
    """Three connections that write from before the snapshot on."""
    await prepared(station, hospital, client)
    started = writing(hospital.connect)
    yield started
    ended(started)


async def test_killed_at_any_point_nothing_is_lost_and_nothing_doubled(
    station: Station, hospital: Hospital, writers: list[Writer], nursery: Nursery
) -> None:
    await run_killed(station, nursery, 6)
    ended(writers)
    await run_out(station)
    assert std(station) == hospital.visits()
    check_every_change(station, writers)
