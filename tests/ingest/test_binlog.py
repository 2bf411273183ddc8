"""Capture from the binlog of a real server: every change once, in its order, values as a read of the table has them."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from suwen.domains.ingest.connectors.mysql.log import source as binlog
from suwen.domains.ingest.errors import ChangesLost, SourceNotPrepared
from suwen.domains.ingest.service.following import follow
from suwen.domains.ingest.service.run import FeedRun
from suwen.kernel.jobs import run_until_idle
from suwen.kernel.testing.mariadb import MariaServer
from tests.ingest.changing import Writer, check_every_change, ended, insert, run_killed, run_out, std, told, writing
from tests.ingest.conftest import Station
from tests.ingest.hospitals import OnMariaDB
from tests.ingest.sources import visits
from tests.nursery import Nursery

pytestmark = [pytest.mark.anyio, pytest.mark.mariadb]
WANTED = {"feed": "visits", "mode": "log", "table": "visits", "key": ["id"]}
FEED = "/api/ingest/feeds/t.visits"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaServer]:
    """A server of its own: its log is purged and its settings are changed here."""
    started = MariaServer(tmp_path_factory.mktemp("mariadb"))
    yield started
    started.stop()


@pytest.fixture
def hospital(server: MariaServer) -> Iterator[OnMariaDB]:
    """A hospital's database, whose account may read the table and the log."""
    made = OnMariaDB(server.url)
    made.run(
        f"GRANT SELECT ON visits TO {made.account}; GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO {made.account}"
    )
    yield made
    made.drop()


def definition(hospital: OnMariaDB, **feed: Any) -> dict[str, Any]:
    return visits("mysql", hospital.options(), **({"table": "visits", "capture": "log"} | feed))


async def ready(http: httpx.AsyncClient) -> dict[str, Any]:
    return (await http.post("/api/ingest/sources/t/changes", json=WANTED)).json()


def purge(hospital: OnMariaDB) -> None:
    """Have the server forget all but its newest file; it keeps one for a moment that its tables still need."""
    while len(files := hospital.execute("SHOW BINARY LOGS")) > 1:
        hospital.execute("PURGE BINARY LOGS TO %s", [files[-1][0]])


async def anew(station: Station, client: Callable[..., Any]) -> None:
    """Read all rows again, as somebody asks for who has read that changes are lost."""
    async with client() as http:
        assert (await http.post(f"{FEED}/run?anew=true")).status_code == 202
        await run_until_idle(station.database, ["ingest"], settings=station.settings)


async def test_the_administrator_is_told_what_is_missing_and_how_far_the_log_reaches_back(
    station: Station, hospital: OnMariaDB, client: Callable[..., Any]
) -> None:
    hospital.run(f"REVOKE REPLICATION SLAVE, BINLOG MONITOR ON *.* FROM {hospital.account}")
    hospital.run("SET GLOBAL binlog_row_image = 'MINIMAL'; SET GLOBAL binlog_row_metadata = 'NO_LOG'")
    await station.bring_in(definition(hospital))
    with pytest.raises(SourceNotPrepared, match=r"binlog_row_image is MINIMAL.*lacks REPLICATION SLAVE"):
        await station.run("t.visits")
    async with client() as http:
        seen = await ready(http)
        assert (seen["ready"], seen["before"], seen["kept"]) == (False, "row", None)
        assert "binlog_row_image = FULL" in seen["setup"]
        hospital.run(f"GRANT BINLOG MONITOR ON *.* TO {hospital.account}")
        assert any("没有 REPLICATION SLAVE 权限" in one["text"] for one in (await ready(http))["obstacles"])
        hospital.run(seen["setup"])
        seen = await ready(http)
        assert (seen["ready"], seen["obstacles"], seen["setup"]) == (True, [], "")
        insert(hospital.admin, 1)
        assert (await station.run("t.visits")).rows_std == 1
        kept = (await http.get(f"{FEED}/changes")).json()["kept"]
        (oldest, *_) = hospital.execute("SHOW BINARY LOGS")
        assert (kept["name"], kept["lost"], kept["oldest"] is not None) == (oldest[0], False, True)
        # Nothing is left behind at the source, and nothing there has to be dropped.
        assert (await http.get("/api/ingest/sources/t/kept")).json() == []
        assert (await http.delete(FEED)).status_code == 204


async def test_every_change_arrives_in_its_order(
    station: Station, hospital: OnMariaDB, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert(hospital.admin, 1, 2, 3)
    await station.bring_in(definition(hospital))
    assert (await station.run("t.visits")).rows_std == 3
    assert (await station.run("t.visits")).status == "unchanged"
    hospital.execute("UPDATE visits SET cost = 9 WHERE id = 1")
    hospital.execute("UPDATE visits SET cost = 8 WHERE id = 1")
    hospital.execute("FLUSH BINARY LOGS")
    hospital.execute("UPDATE visits SET id = 20 WHERE id = 2")
    hospital.execute("DELETE FROM visits WHERE id = 3")
    with closing(hospital.connect()) as partly:
        insert(partly, 99)
        partly.rollback()
        insert(partly, 4)
        partly.cursor().execute("SAVEPOINT s")
        insert(partly, 98)
        partly.cursor().execute("ROLLBACK TO s")
        partly.commit()
    # More changes than are read at once: each is told once all the same.
    monkeypatch.setattr(binlog, "AT_ONCE", 2)
    await run_out(station)
    assert told(station)[3:] == ["U 1 9", "U 1 8", "D 2 None", "I 20 2", "D 3 None", "I 4 4"]
    assert std(station) == hospital.visits() == [("1", "p1", 8), ("20", "p2", 2), ("4", "p4", 4)]
    places = station.rows("SELECT _sequence AS s FROM raw.t__visits WHERE _committed_at IS NOT NULL ORDER BY _seq")
    assert len(places) == 6
    assert places == sorted(places, key=lambda row: row["s"])
    # A worker that follows the feed carries on what comes by itself, compressed too.
    hospital.execute("SET GLOBAL log_bin_compress = ON")
    with closing(hospital.connect()) as compressed:
        compressed.cursor().execute("SET SESSION binlog_annotate_row_events = ON")
        long = "p" * 600
        compressed.cursor().execute("INSERT INTO visits VALUES (5, %s, 'O', '2023-01-01', 5)", [long])
        compressed.commit()
    hospital.execute("SET GLOBAL log_bin_compress = OFF")

    def check() -> None:
        if len(std(station)) == 4:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await follow(FeedRun(station.database, station.lake, station.settings), "t.visits", check)
    assert std(station) == hospital.visits()


async def test_a_table_that_is_emptied_or_altered_is_followed(station: Station, hospital: OnMariaDB) -> None:
    insert(hospital.admin, 1, 2)
    await station.bring_in(definition(hospital))
    await station.run("t.visits")
    insert(hospital.admin, 5)
    hospital.execute(f"/* all */ TRUNCATE TABLE `{hospital.name}`.visits")
    insert(hospital.admin, 1, 6)
    await station.run("t.visits")
    assert told(station)[2:] == ["I 5 5", "D 1 None", "D 2 None", "D 5 None", "I 1 1", "I 6 6"]
    # Columns that come, go, are named or typed otherwise and stand elsewhere while it is told.
    hospital.execute("ALTER TABLE visits ADD COLUMN note VARCHAR(20) CHARACTER SET gbk FIRST, MODIFY cost INT")
    hospital.execute("INSERT INTO visits VALUES ('新', 7, 'p7', 'O', '2023-01-01', 7)")
    hospital.execute("ALTER TABLE visits DROP COLUMN note, MODIFY cost DECIMAL(20, 2) AFTER id")
    insert(hospital.admin, 8)
    hospital.execute("CREATE INDEX by_pid ON visits (pid)")
    await run_out(station)
    assert std(station) == hospital.visits()
    assert station.rows("SELECT note FROM raw.t__visits WHERE note IS NOT NULL") == [{"note": "新"}]


async def test_what_the_log_cannot_tell_is_said_and_a_new_snapshot_mends_it(
    station: Station, hospital: OnMariaDB, client: Callable[..., Any]
) -> None:
    insert(hospital.admin, 1, 2)
    await station.bring_in(definition(hospital))
    await station.run("t.visits")
    # The log was purged before it was read.
    hospital.execute("FLUSH BINARY LOGS")
    insert(hospital.admin, 3)
    purge(hospital)
    with pytest.raises(ChangesLost, match="was purged"):
        await station.run("t.visits")
    async with client() as http:
        (obstacle,) = (await ready(http))["obstacles"]
        assert "take a new snapshot" in obstacle["text_en"]
    await anew(station, client)
    assert std(station) == hospital.visits()
    # A session that writes statements; rows that come from another table; a log that was begun anew.
    for script, reason in (
        ("SET SESSION binlog_format = 'STATEMENT'; UPDATE visits SET cost = 5; "
         "SET SESSION binlog_format = 'ROW'", "row by row"),
        ("CREATE TABLE other LIKE visits; RENAME TABLE visits TO old, other TO visits", "replaced or renamed"),
        ("SET SESSION binlog_row_image = 'MINIMAL'; INSERT INTO visits (id) VALUES (30); "
         "SET SESSION binlog_row_image = 'FULL'", "binlog_row_image"),
        ("RESET MASTER; INSERT INTO visits (id) VALUES (31)", "begun anew"),
    ):  # fmt: skip
        hospital.run(script)
        with pytest.raises(ChangesLost, match=reason):
            await station.run("t.visits")
        await anew(station, client)
    # Names that the log does not tell: altered columns cannot be told from others.
    hospital.execute("SET GLOBAL binlog_row_metadata = 'NO_LOG'")
    await anew(station, client)
    with closing(hospital.connect()) as nameless:
        insert(nameless, 40)
        nameless.commit()
    await station.run("t.visits")
    assert ("40", "p40", 40) in std(station)
    hospital.execute("ALTER TABLE visits ADD later INT")
    with pytest.raises(ChangesLost, match="binlog_row_metadata = FULL"):
        await station.run("t.visits")
    hospital.execute("SET GLOBAL binlog_row_metadata = 'FULL'")
    # Rows that go with others stand in no log.
    hospital.run(
        "ALTER TABLE visits ADD CONSTRAINT of_visit FOREIGN KEY (later) REFERENCES visits (id) ON DELETE CASCADE"
    )
    with pytest.raises(SourceNotPrepared, match="cascade of foreign key of_visit"):
        await station.run("t.visits")


async def test_values_arrive_as_they_are_read(station: Station, hospital: OnMariaDB) -> None:
    hospital.run(
        "SET sql_mode = ''; ALTER TABLE visits ADD ti TINYINT, ADD tu TINYINT UNSIGNED, ADD mi MEDIUMINT, "
        "ADD mu MEDIUMINT UNSIGNED, ADD y YEAR, ADD iu INT UNSIGNED ZEROFILL, ADD i INT, ADD bi BIGINT, "
        "ADD bu BIGINT UNSIGNED, ADD f FLOAT, ADD d DOUBLE, ADD fd FLOAT(7, 3), ADD n DECIMAL(38, 10), "
        "ADD wide DECIMAL(60, 5), ADD small DECIMAL(5, 5), ADD whole DECIMAL(9), ADD one BIT(1), ADD bits BIT(10), "
        "ADD dt DATETIME, ADD dt1 DATETIME(1), ADD dt6 DATETIME(6), ADD ts TIMESTAMP NULL, ADD ts3 TIMESTAMP(3) NULL, "
        "ADD t TIME, ADD t1 TIME(1), ADD t3 TIME(3), ADD t6 TIME(6), ADD e ENUM('a', 'b''x', '中'), "
        "ADD eg ENUM('甲', '乙') CHARACTER SET gbk, ADD s SET('x', 'y', 'z'), ADD c CHAR(10), "
        "ADD cw CHAR(255) CHARACTER SET utf8mb4, ADD vg VARCHAR(50) CHARACTER SET gbk, "
        "ADD v1 VARCHAR(300) CHARACTER SET latin1, ADD v5 VARCHAR(20) CHARACTER SET big5, "
        "ADD vk VARCHAR(20) CHARACTER SET koi8r, ADD vu VARCHAR(20) CHARACTER SET utf16, ADD tx TEXT, ADD lt LONGTEXT, "
        "ADD j JSON, ADD b BINARY(5), ADD vb VARBINARY(300), ADD lb LONGBLOB, ADD u UUID, ADD i4 INET4, ADD i6 INET6, "
        "ADD g POINT, ADD virt INT AS (i + 1) VIRTUAL, ADD kept INT AS (i + 2) STORED, ADD unseen INT INVISIBLE, "
        "ADD last INT"
    )
    hospital.run(f"SET time_zone = '+00:00'; GRANT SELECT ON visits TO {hospital.account}")
    values: list[dict[str, Any]] = [
        {"ti": -128, "tu": 255, "mi": -8388608, "mu": 16777215, "y": 2024, "iu": 4294967295, "i": -5, "bi": -(2**63),
         "bu": 2**64 - 1, "f": 16777217, "d": 1.1e300, "fd": 1.2345, "n": "-1234567890123456789012345678.0123456789",
         "wide": "1.5", "small": "0.00001", "whole": "-0", "one": b"\1", "bits": b"\2\xaa", "dt": "2024-02-29",
         "dt1": "2024-01-01 23:59:59.9", "dt6": "1000-01-01 00:00:00.000001", "ts": "2024-07-01 12:00:00",
         "ts3": "1988-07-01 00:00:00.5", "t": "-838:59:59", "t1": "-00:00:00.5", "t3": "-12:30:00.5",
         "t6": "12:34:56.000001", "e": "b'x", "eg": "乙", "s": "x,z", "c": "ab  ", "cw": "中文" * 20,
         "vg": "中文測試—·", "v1": "é€\x81", "v5": "測試", "vk": "Привет", "vu": "a中😀", "tx": "x" * 5000,
         "lt": "汉 '\"\\",
         "j": '{"a": [1, 2.50, "中"]}', "b": b"\0a\0", "vb": b"\0\xff", "lb": b"",
         "u": "550e8400-e29b-41d4-a716-446655440000", "i4": "10.0.0.1", "i6": "2001:db8::1", "unseen": 3, "last": 7},
        {},
        {"f": 1.1, "d": -1e-7, "fd": -0.0005, "n": "0.5", "small": "-0.5", "y": 0, "wide": "-" + "9" * 55 + ".00001",
         "dt": "0000-00-00", "ts": "0000-00-00", "ts3": "0000-00-00", "started": "2023-02-00", "bits": b"\0", "e": "",
         "t6": "-00:00:00.000001", "t1": "-01:00:00", "t3": "01:00:00", "s": "", "c": "", "b": b"", "lb": b"x" * 70000,
         "u": "018fd0f0-7d4a-7cc0-98c4-dc0c0c07398f", "i6": "::ffff:1.2.3.4", "dt6": "9999-12-31 23:59:59.999999"},
        {"f": 3.4028235e38, "ts": "1970-01-01 00:00:01", "ts3": "2038-01-19 03:14:07.999", "i6": "::1.2.3.4", "e": 2},
    ]  # fmt: skip

    def put(first: int) -> None:
        for number, row in enumerate(values):
            whole = {"id": first + number, "pid": "p", "kind": "O", "started": "2023-01-01", "cost": 1} | row
            marks = ", ".join(["%s"] * len(whole))
            hospital.execute(f"INSERT INTO visits ({', '.join(whole)}) VALUES ({marks})", list(whole.values()))

    put(1)
    hospital.execute("UPDATE visits SET g = POINT(1, 2) WHERE id = 1")
    await station.bring_in(definition(hospital))
    await station.run("t.visits")
    put(11)
    hospital.execute("UPDATE visits SET g = POINT(1, 2) WHERE id = 11")
    await station.run("t.visits")
    rows = station.rows(
        "SELECT * EXCLUDE (id) FROM raw.t__visits WHERE _op <> 'U' OR g IS NOT NULL ORDER BY _batch_id, _seq"
    )
    plain = [{name: value for name, value in row.items() if not name.startswith("_")} for row in rows]
    read, arrived = plain[:4], [plain[-1], *plain[5:-1]]
    assert len(arrived) == 4
    assert arrived == read
    assert "virt" not in read[0]


@pytest.fixture
async def writers(station: Station, hospital: OnMariaDB) -> AsyncIterator[list[Writer]]:
    """Three connections that write from before the snapshot on."""
    await station.bring_in(definition(hospital))
    started = writing(hospital.connect)
    yield started
    ended(started)


async def test_killed_at_any_point_nothing_is_lost_and_nothing_doubled(
    station: Station, hospital: OnMariaDB, writers: list[Writer], nursery: Nursery
) -> None:
    await run_killed(station, nursery, 6)
    hospital.execute("FLUSH BINARY LOGS")
    ended(writers)
    await run_out(station)
    assert std(station) == hospital.visits()
    check_every_change(station, writers)
