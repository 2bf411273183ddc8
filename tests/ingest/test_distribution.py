"""Distributions: standard rows kept in step in other databases and in files, whatever is killed."""

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pymysql
import pytest

from suwen.domains.ingest.distribution import sending
from suwen.domains.ingest.reconcile.holding import HeldDay, HeldRepository
from suwen.kernel.clock import LOCAL_ZONE, freeze, now
from suwen.kernel.ids import new_id
from suwen.kernel.jobs import begin_due
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.scope import Scope
from suwen.kernel.testing.mariadb import PASSWORD, MariaServer
from tests.ingest.conftest import Station
from tests.ingest.distributing import FIRST, SECOND, SENT, THEN, Sender
from tests.ingest.fileservers import PASSWORD as SFTP_PASSWORD
from tests.ingest.fileservers import USER, SftpServer
from tests.ingest.sources import ORG, visits


class Postgres:
    """A database of another platform on PostgreSQL."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server, self.name = server, f"upper_{new_id().hex}"
        server.create_database(self.name)
        self.connection = psycopg.connect(server.dsn(self.name), autocommit=True)

    def definition(self) -> tuple[str, dict[str, Any]]:
        """Return connector and options of a source whose connection leads here."""
        info = self.connection.info
        options = {"host": info.host, "port": info.port, "database": info.dbname, "user": info.user}
        return "postgres", options

    def execute(self, sql: str) -> list[Any]:
        """Run a statement; return its rows."""
        cursor = self.connection.execute(sql)
        return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        """Leave nothing behind."""
        self.connection.close()
        self._server.drop_database(self.name)


class MySQL:
    """A database of another platform on MariaDB."""

    def __init__(self, server: MariaServer) -> None:
        self._server, self.name = server, f"upper_{new_id().hex[-16:]}"
        place = {"host": "127.0.0.1", "port": server.port, "user": "root", "password": PASSWORD}
        self.connection = pymysql.connect(**place, autocommit=True)
        self.execute(f"CREATE DATABASE {self.name}")
        self.execute(f"USE {self.name}")
        self._options = {**place, "database": self.name}

    def definition(self) -> tuple[str, dict[str, Any]]:
        """Return connector and options of a source whose connection leads here."""
        return "mysql", self._options

    def execute(self, sql: str) -> list[Any]:
        """Run a statement; return its rows."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def close(self) -> None:
        """Leave nothing behind."""
        self.execute(f"DROP DATABASE {self.name}")
        self.connection.close()


@pytest.fixture(scope="module")
def maria(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaServer]:
    """A server for the tests of this file."""
    server = MariaServer(tmp_path_factory.mktemp("mariadb"))
    yield server
    server.stop()


@pytest.fixture(params=["postgres", pytest.param("mysql", marks=pytest.mark.mariadb)])
def upper(request: pytest.FixtureRequest) -> Iterator[Postgres | MySQL]:
    """The database of another platform."""
    if request.param == "postgres":
        made: Postgres | MySQL = Postgres(request.getfixturevalue("postgres_server"))
    else:
        made = MySQL(request.getfixturevalue("maria"))
    yield made
    made.close()


def there(upper: Postgres | MySQL) -> dict[str, int]:
    """Return the visits and their costs at the other platform."""
    return {str(key): int(cost) for key, cost in upper.execute("SELECT encounter_id, total_cost FROM visits")}


async def test_a_database_is_kept_in_step(sender: Sender, upper: Postgres | MySQL) -> None:
    await sender.leads(*upper.definition())
    await sender.make(place="upper")
    run = await sender.send()
    assert (run["status"], run["rows"], run["put"], run["removed"]) == ("sent", 3, 3, 0)
    assert there(upper) == SENT
    begun = upper.execute("SELECT started_at FROM visits WHERE encounter_id = 'v1'")
    assert begun == [(datetime(2024, 1, 1, 8),)] or list(begun) == [(datetime(2024, 1, 1, 8),)]
    assert (await sender.send())["status"] == "unchanged"
    # One row changed, one gone, one new: no more is written.
    await sender.receive(SECOND)
    run = await sender.send()
    assert (run["status"], run["rows"], run["put"], run["removed"]) == ("sent", 3, 2, 1)
    assert there(upper) == THEN
    # Somebody there has spoilt it; the position says that nothing is to be done, all anew mends it.
    upper.execute("UPDATE visits SET total_cost = 0")
    assert (await sender.send())["status"] == "unchanged"
    run = await sender.send("anew")
    assert (run["put"], run["anew"]) == (3, True)
    assert there(upper) == THEN
    told = (await sender.http.get(f"/api/ingest/distributions/{sender.id}")).json()
    assert (told["last_status"], told["position"]) == ("sent", run["position"])


async def test_a_target_of_other_columns_is_refused_and_nothing_is_written(
    sender: Sender, upper: Postgres | MySQL
) -> None:
    await sender.leads(*upper.definition())
    upper.execute("CREATE TABLE visits (encounter_id varchar(20) PRIMARY KEY)")
    await sender.make(place="upper", columns=["total_cost"])
    run = await sender.send()
    assert run["status"] == "failed"
    assert "lacks columns" in run["error"]
    assert upper.execute("SELECT * FROM visits") in ([], ())
    upper.execute("DROP TABLE visits")
    await sender.http.patch(f"/api/ingest/distributions/{sender.id}", json={"create_table": False})
    assert "no such table" in (await sender.send())["error"]
    await sender.http.patch(f"/api/ingest/distributions/{sender.id}", json={"create_table": True})
    assert (await sender.send())["put"] == 3
    if isinstance(upper, Postgres):
        names = upper.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'visits'")
        wanted = {"org_code", "encounter_id", "total_cost", "_suwen_job", "_suwen_digest"}
        assert {name for (name,) in names} == wanted


@pytest.mark.parametrize("moment", [4, 5, 6])
async def test_a_killed_run_neither_loses_nor_doubles(sender: Sender, upper: Postgres | MySQL, moment: int) -> None:
    await sender.leads(*upper.definition())
    await sender.make(place="upper")
    await sender.send()
    await sender.receive(SECOND)
    await sender.die(moment)
    # Before its commit there is nothing of the run, after it all.
    assert there(upper) in (SENT, THEN)
    await sender.take_up()
    assert (await sender.runs())[0]["status"] in ("sent", "unchanged")
    assert there(upper) == THEN


async def test_files_are_written_whole_or_not_at_all(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = sending.distributed(sender.station.settings) / "upper"
    await sender.make(target="files", folder="upper", columns=["total_cost"], condition="total_cost.gte=6")
    assert (await sender.send())["rows"] == 2
    lines = (folder / "visits.csv").read_text("utf-8").splitlines()
    assert lines[0] == '"org_code","encounter_id","total_cost"'
    assert sorted(line.split(",")[1] for line in lines[1:]) == ['"v2"', '"v3"']
    assert (await sender.send())["status"] == "unchanged"
    for form, count in (("json", 2), ("parquet", 2)):
        await sender.make(title=form, target="files", folder="upper", table=form, form=form, columns=["total_cost"],
                          condition="total_cost.gte=6")  # fmt: skip
        assert (await sender.send())["rows"] == count
    assert pq.read_table(folder / "parquet.parquet").num_rows == 2
    rows = [json.loads(line) for line in (folder / "json.json").read_text("utf-8").splitlines()]
    assert sorted(row["encounter_id"] for row in rows) == ["v2", "v3"]
    assert all(not path.name.startswith(".") for path in folder.iterdir())


async def test_held_days_stay_out(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    day = HeldDay(ORG, "encounter", date(2024, 1, 2), "quantity", "t.visits", now())
    held = [day]

    async def days(*_: Any) -> list[HeldDay]:
        return held

    monkeypatch.setattr(HeldRepository, "days", days)
    await sender.make(target="files", folder="upper")
    run = await sender.send()
    assert (run["rows"], run["held"]) == (2, 1)
    held.clear()
    assert (await sender.send())["rows"] == 3


async def test_each_moment_begins_one_run(sender: Sender) -> None:
    with freeze(datetime(2026, 3, 2, 1, 59, tzinfo=LOCAL_ZONE)) as clock:
        await sender.make(target="files", folder="upper", cron="0 2 * * *")
        clock.advance(timedelta(minutes=2))
        assert (await begin_due(sender.station.database))["ingest.distributions"] == 1
        assert (await sender.http.post(f"/api/ingest/distributions/{sender.id}/run")).status_code == 409
        clock.advance(timedelta(days=1))
        assert (await begin_due(sender.station.database))["ingest.distributions"] == 0
        await sender.work()
        await sender.http.patch(f"/api/ingest/distributions/{sender.id}", json={"enabled": False})
        clock.advance(timedelta(days=1))
        assert (await begin_due(sender.station.database))["ingest.distributions"] == 0
    assert [(one["status"], one["cause"]) for one in await sender.runs()] == [("sent", "plan")]


async def test_nobody_sends_what_they_may_not_see(
    sender: Sender, station: Station, client: Callable[..., Any], tmp_path: Path
) -> None:
    await sender.make(target="files", folder="upper", orgs=[])
    base = {"title": "x", "dataset": "encounter", "target": "files", "folder": "x", "table": "x"}
    async with client(Scope.of(ORG, grade=3), frozenset({"ingest.read", "ingest.write", "ingest.run"})) as http:
        assert (await http.get("/api/ingest/distributions")).json()["total"] == 0
        for action in ("run", "anew"):
            assert (await http.post(f"/api/ingest/distributions/{sender.id}/{action}")).status_code == 404
        for more, status in (({}, 422), ({"orgs": ["elsewhere"]}, 422), ({"orgs": [ORG], "masked": False}, 422)):
            assert (await http.post("/api/ingest/distributions", json=base | more)).status_code == status
        assert (await http.post("/api/ingest/distributions", json=base | {"orgs": [ORG]})).status_code == 201
        for more in ({"condition": "colour=red"}, {"columns": ["colour"]}, {"folder": "../x"}, {"table": "x; drop"}):
            refused = await http.post("/api/ingest/distributions", json=base | {"orgs": [ORG]} | more)
            assert refused.status_code in (403, 422), refused.text
        wrong = base | {"orgs": [ORG], "target": "database", "place": "t"}
        assert (await http.post("/api/ingest/distributions", json=wrong)).status_code == 422
    async with client(None, frozenset({"ingest.read"})) as http:
        assert (await http.post(f"/api/ingest/distributions/{sender.id}/run")).status_code == 403
        assert (await http.post("/api/ingest/distributions", json=base)).status_code == 403
    other = visits("files", {"path": str(tmp_path)})
    other["source"] |= {"code": "u", "org_code": "elsewhere"}
    await station.bring_in(other)
    await station.run("u.visits")
    # All institutions for who sees all; the patients masked unless it says otherwise.
    assert (await sender.send())["rows"] == 6


async def test_files_are_put_on_an_sftp_server_whole(sender: Sender, tmp_path: Path) -> None:
    served = tmp_path / "served"
    served.mkdir()
    with SftpServer(served) as server:
        at = {"host": "127.0.0.1", "port": server.port, "user": USER, "password": SFTP_PASSWORD, "host_key": server.key}
        await sender.leads("files", {"place": "sftp", "path": "/", **at})
        await sender.make(target="files", place="upper", folder="report", columns=["total_cost"])
        assert (await sender.send())["rows"] == 3
        lines = (served / "report" / "visits.csv").read_text("utf-8").splitlines()
        assert sorted(line.split(",")[1] for line in lines[1:]) == ['"v1"', '"v2"', '"v3"']
        assert (await sender.send())["status"] == "unchanged"
        await sender.receive(SECOND)
        assert (await sender.send())["status"] == "sent"
        assert sorted(path.name for path in (served / "report").iterdir()) == ["visits.csv", "visits.position.json"]
        assert '"v4"' in (served / "report" / "visits.csv").read_text("utf-8")
    # The server is away: the run says so, and nothing was lost.
    await sender.receive(FIRST)
    run = await sender.send()
    assert (run["status"], "127.0.0.1" in run["error"]) == ("failed", True)
