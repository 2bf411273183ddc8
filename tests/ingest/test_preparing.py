"""Data preparation: every value that cleaning or conversion touched is counted, by element and by what was done."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from suwen.kernel.jobs import run_until_idle
from suwen.kernel.scope import Scope
from tests.ingest.conftest import Station
from tests.ingest.sources import ORG, csv_source

VISITS = (
    "1,p1,O,2024-01-05,10\n"
    "2,p1,E,2024/1/6,abc\n"  # a cost that is no number: taken for none
    "3,p2,X,2024年1月7日,\n"  # a type that the map does not know; no cost
    "3,p2,O,2024-01-08,5\n"  # the same key again
    "4,,O,2024-01-09,5\n"  # no patient
    "5,p3,,20230231,5\n"  # no type; a day that is none
)
COUNTS = ("rows", "missing", "filled", "duplicates", "unreadable", "blanked", "quarantined", "outside")
MADE = ("mapped", "emptied", "defaulted", "converted")


def definition(folder: Path) -> dict[str, Any]:
    source = csv_source(folder, VISITS)
    columns = source["feeds"][0]["columns"]
    columns["total_cost"] = {"expr": "cost", "invalid": "blank"}
    columns["encounter_type_code"] = {"expr": "kind", "map": {"O": "1", "E": None}, "default": "77", "blank": "9"}
    columns["payment_code"] = "kind"
    return source


async def test_counts_by_element_sums_filters_scope_and_a_second_time(
    station: Station, client: Callable[..., Any], tmp_path: Path
) -> None:
    await station.bring_in(definition(tmp_path))
    await station.run("t.visits")
    async with client() as http:
        assert (await http.get("/api/ingest/preparation")).json()["total"] == 0
        begun = await http.post("/api/ingest/preparation/examine", json={"feed": "t.visits"})
        assert begun.status_code == 202
        await run_until_idle(station.database, settings=station.settings)
        listed = (await http.get("/api/ingest/preparation?f.newest=true")).json()["items"]
        rows = {row["element"]: row for row in listed}

        def told(element: str, names: tuple[str, ...] = COUNTS) -> tuple[int, ...]:
            return tuple(rows[element][name] for name in names)

        #                                    rows missing filled doubled unread blanked quarantined outside
        assert told("encounter_id") == (6, 0, 0, 1, 0, 0, 1, 0)
        assert told("patient_id") == (6, 1, 0, 0, 0, 0, 1, 0)
        assert told("total_cost") == (6, 1, 0, 0, 1, 1, 0, 0)
        assert told("started_at") == (6, 0, 0, 0, 1, 0, 1, 0)
        assert told("encounter_type_code") == (6, 1, 1, 0, 0, 0, 0, 1)
        assert told("payment_code")[-1] == 5
        assert told("encounter_type_code", MADE) == (3, 1, 1, 0)
        assert told("started_at", MADE) == (0, 0, 0, 5)
        assert rows["total_cost"]["converted"] == 4
        sums = (await http.get("/api/ingest/preparation/sums?f.element=total_cost")).json()
        assert (sums["batches"], sums["missing"], sums["unreadable"], sums["blanked"]) == (1, 1, 1, 1)
        # The quarantine holds what the counts say.
        refused = (await http.get("/api/ingest/quarantine")).json()["items"]
        assert sorted(row["element"] for row in refused) == ["encounter_id", "patient_id", "started_at"]
        # What was counted is not counted again; a later batch takes over as the newest.
        await http.post("/api/ingest/preparation/examine", json={})
        await run_until_idle(station.database, settings=station.settings)
        assert (await http.get("/api/ingest/preparation")).json()["total"] == len(listed)
        csv_source(tmp_path, VISITS + "6,p4,O,2024-01-10,1\n")
        await station.run("t.visits")
        await http.post("/api/ingest/preparation/examine", json={})
        await run_until_idle(station.database, settings=station.settings)
        newest = (await http.get("/api/ingest/preparation?f.newest=true&f.element=total_cost")).json()["items"]
        assert [(row["rows"], row["number"]) for row in newest] == [(7, 2)]
        assert (await http.get("/api/ingest/preparation")).json()["total"] == 2 * len(listed)
        assert (await http.get("/api/ingest/preparation/sums?f.nothing=1")).status_code == 422
    async with client(scope=Scope.of("another")) as http:
        assert (await http.get("/api/ingest/preparation/sums")).json()["batches"] == 0
        assert (await http.post("/api/ingest/preparation/examine", json={"feed": "t.visits"})).status_code == 404
    async with client(scope=Scope.of(ORG)) as http:
        assert (await http.get("/api/ingest/preparation/sums")).json()["batches"] == 2
