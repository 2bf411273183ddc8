"""Edge nodes where collection is watched: in the view of threads and on the map."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from suwen.domains.ingest.nodes.models import DeliveryState
from suwen.domains.ingest.nodes.standing import LOST
from suwen.domains.orgs.models import Institution
from suwen.kernel.clock import freeze, now
from suwen.kernel.scope import Scope
from tests.ingest.conftest import Station
from tests.ingest.edges import PATIENCE, POLL, Center, center_of, machine
from tests.ingest.sources import ORG, csv_source
from tests.ingest.test_overview import OTHER

pytestmark = pytest.mark.anyio
Client = Callable[..., Any]


@pytest.fixture
async def center(station: Station) -> AsyncIterator[Center]:
    """A center that serves, and the institution of its node."""
    async with station.database.unit_of_work() as uow:
        uow.session.add(Institution(org_code=ORG, name="一院"))
    async with center_of(station) as served:
        yield served


async def seen(http: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the node in the view of threads, and its institution on the map."""
    (edge,) = (await http.get("/api/ingest/threads")).json()["edges"]
    (place,) = [one for one in (await http.get("/api/ingest/map")).json()["nodes"] if one["org_code"] == ORG]
    assert [one["id"] for one in place["edges"]] == [edge["id"]]
    return edge, place


async def test_a_node_is_seen_with_what_it_brings_and_when_it_called_last(
    center: Center, client: Client, tmp_path: Path
) -> None:
    node, code = await center.new_node()
    await center.station.bring_in(csv_source(tmp_path, "v1,p1,O,2024-01-01,5\n"))
    async with client() as http:
        assert (await seen(http))[0]["state"] == "pending"
        edge = machine(tmp_path)
        await edge.enrol(center.url, code)
        await center.assign(node)
        delivery = await center.order()
        told, _ = await seen(http)
        assert (told["state"], told["seen_at"]) == ("busy", None)
        assert [(one["feed"], one["state"]) for one in told["tasks"]] == [("t.visits", "ordered")]
        # It cannot be read.
        (tmp_path / "visits.csv").rename(tmp_path / "away.csv")
        edge.start()
        async with asyncio.timeout(PATIENCE):
            while (told := (await seen(http))[0])["state"] != "failing":
                await asyncio.sleep(POLL)
        assert "visits.csv" in told["error"]
        assert told["buffer_limit"] == 2**30
        (tmp_path / "away.csv").rename(tmp_path / "visits.csv")
        await center.until(delivery, DeliveryState.COMPLETE)
        await center.land(delivery)
        async with asyncio.timeout(PATIENCE):
            while (told := (await seen(http))[0])["state"] != "idle":
                await asyncio.sleep(POLL)
        assert told["tasks"] == []
        assert (await seen(http))[1]["state"] == "fine"
        await edge.stop()
        last = (await seen(http))[0]["seen_at"]
        with freeze(now() + LOST + timedelta(minutes=1)):
            told, place = await seen(http)
        assert (told["state"], told["seen_at"], place["state"]) == ("lost", last, "lost")
        async with client(Scope.of(OTHER)) as other:
            assert (await other.get("/api/ingest/threads")).json()["edges"] == []
        assert (await http.post(f"/api/ingest/nodes/{node}/revoke")).status_code == 204
        assert (await http.get("/api/ingest/threads")).json()["edges"] == []
