"""A run killed at any point, run again, ends in the state of an undisturbed run."""

import signal
from pathlib import Path
from typing import Any

import pytest
from anyio import to_thread
from sqlalchemy import text

from tests.ingest.conftest import Station
from tests.ingest.crash import COMPARING, POINTS
from tests.ingest.sources import csv_source
from tests.nursery import nursery_of

pytestmark = pytest.mark.anyio
FIRST = "1,p1,O,2023-01-01,1\n2,p2,E,2023-01-02,2\n"
SECOND = "2,p2,E,2023-01-02,9\n3,p3,I,2023-01-03,3\n3,p3,I,2023-01-04,3\n4,p4,I,20230231,4\n5,p5\n"
CHANGED = "2,p2,E,2023-01-02,9\n3,p3,I,2023-01-03,3\n4,p4,I,20230231,4\n5,p5\n"


def state(station: Station) -> dict[str, list[dict[str, Any]]]:
    """Return everything that a run leaves in the lake, apart from ids and times."""
    std = "SELECT encounter_id, patient_id, started_at, total_cost, feed, source_key FROM std.encounter ORDER BY 1"
    raw = "SELECT id, pid, kind, started, cost, _source_key FROM raw.t__visits ORDER BY ALL"
    refused = "SELECT source_key, reason, element, received, row_json FROM raw.quarantine ORDER BY ALL"
    return {"std": station.rows(std), "raw": station.rows(raw), "quarantine": station.rows(refused)}


async def killed_run(station: Station, point: str, *more: str) -> None:
    """Run the feed in a process that kills itself at the point."""
    given = station.settings.workspace, station.settings.database_url, "t.visits", point.replace(" ", "_"), *more
    assert await to_thread.run_sync(nursery_of("tests.ingest.crash").run, *given) == -signal.SIGKILL
    async with station.database.unit_of_work() as uow:
        # The server gives the dead process's lock back once it has seen that nobody is there.
        for lock in ("ingest:t.visits", "ingest:mirror:t.visits"):
            await uow.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 0))"), {"lock": lock})


@pytest.mark.parametrize("point", POINTS)
async def test_a_killed_run_goes_on_to_the_same_end(station: Station, tmp_path: Path, point: str) -> None:
    await station.bring_in(csv_source(tmp_path, FIRST))
    await station.run("t.visits")
    csv_source(tmp_path, SECOND)
    await killed_run(station, point)
    batch = await station.run("t.visits")
    finished = point == "batch standardised, folder still there"
    assert batch.status == ("unchanged" if finished else "standardised")
    assert (batch.rows_in, batch.rows_std, batch.rows_quarantined) == (5, 2, 3)
    left = state(station)
    assert [row["encounter_id"] for row in left["std"]] == ["2", "3"]
    assert [row["_source_key"] for row in left["raw"]] == ["1", "2", "2", "3", "3", "4"]
    assert sorted(row["reason"] for row in left["quarantine"]) == [
        "duplicate_key", "malformed_row", "unreadable_value"
    ]  # fmt: skip
    async with station.database.unit_of_work() as uow:
        rows = await uow.session.execute(text("SELECT status FROM ingest_batch ORDER BY number"))
        statuses = [row[0] for row in rows]
        told = await uow.session.execute(
            text("SELECT count(*) FROM event_outbox WHERE name = 'ingest.batch_standardised'")
        )
        assert told.scalar() == 2
    assert statuses == ["standardised", "standardised", *(["unchanged"] if finished else [])]
    assert (await station.run("t.visits")).status == "unchanged"
    assert state(station) == left
    assert list(station.lake.staging.iterdir()) == []


@pytest.mark.parametrize("point", COMPARING)
async def test_a_killed_comparison_goes_on_to_the_same_end(station: Station, tmp_path: Path, point: str) -> None:
    definition = csv_source(tmp_path, FIRST + "6,p6,I,2023-01-06,6\n")
    definition["feeds"][0]["capture"] = "compare"
    await station.bring_in(definition)
    await station.run("t.visits")
    csv_source(tmp_path, CHANGED)
    await killed_run(station, point, "comparing")
    batch = await station.run("t.visits")
    assert (batch.status, batch.rows_in, batch.rows_std, batch.rows_quarantined) == ("standardised", 4, 2, 2)
    left = state(station)
    assert [(row["encounter_id"], str(row["total_cost"])) for row in left["std"]] == [("2", "9.00"), ("3", "3.00")]
    ops = station.rows("SELECT _op, _source_key AS k FROM raw.t__visits WHERE _batch_id = '" + batch.batch_id + "'")
    assert sorted(f"{row['_op']} {row['k']}" for row in ops) == ["D 1", "D 6", "I 3", "I 4", "U 2"]
    assert (await station.run("t.visits")).status == "unchanged"
    assert state(station) == left
    assert list(station.lake.staging.iterdir()) == []
