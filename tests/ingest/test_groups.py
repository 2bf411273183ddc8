"""Job groups: the order of their members, what a failure means, called off, continued, killed in the midst."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from suwen.domains.ingest.groups.errors import CyclicGroup
from suwen.domains.ingest.groups.order import layers_of
from suwen.kernel.clock import LOCAL_ZONE, freeze
from suwen.kernel.jobs import begin_due, run_until_idle
from suwen.kernel.jobs.queue import Runtime, make_app
from suwen.kernel.jobs.rescue import rescue
from suwen.kernel.scope import Scope
from tests.ingest.conftest import Station
from tests.ingest.sources import HEADER, ORG, visits
from tests.nursery import Nursery

NIGHT = datetime(2026, 3, 2, 1, 59, tzinfo=LOCAL_ZONE)
ORDER = {"t.a": [], "t.b": ["t.a"], "t.c": ["t.a"], "t.d": ["t.b", "t.c"]}
"""A rhomb: b and c wait for a, d for both."""


def write(folder: Path, name: str, *ids: str) -> None:
    """Write the file of a feed: a visit for each id."""
    lines = "".join(f"{name}{one},p1,O,2024-01-01,5\n" for one in ids)
    (folder / f"{name}.csv").write_text(HEADER + lines, encoding="utf-8")


def source(folder: Path) -> dict[str, Any]:
    """Return a source with a feed for each of a, b, c and d."""
    for name in "abcd":
        write(folder, name, "1")
    definition = visits("files", {"path": str(folder)})
    (feed,) = definition["feeds"]
    return definition | {"feeds": [feed | {"code": name, "table": f"{name}.csv"} for name in "abcd"]}


def group(order: dict[str, list[str]] = ORDER, **more: Any) -> dict[str, Any]:
    """Return a group of members in an order."""
    return {"title": "日终", "members": [{"feed": feed, "after": after} for feed, after in order.items()], **more}


class Groups:
    """The group under test and its runs, over HTTP."""

    def __init__(self, station: Station, http: httpx.AsyncClient) -> None:
        self.station, self.http = station, http
        self.id = ""

    async def make(self, **more: Any) -> None:
        """Store the group."""
        made = await self.http.post("/api/ingest/groups", json=group(**more))
        assert made.status_code == 201, made.text
        self.id = made.json()["id"]

    async def begin(self) -> str:
        """Begin a run by hand; returns its id."""
        return (await self.http.post(f"/api/ingest/groups/{self.id}/run")).json()["run"]

    async def work(self) -> None:
        """Do what is due."""
        await run_until_idle(self.station.database, ["ingest"], settings=self.station.settings)

    async def states(self, run: str) -> dict[str, str]:
        """Return how the members of a run stand."""
        picture = (await self.http.get(f"/api/ingest/group_runs/{run}/picture")).json()
        return {member["feed"][2:]: member["status"] for member in picture["members"]}

    async def run(self, run: str) -> dict[str, Any]:
        """Return a run as the list tells it."""
        return (await self.http.get(f"/api/ingest/group_runs/{run}")).json()

    async def ends(self, run: str) -> None:
        """Assert that members began when all that they wait for had ended."""
        steps = (await self.http.get("/api/ingest/group_steps", params={"f.run_id": run})).json()["items"]
        by_feed = {step["feed"]: step for step in steps}
        for feed, befores in ORDER.items():
            assert all(by_feed[one]["finished_at"] <= by_feed[feed]["started_at"] for one in befores)


@pytest.fixture
async def groups(station: Station, client: Callable[..., Any], tmp_path: Path) -> AsyncIterator[Groups]:
    """A source with four feeds."""
    await station.bring_in(source(tmp_path))
    async with client() as http:
        yield Groups(station, http)


class TestOrder:
    """Layers, and circles."""

    @given(st.lists(st.sets(st.integers(0, 9), max_size=4), max_size=10))
    def test_layers_follow_what_is_waited_for(self, befores: list[set[int]]) -> None:
        # Each waits for earlier ones only, so there is no circle.
        after = {str(n): [str(b) for b in before if b < n] for n, before in enumerate(befores)}
        layers = layers_of(after)
        for member, waits in after.items():
            assert layers[member] == (max(layers[one] for one in waits) + 1 if waits else 0)

    @given(st.permutations("abcdef"), st.integers(2, 6))
    def test_a_circle_is_told_in_its_order(self, names: list[str], size: int) -> None:
        after = {name: [names[n - 1]] if n else [] for n, name in enumerate(names)}
        after[names[0]] = [names[size - 1]]
        with pytest.raises(CyclicGroup) as refused:
            layers_of(after)
        circle = refused.value.received
        assert isinstance(circle, list)
        assert (len(circle), circle[0], set(circle)) == (size + 1, circle[-1], set(names[:size]))
        assert all(before in after[one] for before, one in pairwise(circle))


class TestRuns:
    """Runs of a group, by hand and by its times."""

    async def test_members_run_in_their_order(self, groups: Groups) -> None:
        await groups.make()
        run = await groups.begin()
        assert await groups.states(run) == {"a": "queued", "b": "waiting", "c": "waiting", "d": "waiting"}
        assert (await groups.http.post(f"/api/ingest/groups/{groups.id}/run")).status_code == 409
        await groups.work()
        assert await groups.states(run) == dict.fromkeys("abcd", "succeeded")
        await groups.ends(run)
        told = await groups.run(run)
        assert (told["status"], told["done"], told["total"], told["cause"]) == ("succeeded", 4, 4, "hand")
        assert groups.station.rows("SELECT encounter_id FROM std.encounter ORDER BY 1") == [
            {"encounter_id": f"{name}1"} for name in "abcd"
        ]
        picture = (await groups.http.get(f"/api/ingest/groups/{groups.id}/picture")).json()
        assert [member["layer"] for member in picture["members"]] == [0, 1, 1, 2]
        listed = (await groups.http.get("/api/ingest/groups", params={"f.last_status": "succeeded"})).json()["items"]
        assert [(one["title"], one["size"]) for one in listed] == [("日终", 4)]
        exported = await groups.http.get("/api/ingest/group_runs/export")
        assert "日终" in exported.content.decode("utf-8-sig")

    async def test_what_waits_for_a_failed_member_is_left_out_until_it_is_tried_again(
        self, groups: Groups, tmp_path: Path
    ) -> None:
        (tmp_path / "b.csv").unlink()
        await groups.make()
        run = await groups.begin()
        await groups.work()
        assert await groups.states(run) == {"a": "succeeded", "b": "failed", "c": "succeeded", "d": "skipped"}
        told = await groups.run(run)
        assert (told["status"], told["failed"], told["skipped"]) == ("failed", 1, 1)
        write(tmp_path, "b", "1", "2")
        assert (await groups.http.post(f"/api/ingest/group_runs/{run}/retry")).status_code == 202
        await groups.work()
        assert await groups.states(run) == dict.fromkeys("abcd", "succeeded")
        steps = (await groups.http.get("/api/ingest/group_steps", params={"sort": "feed"})).json()["items"]
        # What had ended well is not run again.
        assert [(one["tries"], one["rows_in"]) for one in steps] == [(1, 1), (1, 2), (1, 1), (1, 1)]
        assert (await groups.http.post(f"/api/ingest/group_runs/{run}/retry")).status_code == 409
        batches = (await groups.http.get("/api/ingest/batches", params={"f.feed": "t.a"})).json()
        assert batches["total"] == 1

    async def test_a_failed_member_is_tried_again_by_itself_and_may_be_passed_over(
        self, groups: Groups, tmp_path: Path
    ) -> None:
        (tmp_path / "b.csv").unlink()
        await groups.make(retries=2, retry_seconds=300, on_failure="go_on")
        with freeze(NIGHT) as clock:
            run = await groups.begin()
            await groups.work()
            assert await groups.states(run) == {"a": "succeeded", "b": "waiting", "c": "succeeded", "d": "waiting"}
            await begin_due(groups.station.database)
            await groups.work()
            assert (await groups.states(run))["b"] == "waiting"
            for _ in range(2):
                clock.advance(timedelta(seconds=301))
                await begin_due(groups.station.database)
                await groups.work()
        assert await groups.states(run) == {"a": "succeeded", "b": "failed", "c": "succeeded", "d": "succeeded"}
        steps = (await groups.http.get("/api/ingest/group_steps", params={"f.feed": "t.b"})).json()["items"]
        assert [one["tries"] for one in steps] == [3]
        assert (await groups.run(run))["status"] == "failed"

    async def test_a_run_is_called_off(self, groups: Groups) -> None:
        await groups.make()
        run = await groups.begin()
        assert (await groups.http.post(f"/api/ingest/group_runs/{run}/cancel")).status_code == 204
        assert await groups.states(run) == dict.fromkeys("abcd", "cancelled")
        assert (await groups.run(run))["status"] == "cancelled"
        await groups.work()
        assert not groups.station.lake.exists("std.encounter")
        # Nothing is lost: it can be continued.
        await groups.http.post(f"/api/ingest/group_runs/{run}/retry")
        await groups.work()
        assert (await groups.run(run))["status"] == "succeeded"

    async def test_a_member_ends_whose_workers_died_too_often(self, groups: Groups) -> None:
        await groups.make()
        run = await groups.begin()
        async with groups.station.database.unit_of_work() as uow:
            await uow.session.execute(text("UPDATE job_run SET status = 'failed', error = 'the worker process died'"))
        await begin_due(groups.station.database)
        assert await groups.states(run) == {"a": "failed", "b": "skipped", "c": "skipped", "d": "skipped"}

    async def test_each_moment_begins_one_run(self, groups: Groups) -> None:
        with freeze(NIGHT) as clock:
            await groups.make(cron="0 2 * * *")
            clock.advance(timedelta(minutes=2))
            assert (await begin_due(groups.station.database))["ingest.groups"] == 1
            # It has not ended when the next moment comes.
            clock.advance(timedelta(days=1))
            await begin_due(groups.station.database)
            told = (await groups.http.get(f"/api/ingest/groups/{groups.id}")).json()
            assert (told["skipped"], told["last_status"]) == (1, "running")
            assert datetime.fromisoformat(told["next_at"]) == datetime(2026, 3, 4, 2, tzinfo=LOCAL_ZONE)
            await groups.work()
            clock.advance(timedelta(days=1))
            await begin_due(groups.station.database)
            await groups.work()
        runs = (await groups.http.get("/api/ingest/group_runs", params={"f.cause": "plan"})).json()["items"]
        assert [one["status"] for one in runs] == ["succeeded", "succeeded"]


class TestDefinitions:
    """What a group refuses, and who sees it."""

    async def test_circles_and_strangers_are_refused_by_name(self, groups: Groups) -> None:
        circle = group({"t.a": ["t.c"], "t.b": ["t.a"], "t.c": ["t.b"], "t.d": []})
        refused = await groups.http.post("/api/ingest/groups", json=circle)
        assert refused.status_code == 422
        assert set(refused.json()["received"]) == {"t.a", "t.b", "t.c"}
        stranger = await groups.http.post("/api/ingest/groups", json=group({"t.a": ["t.x"]}))
        assert (stranger.status_code, stranger.json()["received"]) == (422, ["t.x"])
        assert (await groups.http.post("/api/ingest/groups", json=group({"t.x": []}))).status_code == 404
        never = await groups.http.post("/api/ingest/groups", json=group(cron="0 0 30 2 *"))
        assert (never.status_code, never.json()["received"]) == (422, "0 0 30 2 *")
        await groups.make()
        changed = await groups.http.patch(f"/api/ingest/groups/{groups.id}", json={"members": circle["members"]})
        assert changed.status_code == 422
        assert (await groups.http.get(f"/api/ingest/groups/{groups.id}")).json()["size"] == 4

    async def test_a_feed_stays_while_it_is_a_member(self, groups: Groups) -> None:
        await groups.make()
        refused = await groups.http.delete("/api/ingest/feeds/t.b")
        assert (refused.status_code, refused.json()["allowed"]) == (409, ["日终"])
        assert (await groups.http.delete("/api/ingest/sources/t")).status_code == 409
        run = await groups.begin()
        assert (await groups.http.delete(f"/api/ingest/groups/{groups.id}")).status_code == 409
        await groups.http.post(f"/api/ingest/group_runs/{run}/cancel")
        assert (await groups.http.delete(f"/api/ingest/groups/{groups.id}")).status_code == 204
        assert (await groups.http.delete("/api/ingest/feeds/t.b")).status_code == 204
        assert (await groups.http.get("/api/ingest/group_runs")).json()["total"] == 1

    async def test_a_group_is_seen_by_those_who_see_all_its_members(
        self, groups: Groups, station: Station, client: Callable[..., Any], tmp_path: Path
    ) -> None:
        other = visits("files", {"path": str(tmp_path)}, "a.csv")
        other["source"] |= {"code": "u", "org_code": "elsewhere"}
        await station.bring_in(other)
        await groups.make(order={"t.a": [], "u.visits": ["t.a"]})
        run = await groups.begin()
        async with client(Scope.of(ORG, grade=3)) as http:
            for path in ("groups", "group_runs"):
                assert (await http.get(f"/api/ingest/{path}")).json()["total"] == 0
            for path in (f"groups/{groups.id}/run", f"group_runs/{run}/cancel", f"group_runs/{run}/retry"):
                assert (await http.post(f"/api/ingest/{path}")).status_code == 404
            for path in (f"groups/{groups.id}/picture", f"group_runs/{run}/picture", f"groups/{groups.id}"):
                assert (await http.get(f"/api/ingest/{path}")).status_code == 404
            assert (await http.delete(f"/api/ingest/groups/{groups.id}")).status_code == 404
            own = (await http.get("/api/ingest/group_steps")).json()["items"]
            assert [one["feed"] for one in own] == ["t.a"]
            mine = group({"t.a": [], "u.visits": ["t.a"]})
            assert (await http.post("/api/ingest/groups", json=mine)).status_code == 404
        async with client(Scope.of(ORG, "elsewhere"), frozenset({"ingest.read"})) as http:
            assert (await http.get("/api/ingest/groups")).json()["total"] == 1
            assert (await http.post(f"/api/ingest/groups/{groups.id}/run")).status_code == 403
            assert (await http.post("/api/ingest/groups", json=group())).status_code == 403


@asynccontextmanager
async def rescued(station: Station) -> AsyncIterator[None]:
    """Put back what a dead worker had, once the server has given its locks back."""
    runtime = Runtime(station.database, station.settings)
    async with station.database.unit_of_work() as uow:
        for feed in ORDER:
            lock = {"lock": f"ingest:{feed}"}
            await uow.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 0))"), lock)
    app = make_app(runtime, connections=2)
    async with app.open_async():
        await rescue(runtime, app, 0.0)
    yield


@pytest.mark.parametrize("moment", [7, 24, 42])
async def test_a_run_goes_on_when_its_worker_is_killed(groups: Groups, workers: Nursery, moment: int) -> None:
    station = groups.station
    await groups.make()
    run = await groups.begin()
    assert workers.run(station.settings.workspace, station.settings.database_url, moment) == -9
    left = await groups.states(run)
    assert left["d"] != "succeeded"
    async with rescued(station):
        await groups.work()
    assert await groups.states(run) == dict.fromkeys("abcd", "succeeded")
    await groups.ends(run)
    batches = (await groups.http.get("/api/ingest/batches")).json()
    # A member that was killed went on with its batch, or found it done.
    done = [one["feed"] for one in batches["items"] if one["status"] == "standardised"]
    assert sorted(done) == list(ORDER)
    assert station.rows("SELECT count(*) AS n FROM std.encounter") == [{"n": 4}]
