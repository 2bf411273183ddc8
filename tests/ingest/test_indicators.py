"""Indicator-level reconciliation against a real PostgreSQL: figures by day and item, until a difference is closed."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import psycopg
import pytest

from suwen.domains.ingest.domain import DOMAIN
from suwen.domains.metrics.domain import DOMAIN as METRICS
from suwen.domains.metrics.public import refresh
from suwen.kernel.ids import new_id
from suwen.kernel.jobs import run_until_idle
from suwen.kernel.permissions import Principal
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.scope import Scope
from tests.ingest.conftest import EVERYTHING, Station
from tests.ingest.sources import ORG, postgres_visits
from tests.serving import app_over
from tests.std import CATALOG

pytestmark = pytest.mark.anyio
THERE = """
SELECT started::date AS day, kind AS item, sum(cost) AS value FROM visits
WHERE started >= :from AND started < :to GROUP BY 1, 2
"""
HERE = """
SELECT CAST(started_at AS DATE) AS day, CASE encounter_type_code WHEN '1' THEN 'O' ELSE 'I' END AS item,
  SUM(total_cost) AS value
FROM std.encounter WHERE started_at >= :from AND started_at < :to GROUP BY ALL
"""
MARCH = {"first": "2026-03-01", "last": "2026-03-31"}
INDICATOR = {"name": "就诊费用", "feeds": ["t.visits"], "source_sql": THERE, "platform_sql": HERE, "hold": True}


@pytest.fixture
def source(postgres_server: EmbeddedPostgres) -> Iterator[Any]:
    """A hospital database with four visits on two days."""
    name = f"hospital_{new_id().hex}"
    postgres_server.create_database(name)
    with psycopg.connect(postgres_server.dsn(name), autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE visits (id int PRIMARY KEY, pid text, kind text, started timestamp, cost numeric(12, 2))"
        )
        connection.execute(
            "INSERT INTO visits VALUES (1, 'p1', 'O', '2026-03-01 08:00', 10), (2, 'p2', 'O', '2026-03-01 23:59', 20),"
            " (3, 'p3', 'I', '2026-03-01 09:00', 500), (4, 'p4', 'O', '2026-03-02 00:00', 40)"
        )
        connection.execute("CREATE SEQUENCE counter")
        yield connection
    postgres_server.drop_database(name)


@asynccontextmanager
async def caller(station: Station, scope: Scope = EVERYTHING, *rights: str) -> AsyncGenerator[httpx.AsyncClient]:
    """Open the room and that of the metrics to a caller."""
    app = app_over(station.settings, station.database, domains=(DOMAIN, METRICS))
    principal = Principal(new_id(), "tester", "测试", frozenset(rights or {"*"}), scope)

    async def authenticate(_request: object) -> Principal:
        return principal

    app.state.authenticator = authenticate
    headers = {"X-Suwen-Request": "1"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://suwen", headers=headers) as http:
        yield http


@pytest.fixture
async def http(station: Station, source: Any) -> AsyncIterator[httpx.AsyncClient]:
    """The rooms as one who may do everything, the visits brought in."""
    await station.bring_in(postgres_visits(source))
    await station.run("t.visits")
    async with caller(station) as opened:
        yield opened


async def checked(station: Station, http: httpx.AsyncClient, key: str) -> dict[str, Any]:
    """Check an indicator over March and return its newest check."""
    asked = await http.post(f"/api/ingest/indicators/{key}/check", json=MARCH)
    assert asked.status_code == 202, asked.text
    await run_until_idle(station.database, settings=station.settings)
    return (await http.get("/api/ingest/indicator_checks")).json()["items"][0]


async def items(http: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    """Return the first rows of a list."""
    return (await http.get(f"/api/ingest/{path}")).json()["items"]


async def visits(http: httpx.AsyncClient) -> tuple[float, int, list[tuple[str, str, str]]]:
    """Return what the metrics tell of March: visits, the rows behind them, the days left out and why."""
    board = (await http.get("/api/metrics/board", params=MARCH)).json()
    drill = (await http.get("/api/metrics/drill", params={**MARCH, "metric": "visits"})).json()
    assert drill["held"] == board["held"]
    (card,) = (card for card in board["cards"] if card["code"] == "visits")
    return card["value"], drill["total"], [(held["org_code"], held["day"], held["name"]) for held in board["held"]]


async def test_a_day_that_differs_is_held_until_it_is_equal_or_explained(
    station: Station, source: Any, http: httpx.AsyncClient
) -> None:
    await refresh(station.lake, station.database, CATALOG)
    made = (await http.post("/api/ingest/indicators", json=INDICATOR)).json()
    assert (made["source"], made["org_code"]) == ("t", ORG)
    check = await checked(station, http, made["id"])
    assert (check["status"], check["days"], check["lines"], check["requested_by"]) == ("equal", 2, 3, "tester")
    told = [(line["day"], line["item"], line["there"], line["here"]) for line in await items(http, "indicator_lines")]
    assert sorted(told) == [
        ("2026-03-01", "I", 500, 500), ("2026-03-01", "O", 30, 30), ("2026-03-02", "O", 40, 40)
    ]  # fmt: skip
    counted = await visits(http)
    assert counted == (3, 3, [])

    source.execute("UPDATE visits SET cost = 41 WHERE id = 4")
    check = await checked(station, http, made["id"])
    assert (check["status"], check["different"]) == ("different", 1)
    detail = (await http.get(f"/api/ingest/indicator_checks/{check['id']}/detail")).json()
    assert "CAST('2026-04-01' AS DATE)" in detail["source_sql"]
    assert [(line["item"], line["there"], line["here"], line["gap"]) for line in detail["differing"]] == [
        ("O", 41, 40, -1)
    ]
    (difference,) = await items(http, "indicator_differences?f.status=open")
    # The day is out of every figure, and it is said so.
    assert await visits(http) == (2, 2, [(ORG, "2026-03-02", "就诊费用")])
    month = (await http.get("/api/ingest/calendar")).json()
    assert [(day["day"], day["indicators"], day["indicators_different"], day["held"]) for day in month["days"]] == [
        ("2026-03-01", 1, 0, 0), ("2026-03-02", 1, 1, 1)
    ]  # fmt: skip
    for by, code in (("org", ORG), ("dataset", "encounter"), ("feed", "t.visits")):
        day = (await http.get("/api/ingest/calendar/2026-03-02", params={"by": by})).json()
        assert [(part["code"], part["indicators_different"], part["open"]) for part in day["parts"]] == [(code, 1, 1)]
        assert day["brief"]["indicators"] == 1
    other = await http.get("/api/ingest/calendar/2026-03-02", params={"f.dataset": "patient"})
    assert other.json()["parts"] == []

    explained = f"/api/ingest/indicator_differences/{difference['id']}/explain"
    closed = (await http.post(explained, json={"reason": "次月冲账"})).json()
    assert (closed["status"], closed["explanation"], closed["closed_by"]) == ("closed", "次月冲账", "tester")
    assert (await http.post(explained, json={"reason": "再说"})).status_code == 409
    assert await visits(http) == counted
    # The same figures stay explained; others are another difference.
    assert (await checked(station, http, made["id"]))["status"] == "different"
    assert await items(http, "indicator_differences?f.status=open") == []
    source.execute("UPDATE visits SET cost = 42 WHERE id = 4")
    await checked(station, http, made["id"])
    (second,) = await items(http, "indicator_differences?f.status=open")
    await station.run("t.visits")
    assert (await checked(station, http, made["id"]))["status"] == "equal"
    shown = (await http.get(f"/api/ingest/indicator_differences/{second['id']}")).json()
    assert (shown["status"], shown["evidence"]["before"], shown["evidence"]["after"]) == (
        "closed", [["O", "42", "40"]], [["O", "42", "42"]]
    )  # fmt: skip


async def test_tolerance_and_removal(station: Station, source: Any, http: httpx.AsyncClient) -> None:
    source.execute("UPDATE visits SET cost = cost * 1.01")
    made = (await http.post("/api/ingest/indicators", json=INDICATOR | {"relative": 0.01})).json()
    path = f"/api/ingest/indicators/{made['id']}"
    assert (await checked(station, http, made["id"]))["status"] == "equal"
    assert (await http.patch(path, json={"relative": 0.0, "absolute": 1})).json()["platform_sql"] == HERE
    assert (await checked(station, http, made["id"]))["different"] == 1
    # What neither side has any more is equal, too.
    source.execute("DELETE FROM visits WHERE started < '2026-03-02'")
    await station.run("t.visits")
    assert (await checked(station, http, made["id"]))["different"] == 0
    assert [one["status"] for one in await items(http, "indicator_differences")] == ["closed"]
    source.execute("UPDATE visits SET cost = 900")
    await checked(station, http, made["id"])
    assert (await http.delete(path)).status_code == 204
    assert (await http.get(path)).status_code == 404
    assert {one["status"] for one in await items(http, "indicator_differences")} == {"closed"}
    assert len(await items(http, "indicator_checks")) == 4


REFUSED = [
    ("source", "DELETE FROM visits", "is not one SELECT"),
    ("source", "SELECT 1 AS day; SELECT 2", "is not one SELECT"),
    ("source", "SELECT 1 AS value FROM", "Line 1, Col"),
    ("source", "WITH x AS (DELETE FROM visits RETURNING *) SELECT * FROM x", "does more than read"),
    ("source", "SELECT * INTO kept FROM visits", "does more than read"),
    ("source", "SELECT started AS day, cost AS value FROM visits FOR UPDATE", "does more than read"),
    ("source", "SELECT day, value FROM dblink('other', 'DELETE FROM t') AS x(day date, value int)", "no table"),
    ("source", "SELECT started AS day, cost AS value FROM visits WHERE id = :id", "unknown placeholder"),
    ("source", "SELECT started::date AS day, cost AS total FROM visits", "gives other columns"),
    ("source", "SELECT started::date AS day, pid AS value FROM visits", "gives a value that cannot be read"),
    ("source", "SELECT started::date AS day, cost AS value FROM visits", "gives 2026-03-01 twice"),
    ("platform", "SELECT day, value FROM read_csv('/etc/passwd')", "no table"),
    ("platform", "SELECT day, value FROM 'kept/figures.parquet'", "reads a file"),
]
"""Side, statement, and what is said of it."""


async def test_what_is_no_statement_of_figures_is_refused(http: httpx.AsyncClient) -> None:
    for side, sql, says in REFUSED:
        tried = await http.post(
            "/api/ingest/indicators/try", json={"side": side, "feeds": ["t.visits"], "sql": sql, "days": MARCH}
        )
        assert tried.status_code == 422, (sql, tried.text)
        problem = tried.json()
        assert f"the {side}'s statement" in problem["detail"]
        assert says in problem["detail"], sql
        assert "p1" not in tried.text
    unsaved = await http.post("/api/ingest/indicators", json=INDICATOR | {"platform_sql": "DROP TABLE std.encounter"})
    assert unsaved.status_code == 422
    assert await items(http, "indicators") == []


async def test_a_statement_is_tried_in_a_session_that_only_reads(
    station: Station, source: Any, http: httpx.AsyncClient
) -> None:
    wanted = {"side": "source", "feeds": ["t.visits"], "sql": THERE, "days": {**MARCH, "last": "2026-03-01"}}
    tried = (await http.post("/api/ingest/indicators/try", json=wanted)).json()
    assert tried["lines"] == [
        {"day": "2026-03-01", "item": "I", "value": 500}, {"day": "2026-03-01", "item": "O", "value": 30}
    ]  # fmt: skip
    writing = wanted | {"sql": "SELECT DATE '2026-03-01' AS day, nextval('counter') AS value"}
    refused = await http.post("/api/ingest/indicators/try", json=writing)
    assert refused.status_code == 503
    assert "read-only transaction" in refused.json()["detail"]
    assert source.execute("SELECT is_called FROM counter").fetchone() == (False,)
    # Raw is nobody's to query; std is seen within the institution alone.
    raw = wanted | {"side": "platform", "sql": "SELECT started AS day, cost AS value FROM raw.t__visits"}
    assert (await http.post("/api/ingest/indicators/try", json=raw)).status_code == 403
    async with caller(station, Scope.of(ORG), "ingest.read", "ingest.write") as writer:
        counted = (await writer.post("/api/ingest/indicators/try", json=wanted)).json()
        assert (counted["count"], counted["lines"]) == (2, [])
        made = (await writer.post("/api/ingest/indicators", json=INDICATOR)).json()
        assert (await writer.post(f"/api/ingest/indicators/{made['id']}/check")).status_code == 403
    async with caller(station, Scope.of("another")) as stranger:
        assert (await stranger.post("/api/ingest/indicators/try", json=wanted)).status_code == 404
        assert (await stranger.post("/api/ingest/indicators", json=INDICATOR)).status_code == 404
        assert (await stranger.post(f"/api/ingest/indicators/{made['id']}/check")).status_code == 404
        for path in ("indicators", "indicator_checks", "indicator_lines", "indicator_differences"):
            assert await items(stranger, path) == []
