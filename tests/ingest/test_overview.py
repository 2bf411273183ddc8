"""The overview of collection: volumes, latency, failures, silent feeds and agreement, of one's own institutions."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from suwen.domains.ingest.models import IngestBatch
from suwen.domains.ingest.repository import IngestRepository
from suwen.kernel.clock import LOCAL_ZONE, freeze, now
from suwen.kernel.scope import Scope
from tests.ingest.conftest import EVERYTHING, Station
from tests.ingest.sources import ORG, csv_source
from tests.ingest.test_reconcile import Hospital, checked, hospital

pytestmark = pytest.mark.anyio
__all__ = ["hospital"]
Client = Callable[..., Any]
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=LOCAL_ZONE)
OTHER = "12429099990000099X"
PATH = "/api/ingest/overview"


async def put(station: Station, feed: str, number: int, at: datetime, **values: Any) -> None:
    """Store a batch as a run would have left it."""
    defaults = {
        "status": "standardised",
        "mode": "timestamp",
        "rows_in": 10,
        "rows_std": 9,
        "rows_quarantined": 1,
        "finished_at": at,
    }
    async with station.database.unit_of_work() as uow:
        found = await IngestRepository(uow.session).feed(feed, EVERYTHING)
        names = {"source": feed.partition(".")[0], "feed": feed, "origin": "visits", "dataset": "encounter"}
        batch = IngestBatch(
            feed_id=found.id, number=number, org_code=found.org_code, started_at=at, **names, **defaults | values
        )
        uow.session.add(batch)
        await uow.session.flush()
        await IngestRepository(uow.session).note_data(batch)


async def two_institutions(station: Station, folder: Path) -> None:
    """Bring in the sources t and u, each with one feed, of two institutions."""
    definition = csv_source(folder, "")
    await station.bring_in(definition)
    other = {**definition["source"], "code": "u", "org_code": OTHER}
    await station.bring_in({"source": other, "feeds": definition["feeds"]})


async def test_days_institutions_and_states(station: Station, client: Client, tmp_path: Path) -> None:
    await two_institutions(station, tmp_path)
    midnight = NOON.replace(hour=0)
    for number, seconds in enumerate((1.0, 2.0, 3.0, 4.0, 100.0), 1):
        await put(station, "t.visits", number, midnight + timedelta(seconds=number), latency=seconds)
    await put(station, "t.visits", 6, midnight - timedelta(seconds=1), latency=7.0, rows_quarantined=0, rows_std=10)
    await put(station, "t.visits", 7, NOON, status="failed", rows_in=5)
    await put(station, "t.visits", 8, NOON, status="unchanged", mode="full")
    await put(station, "t.visits", 9, NOON, mode="replay")
    await put(station, "t.visits", 10, NOON - timedelta(days=40), latency=9.0, rows_in=1_000)
    await put(station, "u.visits", 1, NOON, latency=50.0)
    with freeze(NOON):
        async with client() as http:
            told = (await http.get(PATH, params={"days": 3})).json()
            by_source = (await http.get(PATH, params={"days": 3, "by": "source", "f.source": "u"})).json()
            refused = await http.get(PATH, params={"f.feed": "t.visits"})
            assert (await http.get(PATH, params={"days": 93})).status_code == 422
    assert (told["orgs"], told["sources"], told["feeds"]) == (2, 2, 2)
    assert (told["first"], told["last"]) == ("2026-03-08", "2026-03-10")
    # The day is China's; what failed, found nothing new or was a replay brought no rows.
    days = [(day["day"], day["batches"], day["failed"], day["rows_in"], day["p50"]) for day in told["days"]]
    assert days == [("2026-03-08", 0, 0, 0, None), ("2026-03-09", 1, 0, 10, 7.0), ("2026-03-10", 9, 1, 60, 3.5)]
    assert (told["today"]["p95"], told["chosen"]["p50"], told["chosen"]["rows_quarantined"]) == (87.5, 4.0, 6)
    assert told["total"] == {"rows_in": 1_070, "rows_std": 73, "rows_quarantined": 7}
    assert {one["status"]: one["batches"] for one in told["states"]} == {
        "standardised": 8, "failed": 1, "unchanged": 1
    }  # fmt: skip
    assert [(one["code"], one["rows_in"], one["p50"]) for one in told["parts"]] == [(ORG, 60, 3.5), (OTHER, 10, 50.0)]
    assert [(one["code"], one["batches"]) for one in by_source["parts"]] == [("u", 1)]
    assert (by_source["feeds"], by_source["total"]["rows_in"]) == (1, 10)
    assert (refused.status_code, refused.json()["allowed"]) == (422, ["org_code", "source"])


async def test_another_institution_counts_nothing(station: Station, client: Client, tmp_path: Path) -> None:
    await two_institutions(station, tmp_path)
    await put(station, "t.visits", 1, now() - timedelta(days=2), latency=1.0)
    async with client(Scope.of(OTHER, grade=3)) as http:
        told = (await http.get(PATH)).json()
        asked = (await http.get(PATH, params={"f.org_code": ORG})).json()
    assert (told["orgs"], told["feeds"], told["chosen"]["batches"], told["total"]["rows_in"]) == (1, 1, 0, 0)
    assert (told["states"], told["parts"], told["agreement"]) == ([], [], [])
    assert (asked["feeds"], asked["silent_count"]) == (0, 0)
    async with client(permissions=frozenset()) as http:
        assert (await http.get(PATH)).status_code == 403


async def test_feeds_without_new_data_are_silent(station: Station, client: Client, tmp_path: Path) -> None:
    with freeze(NOON) as clock:
        await two_institutions(station, tmp_path)
        csv_source(tmp_path, "v1,p1,O,2024-01-01,5\n")
        await station.run("t.visits")
        clock.advance(timedelta(hours=25))
        # A run that finds nothing new is no news.
        assert (await station.run("t.visits")).status == "unchanged"
        async with client() as http:
            silent = (await http.get(PATH)).json()
            assert (await http.get(PATH, params={"silent_hours": 26})).json()["silent_count"] == 0
            feeds = (await http.get("/api/ingest/feeds", params={"f.data_at.lt": silent["silent_since"]})).json()
            assert [feed["code"] for feed in feeds["items"]] == ["t.visits"]
            csv_source(tmp_path, "v1,p1,O,2024-01-01,6\n")
            await station.run("t.visits")
            assert [one["code"] for one in (await http.get(PATH)).json()["silent"]] == ["u.visits"]
    assert (silent["silent_count"], silent["never"]) == (2, 1)
    first, second = silent["silent"]
    assert (first["code"], datetime.fromisoformat(first["data_at"])) == ("t.visits", NOON)
    assert (second["code"], second["data_at"]) == ("u.visits", None)


async def test_business_days_by_their_newest_check(station: Station, hospital: Hospital, client: Client) -> None:
    await station.bring_in(hospital.definition())
    await station.run("t.visits")
    with freeze(datetime(2026, 3, 4, tzinfo=LOCAL_ZONE)):
        async with client() as http:
            unseen = (await http.get(PATH)).json()["agreement"]
            assert [(day["day"], day["equal"], day["unchecked"]) for day in unseen] == [
                (f"2026-03-0{n}", 0, 1) for n in (1, 2, 3)
            ]
            hospital.run("DELETE FROM visits WHERE id = 3")
            await checked(station)
            seen = (await http.get(PATH, params={"f.source": "t"})).json()["agreement"]
            assert [(day["equal"], day["different"], day["open"]) for day in seen] == [(1, 0, 0), (0, 1, 1), (1, 0, 0)]
            assert (await http.get(PATH, params={"f.source": "none"})).json()["agreement"] == []
