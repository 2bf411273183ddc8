"""Members of a job group that an edge node reads: ordered, waited for, and what stands in their way is told."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from suwen.domains.ingest.groups.delivering import WAITS
from suwen.domains.ingest.nodes.models import DeliveryState
from suwen.kernel.clock import freeze, now
from suwen.kernel.jobs import begin_due
from tests.ingest.edges import PATIENCE, POLL, Center, Machine, machine
from tests.ingest.test_groups import Groups, source, write

pytestmark = pytest.mark.anyio
ORDER: dict[str, list[str]] = {"t.a": [], "t.b": ["t.a"]}


@pytest.fixture
async def edge(center: Center, tmp_path: Path) -> AsyncIterator[Machine]:
    """A machine that is the node of a source with the feeds a to d; it does not run yet."""
    await center.station.bring_in(source(tmp_path))
    node, code = await center.new_node()
    made = machine(tmp_path)
    await made.enrol(center.url, code)
    await center.assign(node)
    yield made
    await made.stop()


@pytest.fixture
async def groups(center: Center, edge: Machine) -> AsyncIterator[Groups]:
    """A group of two of its feeds, one behind the other."""
    async with center.http as http:
        made = Groups(center.station, http)
        await made.make(order=ORDER)
        yield made


async def members(groups: Groups, run: str) -> dict[str, dict[str, Any]]:
    """Return the members of a run as its picture shows them."""
    picture = (await groups.http.get(f"/api/ingest/group_runs/{run}/picture")).json()
    return {one["feed"]: one for one in picture["members"]}


async def arrived(center: Center, groups: Groups) -> None:
    """Wait until what the node was ordered has arrived, then do what is due."""
    listed = (await groups.http.get("/api/ingest/deliveries")).json()["items"]
    for one in listed:
        await center.until(one["id"], DeliveryState.COMPLETE, DeliveryState.LANDED)
    await groups.work()


async def test_members_are_brought_one_behind_the_other(center: Center, edge: Machine, groups: Groups) -> None:
    run = await groups.begin()
    await groups.work()
    waits = (await members(groups, run))["t.a"]
    assert (waits["status"], waits["stage"]) == ("running", "前置机 一号前置机：已下发")
    assert await groups.states(run) == {"a": "running", "b": "waiting"}
    edge.start()
    await arrived(center, groups)
    # The landing of the one has begun the other, without anybody's looking.
    assert await groups.states(run) == {"a": "succeeded", "b": "running"}
    await arrived(center, groups)
    assert await groups.states(run) == {"a": "succeeded", "b": "succeeded"}
    told = await members(groups, run)
    assert (told["t.b"]["rows_in"], told["t.b"]["rows_std"]) == (1, 1)
    assert told["t.a"]["finished_at"] <= told["t.b"]["started_at"]
    assert (await groups.run(run))["status"] == "succeeded"
    assert len(center.station.rows("SELECT encounter_id FROM std.encounter")) == 2


async def test_what_cannot_be_read_is_told_and_waited_for_no_longer_than_it_says(
    center: Center, edge: Machine, groups: Groups, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").unlink()
    run = await groups.begin()
    await groups.work()
    edge.start()
    async with asyncio.timeout(PATIENCE):
        while not (why := (await members(groups, run))["t.a"]["error"]):
            await asyncio.sleep(POLL)
    assert "a.csv" in why
    await edge.stop()
    with freeze(now() + WAITS + timedelta(minutes=1)):
        await begin_due(center.station.database)
        told = await members(groups, run)
    assert await groups.states(run) == {"a": "failed", "b": "skipped"}
    assert "did not bring it within 12 hours" in told["t.a"]["error"]
    assert why in told["t.a"]["error"]
    # Continued when it is there: the same delivery, once.
    write(tmp_path, "a", "1")
    assert (await groups.http.post(f"/api/ingest/group_runs/{run}/retry")).status_code == 202
    edge.start()
    for _ in ORDER:
        await groups.work()
        await arrived(center, groups)
    assert await groups.states(run) == {"a": "succeeded", "b": "succeeded"}


async def test_what_is_given_up_fails_and_what_is_called_off_is_read_no_further(center: Center, groups: Groups) -> None:
    run = await groups.begin()
    await groups.work()
    (delivery,) = (await groups.http.get("/api/ingest/deliveries")).json()["items"]
    assert (await groups.http.post(f"/api/ingest/deliveries/{delivery['id']}/abandon")).status_code == 204
    await begin_due(center.station.database)
    assert await groups.states(run) == {"a": "failed", "b": "skipped"}
    again = await groups.begin()
    await groups.work()
    assert (await groups.http.post(f"/api/ingest/group_runs/{again}/cancel")).status_code == 204
    assert await groups.states(again) == {"a": "cancelled", "b": "cancelled"}
    states = [one["state"] for one in (await groups.http.get("/api/ingest/deliveries")).json()["items"]]
    assert states == ["abandoned", "abandoned"]
