"""The life of assets: what every room knows of a dataset, within the caller's institutions, and where it stands."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from suwen.domains.catalog.stages import Facts, Hold, Least, Share, Stage, standings, stands_at
from suwen.domains.ingest.public import SourceUnavailable, import_source, list_feeds, run_feed
from suwen.domains.lake.public import open_lake
from suwen.domains.orgs.public import DepartmentIn, InstitutionIn, save
from suwen.domains.patients.public import link
from suwen.domains.quality.public import run_plan
from suwen.domains.standards.public import load_catalog
from suwen.domains.standards.service.installing import retire_item
from suwen.domains.terms.service.applying import apply
from suwen.kernel.database import Database
from suwen.kernel.progress import NullProgress
from suwen.kernel.registry import discover_domains
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

Client = Callable[..., Any]
A, B = "124290999900000178", "124290999900000253"
VISITS = "id,pid,kind,dept,started\n" + "".join(
    f"E{n},P{n % 4},{'9' if n % 5 else 'X'},{'01' if n % 2 else '02'},2024-05-0{n + 1} 08:00:00\n" for n in range(8)
)
# P3 visits A without being in its patient list, and so has no identity.
PATIENTS = "pid,name,sex,birth\n" + "".join(f"P{n},张三{n},1,1980-03-0{n + 1}\n" for n in range(3))


def source(code: str, org: str, folder: Path) -> dict[str, Any]:
    feeds = [
        {
            "code": "patients",
            "table": "patients.csv",
            "dataset": "patient",
            "key": ["pid"],
            "columns": {"patient_id": "pid", "name": "name", "sex_code": "sex", "birth_date": "birth"},
        },
        {
            "code": "visits",
            "table": "visits.csv",
            "dataset": "encounter",
            "key": ["id"],
            "columns": {
                "encounter_id": "id",
                "patient_id": "pid",
                "encounter_type_code": "kind",
                "dept_code": "dept",
                "started_at": "started",
            },
        },
    ]
    body = {"code": code, "title": code, "org_code": org, "connector": "files", "options": {"path": str(folder)}}
    return {"source": body, "feeds": feeds}


@pytest.fixture(scope="module")
async def region(settings: Settings, module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Hospital A, known with one of its two departments, collected, linked, judged; B fails to deliver its visits."""
    discover_domains()  # the rooms register what they know when they are imported
    database, lake = Database(module_database_url), open_lake(settings)
    async with database.unit_of_work() as uow:
        await save(uow, [InstitutionIn(org_code=A, name="甲医院")])
        await save(uow, [DepartmentIn(org_code=A, code="01", name="内科")])
    for code, org in (("a", A), ("b", B)):
        folder = tmp_path_factory.mktemp(code)
        (folder / "patients.csv").write_text(PATIENTS, "utf-8")
        (folder / "visits.csv").write_text(VISITS, "utf-8")
        async with database.unit_of_work() as uow:
            await import_source(uow, source(code, org, folder), settings)
        if org == B:
            (folder / "visits.csv").unlink()
        async with database.unit_of_work() as uow:
            feeds = await list_feeds(uow, Scope.everything(), code)
        for feed in feeds:
            if feed.code == "b.visits":
                with pytest.raises(SourceUnavailable):
                    await run_feed(database, lake, settings, feed.code)
            else:
                await run_feed(database, lake, settings, feed.code)
    async with database.unit_of_work() as uow:
        await link(lake, uow)
        catalog = await load_catalog(uow)
        await retire_item(uow, "dataset", "fee_item")
    await run_plan(lake, database, catalog)
    await apply(database, lake, catalog, NullProgress(), buckets=settings.buckets, requester=None)
    await database.close()
    return settings


async def get(
    client: Client, path: str, scope: Scope | None = None, f: dict[str, str] | None = None, **params: object
) -> Any:
    filters = {f"f.{name}": value for name, value in (f or {}).items()}
    async with client(scope) as http:
        answer = await http.get(f"/api/catalog{path}", params={**filters, **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.usefixtures("region")
class TestList:
    async def test_figures_come_from_the_rooms_that_own_them(self, client: Client) -> None:
        row = await get(client, "/assets/encounter")
        assert (row["rows"], row["institutions"], row["feeds"], row["failing"]) == (8, 1, 2, 1)
        assert (row["stage"], row["hold"]) == ("collection", "feed_failed")
        # Departments 01 and 02 come four times each, and only 01 is registered; every fourth visit is P3's.
        assert (row["institution"], row["department"], row["person"]) == (100, 50, 75)
        assert row["mapped"] == 0
        assert row["coded"] < 100
        assert row["arrived_at"] < row["judged_at"]
        assert row["readers"] > 0

    async def test_figures_are_those_of_the_callers_institutions(self, client: Client) -> None:
        ours = await get(client, "/assets/encounter", Scope.of(A))
        theirs = await get(client, "/assets/encounter", Scope.of(B))
        assert (ours["rows"], ours["feeds"], ours["failing"]) == (8, 1, 0)
        assert (ours["stage"], ours["hold"]) == ("mapping", "unmapped")
        assert (theirs["rows"], theirs["feeds"], theirs["failing"]) == (0, 1, 1)
        assert [theirs[name] for name in ("mapped", "coded", "person", "department", "score")] == [None] * 5
        # B is not registered: its patients came all the same.
        patients = await get(client, "/assets/patient", Scope.of(B))
        assert (patients["rows"], patients["person"], patients["hold"]) == (3, 100, "unknown_institution")

    async def test_is_narrowed_sorted_paged_and_exported(self, client: Client) -> None:
        held = await get(client, "/assets", f={"hold": "no_feed"}, sort="-fields", page_size=3)
        assert len(held["items"]) == 3 < held["total"]
        fields = [one["fields"] for one in held["items"]]
        assert fields == sorted(fields, reverse=True)
        late = await get(client, "/assets", f={"arrived_at.gte": "2024-01-01"}, q="就诊")
        assert [one["code"] for one in late["items"]] == ["encounter"]
        async with client() as http:
            answer = await http.get("/api/catalog/assets/export", params={"f.category": "person"})
            unknown = await http.get("/api/catalog/assets/none")
        lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert [line[0] for line in lines[1:]] == ["patient"]
        assert unknown.status_code == 404

    async def test_stages_count_every_asset_once(self, client: Client) -> None:
        counts = {one["stage"]: one for one in await get(client, "/stages")}
        rows = (await get(client, "/assets", page_size=100))["items"]
        assert sum(one["assets"] for one in counts.values()) == len(rows)
        assert counts["retired"]["assets"] == 1
        assert counts["collection"]["held"] == counts["collection"]["assets"]

    async def test_needs_the_right_to_see_assets(self, client: Client) -> None:
        async with client(permissions=frozenset({"quality.read"})) as http:
            for path in ("/assets", "/assets/export", "/assets/encounter/life", "/stages"):
                assert (await http.get(f"/api/catalog{path}")).status_code == 403


@pytest.mark.usefixtures("region")
class TestLife:
    async def test_stages_institutions_and_history_of_an_asset(self, client: Client) -> None:
        life = await get(client, "/assets/encounter/life", Scope.of(A))
        assert [(one["stage"], one["state"], one["hold"]) for one in life["stages"]] == [
            ("standard", "passed", None),
            ("collection", "passed", None),
            ("mapping", "held", "unmapped"),
            ("index", "held", "unknown_department"),
            ("quality", "passed", None),
            ("use", "passed", None),
        ]
        figures = {figure["measure"]: figure for stage in life["stages"] for figure in stage["figures"]}
        assert (figures["person"]["met"], figures["person"]["of"]) == (6, 8)
        assert (figures["department"]["met"], figures["department"]["of"]) == (4, 8)
        assert figures["received"]["of"] == 8
        assert figures["grade"]["value"] == life["asset"]["grade"] >= 3
        assert [place["org_code"] for place in life["places"]] == [A]
        assert life["places"][0]["name"] == "甲医院"
        assert {one["kind"] for one in life["readers"]} == {"metric"}
        kinds = [one["kind"] for one in reversed(life["moments"])]
        assert kinds[0] == "published"
        assert [kinds.index(kind) for kind in ("connected", "collected", "judged", "mapped")] == sorted(
            kinds.index(kind) for kind in ("connected", "collected", "judged", "mapped")
        )
        # What an application changed counts the rows of others, too.
        assert all(not one["detail"] for one in life["moments"])

    async def test_a_retired_dataset_keeps_its_page(self, client: Client) -> None:
        life = await get(client, "/assets/fee_item/life")
        assert life["asset"]["stage"] == "retired"
        assert life["asset"]["retired_at"] is not None
        assert {one["state"] for one in life["stages"][:-1]} == {"ended"}
        assert life["moments"][0]["kind"] == "retired"
        assert life["readers"] == []

    async def test_figures_follow_the_table(self, client: Client, settings: Settings) -> None:
        before = await get(client, "/assets/patient")
        open_lake(settings).delete("std.patient", {"org_code": B})
        after = await get(client, "/assets/patient")
        assert (before["rows"], after["rows"], after["institution"]) == (6, 3, 100)

    async def test_an_unknown_dataset_is_told_with_the_known(self, client: Client) -> None:
        async with client() as http:
            answer = await http.get("/api/catalog/assets/none/life")
        assert answer.status_code == 404
        assert "encounter" in answer.json()["allowed"]


GOOD = Facts(
    retired=False,
    rows=10,
    feeds=1,
    failing=0,
    mapped=Share(95, 100),
    coded=Share(0, 0),
    institution=Share(10, 10),
    department=Share(0, 0),
    person=Share(10, 10),
    checks=5,
    score=80.0,
    readers=1,
)


@pytest.mark.parametrize(
    ("changed", "stage", "hold"),
    [
        ({}, "use", None),
        ({"feeds": 0}, "use", None),
        ({"feeds": 0, "rows": 0}, "collection", "no_feed"),
        ({"rows": 0}, "collection", "nothing_arrived"),
        ({"failing": 1}, "collection", "feed_failed"),
        ({"mapped": Share(949_999, 1_000_000)}, "mapping", "unmapped"),
        ({"mapped": Share(), "coded": Share(1, 2)}, "mapping", "miscoded"),
        ({"institution": Share(0, 10)}, "index", "unknown_institution"),
        ({"person": Share(9, 10)}, "index", "unknown_person"),
        ({"checks": 0, "score": None}, "quality", "not_judged"),
        ({"score": 79.99}, "quality", "low_score"),
        ({"readers": 0}, "use", "unread"),
        ({"retired": True, "failing": 1}, "retired", None),
    ],
)
def test_an_asset_stands_at_the_first_stage_that_holds_it(
    changed: dict[str, Any], stage: Stage, hold: Hold | None
) -> None:
    found = stands_at(standings(Facts(**{**vars(GOOD), **changed}), Least(share=95, score=80)))
    assert (found.stage, found.hold) == (stage, hold)
