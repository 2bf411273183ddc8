"""What raw can tell: the state of a source now and at a moment, and what happened to one row."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from suwen.domains.ingest.public import RawState, raw_state
from suwen.kernel.clock import now
from suwen.kernel.scope import Scope
from tests.ingest.conftest import EVERYTHING, Station
from tests.ingest.sources import ORG, csv_source, visits

pytestmark = pytest.mark.anyio


async def state_of(station: Station, at: Any = None) -> RawState:
    async with station.database.unit_of_work() as uow:
        return await raw_state(uow, Scope.everything(), "t.visits", at)


def costs(station: Station, state: RawState) -> dict[str, Any]:
    found = station.lake.select(state.rows("id", "cost"), scope=EVERYTHING, params=state.params)
    return {str(row["id"]): row["cost"] for row in found.to_pylist()}


async def test_a_full_feeds_state_is_its_last_whole_batch(station: Station, tmp_path: Path) -> None:
    await station.bring_in(csv_source(tmp_path, "1,p1,O,2023-01-01,1\n2,p1,O,2023-01-02,1\n"))
    await station.run("t.visits")
    between = now()
    csv_source(tmp_path, "2,p1,O,2023-01-02,5\n3,p1,O,2023-01-02,1\n")
    await station.run("t.visits")
    assert costs(station, await state_of(station)) == {"2": "5", "3": "1"}
    assert costs(station, await state_of(station, between)) == {"1": "1", "2": "1"}


async def test_changes_stand_upon_the_whole_batch_before_them(station: Station, tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    with duckdb.connect(str(path)) as source:
        source.execute(
            "CREATE TABLE visits AS SELECT i AS id, 'p' AS pid, 'O' AS kind, DATE '2023-01-01' AS started, i AS cost, "
            "TIMESTAMP '2023-01-01' AS changed FROM range(1, 4) AS r(i)"
        )
    await station.bring_in(visits("duckdb", {"path": str(path)}, "visits"))
    await station.run("t.visits")
    with duckdb.connect(str(path)) as source:
        source.execute("DELETE FROM visits WHERE id = 3")
    await station.run("t.visits")
    between = now()
    with duckdb.connect(str(path)) as source:
        source.execute("UPDATE visits SET cost = 9, changed = '2023-01-02' WHERE id = 2")
        source.execute("INSERT INTO visits VALUES (4, 'p', 'O', '2023-01-01', 4, '2023-01-02')")
    capture = {"mode": "timestamp", "column": "changed"}
    await station.bring_in(visits("duckdb", {"path": str(path)}, "visits", capture=capture))
    await station.run("t.visits")
    assert costs(station, await state_of(station)) == {"1": 1, "2": 9, "4": 4}
    assert costs(station, await state_of(station, between)) == {"1": 1, "2": 2}
    # What std is made of by a replay is the same state: the row deleted under the full capture stays away.
    assert (await station.replay("t.visits")).rows_std == 3


async def test_a_rows_history_is_told_masked_and_within_the_scope(
    station: Station, client: Callable[..., Any], tmp_path: Path
) -> None:
    patients = tmp_path / "p.csv"
    patients.write_text("pid,nm,ward\np1,张三丰,A\np2,李四,B\n")
    definition = visits("files", {"path": str(tmp_path)}, "p.csv", dataset="patient", key=["pid"])
    definition["feeds"][0]["columns"] = {"patient_id": "pid", "name": "nm"}
    await station.bring_in(definition)
    await station.run("t.visits")
    between = now()
    patients.write_text("pid,nm,ward\np1,张三思,A\n")
    await station.run("t.visits")
    patients.write_text("pid,nm,ward\np1,张三思,A\np2,李四,B\n")
    await station.run("t.visits")
    async with client(Scope.of(ORG)) as http:
        found = (await http.post("/api/ingest/feeds/t.visits/history", json={"key": ["p1"]})).json()
        assert [(c["op"], c["number"], c["changed"]) for c in found["changes"]] == [
            ("I", 1, ["pid", "nm", "ward"]), ("U", 2, ["nm"])
        ]  # fmt: skip
        assert found["changes"][1]["before"] == {"pid": "p1", "nm": "张**", "ward": "***"}
        body = {"key": ["p2"], "at": between.isoformat()}
        gone = (await http.post("/api/ingest/feeds/t.visits/history", json=body)).json()
        assert [change["op"] for change in gone["changes"]] == ["I", "D", "I"]
        assert (gone["changes"][1]["after"], gone["state"]["nm"]) == (None, "李*")
        assert (await http.post("/api/ingest/feeds/t.visits/history", json={"key": ["p1", "x"]})).status_code == 422
    async with client() as http:
        clear = await http.post("/api/ingest/feeds/t.visits/history", json={"key": ["p1"], "unmask": True})
        assert clear.json()["changes"][1]["after"] == {"pid": "p1", "nm": "张三思", "ward": "A"}
    async with client(Scope.of("other")) as http:
        hidden = await http.post("/api/ingest/feeds/t.visits/history", json={"key": ["p1"]})
        assert hidden.status_code == 404
    async with client(permissions=frozenset({"ingest.read"})) as http:
        refused = await http.post("/api/ingest/feeds/t.visits/history", json={"key": ["p1"]})
        assert refused.status_code == 403
