"""Plans: when they begin, that each moment begins one run, and what they refuse."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suwen.domains.ingest.errors import InvalidPlan
from suwen.domains.ingest.service.planning import next_begin
from suwen.kernel.clock import LOCAL_ZONE, freeze
from suwen.kernel.jobs import begin_due, run_until_idle
from suwen.kernel.scope import Scope
from tests.ingest.conftest import Station
from tests.ingest.sources import ORG, csv_source

NIGHT = datetime(2026, 3, 2, 1, 59, tzinfo=LOCAL_ZONE)
CRONS = st.sampled_from(["0 2 * * *", "*/15 * * * *", "30 8-18/2 * * 1-5", "0 3 1 * *", "59 23 29 2 *"])
CLOCKS = st.integers(0, 24 * 60 - 1).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
WINDOWS = st.lists(CLOCKS, min_size=2, max_size=2, unique=True)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))


class TestNextBegin:
    """The moments of a plan."""

    @given(CRONS, WINDOWS, MOMENTS)
    def test_it_comes_later_and_inside_the_window(self, cron: str, window: list[str], after: datetime) -> None:
        opens, closes = window
        begins = next_begin(cron, opens, closes, after)
        at, first, last = begins.astimezone(LOCAL_ZONE).time(), time.fromisoformat(opens), time.fromisoformat(closes)
        assert begins > after
        assert first <= at < last if first < last else at >= first or at < last
        free = next_begin(cron, None, None, after)
        assert timedelta(0) <= begins - free < timedelta(days=1)

    @pytest.mark.parametrize(
        ("cron", "window", "begins"),
        [
            ("0 2 * * *", (None, None), "2026-03-02T02:00"),
            ("0 14 * * *", ("22:00", "06:00"), "2026-03-02T22:00"),
            ("*/30 * * * *", ("22:00", "06:00"), "2026-03-02T02:00"),
            ("0 5 * * *", ("01:00", "05:00"), "2026-03-03T01:00"),
            ("0 0 1 * *", (None, None), "2026-04-01T00:00"),
        ],
    )
    def test_in_local_time(self, cron: str, window: tuple[str | None, str | None], begins: str) -> None:
        assert next_begin(cron, *window, NIGHT) == datetime.fromisoformat(begins).replace(tzinfo=LOCAL_ZONE)

    @pytest.mark.parametrize(
        ("cron", "window"),
        [
            ("every night", (None, None)),
            ("0 2 * *", (None, None)),
            ("0 2 * * * *", (None, None)),
            ("61 2 * * *", (None, None)),
            ("0 0 30 2 *", (None, None)),
            ("0 2 * * *", ("22:00", None)),
            ("0 2 * * *", ("22:00", "22:00")),
        ],
    )
    def test_times_that_cannot_be(self, cron: str, window: tuple[str | None, str | None]) -> None:
        with pytest.raises(InvalidPlan):
            next_begin(cron, *window, NIGHT)


class TestPlans:
    """Plans over HTTP and at their moment."""

    async def test_each_moment_begins_one_run(
        self, station: Station, client: Callable[..., Any], tmp_path: Path
    ) -> None:
        await station.bring_in(csv_source(tmp_path, "v1,p1,O,2024-01-01,5\n"))
        wanted = {"title": "夜间", "source": "t", "cron": "0 2 * * *"}
        with freeze(NIGHT) as clock:
            async with client() as http:
                plan = (await http.post("/api/ingest/plans", json=wanted)).json()
                assert datetime.fromisoformat(plan["next_at"]) == NIGHT + timedelta(minutes=1)
                assert (await begin_due(station.database))["ingest.plans"] == 0
                # Days without a worker; then several ask at once.
                clock.advance(timedelta(days=3, minutes=30))
                begun = await asyncio.gather(*(begin_due(station.database) for _ in range(4)))
                assert sum(each["ingest.plans"] for each in begun) == 1
                # The run has not ended when the next moment comes: that one is passed over, and counted.
                clock.advance(timedelta(days=1))
                assert (await begin_due(station.database))["ingest.plans"] == 0
                await run_until_idle(station.database, ["ingest"], settings=station.settings)
                clock.advance(timedelta(days=1))
                assert (await begin_due(station.database))["ingest.plans"] == 1
                listed = (await http.get("/api/ingest/plans")).json()["items"][0]
                assert (listed["skipped"], listed["org_code"]) == (1, ORG)
                assert datetime.fromisoformat(listed["next_at"]) == datetime(2026, 3, 8, 2, tzinfo=LOCAL_ZONE)
        await run_until_idle(station.database, ["ingest"], settings=station.settings)
        assert station.rows("SELECT count(*) AS n FROM std.encounter") == [{"n": 1}]

    async def test_a_plan_is_stopped_changed_and_begun_by_hand(
        self, station: Station, client: Callable[..., Any], tmp_path: Path
    ) -> None:
        await station.bring_in(csv_source(tmp_path, "v1,p1,O,2024-01-01,5\n"))
        async with client() as http:
            plan = (await http.post("/api/ingest/plans", json={"title": "白天", "source": "t"})).json()
            path = f"/api/ingest/plans/{plan['id']}"
            assert (await http.patch(path, json={"enabled": False})).json()["next_at"] is None
            assert (await begin_due(station.database))["ingest.plans"] == 0
            assert len((await http.post(f"{path}/run")).json()["job_run_ids"]) == 1
            refused = await http.patch(path, json={"cron": "0 0 30 2 *", "enabled": True})
            assert (refused.status_code, refused.json()["received"]) == (422, "0 0 30 2 *")
            assert (await http.get(path)).json()["enabled"] is False
            assert (await http.post("/api/ingest/plans", json={"title": "x", "source": "none"})).status_code == 404
            assert (await http.patch(path, json={"window_from": "25:00"})).status_code == 422
            # Its source goes, and the plan with it.
            assert (await http.delete("/api/ingest/sources/t")).status_code == 204
            assert (await http.get("/api/ingest/plans")).json()["total"] == 0

    async def test_plans_of_other_institutions_are_out_of_reach(
        self, station: Station, client: Callable[..., Any], tmp_path: Path
    ) -> None:
        await station.bring_in(csv_source(tmp_path, ""))
        async with client() as http:
            plan = (await http.post("/api/ingest/plans", json={"title": "夜间", "source": "t"})).json()
        async with client(Scope.of("elsewhere", grade=3)) as http:
            assert (await http.get("/api/ingest/plans")).json()["total"] == 0
            assert (await http.post(f"/api/ingest/plans/{plan['id']}/run")).status_code == 404
            assert (await http.patch(f"/api/ingest/plans/{plan['id']}", json={"enabled": False})).status_code == 404
            assert (await http.post("/api/ingest/plans", json={"title": "x", "source": "t"})).status_code == 404
