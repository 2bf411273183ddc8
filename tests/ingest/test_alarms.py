"""Alarms: raised once with their figures, kept, cleared by themselves, acknowledged; of one's own institutions."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from suwen.domains.ingest.public import install_alarm_rules
from suwen.domains.ingest.watching.alarms.defaults import DEFAULTS
from suwen.domains.ingest.watching.alarms.evaluating import Evaluated, evaluate
from suwen.domains.ingest.watching.alarms.kinds import KINDS
from suwen.kernel.clock import freeze, now
from suwen.kernel.errors import SuwenError
from suwen.kernel.jobs import begin_due, run_until_idle
from suwen.kernel.scope import Scope
from tests.ingest.conftest import Station
from tests.ingest.crash import ALARM
from tests.ingest.sources import ORG, csv_source
from tests.ingest.test_crash import killed_run
from tests.ingest.test_overview import NOON, OTHER, put, two_institutions

pytestmark = pytest.mark.anyio
Client = Callable[..., Any]
RULES, ALARMS = "/api/ingest/alarm_rules", "/api/ingest/alarms"


async def rule(http: Any, kind: str, **values: Any) -> dict[str, Any]:
    """Make a rule on the feed t.visits."""
    wanted = {"title": kind, "kind": kind, "feed": "t.visits", **values}
    made = await http.post(RULES, json=wanted)
    assert made.status_code == 201, made.text
    return made.json()


async def alarms(http: Any, **filters: str) -> list[dict[str, Any]]:
    """Return the alarms, newest first, with feed, status and figures."""
    return (await http.get(ALARMS, params={f"f.{name}": value for name, value in filters.items()})).json()["items"]


async def look(station: Station) -> None:
    """Let the timetable begin what is due, and the workers do it."""
    await begin_due(station.database)
    await run_until_idle(station.database, ["watching"], settings=station.settings)


async def test_silence_is_raised_once_acknowledged_and_clears_by_itself(
    station: Station, client: Client, tmp_path: Path
) -> None:
    with freeze(NOON) as clock:
        await station.bring_in(csv_source(tmp_path, "v1,p1,O,2024-01-01,5\n"))
        await station.run("t.visits")
        async with client() as http:
            await rule(http, "silence", threshold=2, severity="critical")
            await look(station)
            assert await alarms(http) == []
            clock.advance(timedelta(hours=3))
            await look(station)
            (raised,) = await alarms(http)
            assert (raised["status"], raised["severity"], raised["org_code"]) == ("open", "critical", ORG)
            assert raised["figures"] == {"hours": 3.0, "limit": 2.0}
            assert datetime.fromisoformat(raised["since"]) == NOON
            # It stays the same alarm, with the figures of now.
            clock.advance(timedelta(hours=1))
            await look(station)
            (same,) = await alarms(http)
            assert (same["id"], same["raised_at"], same["figures"]["hours"]) == (raised["id"], raised["raised_at"], 4.0)
            path = f"{ALARMS}/{raised['id']}/acknowledge"
            assert (await http.post(path, json={"note": " "})).status_code == 422
            seen = (await http.post(path, json={"note": "已联系信息科"})).json()
            assert (seen["status"], seen["acknowledged_by"], seen["note"]) == ("acknowledged", "tester", "已联系信息科")
            await look(station)
            assert [one["status"] for one in await alarms(http)] == ["acknowledged"]
            # A run that brings something new is enough: the rules about its feed are looked at after it.
            csv_source(tmp_path, "v1,p1,O,2024-01-01,6\n")
            await station.run("t.visits")
            await run_until_idle(station.database, ["events"], settings=station.settings)
            (cleared,) = await alarms(http)
            assert (cleared["status"], cleared["off"], cleared["note"]) == ("cleared", False, "已联系信息科")
            assert (await http.post(path, json={"note": "晚了"})).status_code == 409
            # And it may come again.
            clock.advance(timedelta(hours=3))
            await look(station)
            assert [one["status"] for one in await alarms(http)] == ["open", "cleared"]


async def test_failures_in_a_row(station: Station, client: Client, tmp_path: Path) -> None:
    await station.bring_in(csv_source(tmp_path, "v1,p1,O,2024-01-01,5\n"))
    (tmp_path / "visits.csv").unlink()
    async with client() as http:
        await rule(http, "failures", threshold=2)
        for count in (1, 2, 3):
            with pytest.raises(SuwenError):
                await station.run("t.visits")
            await run_until_idle(station.database, ["events"], settings=station.settings)
            assert [one["figures"]["failed"] for one in await alarms(http)] == ([] if count < 2 else [count])
        csv_source(tmp_path, "v1,p1,O,2024-01-01,5\n")
        await station.run("t.visits")
        await run_until_idle(station.database, ["events"], settings=station.settings)
        assert [one["status"] for one in await alarms(http)] == ["cleared"]


async def test_latency_and_quarantine(station: Station, client: Client, tmp_path: Path) -> None:
    await station.bring_in(csv_source(tmp_path, ""))
    async with client() as http:
        await rule(http, "latency", threshold=60)
        await rule(http, "quarantine", threshold=5)
        await put(station, "t.visits", 1, now() - timedelta(hours=2), latency=59.0)
        await put(station, "t.visits", 2, now() - timedelta(hours=1), latency=99.0, rows_in=100, rows_quarantined=6)
        await look(station)
        found = {one["kind"]: one["figures"] for one in await alarms(http)}
        assert found == {
            "latency": {"p95": 97.0, "batches": 2, "limit": 60.0},
            "quarantine": {"share": 6.0, "quarantined": 6, "rows": 100, "limit": 5.0},
        }


async def test_a_volume_is_held_against_the_same_weekdays(station: Station, client: Client, tmp_path: Path) -> None:
    day = NOON - timedelta(days=1)
    with freeze(NOON - timedelta(weeks=5)):
        await two_institutions(station, tmp_path)
    with freeze(NOON) as clock:
        async with client() as http:
            await rule(http, "volume", feed=None, threshold=3, weeks=6)
            for number, rows in enumerate((90, 110, 100, 100, 69), 1):
                at = day - timedelta(weeks=5 - number)
                await put(station, "t.visits", number, at, rows_in=rows, mode="full")
                # Other days, and what failed, do not count.
                await put(station, "t.visits", number + 10, at - timedelta(days=1), rows_in=999, mode="full")
                await put(station, "t.visits", number + 20, at, rows_in=999, mode="full", status="failed")
            await look(station)
            (one,) = await alarms(http)
            assert (one["feed"], one["figures"]["rows"], one["figures"]["mean"]) == ("t.visits", 69, 100.0)
            # The few weeks scatter by 8; counts of a hundred by 10.
            assert (one["figures"]["sigma"], one["figures"]["off"], one["figures"]["weeks"]) == (10.0, -3.1, 4)
            clock.advance(timedelta(days=1))
            await put(station, "t.visits", 40, NOON, rows_in=999, mode="full")
            for week in range(1, 5):
                await put(station, "t.visits", 40 + week, NOON - timedelta(weeks=week), rows_in=999, mode="full")
            await look(station)
            assert [one["status"] for one in await alarms(http)] == ["cleared"]


async def test_what_is_switched_off_or_removed_clears(station: Station, client: Client, tmp_path: Path) -> None:
    with freeze(NOON) as clock:
        await two_institutions(station, tmp_path)
        clock.advance(timedelta(hours=30))
        async with client() as http:
            whole = await rule(http, "silence", feed=None)
            single = await rule(http, "silence", threshold=1)
            await look(station)
            assert len(await alarms(http, status="open")) == 3
            assert (await http.patch(f"{RULES}/{single['id']}", json={"enabled": False})).status_code == 200
            assert [one["off"] for one in await alarms(http, status="cleared")] == [True]
            assert (await http.delete("/api/ingest/feeds/u.visits")).status_code == 204
            clock.advance(timedelta(minutes=6))
            await look(station)
            assert [one["feed"] for one in await alarms(http, status="open")] == ["t.visits"]
            assert (await http.delete(f"{RULES}/{whole['id']}")).status_code == 204
            assert await alarms(http, status="open") == []
            assert [one["title"] for one in (await http.get(RULES)).json()["items"]] == ["silence"]


async def test_rules_and_alarms_of_other_institutions(station: Station, client: Client, tmp_path: Path) -> None:
    with freeze(NOON) as clock:
        await two_institutions(station, tmp_path)
        clock.advance(timedelta(hours=30))
        async with client() as http:
            await rule(http, "silence", feed=None)
            await look(station)
            (theirs,) = await alarms(http, org_code=ORG)
        async with client(Scope.of(OTHER, grade=3)) as http:
            assert [one["feed"] for one in await alarms(http)] == ["u.visits"]
            assert (await http.get(RULES)).json()["total"] == 0
            assert (await http.post(f"{ALARMS}/{theirs['id']}/acknowledge", json={"note": "看过"})).status_code == 404
            for place in ({"feed": "t.visits"}, {"source": "t"}, {"org_code": ORG}, {}):
                wanted = {"title": "x", "kind": "silence", **place}
                assert (await http.post(RULES, json=wanted)).status_code in (403, 404), place
            own = await rule(http, "silence", feed="u.visits")
            assert (own["org_code"], own["source"], own["threshold"]) == (OTHER, "u", 24)
            todos = {one["name"]: one["count"] for one in (await http.get("/api/todos")).json()}
            assert todos["ingest.alarms"] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "none"},
        {"kind": "failures", "threshold": 0},
        {"kind": "quarantine", "threshold": 101},
        {"kind": "silence", "threshold": -1},
        {"kind": "volume", "weeks": 2},
        {"kind": "silence", "source": "u"},
    ],
)
async def test_rules_that_cannot_work(station: Station, client: Client, tmp_path: Path, wrong: dict[str, Any]) -> None:
    await two_institutions(station, tmp_path)
    async with client() as http:
        answer = await http.post(RULES, json={"title": "x", "feed": "t.visits", **wrong})
    assert answer.status_code == 422, answer.text


async def test_many_at_once_raise_one(station: Station, client: Client, tmp_path: Path) -> None:
    with freeze(NOON) as clock:
        await station.bring_in(csv_source(tmp_path, ""))
        clock.advance(timedelta(hours=30))
        async with client() as http:
            made = await rule(http, "silence")
            begun = await asyncio.gather(*(begin_due(station.database) for _ in range(4)))
            assert sum(each["ingest.alarms"] for each in begun) == 1

            async def once() -> None:
                async with station.database.unit_of_work() as uow:
                    await evaluate(uow, UUID(made["id"]), Evaluated())

            await asyncio.gather(*(once() for _ in range(4)))
            assert len(await alarms(http)) == 1


async def test_an_evaluation_killed_before_its_commit_is_made_anew(
    station: Station, client: Client, tmp_path: Path
) -> None:
    with freeze(now() - timedelta(hours=30)):
        await station.bring_in(csv_source(tmp_path, ""))
    async with client() as http:
        await rule(http, "silence")
        await killed_run(station, ALARM, "alarms")
        assert await alarms(http) == []
        await look(station)
        await look(station)
        assert [one["status"] for one in await alarms(http)] == ["open"]


async def test_an_installation_begins_with_rules_that_people_then_own(station: Station, client: Client) -> None:
    async def install() -> int:
        async with station.database.unit_of_work() as uow:
            return await install_alarm_rules(uow)

    assert await install() == len(DEFAULTS)
    async with client() as http:
        rules = {one["kind"]: one for one in (await http.get(RULES)).json()["items"]}
        assert set(rules) == {one.code for one in DEFAULTS} == set(KINDS)
        assert (rules["silence"]["threshold"], rules["volume"]["threshold"], rules["silence"]["org_code"]) == (
            24,
            3,
            None,
        )
        changed = await http.patch(f"{RULES}/{rules['silence']['id']}", json={"threshold": 48, "enabled": False})
        assert changed.status_code == 200, changed.text
        assert (await http.delete(f"{RULES}/{rules['volume']['id']}")).status_code == 204
        # The next version of the product, or the same once more, leaves them as they are.
        assert await install() == 0
        left = {one["kind"]: one for one in (await http.get(RULES)).json()["items"]}
    assert (left["silence"]["threshold"], left["silence"]["enabled"]) == (48, False)
    assert set(left) == set(rules) - {"volume"}
