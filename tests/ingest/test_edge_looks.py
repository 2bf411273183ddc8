"""Sources behind a node are looked at from the mapping bench as if they were here: tested, listed, tried."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from suwen.domains.ingest.nodes import looking
from suwen.domains.ingest.nodes.models import IngestLook
from suwen.domains.ingest.vault import SEALED
from suwen.kernel.jobs import run_until_idle
from tests.ingest.edges import Center, Machine, machine, until
from tests.ingest.sources import postgres_visits
from tests.ingest.test_settling import source

pytestmark = pytest.mark.anyio
__all__ = ["source"]


@pytest.fixture
async def edge(center: Center, tmp_path: Path, source: Any) -> AsyncIterator[Machine]:
    """A machine that is a node, and the source `t` in front of it."""
    source.execute("COMMENT ON COLUMN visits.pid IS '病人编号'")
    node, code = await center.new_node()
    made = machine(tmp_path)
    await made.enrol(center.url, code)
    await center.station.bring_in(postgres_visits(source))
    assert (await center.assign(node)).status_code == 204
    yield made
    await made.stop()


@pytest.fixture
async def http(center: Center) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who may do everything."""
    async with center.http as opened:
        opened.timeout = httpx.Timeout(60)
        yield opened


async def started(edge: Machine) -> None:
    """Run the node, which has called when this returns."""
    node = edge.start()
    await until(lambda: node.health.seen_at is not None)


async def seen(center: Center, edge: Machine, http: httpx.AsyncClient, feed: dict[str, Any]) -> list[Any]:
    """Return what the bench shows of the source."""
    tables = (await http.get("/api/ingest/sources/t/tables")).json()
    wanted = {"table": "visits", "dataset": "encounter"}
    columns = (await http.post("/api/ingest/sources/t/columns", json=wanted)).json()
    tried = (await http.post("/api/ingest/sources/t/preview", json=feed)).json()
    return [tables, columns, tried]


async def test_the_bench_shows_what_it_would_show_of_a_source_that_is_here(
    center: Center, edge: Machine, http: httpx.AsyncClient, source: Any
) -> None:
    feed = postgres_visits(source)["feeds"][0]
    await started(edge)
    there = await seen(center, edge, http, feed)
    assert (await center.assign(None)).status_code == 204
    here = await seen(center, edge, http, feed)
    assert there == here
    tables, columns, tried = there
    assert [table["name"] for table in tables] == ["public.visits"]
    assert {column["name"]: column["comment"] for column in columns["columns"]}["pid"] == "病人编号"
    assert tried["read"] == 20
    # What was seen is not kept; what was asked for is sealed.
    async with center.station.database.unit_of_work() as uow:
        looks = (await uow.session.scalars(select(IngestLook))).all()
    assert len(looks) >= 4
    assert all(look.answer is None and look.asked.startswith(SEALED) for look in looks)


async def test_what_may_not_leave_is_left_out_where_it_lies(
    center: Center, edge: Machine, http: httpx.AsyncClient, source: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaves = {"columns": ["id", "pid", "kind", "started", "cost"], "where": "id > 5", "masks": {"pid": "name"}}
    feed = postgres_visits(source, leaves=leaves)["feeds"][0]
    told: list[str] = []
    real = looking.sealed_text

    def listened(content: str, key: bytes) -> str:
        told.append(content)
        return real(content, key)

    monkeypatch.setattr(looking, "sealed_text", listened)
    await started(edge)
    tried = (await http.post("/api/ingest/sources/t/preview", json=feed)).json()
    assert (tried["problems"], tried["read"]) == ([], 20)
    answers = [json.loads(one) for one in told if "rows" in one and one.startswith("{")]
    assert [name for name, _ in answers[-1]["columns"]] == leaves["columns"]
    wrong = postgres_visits(source, leaves={"columns": ["id", "nothing"]})["feeds"][0]
    (problem,) = (await http.post("/api/ingest/sources/t/preview", json=wrong)).json()["problems"]
    assert "nothing" in problem["detail"]


async def test_connections_are_tested_where_they_lead(
    center: Center, edge: Machine, http: httpx.AsyncClient, source: Any
) -> None:
    options = postgres_visits(source)["source"]["options"]
    await started(edge)
    wanted = {"connector": "postgres", "options": options, "source": "t"}
    found = (await http.post("/api/ingest/connections/test", json=wanted)).json()
    assert ("PostgreSQL" in found["server"], found["tables"]) == (True, ["public.visits"])
    wrong = wanted | {"options": options | {"database": "nowhere"}}
    refused = await http.post("/api/ingest/connections/test", json=wrong)
    assert (refused.status_code, refused.json()["code"]) == (503, "source_unavailable")
    assert "nowhere" in refused.json()["detail"]


async def test_a_node_that_does_not_answer_is_said_to_be_silent(
    center: Center, edge: Machine, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = await http.get("/api/ingest/sources/t/tables")
    assert (never.status_code, never.json()["code"]) == (503, "node_silent")
    assert "never" in never.json()["detail"]
    async with center.station.database.unit_of_work() as uow:
        await uow.session.execute(text("UPDATE ingest_node SET seen_at = now()"))
    monkeypatch.setattr(looking, "PATIENCE", 0.5)
    late = await http.get("/api/ingest/sources/t/tables")
    assert (late.status_code, late.json()["code"]) == (503, "node_silent")
    assert "within 0.5 seconds" in late.json()["detail"]


async def test_looks_of_days_past_are_removed(center: Center, edge: Machine, http: httpx.AsyncClient) -> None:
    await started(edge)
    assert (await http.get("/api/ingest/sources/t/tables")).status_code == 200
    async with center.station.database.unit_of_work() as uow:
        await uow.session.execute(text("UPDATE ingest_look SET asked_at = asked_at - INTERVAL '2 days'"))
    async with center.station.database.unit_of_work() as uow:
        uow.defer("ingest.tidy_deliveries")
    await run_until_idle(center.station.database, settings=center.station.settings)
    async with center.station.database.unit_of_work() as uow:
        assert (await uow.session.scalars(select(IngestLook))).all() == []
