"""The mirror of a source: equal to it after every batch, whatever changed, and whatever was killed."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from suwen.domains.ingest.mirror.errors import MirrorOff
from suwen.domains.ingest.mirror.models import Moment
from suwen.domains.ingest.mirror.schemas import MirrorSettingIn
from suwen.domains.ingest.mirror.setting import MirrorSettings
from suwen.domains.ingest.models import MirrorSetting
from suwen.domains.ingest.public import raw_state, sync_mirror
from suwen.kernel.jobs import run_until_idle
from suwen.kernel.scope import Scope
from tests.ingest.conftest import EVERYTHING, Station
from tests.ingest.sources import ORG, csv_source, visits
from tests.ingest.test_crash import killed_run

pytestmark = pytest.mark.anyio
SOURCE_COLUMNS = ("id", "pid", "kind", "started", "cost")
SETTINGS = MirrorSettings(MirrorSetting, scope_column="org_code")


async def mirrored(station: Station, **setting: Any) -> None:
    """Switch the mirror of the source `t` on, brought up when asked."""
    async with station.database.unit_of_work() as uow:
        wanted = MirrorSettingIn.model_validate({"source": "t", "moment": Moment.ASKED} | setting)
        await SETTINGS.create(uow, EVERYTHING, wanted)


def held(station: Station) -> Counter[tuple[Any, ...]]:
    """Return the rows of the mirror, each with how often it is there."""
    rows = station.rows(f"SELECT {', '.join(SOURCE_COLUMNS)} FROM mirror.t__visits")
    return Counter(tuple(row.values()) for row in rows)


async def known(station: Station) -> Counter[tuple[Any, ...]]:
    """Return the rows of the source as raw tells them."""
    async with station.database.unit_of_work() as uow:
        state = await raw_state(uow, EVERYTHING, "t.visits")
    rows = station.lake.select(state.rows(*SOURCE_COLUMNS), scope=EVERYTHING, params=state.params)
    return Counter(tuple(row.values()) for row in rows.to_pylist())


def source(folder: Path, text: str, mode: str) -> dict[str, Any]:
    """Write the rows as a csv file, and for a capture by timestamp as a database; returns the source's definition."""
    csv_source(folder, text)
    if mode != "timestamp":
        return visits("files", {"path": str(folder)}, capture={"mode": mode})
    path = folder / "his.duckdb"
    with duckdb.connect(str(path)) as connection:
        columns = "* REPLACE (started::TIMESTAMP AS started)"
        connection.execute(
            f"CREATE OR REPLACE TABLE visits AS SELECT {columns} FROM read_csv(?, all_varchar = true)",
            [str(folder / "visits.csv")],
        )
    return visits("duckdb", {"path": str(path)}, "visits", capture={"mode": mode, "column": "started"})


def edited(rows: dict[int, list[str]], day: int, chance: random.Random) -> str:
    """Insert, change and delete some rows on a day of January; returns the source's file."""
    for key in chance.sample(sorted(rows), 3):
        del rows[key]
    touched = [*chance.sample(sorted(rows), 4), *(chance.randrange(1000) for _ in range(4))]
    for key in touched:
        rows[key] = [f"p{key % 7}", "O", f"2023-01-{day:02}", str(chance.randrange(1000))]
    return "".join(f"{key},{','.join(row)}\n" for key, row in rows.items())


@pytest.mark.parametrize("mode", ["compare", "full", "timestamp"])
async def test_a_mirror_equals_its_source(station: Station, tmp_path: Path, mode: str) -> None:
    chance = random.Random(7)
    rows = {key: [f"p{key}", "O", "2023-01-01", str(key)] for key in range(30)}
    # A row without a key, and one whose key comes twice, are rows of the source like any other.
    odd = "" if mode == "compare" else ",p1,E,2023-01-20,5\n3,p3,E,2023-01-20,7\n3,p3,E,2023-01-20,8\n"
    await station.bring_in(source(tmp_path, edited(rows, 2, chance), mode))
    await mirrored(station)
    day = 2
    for batches in (1, 2):
        text = ""
        for _ in range(batches):
            day += 1
            text = edited(rows, day, chance) + odd.replace("20,", f"{day:02},")
            source(tmp_path, text, mode)
            assert (await station.run("t.visits")).status == "standardised"
        done = await sync_mirror(station.database, station.lake, "t.visits")
        assert (done.batches, done.rows) == (batches, held(station).total())
        assert held(station) == await known(station)
        if mode != "timestamp":
            lines = (line.split(",") for line in text.splitlines())
            assert held(station) == Counter(tuple(value or None for value in line) for line in lines)
    before = held(station)
    assert (await sync_mirror(station.database, station.lake, "t.visits")).batches == 0
    rebuilt = await sync_mirror(station.database, station.lake, "t.visits", rebuild=True)
    assert (rebuilt.rows_put, held(station)) == (before.total(), before)


async def test_a_killed_sync_is_gone_on_with(station: Station, tmp_path: Path) -> None:
    # Of rows without a key a batch that is taken in twice would show.
    await station.bring_in(source(tmp_path, "1,p1,O,2023-01-01,1\n,p2,O,2023-01-02,2\n", "timestamp"))
    await station.run("t.visits")
    await mirrored(station)
    await sync_mirror(station.database, station.lake, "t.visits")
    source(tmp_path, "1,p1,O,2023-01-03,9\n,p3,O,2023-01-04,3\n", "timestamp")
    await station.run("t.visits")
    await killed_run(station, "mirror written, not entered", "mirror")
    # What lands before the next sync is taken in after the write that was planned.
    source(tmp_path, "5,p5,O,2023-01-05,5\n", "timestamp")
    await station.run("t.visits")
    done = await sync_mirror(station.database, station.lake, "t.visits")
    assert (done.batches, done.number) == (2, 3)
    assert held(station) == await known(station)
    assert held(station).total() == 4


async def test_it_follows_each_batch_but_not_one_that_is_held(
    station: Station, client: Callable[..., Any], tmp_path: Path
) -> None:
    csv_source(tmp_path, "".join(f"{n},p{n},O,2023-01-01,{n}\n" for n in range(10)))
    await station.bring_in(visits("files", {"path": str(tmp_path)}, capture={"mode": "compare"}))
    async with client() as http:

        async def listed() -> dict[str, Any]:
            await run_until_idle(station.database, settings=station.settings)
            return (await http.get("/api/ingest/mirrors")).json()["items"][0]

        made = await http.post("/api/ingest/mirror_settings", json={"source": "t"})
        assert made.status_code == 201
        assert (await listed())["status"] == "empty"
        await station.run("t.visits")
        first = await listed()
        assert (first["rows"], first["number"], first["behind"], first["status"]) == (10, 1, 0, "synced")
        csv_source(tmp_path, "1,p1,O,2023-01-01,1\n")
        assert (await station.run("t.visits")).status == "held"
        assert await listed() == first
        # Brought up by night, and only what is behind.
        key = made.json()["id"]
        assert (await http.patch(f"/api/ingest/mirror_settings/{key}", json={"moment": "nightly"})).status_code == 200
        csv_source(tmp_path, "".join(f"{n},p{n},O,2023-01-01,{n}\n" for n in range(8)))
        await station.run("t.visits")
        assert ((await listed())["behind"], held(station).total()) == (1, 10)
        assert (await http.get("/api/ingest/mirrors?f.behind.gte=1")).json()["total"] == 1
        async with station.database.unit_of_work() as uow:
            uow.defer("ingest.mirror_nightly", {})
        assert ((await listed())["behind"], held(station).total()) == (0, 8)
        begun = await http.post(f"/api/ingest/mirror_settings/{key}/sync")
        assert (begun.status_code, len(begun.json()["job_run_ids"])) == (202, 1)
        # Switched off it stays as it is and refuses to be brought up.
        await http.patch(f"/api/ingest/mirror_settings/{key}", json={"enabled": False})
        off = await http.post(f"/api/ingest/mirrors/{first['id']}/sync")
        assert (off.status_code, off.json()["code"]) == (409, "mirror_off")
        with pytest.raises(MirrorOff):
            await sync_mirror(station.database, station.lake, "t.visits")
        # With the feed its rows go; when it comes back, it is mirrored from the beginning.
        assert (await http.delete("/api/ingest/feeds/t.visits?with_data=true")).status_code == 204
        assert held(station).total() == 0
        assert (await http.get("/api/ingest/mirrors")).json()["total"] == 0
        await station.bring_in(visits("files", {"path": str(tmp_path)}, capture={"mode": "compare"}))
        await http.patch(f"/api/ingest/mirror_settings/{key}", json={"enabled": True, "moment": "batch"})
        assert (await listed())["rows"] == held(station).total()
        assert held(station) == await known(station)


PEOPLE = "pid,name,phone,sex,remark\n1,张三丰,13912345678,1,secret\n2,李四,13800000000,2,secret\n"


async def test_its_rows_are_shown_as_the_elements_they_feed(
    station: Station, client: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    columns = {"patient_id": "pid", "name": "name", "phone": "phone", "sex_code": "sex"}
    source = visits("files", {"path": str(tmp_path)}, "people.csv", dataset="patient", key=["pid"], columns=columns)
    await station.bring_in(source)
    await station.run("t.visits")
    await mirrored(station)
    await sync_mirror(station.database, station.lake, "t.visits")
    rows = "/api/ingest/mirrors/t.visits/rows"
    async with client(Scope.of(ORG, grade=4, unmask=True)) as http:
        page = (await http.get(f"{rows}?sort=-sex")).json()
        shown = {column["name"]: column for column in page["columns"]}
        assert [(row["name"], row["phone"], row["sex"]) for row in page["items"]] == [
            ("李*", "138****0000", "2"), ("张**", "139****5678", "1")
        ]  # fmt: skip
        assert (shown["name"]["masked"], shown["sex"]["open"], shown["remark"]["hidden"]) == (True, True, True)
        assert "remark" not in page["items"][0]
        assert (await http.get(f"{rows}?f.sex=1")).json()["total"] == 1
        for closed in ("f.name=张三丰", "f.remark=secret", "sort=phone"):
            refused = await http.get(f"{rows}?{closed}")
            assert (refused.status_code, refused.json()["code"]) == (422, "field_not_open")
        clear = (await http.get(f"{rows}?unmask=true&f.sex=1")).json()["items"]
        assert [row["name"] for row in clear] == ["张三丰"]
        told = (await http.get(f"{rows}/export?unmask=true")).text
        assert "张**" in told
        assert "secret" not in told
    async with client(Scope.of("another", grade=5, unmask=True)) as http:
        assert (await http.get(rows)).status_code == 404
        assert (await http.post("/api/ingest/mirrors/t.visits/rebuild")).status_code == 404
        assert (await http.get("/api/ingest/mirrors")).json()["total"] == 0
        assert (await http.get("/api/ingest/mirror_settings")).json()["total"] == 0
        assert (await http.post("/api/ingest/mirror_settings", json={"source": "t"})).status_code == 404
    async with client(Scope.of(ORG)) as http:
        assert (await http.get(f"{rows}?unmask=true")).status_code == 403
    async with client() as http:
        twice = await http.post("/api/ingest/mirror_settings", json={"source": "t"})
        assert twice.status_code == 409
        key = (await http.get("/api/ingest/mirror_settings")).json()["items"][0]["id"]
        wrong = await http.patch(f"/api/ingest/mirror_settings/{key}", json={"feeds": ["t.visits", "t.none"]})
        assert (wrong.status_code, wrong.json()["received"], wrong.json()["allowed"]) == (422, ["t.none"], ["t.visits"])
        # Who may read everything sees what feeds no element, when asked for.
        everything = (await http.get(f"{rows}?unmask=true")).json()["items"]
        assert {row["remark"] for row in everything} == {"secret"}
