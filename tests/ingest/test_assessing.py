"""Assessment of collection: five dimensions from what was counted, each with its numbers or the reason why not."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from suwen.domains.ingest.assessing.promises import longest_gap
from suwen.domains.ingest.models import IngestPlan
from suwen.domains.ingest.repository import IngestRepository
from suwen.kernel.clock import LOCAL_ZONE, freeze
from suwen.kernel.jobs import run_until_idle
from suwen.kernel.scope import Scope
from tests.ingest.conftest import EVERYTHING, Station
from tests.ingest.sources import ORG
from tests.ingest.test_overview import OTHER, put, two_institutions
from tests.ingest.test_preparing import definition
from tests.ingest.test_reconcile import Hospital, checked, hospital

pytestmark = pytest.mark.anyio
__all__ = ["hospital"]
Client = Callable[..., Any]
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=LOCAL_ZONE)
PATH, LIST = "/api/ingest/assessment", "/api/ingest/assessments"


def told(figures: dict[str, Any]) -> dict[str, Any]:
    """Return (met, of) of each dimension, or the reason why it is not assessed."""
    return {one["dimension"]: one["reason"] or (one["met"], one["of"]) for one in figures["dimensions"]}


async def plan(station: Station, feed: str, cron: str, last_at: datetime | None = None) -> None:
    async with station.database.unit_of_work() as uow:
        found = await IngestRepository(uow.session).feed(feed, EVERYTHING)
        named = {"source": feed.partition(".")[0], "title": "计划", "org_code": found.org_code}
        uow.session.add(IngestPlan(source_id=found.source_id, cron=cron, last_at=last_at, **named))


async def test_values_rows_and_codes_as_data_preparation_counts_them(
    station: Station, client: Client, tmp_path: Path
) -> None:
    await station.bring_in(definition(tmp_path))
    async with client() as http:
        before = (await http.get(PATH)).json()
        assert (before["together"]["total"], before["feeds"]) == (None, 1)
        assert told(before["together"]) == {
            "completeness": "no_batches",
            "consistency": "not_checked",
            "accuracy": "no_batches",
            "conformity": "no_batches",
            "timeliness": "no_promise",
        }
        await station.run("t.visits")
        # Of six rows three are refused: a key twice, a patient missing, a day that is none.
        landed = (await http.get(PATH)).json()["together"]
        assert (told(landed)["completeness"], told(landed)["accuracy"]) == ("not_examined", (3, 6))
        assert landed["total"] == 50
        await http.post("/api/ingest/preparation/examine", json={})
        await run_until_idle(station.database, settings=station.settings)
        behind = (await http.get(f"{PATH}/feeds/t.visits")).json()
        elements = {row["element"]: row for row in behind["elements"]}
        (row,) = (await http.get(LIST)).json()["items"]
    figures = {name: (row[f"{name}_met"], row[f"{name}_of"]) for name in ("completeness", "accuracy", "conformity")}
    # A cost that is no number was blanked: a fourth row that did not come as it was.
    assert figures["accuracy"] == (2, 6)
    required = [one for one in elements.values() if one["is_required"]]
    assert {"encounter_id", "patient_id", "encounter_type_code"} <= {one["element"] for one in required}
    assert elements["patient_id"]["present"] == 5
    assert elements["encounter_type_code"]["present"] == 5, "a value put in for none was not received"
    unmapped = [one for one in required if not one["is_mapped"]]
    assert all((one["present"], one["required"]) == (0, 6) for one in unmapped)
    full = sum(one["element"] not in {"patient_id", "encounter_type_code"} for one in required) - len(unmapped)
    assert figures["completeness"] == (6 * full + 5 + 5, 6 * len(required))
    # Type: 6 coded (1 filled in, 1 taken for none by the map), of them 77 is no code; payment: 5, none of them a code.
    assert (elements["encounter_type_code"]["inside"], elements["encounter_type_code"]["coded"]) == (4, 5)
    assert figures["conformity"] == (4, 10)
    shares = [(30, figures["completeness"]), (20, figures["accuracy"]), (15, figures["conformity"])]
    total = sum(weight * met / of for weight, (met, of) in shares) / 65
    assert (row["total"], row["assessed"]) == (round(100 * total, 2), 3)
    assert {one["reason"]: one["rows"] for one in behind["refused"]} == {
        "duplicate_key": 1, "missing_patient": 1, "unreadable_value": 1
    }  # fmt: skip


async def test_reconciled_days_by_their_newest_check(station: Station, client: Client, hospital: Hospital) -> None:
    await station.bring_in(hospital.definition())
    await station.run("t.visits")
    await checked(station)
    hospital.run("UPDATE visits SET cost = 99 WHERE id = 1")
    await checked(station)
    async with client() as http:
        behind = (await http.get(f"{PATH}/feeds/t.visits")).json()
        assert (behind["feed"]["consistency_met"], behind["feed"]["consistency_of"]) == (2, 3)
        assert behind["feed"]["consistency"] == 66.67
        assert (behind["differences_open"], behind["differences_closed"]) == (1, 0)
        await station.run("t.visits")
        await checked(station)
        behind = (await http.get(f"{PATH}/feeds/t.visits")).json()
    assert (behind["feed"]["consistency"], behind["differences_open"], behind["differences_closed"]) == (100, 0, 1)
    assert told(behind["days"][-1])["consistency"] == (3, 3)


async def test_batches_against_what_the_plan_promises(station: Station, client: Client, tmp_path: Path) -> None:
    with freeze(NOON):
        await two_institutions(station, tmp_path)
        await plan(station, "t.visits", "0 * * * *")
        await plan(station, "u.visits", "0 3 * * *", NOON - timedelta(days=1))
        for number, latency in enumerate((60.0, 3_600.0, 3_810.0, 3_811.0), 1):
            await put(station, "t.visits", number, NOON - timedelta(hours=number), latency=latency)
        slow = {"finished_at": NOON + timedelta(hours=2), "latency": 7_200.0}
        await put(station, "t.visits", 5, NOON, **slow)
        await put(station, "t.visits", 6, NOON - timedelta(days=1), status="failed")
        await put(station, "t.visits", 7, NOON, mode="replay")
        await put(station, "t.visits", 8, NOON - timedelta(days=40), latency=9_999.0)
        async with client() as http:
            found = (await http.get(PATH, params={"days": 7})).json()
            behind = (await http.get(f"{PATH}/feeds/t.visits", params={"days": 7})).json()
    # Of six that were due, one waited too long, one took too long, one failed; nothing at all came of the other source.
    assert [(part["code"], told(part)["timeliness"]) for part in found["parts"]] == [(ORG, (3, 6)), (OTHER, (0, 1))]
    assert told(found["together"])["timeliness"] == (3, 7)
    assert [one["number"] for one in behind["late"]] == [5, 4, 6]
    assert behind["promised"] == 3_600
    assert [told(day)["timeliness"] for day in found["days"][-2:]] == [(0, 1), (3, 5)]
    assert [told(day)["accuracy"] for day in found["days"][-3:]] == ["no_batches", "no_batches", (54, 60)]


async def test_list_filters_sorts_exports_and_keeps_to_its_institutions(
    station: Station, client: Client, tmp_path: Path
) -> None:
    with freeze(NOON):
        await two_institutions(station, tmp_path)
        await put(station, "t.visits", 1, NOON - timedelta(days=10), rows_quarantined=5)
        await put(station, "u.visits", 1, NOON, rows_quarantined=0)
        async with client() as http:

            async def feeds(**params: Any) -> list[str]:
                return [one["feed"] for one in (await http.get(LIST, params=params)).json()["items"]]

            assert await feeds() == ["t.visits", "u.visits"]
            assert await feeds(sort="-accuracy") == ["u.visits", "t.visits"]
            assert await feeds(**{"f.accuracy.lt": 60}) == ["t.visits"]
            assert await feeds(**{"f.accuracy.lt": 60, "f.days": 7}) == []
            assert await feeds(**{"f.accuracy_reason": "no_batches", "f.days": 7}) == ["t.visits"]
            assert (await http.get(LIST, params={"f.days": 93})).status_code == 422
            assert (await http.get(LIST, params={"f.days": "all"})).status_code == 422
            assert (await http.get(PATH, params={"f.feed": "t.visits"})).status_code == 422
            by_source = (await http.get(PATH, params={"by": "source", "f.source": "u"})).json()
            assert [(one["code"], one["org_code"]) for one in by_source["parts"]] == [("u", OTHER)]
            sheet = (await http.get(f"{LIST}/export", params={"f.source": "t"})).content.decode("utf-8-sig")
            (line,) = csv.DictReader(io.StringIO(sheet))
            assert (line["准确性（%）"], line["准确行"], line["接收行"]) == ("50.0", "5", "10")
            assert (await http.get(f"{LIST}/export", params={"format": "xlsx"})).content[:2] == b"PK"
        async with client(Scope.of(OTHER)) as http:
            assert [part["code"] for part in (await http.get(PATH)).json()["parts"]] == [OTHER]
            assert [one["feed"] for one in (await http.get(LIST)).json()["items"]] == ["u.visits"]
            assert (await http.get(f"{LIST}/t.visits")).status_code == 404
            assert (await http.get(f"{PATH}/feeds/t.visits")).status_code == 404
            assert (await http.get(PATH, params={"f.org_code": ORG})).json()["feeds"] == 0
        async with client(permissions=frozenset()) as http:
            assert {(await http.get(path)).status_code for path in (PATH, LIST, f"{PATH}/feeds/t.visits")} == {403}


def test_the_longest_gap_of_a_plan() -> None:
    assert longest_gap("0 8,20 * * *", None, None) == 12 * 3_600
    assert longest_gap("*/10 8-17 * * *", None, None) == 14 * 3_600 + 600
    assert longest_gap("0 0 1 * *", None, None) == 31 * 86_400
    assert longest_gap("0 * * * *", "22:00", "02:00") == 21 * 3_600
