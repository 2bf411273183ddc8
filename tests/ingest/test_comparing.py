"""Capture by comparison: std equals the source, raw holds the changes, whatever happens in between."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from suwen.domains.ingest.connector import ReadRequest
from suwen.domains.ingest.service.run import FeedRun
from suwen.kernel.jobs import run_until_idle
from suwen.kernel.progress import NullProgress
from tests.ingest.conftest import Station
from tests.ingest.sources import HEADER, csv_source, visits

pytestmark = pytest.mark.anyio
STD = "SELECT encounter_id, patient_id, total_cost::INT AS cost FROM std.encounter ORDER BY 1, 2"
RAW = "SELECT _op, _source_key FROM raw.t__visits ORDER BY _batch_id, _op, _source_key"


def std(station: Station) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in station.rows(STD)]


def ops(station: Station) -> list[str]:
    return [f"{row['_op']} {row['_source_key']}" for row in station.rows(RAW)]


def comparing(folder: Path, text: str, **feed: Any) -> dict[str, Any]:
    (folder / "visits.csv").write_text(HEADER + text, encoding="utf-8")
    return visits("files", {"path": str(folder)}, capture={"mode": "compare"}, **feed)


async def test_only_what_differs_is_landed_and_std_follows(station: Station, tmp_path: Path) -> None:
    first = "".join(f"{n},p{n},O,2023-01-01,{n}\n" for n in range(1, 6))
    await station.bring_in(comparing(tmp_path, first))
    assert (await station.run("t.visits")).rows_std == 5
    # 1 unchanged, 2 changed, 3 gone, 4 becomes unreadable, 5 gets the number of a new visit, 6 new.
    csv_source(
        tmp_path, "1,p1,O,2023-01-01,1\n2,p2,O,2023-01-01,9\n4,p4,O,never,4\n5,p5,O,2023-01-01,5\n6,p6,O,2023-01-01,6\n"
    )
    batch = await station.run("t.visits")
    assert (batch.status, batch.rows_in, batch.rows_std, batch.rows_quarantined) == ("standardised", 3, 2, 1)
    assert std(station) == [("1", "p1", 1), ("2", "p2", 9), ("5", "p5", 5), ("6", "p6", 6)]
    assert ops(station)[5:] == ["D 3", "I 6", "U 2", "U 4"]
    # The same in another order is no change; what was refused is mended, what was gone is there again.
    csv_source(
        tmp_path, "6,p6,O,2023-01-01,6\n5,p5,O,2023-01-01,5\n4,p4,O,never,4\n2,p2,O,2023-01-01,9\n1,p1,O,2023-01-01,1\n"
    )
    assert (await station.run("t.visits")).status == "unchanged"
    csv_source(tmp_path, first)
    assert (await station.run("t.visits")).rows_quarantined == 0
    assert std(station) == [(str(n), f"p{n}", n) for n in range(1, 6)]
    assert station.rows("SELECT count(*) AS n FROM raw.quarantine") == [{"n": 0}]
    # The digests are no truth of their own: without them the same is found from raw.
    for kept in (station.settings.workspace / "digests").rglob("*.parquet"):
        kept.unlink()
    csv_source(tmp_path, first + "7,p7,O,2023-01-01,7\n")
    batch = await station.run("t.visits")
    assert (batch.rows_in, ops(station)[-1]) == (1, "I 7")


class Killed(BaseException):
    """The end of a process, as far as a run can see it."""


class Ending(NullProgress):
    """Ends the process at a stage of a run."""

    def __init__(self, word: str) -> None:
        self.word = word

    def stage(self, title: str, total: int | None = None) -> None:
        """End it when the stage's title has the word."""
        if self.word in title:
            raise Killed


@pytest.mark.parametrize("kept", [True, False])
async def test_a_repair_puts_its_rows_over_and_deletes_nothing(station: Station, tmp_path: Path, kept: bool) -> None:
    await station.bring_in(comparing(tmp_path, "".join(f"{n},p{n},O,2023-01-01,{n}\n" for n in range(1, 6))))
    await station.run("t.visits")
    if not kept:
        for digests in (station.settings.workspace / "digests").rglob("*.parquet"):
            digests.unlink()
    # 2 changed, 3 gone, 6 new; of these the repair reads 2 and 6.
    part = "2,p2,O,2023-01-01,9\n6,p6,O,2023-01-01,6\n"
    (tmp_path / "part.csv").write_text(HEADER + part, encoding="utf-8")
    csv_source(tmp_path, "1,p1,O,2023-01-01,1\n4,p4,O,2023-01-01,4\n5,p5,O,2023-01-01,5\n" + part)
    runs = FeedRun(station.database, station.lake, station.settings)
    repair = await runs.run("t.visits", only=ReadRequest(table="part.csv"))
    assert (repair.status, repair.rows_in, repair.rows_std) == ("standardised", 2, 2)
    assert std(station) == [(n, f"p{n}", 9 if n == "2" else int(n)) for n in "123456"]
    assert ops(station)[5:] == ["R 2", "R 6"]
    # What is known by now, kept or made again, has the repaired rows: only the deletion is left to be found.
    await station.run("t.visits")
    assert ops(station)[7:] == ["D 3"]
    assert [row[0] for row in std(station)] == ["1", "2", "4", "5", "6"]
    async with station.database.unit_of_work() as uow:
        query = "SELECT number, sum(rows) FROM ingest_batch_day GROUP BY number ORDER BY number"
        assert [tuple(row) for row in await uow.session.execute(text(query))] == [(1, 5), (2, 2)]


@pytest.mark.parametrize("word", ["采集", "标准化"])
async def test_a_killed_repair_is_gone_on_with(station: Station, tmp_path: Path, word: str) -> None:
    await station.bring_in(comparing(tmp_path, "1,p1,O,2023-01-01,1\n2,p2,O,2023-01-01,2\n"))
    await station.run("t.visits")
    (tmp_path / "part.csv").write_text(HEADER + "2,p2,O,2023-01-01,9\n", encoding="utf-8")
    ending = FeedRun(station.database, station.lake, station.settings, Ending(word))
    with pytest.raises(Killed):
        await ending.run("t.visits", only=ReadRequest(table="part.csv"))
    batch = await station.run("t.visits")
    assert (batch.status, batch.rows_in, ops(station)[2:]) == ("standardised", 1, ["R 2"])
    assert std(station) == [("1", "p1", 1), ("2", "p2", 9)]


async def test_rows_need_no_key_and_may_be_equal(station: Station, tmp_path: Path) -> None:
    await station.bring_in(
        comparing(tmp_path, "1,p1,O,2023-01-01,1\n2,p2,O,2023-01-01,2\n2,p2,O,2023-01-01,2\n", key=[])
    )
    first = await station.run("t.visits")
    assert (first.rows_in, first.rows_std, first.rows_quarantined) == (3, 2, 1)
    csv_source(tmp_path, "1,p1,O,2023-01-01,5\n2,p2,O,2023-01-01,2\n")
    await station.run("t.visits")
    # An update without a key is a deletion and an insertion; of two equal rows one is gone.
    assert [op.split()[0] for op in ops(station)[3:]] == ["D", "D", "I"]
    assert std(station) == [("1", "p1", 5), ("2", "p2", 2)]
    assert station.rows("SELECT count(*) AS n FROM raw.quarantine") == [{"n": 0}]


async def test_rows_that_share_a_standard_key_are_told_apart(station: Station, tmp_path: Path) -> None:
    columns = {"encounter_id": "cost", "patient_id": "pid", "started_at": "started"}
    await station.bring_in(comparing(tmp_path, "1,a,O,2023-01-01,7\n2,b,O,2023-01-01,8\n", columns=columns))
    await station.run("t.visits")
    seen = "SELECT encounter_id, patient_id FROM std.encounter ORDER BY 1, 2"
    csv_source(tmp_path, "1,a,O,2023-01-01,7\n2,b,O,2023-01-01,7\n")
    batch = await station.run("t.visits")
    assert (batch.rows_std, batch.rows_quarantined) == (1, 1)
    assert [tuple(row.values()) for row in station.rows(seen)] == [("7", "b")]
    csv_source(tmp_path, "1,a,O,2023-01-01,7\n2,b,O,2023-01-01,9\n")
    await station.run("t.visits")
    assert [tuple(row.values()) for row in station.rows(seen)] == [("7", "a"), ("9", "b")]


async def test_a_source_that_shrinks_waits_for_a_person(station: Station, tmp_path: Path) -> None:
    rows = [f"{n},p{n},O,2023-01-01,{n}\n" for n in range(10)]
    await station.bring_in(comparing(tmp_path, "".join(rows)))
    await station.run("t.visits")
    csv_source(tmp_path, "")
    assert (await station.run("t.visits")).status == "held"
    csv_source(tmp_path, "".join(rows[:4]))
    assert (await station.run("t.visits")).status == "held"
    assert len(std(station)) == 10
    csv_source(tmp_path, "".join(rows[:5]))
    batch = await station.run("t.visits")
    assert (batch.status, len(std(station)), len(ops(station))) == ("standardised", 5, 15)


async def test_a_mapping_that_changed_is_applied_to_all_rows(station: Station, tmp_path: Path) -> None:
    definition = comparing(tmp_path, "1,p1,O,2023-01-01,1\n2,p2,O,2023-01-01,2\n")
    await station.bring_in(definition)
    await station.run("t.visits")
    definition["feeds"][0]["columns"]["total_cost"] = "cost::INT * 10"
    await station.bring_in(definition)
    assert (await station.run("t.visits")).status == "standardised"
    assert [row[2] for row in std(station)] == [10, 20]


async def test_a_person_confirms_that_rows_are_gone(
    station: Station, client: Callable[..., Any], tmp_path: Path
) -> None:
    await station.bring_in(comparing(tmp_path, "1,p1,O,2023-01-01,1\n2,p2,O,2023-01-01,2\n"))
    await station.run("t.visits")
    csv_source(tmp_path, "")
    held = await station.run("t.visits")
    async with client() as http:
        shown = (await http.get(f"/api/ingest/batches/{held.batch_id}/progress")).json()
        assert (shown["status"], shown["held"]) == ("held", {"known": 2, "seen": 0})
        assert (await http.post(f"/api/ingest/batches/{held.batch_id}/confirm")).status_code == 202
        await run_until_idle(station.database, settings=station.settings)
        shown = (await http.get(f"/api/ingest/batches/{held.batch_id}/progress")).json()
        assert (shown["status"], shown["rows_deleted"], std(station)) == ("standardised", 2, [])
        assert (await http.post(f"/api/ingest/batches/{held.batch_id}/confirm")).status_code == 409
