"""Reconciliation killed between its writes and their commit: nothing half-done, and the same end once made anew."""

from typing import Any

import pytest
from sqlalchemy import func, select

from suwen.domains.ingest.reconcile.indicators.checking import IndicatorRun
from suwen.domains.ingest.reconcile.indicators.models import IndicatorCheck, IndicatorDifference, IndicatorLine
from suwen.domains.ingest.reconcile.models import Check, CheckDay, Difference, DifferenceKey
from suwen.domains.ingest.reconcile.settling import Settling
from tests.ingest.conftest import Station
from tests.ingest.crash import CLOSING, INDICATOR
from tests.ingest.test_crash import killed_run
from tests.ingest.test_reconcile import Hospital, checked, differences, hospital

pytestmark = pytest.mark.anyio
__all__ = ["hospital"]
COUNTED: dict[str, Any] = {
    "name": "就诊",
    "feeds": ["t.visits"],
    "source_sql": "SELECT started AS day, count(*) AS value FROM (SELECT CAST(started AS DATE) AS started FROM visits) "
    "AS v GROUP BY 1",
    "platform_sql": "SELECT CAST(started_at AS DATE) AS day, COUNT(*) AS value FROM std.encounter GROUP BY 1",
}


async def count(station: Station, *tables: type[Any]) -> list[int]:
    """Return how many rows the tables hold."""
    async with station.database.unit_of_work() as uow:
        return [await uow.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


async def test_a_settling_killed_before_it_closes_goes_on(station: Station, hospital: Hospital) -> None:
    await station.bring_in(hospital.definition())
    await station.run("t.visits")
    hospital.run("UPDATE visits SET cost = 99 WHERE id = 1")
    await checked(station)
    await killed_run(station, CLOSING, "reconcile")
    # The key was found and brought in again; the check that closes the day was written and not committed.
    assert await count(station, DifferenceKey, Check, CheckDay) == [1, 2, 3]
    (difference,) = await differences(station)
    assert difference.status == "open"
    settled = await Settling(station.database, station.lake, station.settings).run(difference.id)
    assert (settled.status, settled.differing, settled.evidence["after"]["source"]["rows"]) == ("closed", 1, 2)
    assert await count(station, DifferenceKey, Check, CheckDay, Difference) == [1, 2, 6, 1]


async def test_a_killed_check_of_an_indicator_is_made_anew(station: Station, hospital: Hospital, client: Any) -> None:
    await station.bring_in(hospital.definition())
    await station.run("t.visits")
    # One of these rows lies in quarantine, so the first day is equal without them.
    hospital.run("DELETE FROM visits WHERE id IN (4, 5)")
    async with client() as http:
        assert (await http.post("/api/ingest/indicators", json=COUNTED)).status_code == 201
    await killed_run(station, INDICATOR, "reconcile")
    assert await count(station, IndicatorLine, IndicatorDifference) == [0, 0]
    async with station.database.unit_of_work() as uow:
        (check,) = await uow.session.scalars(select(IndicatorCheck))
    assert check.status == "running"
    made = await IndicatorRun(station.database, station.lake, station.settings).run(check.id)
    assert (made.status, made.days, made.different) == ("different", 3, 1)
    assert await count(station, IndicatorCheck, IndicatorLine, IndicatorDifference) == [1, 3, 1]
