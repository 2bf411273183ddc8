"""Quantity-level reconciliation: the source against raw, std and quarantine, day by day."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import select

from suwen.domains.ingest.public import InvalidDefinition, SourceUnavailable
from suwen.domains.ingest.reconcile.checking import CheckRun, request_check
from suwen.domains.ingest.reconcile.models import Check, CheckDay, CheckSetting, Difference
from suwen.domains.ingest.repository import IngestRepository
from suwen.kernel.jobs import run_until_idle
from suwen.kernel.scope import Scope
from tests.ingest.conftest import EVERYTHING, Station
from tests.ingest.sources import visits

pytestmark = pytest.mark.anyio
BY_TIME: Any = {"capture": {"mode": "timestamp", "column": "changed", "overlap_seconds": 0}}


class Hospital:
    """A DuckDB file as the hospital's database; a row is (id, patient, kind, started, cost, changed)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.run(
            "CREATE TABLE visits (id INT, pid VARCHAR, kind VARCHAR, started TIMESTAMP, cost DECIMAL(12, 2), "
            "changed TIMESTAMP)"
        )

    def run(self, sql: str) -> None:
        with duckdb.connect(str(self.path)) as connection:
            connection.execute(sql)

    def put(self, *rows: str) -> None:
        self.run(f"INSERT INTO visits VALUES {', '.join(rows)}")

    def definition(self, **feed: Any) -> dict[str, Any]:
        return visits("duckdb", {"path": str(self.path)}, "visits", **feed)


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    made = Hospital(tmp_path / "his.duckdb")
    made.put(
        "(1, 'p1', 'O', '2026-03-01 08:00', 10.10, '2026-03-01 09:00')",
        "(2, 'p2', 'O', '2026-03-01 09:00', 20, '2026-03-01 09:30')",
        "(3, 'p3', 'I', '2026-03-02 08:00', 30, '2026-03-02 09:00')",
        "(4, NULL, 'I', '2026-03-02 10:00', 40, '2026-03-02 11:00')",
        "(5, 'p5', 'I', '2026-03-03 10:00', 50, '2026-03-03 11:00')",
    )
    return made


async def checked(station: Station, **setting: Any) -> tuple[Check, dict[str, CheckDay]]:
    """Check the feed t.visits; returns the check and its days by their text."""
    async with station.database.unit_of_work() as uow:
        if setting:
            feed = await IngestRepository(uow.session).feed("t.visits", EVERYTHING)
            defaults = {"compare": "rows", "after_run": False, "nightly": False, "hold": False}
            uow.session.add(
                CheckSetting(
                    feed_id=feed.id, feed=feed.code, dataset=feed.dataset, org_code=feed.org_code, **defaults | setting
                )
            )
        check = await request_check(uow, EVERYTHING, "t.visits", "tester")
    await CheckRun(station.database, station.lake, station.settings).run("t.visits", check.id)
    async with station.database.unit_of_work() as uow:
        found = await uow.session.get_one(Check, check.id)
        days = await uow.session.scalars(select(CheckDay).where(CheckDay.check_id == check.id))
        return found, {str(day.day): day for day in days}


async def differences(station: Station) -> list[Difference]:
    async with station.database.unit_of_work() as uow:
        return list(await uow.session.scalars(select(Difference).order_by(Difference.day)))


async def test_rows_of_each_day_are_where_they_should_be(station: Station, hospital: Hospital) -> None:
    await station.bring_in(hospital.definition())
    await station.run("t.visits")
    check, days = await checked(station)
    assert (check.status, check.days, check.time_column, check.algorithm) == ("equal", 3, "started", "duckdb-hash-63")
    assert [(d, r.rows_source, r.rows_raw, r.rows_std, r.rows_quarantined) for d, r in sorted(days.items())] == [
        ("2026-03-01", 2, 2, 2, 0),
        ("2026-03-02", 2, 2, 1, 1),
        ("2026-03-03", 1, 1, 1, 0),
    ]
    assert days["2026-03-01"].source["amounts"] == {"cost": "30.100000"}
    assert list(station.lake.staging.iterdir()) == []


async def test_every_kind_of_difference_is_found_on_its_day(station: Station, hospital: Hospital) -> None:
    await station.bring_in(hospital.definition())
    await station.run("t.visits")
    hospital.run("UPDATE visits SET kind = 'E' WHERE id = 1")
    hospital.run("DELETE FROM visits WHERE id = 3")
    hospital.put("(6, 'p6', 'O', '2026-03-04 08:00', 1, '2026-03-01 09:00')")
    station.lake.delete("std.encounter", {"feed": "t.visits", "source_key": "5"})
    check, days = await checked(station)
    assert (check.status, check.different) == ("different", 4)
    assert not any(day.equal for day in days.values())
    # The same rows and sums, another value: only the digest tells.
    first = days["2026-03-01"]
    assert (first.source["rows"], first.source["amounts"]) == (first.platform["rows"], first.platform["amounts"])
    assert (days["2026-03-02"].rows_source, days["2026-03-02"].rows_raw) == (1, 2)
    assert (days["2026-03-03"].lost, days["2026-03-03"].rows_std) == (1, 0)
    assert (days["2026-03-04"].rows_source, days["2026-03-04"].rows_raw) == (1, 0)
    found = await differences(station)
    assert [(str(d.day), d.status) for d in found] == [(f"2026-03-0{n}", "open") for n in (1, 2, 3, 4)]
    # Another check adds no second difference to a day that has one open.
    await checked(station)
    assert len(await differences(station)) == 4


async def test_a_difference_is_closed_with_evidence_once_the_day_is_equal(station: Station, hospital: Hospital) -> None:
    await station.bring_in(hospital.definition())
    await station.run("t.visits")
    hospital.put("(6, 'p6', 'O', '2026-03-04 08:00', 1, '2026-03-01 09:00')")
    await checked(station)
    await station.run("t.visits")
    check, _ = await checked(station)
    (closed,) = await differences(station)
    assert (check.status, closed.status) == ("equal", "closed")
    assert closed.evidence["before"]["platform"]["rows"] == 0
    assert closed.evidence["after"]["platform"]["rows"] == 1
    assert "visits" in closed.evidence["source_sql"]
    assert closed.evidence["by"] == "tester"


async def test_rows_that_the_next_run_reads_are_no_difference(station: Station, hospital: Hospital) -> None:
    await station.bring_in(hospital.definition(**BY_TIME))
    await station.run("t.visits")
    # New, and changed, since the newest row that the last batch brought; and a change that its clock hides.
    hospital.put("(6, 'p6', 'O', '2026-03-01 08:00', 1, '2026-03-04 09:00')")
    hospital.run("UPDATE visits SET cost = 99, changed = '2026-03-05 10:00' WHERE id = 2")
    check, days = await checked(station)
    assert (check.status, check.boundary) == ("equal", "2026-03-03 11:00:00")
    assert days["2026-03-01"].rows_source == 1
    hospital.run("UPDATE visits SET cost = 98 WHERE id = 1")
    check, days = await checked(station)
    assert [day for day, row in days.items() if not row.equal] == ["2026-03-01"]


async def test_a_setting_says_what_is_compared(station: Station, hospital: Hospital) -> None:
    await station.bring_in(hospital.definition())
    await station.run("t.visits")
    hospital.run("CREATE TABLE archive AS SELECT * FROM visits WHERE id < 5")
    hospital.run("UPDATE archive SET kind = 'E'")
    check, days = await checked(station, origin="archive", time_column="changed", compare="keys")
    assert (check.origin, check.time_column, check.compare) == ("archive", "changed", "keys")
    assert [(day, row.equal) for day, row in sorted(days.items())] == [
        ("2026-03-01", True), ("2026-03-02", True), ("2026-03-03", False)
    ]  # fmt: skip


async def test_over_http_within_the_callers_institutions(station: Station, client: Any, hospital: Hospital) -> None:
    await station.bring_in(hospital.definition())
    await station.run("t.visits")
    hospital.run("DELETE FROM visits WHERE id = 5")
    setting = {"feed": "t.visits", "hold": True, "after_run": True, "nightly": False}
    async with client() as http:
        made = (await http.post("/api/ingest/check_settings", json=setting)).json()
        assert (made["dataset"], made["compare"], made["hold"]) == ("encounter", "rows", True)
        assert (await http.post("/api/ingest/check_settings", json=setting)).status_code == 409
        first = await http.post(f"/api/ingest/check_settings/{made['id']}/check")
        again = await http.post("/api/ingest/feeds/t.visits/check")
        assert (first.status_code, first.json()) == (202, again.json())
        await run_until_idle(station.database, settings=station.settings)
        # The feed's run was announced, too: one check was asked for, one came after the run.
        checks = (await http.get("/api/ingest/checks")).json()["items"]
        details = [(await http.get(f"/api/ingest/checks/{check['id']}/detail")).json() for check in checks]
        assert {detail["requested_by"] for detail in details} == {"tester", None}
        assert all("_source_key" in detail["source_sql"] for detail in details)
        check = checks[0]
        assert check["status"] == "different"
        days = (await http.get(f"/api/ingest/check_days?f.check_id={check['id']}&f.equal=false")).json()
        assert [day["day"] for day in days["items"]] == ["2026-03-03"]
        difference = (await http.get("/api/ingest/differences?f.status=open")).json()["items"][0]
        assert (await http.get("/api/ingest/differences")).json()["total"] == 1
        # The setting asks for a check after each run; this run takes the row out of std, too.
        await http.post("/api/ingest/feeds/t.visits/run")
        await run_until_idle(station.database, settings=station.settings)
        shown = (await http.get(f"/api/ingest/differences/{difference['id']}")).json()
        assert shown["status"] == "closed"
    async with client(Scope.of("another")) as http:
        for path in ("checks", "check_days", "differences", "check_settings"):
            assert (await http.get(f"/api/ingest/{path}")).json()["total"] == 0
        assert (await http.get(f"/api/ingest/checks/{check['id']}/detail")).status_code == 404
        for path in (f"check_settings/{made['id']}", "feeds/t.visits", f"differences/{difference['id']}"):
            assert (await http.post(f"/api/ingest/{path}/check")).status_code == 404
        assert (await http.post("/api/ingest/check_settings", json=setting)).status_code == 404


async def test_a_check_that_cannot_read_the_source_says_why_and_is_made_again(
    station: Station, hospital: Hospital
) -> None:
    await station.bring_in(hospital.definition())
    with pytest.raises(InvalidDefinition, match="has brought nothing yet"):
        await checked(station)
    await station.run("t.visits")
    away = hospital.path.rename(hospital.path.with_suffix(".away"))
    async with station.database.unit_of_work() as uow:
        check = await request_check(uow, EVERYTHING, "t.visits", None)
    runner = CheckRun(station.database, station.lake, station.settings)
    with pytest.raises(SourceUnavailable):
        await runner.run("t.visits", check.id)
    async with station.database.unit_of_work() as uow:
        failed = await uow.session.get_one(Check, check.id)
        assert (failed.status, failed.error) == ("failed", "no such DuckDB file")
    away.rename(hospital.path)
    assert (await runner.run("t.visits", check.id)).status == "equal"
