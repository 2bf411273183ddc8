"""The calendar of reconciliation: a month and its days as the newest checks found them, of one's own institutions."""

from collections.abc import Callable
from typing import Any

import pytest

from suwen.kernel.scope import Scope
from tests.ingest.conftest import Station
from tests.ingest.sources import ORG
from tests.ingest.test_reconcile import Hospital, checked, hospital

pytestmark = pytest.mark.anyio
__all__ = ["hospital"]
Client = Callable[..., Any]


def told(found: dict[str, Any], **figures: int) -> bool:
    """Say whether the figures are these, and all others 0."""
    numbers = {name: value for name, value in found.items() if isinstance(value, int)}
    return numbers == dict.fromkeys(numbers, 0) | figures


async def test_a_month_and_its_days(station: Station, hospital: Hospital, client: Client) -> None:
    await station.bring_in(hospital.definition())
    await station.run("t.visits")
    async with client() as http:
        unseen = (await http.get("/api/ingest/calendar?month=2026-03-15")).json()
        assert [(day["day"], told(day, unchecked=1)) for day in unseen["days"]] == [
            (f"2026-03-0{n}", True) for n in (1, 2, 3)
        ]
        await checked(station, hold=True)
        hospital.run("DELETE FROM visits WHERE id = 3")
        await checked(station)
        # The newest month that was compared; of every day the newest check.
        month = (await http.get("/api/ingest/calendar")).json()
        assert month["month"] == "2026-03-01"
        first, second, third = month["days"]
        assert told(first, checked=1, rows_source=2, rows_raw=2, rows_std=2)
        sums = {"checked": 1, "different": 1, "open": 1, "held": 1}
        assert told(second, **sums, rows_source=1, rows_raw=2, rows_std=1, rows_quarantined=1)
        assert told(third, checked=1, rows_source=1, rows_raw=1, rows_std=1)
        brief = month["brief"]
        assert (brief["feeds"], brief["days"], brief["days_equal"], brief["checked"]) == (1, 3, 2, 3)
        assert (brief["rows_source"], brief["open"], brief["closed"]) == (4, 1, 0)

        hospital.put("(3, 'p3', 'I', '2026-03-02 08:00', 30, '2026-03-02 09:00')")
        await checked(station)
        brief = (await http.get("/api/ingest/calendar")).json()["brief"]
        assert (brief["days_equal"], brief["open"], brief["held"], brief["closed"]) == (3, 0, 0, 1)
        assert (await http.get("/api/ingest/calendar?month=2026-04-01")).json()["days"] == []


async def test_a_day_by_institution_dataset_and_feed(station: Station, hospital: Hospital, client: Client) -> None:
    await station.bring_in(hospital.definition())
    await station.run("t.visits")
    hospital.run("DELETE FROM visits WHERE id = 3")
    await checked(station)
    path = "/api/ingest/calendar/2026-03-02"
    async with client() as http:
        for by, code in (("org", ORG), ("dataset", "encounter"), ("feed", "t.visits")):
            day = (await http.get(path, params={"by": by})).json()
            assert [part["code"] for part in day["parts"]] == [code]
            assert day["brief"] == {name: value for name, value in day["parts"][0].items() if name != "code"}
            assert told(day["brief"], checked=1, different=1, open=1, rows_source=1, rows_raw=2, rows_std=1,
                        rows_quarantined=1)  # fmt: skip
        assert (await http.get(path, params={"f.dataset.in": "patient,diagnosis"})).json()["parts"] == []
        refused = await http.get(path, params={"f.day": "2026-03-02"})
        assert (refused.status_code, refused.json()["allowed"]) == (422, ["dataset", "feed", "org_code"])
    async with client(Scope.of("12429099990000099X", grade=5)) as other:
        assert (await other.get(path)).json()["parts"] == []
        assert (await other.get("/api/ingest/calendar?month=2026-03-01")).json()["days"] == []
