"""An old platform's data is taken over institution by institution, and nothing of it is nobody's."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import psycopg
import pytest

from suwen.kernel.ids import new_id
from suwen.kernel.jobs import run_until_idle
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.scope import Scope
from tests.ingest.conftest import Station
from tests.ingest.sources import ORG, postgres_visits

NORTH, SOUTH = "12429099990000042N", "12429099990000043S"
QUEUES = ["ingest", "events", "reconcile"]


@pytest.fixture
def old(postgres_server: EmbeddedPostgres) -> Iterator[psycopg.Connection[Any]]:
    """The database of the platform that is replaced: visits by institution, and wards of all together."""
    name = f"old_{new_id().hex}"
    postgres_server.create_database(name)
    with psycopg.connect(postgres_server.dsn(name), autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE visits (id text PRIMARY KEY, pid text, kind text, started text, cost numeric, jgdm text)"
        )
        connection.execute("CREATE TABLE wards (id text PRIMARY KEY, pid text, kind text, started text, cost numeric)")
        connection.execute("INSERT INTO wards VALUES ('w1', 'p9', 'I', '2019-05-01', 1)")
        with connection.cursor() as cursor:
            rows = [
                *((f"n{i}", f"p{i}", "O", f"2023-{i:02d}-01 08:00", i, "BY") for i in range(1, 11)),
                *((f"b{i}", f"q{i}", "I", "2022-02-03", 3, "BY-2") for i in range(4)),
                *((f"s{i}", f"p{i}", "O", "20240102", 2, "NY's") for i in range(6)),
                *((f"x{i}", "p1", "O", "2020-01-01", 9, "TEST") for i in range(3)),
                ("u1", "p1", "O", "2020-01-01", 9, None),
                ("u2", "p1", "O", "2020-01-01", 9, ""),
            ]
            cursor.executemany("INSERT INTO visits VALUES (%s, %s, %s, %s, %s, %s)", rows)
        yield connection
    postgres_server.drop_database(name)


class Takeover:
    """A migration, over HTTP."""

    def __init__(self, station: Station, http: httpx.AsyncClient) -> None:
        self.station, self.http, self.key = station, http, ""

    async def post(self, path: str, body: Any = None, *, status: int = 202) -> Any:
        """Post to a path of the room, and do what this queued."""
        answer = await self.http.post(f"/api/ingest/{path}", json=body)
        assert answer.status_code == status, answer.text
        await run_until_idle(self.station.database, QUEUES, settings=self.station.settings)
        return answer.json()

    async def report(self) -> dict[str, Any]:
        """Return the migration whole."""
        answer = await self.http.get(f"/api/ingest/migrations/{self.key}/report")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def give(self, *parts: dict[str, Any], status: int = 201) -> Any:
        """Give codes to institutions."""
        return await self.post(f"migrations/{self.key}/parts", {"parts": list(parts)}, status=status)

    async def part(self, title: str) -> dict[str, Any]:
        """Return an institution in the list."""
        listed = (await self.http.get("/api/ingest/migration_parts", params={"f.title": title})).json()
        return listed["items"][0]


@pytest.fixture
async def takeover(
    station: Station, client: Callable[..., Any], old: psycopg.Connection[Any]
) -> AsyncIterator[Takeover]:
    """A platform that was counted."""
    definition = postgres_visits(old)
    definition["feeds"].append(definition["feeds"][0] | {"code": "wards", "table": "wards"})
    await station.bring_in(definition)
    async with client() as http:
        found = Takeover(station, http)
        body = {"title": "旧市级平台", "source": "t", "columns": ["org_code", "JGDM"]}
        found.key = (await found.post("migrations", body, status=201))["id"]
        await found.post(f"migrations/{found.key}/tally")
        yield found


BOTH = {"title": "北医", "codes": ["BY", "BY-2"], "org_code": NORTH, "source": "north", "until": "2023-09-01"}
SOUTHERN = {"title": "南医", "codes": ["NY's"], "org_code": SOUTH}


async def test_each_row_of_the_platform_is_somebodys_before_it_is_taken(takeover: Takeover) -> None:
    told = await takeover.report()
    visits, wards = sorted(told["tables"], key=lambda one: one["feed"])
    assert (visits["rows"], visits["column"], visits["unassigned"]) == (25, "jgdm", 25)
    assert (wards["rows"], wards["column"], wards["unassigned"]) == (1, None, 0)
    # Rows without a code are told like any other: NULL and an empty text are the same.
    assert {one["code"]: one["rows"] for one in told["unassigned"]} == {
        "": 2, "BY": 10, "BY-2": 4, "NY's": 6, "TEST": 3
    }  # fmt: skip
    given = await takeover.give(BOTH, SOUTHERN, {"title": "测试数据", "codes": ["TEST", ""], "reason": "测试数据"})
    assert [one["source"] for one in given] == ["north", "t_ny_s", None]
    told = await takeover.report()
    (visits,) = [one for one in told["tables"] if one["feed"] == "visits"]
    assert (visits["assigned"], visits["left"], visits["unassigned"]) == (20, 5, 0)
    assert told["unassigned"] == []
    assert {one["title"]: one["status"] for one in told["parts"]} == {
        "北医": "ready",
        "南医": "ready",
        "测试数据": "left",
    }
    twice = await takeover.give({"title": "又", "codes": ["BY"], "org_code": SOUTH}, status=409)
    assert twice["received"] == ["BY"]
    neither = await takeover.give({"title": "无", "codes": ["ZZ"]}, status=422)
    assert "reason" in str(neither)


async def test_an_institution_is_taken_over_proven_and_accepted(
    takeover: Takeover, old: psycopg.Connection[Any]
) -> None:
    await takeover.give(BOTH, SOUTHERN, {"title": "测试数据", "codes": ["TEST", ""], "reason": "测试数据"})
    await takeover.post(f"migrations/{takeover.key}/make")
    early = await takeover.part("北医")
    assert (early["status"], early["tables"], early["there"]) == ("made", 1, 14)
    refused = await takeover.post(f"migration_parts/{early['id']}/accept", {}, status=409)
    assert refused["received"] == {"visits": "made"}
    await takeover.post("plans", {"title": "夜间", "source": "north", "cron": "0 3 * * *"}, status=201)
    await takeover.post(f"migrations/{takeover.key}/run")
    north, south = await takeover.part("北医"), await takeover.part("南医")
    # Two of the north's visits happened on the cut-over day or later: it sends these itself.
    assert [north[name] for name in ("status", "there", "rows_source", "rows_raw", "rows_std", "rows_quarantined")] == [
        "proven", 14, 12, 12, 12, 0
    ]  # fmt: skip
    assert (south["status"], south["rows_std"]) == ("proven", 6)
    counted = takeover.station.rows("SELECT org_code AS org, count(*) AS n FROM std.encounter GROUP BY 1 ORDER BY 1")
    assert {one["org"]: one["n"] for one in counted} == {ORG: 1, NORTH: 12, SOUTH: 6}
    told = await takeover.report()
    assert [(one["feed"], one["there"], one["read_at"] is not None) for one in told["shared"]] == [("t.wards", 1, True)]
    await takeover.post(f"migration_parts/{north['id']}/accept", {"note": "双方签字"}, status=200)
    north = await takeover.part("北医")
    assert (north["status"], north["note"], north["accepted_by"] != "") == ("accepted", "双方签字", True)
    (plan,) = (await takeover.http.get("/api/ingest/plans")).json()["items"]
    assert (plan["enabled"], plan["next_at"]) == (False, None)
    for path in ("run", "make"):
        await takeover.post(f"migration_parts/{north['id']}/{path}", status=409)
    await takeover.post(f"migration_parts/{north['id']}/reopen", status=200)
    assert (await takeover.part("北医"))["status"] == "proven"
    # What the old platform still gets is found: it is read again, or the difference stands.
    old.execute("INSERT INTO visits VALUES ('s9', 'p9', 'O', '2024-03-01', 7, 'NY''s')")
    await takeover.post(f"migration_parts/{south['id']}/check")
    behind = await takeover.part("南医")
    assert (behind["status"], behind["rows_source"], behind["rows_raw"]) == ("different", 7, 6)
    late = await takeover.post(f"migration_parts/{south['id']}/accept", {}, status=409)
    assert late["received"] == {"visits": "different"}
    await takeover.post(f"migration_parts/{south['id']}/run")
    assert (await takeover.part("南医"))["status"] == "proven"
    tables = (await takeover.http.get("/api/ingest/migration_tables", params={"f.title": "南医"})).json()["items"]
    assert [(one["feed"], one["there"], one["rows_raw"]) for one in tables] == [("t_ny_s.visits", 6, 7)]


async def test_a_part_that_became_another_is_proven_anew(takeover: Takeover) -> None:
    (south,) = await takeover.give(SOUTHERN)
    path = f"migration_parts/{south['id']}"
    for step in ("make", "run", "make"):
        await takeover.post(f"{path}/{step}")
    # Made again as it was, it stays proven.
    assert (await takeover.part("南医"))["status"] == "proven"
    more = {"title": "南医", "codes": ["NY's", "TEST"]}
    assert (await takeover.http.put(f"/api/ingest/{path}", json=more)).status_code == 200
    refused = await takeover.post(f"{path}/accept", {}, status=409)
    assert refused["received"] == {"visits": "ready"}
    await takeover.post(f"{path}/make")
    assert (await takeover.part("南医"))["status"] == "moved"
    refused = await takeover.post(f"{path}/accept", {}, status=409)
    assert refused["received"] == {"visits": "moved"}
    await takeover.post(f"{path}/run")
    found = await takeover.part("南医")
    assert (found["status"], found["rows_std"]) == ("proven", 9)
    await takeover.post(f"{path}/accept", {}, status=200)


async def test_what_was_given_changes_until_it_is_made_and_is_removed_only_empty(takeover: Takeover) -> None:
    (south,) = await takeover.give(SOUTHERN)
    changed = await takeover.http.put(
        f"/api/ingest/migration_parts/{south['id']}", json={"title": "南医", "codes": ["NY's", "TEST"]}
    )
    assert changed.json()["there"] == 9
    await takeover.post(f"migration_parts/{south['id']}/make")
    for path in (f"migration_parts/{south['id']}", f"migrations/{takeover.key}"):
        assert (await takeover.http.delete(f"/api/ingest/{path}")).status_code == 409
    assert (await takeover.http.delete("/api/ingest/sources/t_ny_s")).status_code == 204
    assert (await takeover.http.delete(f"/api/ingest/migration_parts/{south['id']}")).status_code == 204
    assert (await takeover.http.delete(f"/api/ingest/migrations/{takeover.key}")).status_code == 204
    assert (await takeover.http.get("/api/ingest/migrations")).json()["items"] == []


async def test_a_table_whose_changes_are_told_is_not_divided(takeover: Takeover, old: psycopg.Connection[Any]) -> None:
    await takeover.station.bring_in(postgres_visits(old, capture={"mode": "outbox"}))
    (south,) = await takeover.give(SOUTHERN)
    await takeover.post(f"migration_parts/{south['id']}/make")
    found = await takeover.part("南医")
    assert found["status"] == "ready"
    assert "visits" in found["error"]


async def test_a_hospital_sees_its_own_part_only(takeover: Takeover, client: Callable[..., Any]) -> None:
    await takeover.give(BOTH, SOUTHERN)
    south = await takeover.part("南医")
    async with client(Scope.of(NORTH)) as http:
        listed = (await http.get("/api/ingest/migration_parts")).json()["items"]
        assert [one["title"] for one in listed] == ["北医"]
        for path in (f"migrations/{takeover.key}/tally", f"migration_parts/{south['id']}/run"):
            assert (await http.post(f"/api/ingest/{path}")).status_code == 404
