"""Checks of sources that only an edge node reaches: the node tells figures and keys, nothing else, and it closes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from suwen.domains.ingest.edge.node import EdgeNode
from suwen.domains.ingest.edge.protocol import Report
from suwen.domains.ingest.nodes.models import DeliveryState, IngestDelivery
from suwen.domains.ingest.reconcile import repairing
from suwen.domains.ingest.reconcile.models import Check
from suwen.kernel.jobs import run_until_idle
from tests.ingest.conftest import Station
from tests.ingest.edges import PATIENCE, POLL, Center, Machine, machine
from tests.ingest.sources import postgres_visits
from tests.ingest.test_groups import rescued
from tests.ingest.test_settling import BY_TIME, keys, source, stored
from tests.nursery import Nursery

pytestmark = pytest.mark.anyio
__all__ = ["source"]


@dataclass
class Behind:
    """A hospital behind a node, and the center that checks it."""

    center: Center
    edge: Machine
    source: Any
    node: UUID

    @property
    def station(self) -> Station:
        """The center's installation."""
        return self.center.station

    async def bring_in(self, **feed: Any) -> None:
        """Have the feed defined, read by the node, and its rows brought in once."""
        await self.station.bring_in(postgres_visits(self.source, **feed))
        await self.collect()

    async def collect(self) -> None:
        """Have the feed's rows brought in by the node."""
        assert (await self.center.assign(self.node)).status_code == 204
        self.edge.start()
        await self.center.land(await self.center.order())

    async def work(self) -> None:
        """Do the jobs that are queued."""
        await run_until_idle(self.station.database, settings=self.station.settings)

    async def until(self, true: Callable[[], Coroutine[Any, Any, bool]]) -> None:
        """Work until something is so."""
        async with asyncio.timeout(PATIENCE):
            await self.work()
            while not await true():
                await asyncio.sleep(POLL)
                await self.work()

    async def ask(self) -> UUID:
        """Ask for a check, and have its question put to the node."""
        async with self.center.http as http:
            asked = await http.post("/api/ingest/feeds/t.visits/check")
        assert asked.status_code == 202, asked.text
        await self.work()
        async with self.station.database.unit_of_work() as uow:
            newest = await uow.session.scalars(select(Check).order_by(Check.started_at.desc()).limit(1))
            return newest.one().id

    async def get(self, path: str) -> Any:
        """Return what the center shows somebody."""
        async with self.center.http as http:
            answer = await http.get(f"/api/ingest/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def checked(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Check the feed; return the check and its days."""
        check = await self.ask()

        async def ended() -> bool:
            return (await self.get(f"checks/{check}"))["status"] not in ("running", "waiting")

        await self.until(ended)
        days = await self.get(f"check_days?f.check_id={check}&sort=day")
        told = [
            {name: day[name] for name in day if name not in ("id", "check_id", "checked_at")} for day in days["items"]
        ]
        return await self.get(f"checks/{check}/detail"), told

    async def settle(self, difference: UUID) -> dict[str, Any]:
        """Settle a difference, to its end."""
        async with self.center.http as http:
            assert (await http.post(f"/api/ingest/differences/{difference}/settle")).status_code == 202
        return await self.settled(difference)

    async def settled(self, difference: UUID) -> dict[str, Any]:
        """Work until a difference's settling has ended."""

        async def ended() -> bool:
            shown = await self.get(f"differences/{difference}")
            return shown["step"] is None and (shown["status"] == "closed" or shown["reason"] is not None)

        await self.until(ended)
        return dict(await self.get(f"differences/{difference}"))

    async def purposes(self) -> list[tuple[str, str]]:
        """Return what the node was asked for, and what became of it."""
        shown = await self.get("deliveries?sort=ordered_at")
        return [(one["purpose"], one["state"]) for one in shown["items"]]

    def left(self) -> list[Path]:
        """Return what lies at the center of questions and answers."""
        workspace = self.station.settings.workspace
        return [path for name in ("edge", "checks") for path in (workspace / name).glob("*")]


@pytest.fixture
async def behind(center: Center, tmp_path: Path, source: Any) -> AsyncIterator[Behind]:
    """A hospital with 2,000 visits behind a node."""
    node, code = await center.new_node()
    edge = machine(tmp_path)
    await edge.enrol(center.url, code)
    yield Behind(center, edge, source, node)
    await edge.stop()


async def test_a_check_by_the_node_is_the_check_by_the_center(behind: Behind) -> None:
    await behind.bring_in(**BY_TIME)
    behind.source.execute("UPDATE visits SET kind = 'E' WHERE id = 700")
    behind.source.execute("DELETE FROM visits WHERE id = 3")
    # Changed since the read, so it is left to the next, as the row at the very mark is: on neither side.
    behind.source.execute("UPDATE visits SET kind = 'I', changed = '2026-03-09' WHERE id = 10")
    check, days = await behind.checked()
    assert (check["status"], check["days"], check["different"], check["stray"]) == ("different", 2, 2, 0)
    assert [(day["rows_source"], day["rows_raw"], day["equal"]) for day in days] == [
        (998, 998, False),
        (999, 1000, False),
    ]
    assert "bit_xor" in check["source_sql"].lower()
    assert behind.left() == []
    # What has left the hospital for this is as many rows as there are days.
    (asked,) = [one for one in (await behind.get("deliveries"))["items"] if one["purpose"] == "check"]
    assert (asked["state"], asked["rows_read"]) == ("landed", 2)
    # The center that reads the source itself finds the same.
    assert (await behind.center.assign(None)).status_code == 204
    own, own_days = await behind.checked()
    assert own_days == days
    same = ("status", "days", "different", "boundary", "time_column", "compare", "rows_source", "rows_std", "algorithm")
    assert {name: own[name] for name in same} == {name: check[name] for name in same}


async def test_a_difference_is_settled_through_the_node(behind: Behind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repairing, "KEYS_PER_BATCH", 1)
    await behind.bring_in(**BY_TIME)
    behind.source.execute("UPDATE visits SET kind = 'E' WHERE id = 700")
    behind.source.execute("INSERT INTO visits VALUES (5000, 'p1', 'O', '2026-03-01 08:00', 1, '2026-03-02 00:00:01')")
    behind.station.lake.delete("std.encounter", {"feed": "t.visits", "source_key": "701"})
    await behind.checked()
    first, second = await stored(behind.station)
    closed = await behind.settle(first.id)
    assert (closed["status"], closed["missing"], closed["differing"], closed["extra"]) == ("closed", 1, 1, 0)
    assert await keys(behind.station, first.id) == {("differing", "700"), ("missing", "5000")}
    purposes = await behind.purposes()
    assert purposes == [(name, "landed") for name in ("batch", "check", "locate", "repair", "repair", "check")]
    async with behind.station.database.unit_of_work() as uow:
        batches = await uow.session.execute(text("SELECT mode, rows_in FROM ingest_batch ORDER BY number"))
        assert [tuple(batch) for batch in batches] == [("timestamp", 2000), ("repair", 1), ("repair", 1)]
        # No key of a patient's row lies in an order, or anywhere but sealed.
        orders = (await uow.session.scalars(select(IngestDelivery))).all()
        assert all("5000" not in str((one.wanted, one.context)) for one in orders)
    evidence = (await behind.get(f"differences/{first.id}/detail"))["evidence"]
    assert evidence["after"]["source"] == {
        name: evidence["after"]["platform"][name] for name in evidence["after"]["source"]
    }
    # What raw has is made standard again without a word to the node but the questions.
    assert (await behind.settle(second.id))["status"] == "closed"
    assert [name for name, _ in (await behind.purposes())[6:]] == ["locate", "check"]
    assert behind.left() == []


async def test_what_may_not_leave_is_not_compared_either_and_a_full_read_settles(behind: Behind) -> None:
    leaves = {
        "columns": ["id", "pid", "kind", "started", "cost"],
        "where": "changed < '2026-03-03'",
        "masks": {"pid": "name"},
    }
    await behind.bring_in(leaves=leaves)
    check, _ = await behind.checked()
    assert (check["status"], check["rows_source"]) == ("equal", 2000)
    behind.source.execute("DELETE FROM visits WHERE id = 4")
    behind.source.execute("INSERT INTO visits VALUES (5000, 'p1', 'O', '2026-03-01', 1, '2026-03-04')")
    check, days = await behind.checked()
    assert [(day["day"], day["equal"], day["rows_source"]) for day in days] == [
        ("2026-03-01", False, 999),
        ("2026-03-02", True, 1000),
    ]
    (difference,) = [one for one in await stored(behind.station) if one.status == "open"]
    closed = await behind.settle(difference.id)
    assert (closed["status"], closed["extra"], closed["missing"]) == ("closed", 1, 0)
    assert [name for name, _ in (await behind.purposes())[3:]] == ["locate", "batch", "check"]
    # The center that reads the same feed itself compares no more than may leave.
    assert (await behind.center.assign(None)).status_code == 204
    assert (await behind.checked())[0]["status"] == "equal"


async def test_a_node_that_is_away_is_waited_for_and_can_be_given_up(behind: Behind) -> None:
    await behind.bring_in(**BY_TIME)
    await behind.edge.stop()
    check = await behind.ask()
    assert (await behind.get(f"checks/{check}"))["status"] == "waiting"
    asked = (await behind.get(f"checks/{check}/detail"))["asked"]
    assert (asked["node"], asked["state"], asked["error"], asked["seen_at"] is not None) == (
        "一号前置机",
        "ordered",
        None,
        True,
    )
    # Asked for again it is the same check.
    assert await behind.ask() == check
    (open_one,) = [one for one in (await behind.get("deliveries"))["items"] if one["purpose"] == "check"]
    async with behind.center.http as http:
        assert (await http.post(f"/api/ingest/deliveries/{open_one['id']}/abandon")).status_code == 204
    await behind.work()
    failed = await behind.get(f"checks/{check}")
    assert (failed["status"], "given up" in failed["error"]) == ("failed", True)
    assert behind.left() == []
    behind.edge.start()
    assert (await behind.checked())[0]["status"] == "equal"


async def test_a_settling_whose_question_is_given_up_says_so_and_can_begin_anew(behind: Behind) -> None:
    await behind.bring_in(**BY_TIME)
    behind.source.execute("UPDATE visits SET kind = 'E' WHERE id = 700")
    await behind.checked()
    await behind.edge.stop()
    (difference,) = await stored(behind.station)
    async with behind.center.http as http:
        assert (await http.post(f"/api/ingest/differences/{difference.id}/settle")).status_code == 202
        await behind.work()
        assert (await behind.get(f"differences/{difference.id}"))["step"] == "locate"
        assert (await behind.get(f"differences/{difference.id}/detail"))["asked"]["node"] == "一号前置机"
        (asked,) = [one for one in (await behind.get("deliveries"))["items"] if one["state"] == "ordered"]
        assert (await http.post(f"/api/ingest/deliveries/{asked['id']}/abandon")).status_code == 204
    assert (await behind.settled(difference.id))["reason"] == "given_up"
    behind.edge.start()
    assert (await behind.settle(difference.id))["status"] == "closed"
    assert behind.left() == []


async def test_a_node_too_old_is_asked_nothing(behind: Behind, monkeypatch: pytest.MonkeyPatch) -> None:
    await behind.bring_in(**BY_TIME)
    told = EdgeNode.report

    def old(node: EdgeNode) -> Report:
        return told(node).model_copy(update={"answers": False})

    monkeypatch.setattr(EdgeNode, "report", old)
    await behind.ask()

    async def refused() -> bool:
        deliveries = (await behind.get("deliveries"))["items"]
        return any("升级" in (one["error"] or "") for one in deliveries)

    await behind.until(refused)
    monkeypatch.undo()

    async def equal() -> bool:
        return (await behind.get("checks"))["items"][0]["status"] == "equal"

    await behind.until(equal)


async def test_another_digest_is_told_instead_of_a_difference(behind: Behind, monkeypatch: pytest.MonkeyPatch) -> None:
    await behind.bring_in(**BY_TIME)
    with monkeypatch.context() as patched:
        patched.setattr("suwen.domains.ingest.edge.reading.digest_tag", lambda *_: "another")
        check = await behind.ask()

        async def told() -> bool:
            return any("digests differ" in (one["error"] or "") for one in (await behind.get("deliveries"))["items"])

        await behind.until(told)
        assert (await behind.get(f"checks/{check}"))["status"] == "waiting"


@pytest.mark.parametrize("moment", [6, 18])
async def test_a_settling_goes_on_whatever_dies(behind: Behind, workers: Nursery, moment: int) -> None:
    await behind.bring_in(**BY_TIME)
    behind.source.execute("UPDATE visits SET kind = 'E' WHERE id = 700")
    behind.source.execute("UPDATE visits SET cost = 1 WHERE id = 702")
    await behind.checked()
    (difference,) = await stored(behind.station)
    async with behind.center.http as http:
        assert (await http.post(f"/api/ingest/differences/{difference.id}/settle")).status_code == 202
    settings = behind.station.settings
    given = settings.workspace, settings.database_url, moment, "ingest", "reconcile"
    assert await asyncio.to_thread(workers.run, *given) == -9
    async with rescued(behind.station):
        closed = await behind.settled(difference.id)
    assert (closed["status"], closed["differing"]) == ("closed", 2)
    assert [state for _, state in await behind.purposes() if state != DeliveryState.LANDED] == []
    assert behind.left() == []


COSTS: dict[str, Any] = {
    "name": "就诊费用",
    "feeds": ["t.visits"],
    "source_sql": "SELECT started::date AS day, kind AS item, sum(cost) AS value FROM visits "
    "WHERE started >= :from AND started < :to GROUP BY 1, 2",
    "platform_sql": "SELECT CAST(started_at AS DATE) AS day, CASE encounter_type_code WHEN '1' THEN 'O' ELSE 'E' END "
    "AS item, SUM(total_cost) AS value FROM std.encounter WHERE started_at >= :from AND started_at < :to GROUP BY ALL",
}
MARCH = {"first": "2026-03-01", "last": "2026-03-31"}


async def test_an_indicator_is_compared_with_what_the_node_reads(behind: Behind) -> None:
    await behind.bring_in(**BY_TIME)
    async with behind.center.http as http:
        made = (await http.post("/api/ingest/indicators", json=COSTS)).json()

        async def compared() -> dict[str, Any]:
            asked = await http.post(f"/api/ingest/indicators/{made['id']}/check", json=MARCH)
            assert asked.status_code == 202, asked.text

            async def ended() -> bool:
                (newest, *_) = (await behind.get("indicator_checks"))["items"]
                return newest["status"] not in ("running", "waiting")

            await behind.until(ended)
            return dict((await behind.get("indicator_checks"))["items"][0])

        check = await compared()
        assert (check["status"], check["days"], check["lines"]) == ("equal", 2, 2)
        behind.source.execute("UPDATE visits SET cost = cost + 5 WHERE id = 700")
        check = await compared()
        assert (check["status"], check["different"]) == ("different", 1)
        (difference,) = (await behind.get("indicator_differences?f.status=open"))["items"]
        assert difference["day"] == "2026-03-01"
        # Given up, it says so; asked again, the node that is back answers.
        await behind.edge.stop()
        assert (await http.post(f"/api/ingest/indicators/{made['id']}/check", json=MARCH)).status_code == 202
        await behind.work()
        (waits, *_) = (await behind.get("indicator_checks"))["items"]
        detail = await behind.get(f"indicator_checks/{waits['id']}/detail")
        assert (detail["status"], detail["asked"]["node"], detail["asked"]["state"]) == (
            "waiting",
            "一号前置机",
            "ordered",
        )
        (asked,) = [one for one in (await behind.get("deliveries"))["items"] if one["state"] == "ordered"]
        assert (await http.post(f"/api/ingest/deliveries/{asked['id']}/abandon")).status_code == 204
        await behind.work()
        assert (await behind.get(f"indicator_checks/{waits['id']}"))["status"] == "failed"
        behind.edge.start()
        assert (await http.post(f"/api/ingest/deliveries/{asked['id']}/rerun")).status_code == 202

        async def told() -> bool:
            return (await behind.get("indicator_checks"))["items"][0]["status"] == "different"

        await behind.until(told)
    assert behind.left() == []
    assert [state for name, state in await behind.purposes() if name == "indicator"] == [
        "landed",
        "landed",
        "abandoned",
        "landed",
    ]


async def test_an_indicator_that_the_source_refuses_fails_by_its_words(behind: Behind) -> None:
    await behind.bring_in(**BY_TIME)
    wrong = COSTS | {"source_sql": COSTS["source_sql"].replace("sum(cost)", "max(kind)")}
    async with behind.center.http as http:
        made = (await http.post("/api/ingest/indicators", json=wrong)).json()
        assert (await http.post(f"/api/ingest/indicators/{made['id']}/check", json=MARCH)).status_code == 202

        async def failed() -> bool:
            return (await behind.get("indicator_checks"))["items"][0]["status"] == "failed"

        await behind.until(failed)
    (check,) = (await behind.get("indicator_checks"))["items"]
    assert "cannot be read" in check["error"]
    assert [state for name, state in await behind.purposes() if name == "indicator"] == ["abandoned"]
    assert behind.left() == []
