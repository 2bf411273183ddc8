"""Batch rollout: institutions brought in after a template, checked, tested, made, and brought to its changes."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import text

from suwen.kernel.ids import new_id
from suwen.kernel.jobs import run_until_idle
from suwen.kernel.jobs.queue import Runtime, make_app
from suwen.kernel.jobs.rescue import rescue
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.scope import Scope
from tests.ingest.conftest import Station
from tests.ingest.sources import ORG, postgres_visits
from tests.nursery import Nursery

PASSWORD = "s3cret-of-the-hospital"
NORTH, SOUTH = "12429099990000042N", "12429099990000043S"


class Rollouts:
    """A template and its institutions, over HTTP."""

    def __init__(self, station: Station, http: httpx.AsyncClient, connection: psycopg.Connection[Any]) -> None:
        self.station, self.http, self.connection = station, http, connection
        self.template = ""

    def row(self, code: str, org: str = NORTH, **more: str) -> dict[str, str]:
        """Return a row of an institution on the test's database."""
        info = self.connection.info
        place = {"host": info.host, "port": str(info.port), "database": info.dbname, "user": info.user}
        return {"code": code, "title": f"{code} 医院", "org_code": org, **place, "password": PASSWORD} | more

    async def give(self, *rows: dict[str, str], keep: bool = True) -> dict[str, Any]:
        """Give rows; returns the answer."""
        path = f"/api/ingest/templates/{self.template}/institutions"
        answer = await self.http.post(path, params={"keep": keep}, json={"rows": rows})
        assert answer.status_code == 200, answer.text
        assert PASSWORD not in answer.text
        return answer.json()

    async def make(self) -> None:
        """Have all that waits made."""
        await self.http.post(f"/api/ingest/templates/{self.template}/make")
        await self.work()

    async def work(self) -> None:
        """Do what is due."""
        await run_until_idle(self.station.database, ["ingest"], settings=self.station.settings)

    async def all(self) -> dict[str, dict[str, Any]]:
        """Return the institutions by code."""
        listed = await self.http.get("/api/ingest/rollouts")
        assert PASSWORD not in listed.text
        return {one["code"]: one for one in listed.json()["items"]}

    async def codes(self, path: str) -> list[str]:
        """Return the codes in a list."""
        return sorted(one["code"] for one in (await self.http.get(f"/api/ingest/{path}")).json()["items"])


@pytest.fixture
def hospital(postgres_server: EmbeddedPostgres) -> Iterator[psycopg.Connection[Any]]:
    """A database of its own."""
    name = f"hospital_{new_id().hex}"
    postgres_server.create_database(name)
    with psycopg.connect(postgres_server.dsn(name), autocommit=True) as connection:
        yield connection
    postgres_server.drop_database(name)


@pytest.fixture
async def rollouts(
    station: Station, client: Callable[..., Any], hospital: psycopg.Connection[Any]
) -> AsyncIterator[Rollouts]:
    """A template of a source with a feed, its category and priority, and a plan."""
    hospital.execute("CREATE TABLE visits (id text PRIMARY KEY, pid text, kind text, started text, cost numeric)")
    hospital.execute("INSERT INTO visits VALUES ('v1', 'p1', 'O', '2024-01-01', 5)")
    await station.bring_in(postgres_visits(hospital))
    async with client() as http:
        await http.post("/api/ingest/categories", json={"code": "visits", "title": "就诊"})
        (feed,) = (await http.get("/api/ingest/feeds")).json()["items"]
        await http.patch(f"/api/ingest/feeds/{feed['id']}", json={"category": "visits", "priority": "high"})
        await http.post("/api/ingest/plans", json={"title": "夜间", "source": "t", "cron": "0 3 * * *"})
        found = Rollouts(station, http, hospital)
        made = await http.post("/api/ingest/templates", json={"title": "县级 HIS", "source": "t"})
        assert made.status_code == 201, made.text
        assert {"host", "port", "database", "user", "password"} <= set(made.json()["parameters"])
        found.template = made.json()["id"]
        yield found


async def test_institutions_are_checked_tested_and_made(rollouts: Rollouts) -> None:
    rows = (
        rollouts.row("north"),
        rollouts.row("north", SOUTH),
        rollouts.row("South!", SOUTH),
        rollouts.row("t"),
        rollouts.row("far", port="many", host=""),
        rollouts.row("near", host="${here:secret}"),
    )
    seen = await rollouts.give(*rows, keep=False)
    wrong = {row["row"]: {(one["column"], one["reason_en"]) for one in row["problems"]} for row in seen["rows"]}
    assert (seen["wrong"], seen["kept"]) == (5, 0)
    assert (seen["rows"][0]["feeds"], seen["rows"][0]["plans"], wrong[1]) == (1, 1, set())
    assert [column for column, _ in wrong[2] | wrong[3] | wrong[4]] == ["code"] * 3
    assert ("host", "is missing") in wrong[5]
    assert ("port", "is no valid value") in wrong[5]
    assert [column for column, _ in wrong[6]] == ["host"]
    assert await rollouts.all() == {}
    assert (await rollouts.give(*rows, rollouts.row("south", SOUTH)))["kept"] == 2
    stored = await rollouts.all()
    assert {code: one["status"] for code, one in stored.items()} == {"north": "ready", "south": "ready"}
    tested = (await rollouts.http.post(f"/api/ingest/rollouts/{stored['north']['id']}/test")).json()
    assert tested["server"].startswith("PostgreSQL")
    assert tested["missing"] == []
    async with rollouts.station.database.unit_of_work() as uow:
        options = str((await uow.session.execute(text("SELECT options FROM ingest_rollout"))).all())
        assert PASSWORD not in options
    await rollouts.make()
    assert {one["status"] for one in (await rollouts.all()).values()} == {"created"}
    assert await rollouts.codes("feeds") == ["north.visits", "south.visits", "t.visits"]
    feeds = (await rollouts.http.get("/api/ingest/feeds", params={"f.category": "visits"})).json()["items"]
    assert [(one["priority"], one["org_code"]) for one in feeds] == [("high", NORTH), ("high", SOUTH), ("high", ORG)]
    plans = (await rollouts.http.get("/api/ingest/plans", params={"sort": "source"})).json()["items"]
    assert [(one["source"], one["cron"], one["title"]) for one in plans] == [
        (code, "0 3 * * *", "夜间") for code in ("north", "south", "t")
    ]
    batch = await rollouts.station.run("north.visits")
    assert (batch.status, batch.rows_std) == ("standardised", 1)
    shown = (await rollouts.http.get("/api/ingest/sources/north/options")).json()
    assert (shown["password"], shown["port"]) == ("******", rollouts.connection.info.port)
    # What is there is changed at its source, not by giving it again.
    again = await rollouts.give(rollouts.row("north"))
    assert [one["column"] for one in again["rows"][0]["problems"]] == ["code"]


async def test_a_sheet_is_filled_in_and_uploaded(rollouts: Rollouts) -> None:
    path = f"/api/ingest/templates/{rollouts.template}"
    header = (await rollouts.http.get(f"{path}/sheet", params={"format": "csv"})).content.decode("utf-8-sig")
    columns = (await rollouts.http.get(f"{path}/columns")).json()
    assert header.strip().split(",") == [one["label"] for one in columns]
    assert [one["name"] for one in columns if one["secret"]] == ["password"]
    given = rollouts.row("north")
    line = ",".join(given.get(one["name"], "") for one in columns)
    file = {"file": ("a.csv", f"{header.strip()}\n{line}\n\n".encode("gb18030"))}
    assert (await rollouts.http.post(f"{path}/upload", files=file)).json()["kept"] == 1
    strange = {"file": ("a.csv", b"code,colour\nx,y\n")}
    refused = await rollouts.http.post(f"{path}/upload", files=strange)
    assert (refused.status_code, refused.json()["received"]) == (422, ["colour"])
    empty = {"file": ("a.csv", header.encode())}
    assert (await rollouts.http.post(f"{path}/upload", files=empty)).status_code == 422
    await rollouts.make()
    assert "north" in await rollouts.codes("sources")


async def test_an_institution_is_made_whole_or_not_at_all(rollouts: Rollouts) -> None:
    wrong = rollouts.row("north", database="there_is_none")
    assert (await rollouts.give(wrong, rollouts.row("south", SOUTH)))["kept"] == 2
    await rollouts.make()
    stored = await rollouts.all()
    assert {code: one["status"] for code, one in stored.items()} == {"north": "failed", "south": "created"}
    assert "there_is_none" in stored["north"]["error"]
    assert await rollouts.codes("sources") == ["south", "t"]
    refused = await rollouts.http.post(f"/api/ingest/rollouts/{stored['north']['id']}/test")
    assert refused.status_code == 503
    rollouts.connection.execute("ALTER TABLE visits RENAME TO other")
    told = (await rollouts.http.post(f"/api/ingest/rollouts/{stored['south']['id']}/test")).json()
    assert told["missing"] == ["visits"]
    rollouts.connection.execute("ALTER TABLE other RENAME TO visits")
    # The row is given again, its password left out: it stays, for its place has not changed.
    mended = {name: value for name, value in rollouts.row("north").items() if name != "password"}
    assert (await rollouts.give(mended))["kept"] == 1
    await rollouts.make()
    assert await rollouts.codes("sources") == ["north", "south", "t"]
    assert (await rollouts.http.delete(f"/api/ingest/templates/{rollouts.template}")).status_code == 409


async def test_changes_of_the_template_are_compared_and_applied(rollouts: Rollouts) -> None:
    http = rollouts.http
    await rollouts.give(rollouts.row("north"))
    await rollouts.make()
    north = (await rollouts.all())["north"]["id"]
    assert (await http.get(f"/api/ingest/rollouts/{north}/compare")).json()["departures"] == []
    # At the institution a feed of its own; at the template's source a changed mapping and another feed.
    (feed,) = postgres_visits(rollouts.connection)["feeds"]
    await http.put("/api/ingest/sources/north/feeds/own", json=feed | {"code": "own"})
    changed = feed | {"columns": {**feed["columns"], "total_cost": {"expr": "cost", "invalid": "blank"}}}
    await http.put("/api/ingest/sources/t/feeds/visits", json=changed)
    await http.put("/api/ingest/sources/t/feeds/more", json=feed | {"code": "more"})
    (plan,) = (await http.get("/api/ingest/plans", params={"f.source": "t"})).json()["items"]
    await http.patch(f"/api/ingest/plans/{plan['id']}", json={"cron": "0 4 * * *"})
    refreshed = (await http.post(f"/api/ingest/templates/{rollouts.template}/refresh")).json()
    assert (refreshed["revision"], refreshed["feeds"]) == (2, 2)
    assert (await http.post(f"/api/ingest/templates/{rollouts.template}/refresh")).json()["revision"] == 2
    told = (await http.get(f"/api/ingest/rollouts/{north}/compare")).json()
    departures = {(one["kind"], one["name"], one["what"]): one["fields"] for one in told["departures"]}
    assert (told["revision"], told["current"]) == (1, 2)
    assert departures == {
        ("feed", "more", "missing"): [],
        ("feed", "visits", "changed"): ["columns.total_cost"],
        ("feed", "own", "extra"): [],
        ("plan", "夜间", "changed"): ["cron"],
    }
    applied = (await http.post(f"/api/ingest/templates/{rollouts.template}/apply")).json()
    assert len(applied["job_run_ids"]) == 1
    await rollouts.work()
    left = (await http.get(f"/api/ingest/rollouts/{north}/compare")).json()
    assert [(one["name"], one["what"]) for one in left["departures"]] == [("own", "extra")]
    assert (await rollouts.codes("feeds"))[:3] == ["north.more", "north.own", "north.visits"]
    # Its connection is its own still, and works.
    assert (await rollouts.station.run("north.more")).status == "standardised"
    assert (await http.post(f"/api/ingest/templates/{rollouts.template}/apply")).json()["job_run_ids"] == []


async def test_others_institutions_are_out_of_reach(rollouts: Rollouts, client: Callable[..., Any]) -> None:
    await rollouts.give(rollouts.row("north"))
    key = (await rollouts.all())["north"]["id"]
    path = f"/api/ingest/templates/{rollouts.template}"
    async with client(Scope.of(SOUTH, grade=3)) as http:
        assert (await http.get("/api/ingest/rollouts")).json()["total"] == 0
        for action in ("test", "make"):
            assert (await http.post(f"/api/ingest/rollouts/{key}/{action}")).status_code == 404
        assert (await http.get(f"/api/ingest/rollouts/{key}/compare")).status_code == 404
        assert (await http.delete(f"/api/ingest/rollouts/{key}")).status_code == 404
        assert (await http.post(f"{path}/make")).json()["job_run_ids"] == []
        assert (await http.post(f"{path}/refresh")).status_code == 404
        rows = [rollouts.row("mine", NORTH), rollouts.row("north", SOUTH)]
        told = (await http.post(f"{path}/institutions", json={"rows": rows})).json()
        assert [[one["column"] for one in row["problems"]] for row in told["rows"]] == [["org_code"], ["code"]]
    async with client(None, frozenset({"ingest.read", "ingest.run"})) as http:
        for action in ("make", "apply", "refresh"):
            assert (await http.post(f"{path}/{action}")).status_code == 403
        assert (await http.post(f"{path}/institutions", json={"rows": [rollouts.row("mine")]})).status_code == 403


@pytest.mark.parametrize("moment", [4, 5, 6])
async def test_a_killed_making_leaves_all_or_nothing(rollouts: Rollouts, workers: Nursery, moment: int) -> None:
    station = rollouts.station
    await rollouts.give(rollouts.row("north"))
    await rollouts.http.post(f"/api/ingest/templates/{rollouts.template}/make")
    assert workers.run(station.settings.workspace, station.settings.database_url, moment) == -9
    made = (await rollouts.all())["north"]["status"] == "created"
    assert await rollouts.codes("sources") == (["north", "t"] if made else ["t"])
    runtime = Runtime(station.database, station.settings)
    app = make_app(runtime, connections=2)
    async with app.open_async():
        await rescue(runtime, app, 0.0)
    await rollouts.work()
    assert (await rollouts.all())["north"]["status"] == "created"
    assert await rollouts.codes("feeds") == ["north.visits", "t.visits"]
    assert (await rollouts.http.get("/api/ingest/plans")).json()["total"] == 2
