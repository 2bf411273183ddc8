"""A new edition of a terminology: what agrees is carried over, the rest is listed, open again, and gone from std."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from suwen.domains.lake.public import Lake
from suwen.domains.standards.public import ValueSet, load_value_set
from suwen.domains.standards.service.installing import LOCAL, bring_item
from suwen.kernel.database import Database
from suwen.kernel.scope import Scope
from tests.std import put
from tests.terms.conftest import A, B, Client

Work = Callable[[], Awaitable[None]]
TARGET = "CT08.00.002"


async def new_edition(database: Database, drop: set[str], rename: dict[str, str], add: dict[str, str]) -> None:
    """Bring the terminology of departments into force in another edition."""
    async with database.unit_of_work() as uow:
        living: ValueSet = await load_value_set(uow, TARGET)
        item = type(living.items[0])
        kept = [code for code in living.items if code.code not in drop]
        items = [code.model_copy(update={"title": rename.get(code.code, code.title)}) for code in kept]
        items += [item(code=code, title=title) for code, title in add.items()]
        coming = living.model_copy(update={"edition": "2030", "items": tuple(items)})
        await bring_item(uow, coming, LOCAL)


async def test_the_rest_of_a_new_edition_is_listed_and_goes_back_to_the_bench(
    client: Client, database: Database, lake: Lake, work: Work
) -> None:
    names = {"01": "内科", "02": "外科", "03": "儿科", "04": "眼科", "05": "急诊内外"}
    visits = [
        {"org_code": A, "feed": "his.v", "encounter_id": code, "dept_code": code, "dept_name": name,
         "started_at": datetime(2024, 1, 5)}
        for code, name in names.items()
    ]  # fmt: skip
    put(lake, "encounter", visits)
    codes = {"01": "AA03", "02": "AA04", "03": "AA07", "04": "AA10", "05": "AA20##AA03"}
    listed = [{"code": code, "name": name, "standard_code": codes[code]} for code, name in names.items()]
    async with client() as http:
        sent = {"org_code": A, "system": "his", "kind": "department", "entries": listed}
        assert (await http.post("/api/terms/dictionaries/load", json=sent)).status_code == 200
        await http.post("/api/terms/apply")
        await work()
        # Gone (but its name has a new code), renamed, gone for good; the ophthalmology stays as it is.
        await new_edition(database, {"AA03", "AA07"}, {"AA04": "普通外科"}, {"ZZ01": "内科"})
        await work()
        renewals = (await http.get("/api/terms/renewals", params={"sort": "code"})).json()["items"]
        rows = lake.select(
            "SELECT encounter_id AS id, dept_standard_code AS code FROM std.encounter ORDER BY 1",
            scope=Scope.everything(),
        )
        applied = (await http.get("/api/terms/applications", params={"f.kind": "department"})).json()["items"]
        reverse = (await http.get("/api/terms/reverse")).json()["items"]
        entry = (await http.get(f"/api/terms/entries/{renewals[0]['entry_id']}/candidates")).json()
        gone = {"version": entry["version"], "action": "map", "codes": ["AA07"]}
        refused = await http.post(f"/api/terms/entries/{entry['id']}/decision", json=gone)
        relisted = await http.post("/api/terms/dictionaries/load", json=sent)
        wish = {"version": entry["version"], "action": "map", "codes": ["ZZ01"]}
        await http.post(f"/api/terms/entries/{entry['id']}/decision", json=wish)
        settled = (await http.get("/api/terms/renewals", params={"f.state": "mapped"})).json()["items"]
        again = await http.post("/api/terms/renew", json={"target": TARGET})
        await work()
        total = (await http.get("/api/terms/renewals")).json()["total"]
        exported = (await http.get("/api/terms/renewals/export")).content.decode("utf-8-sig")
        unknown = await http.post("/api/terms/renew", json={"target": "nothing"})
    async with client(scope=Scope.of(B)) as http:
        elsewhere = (await http.get("/api/terms/renewals")).json()["total"]
    assert [(row["code"], row["reason"], row["proposed_codes"], row["state"]) for row in renewals] == [
        ("01", "recoded", "ZZ01", "open"),
        ("02", "renamed", "AA04", "open"),
        ("03", "retired", None, "open"),
        ("05", "recoded", "AA20##ZZ01", "open"),
    ]
    assert renewals[1]["former_names"] == "外科"
    assert (refused.status_code, refused.json()["received"]) == (422, "AA07")
    assert [(error["row"], error["reason"]) for error in relisted.json()["errors"]] == [
        (1, "AA03 已停用（CT08.00.002）"),
        (3, "AA07 已停用（CT08.00.002）"),
        (5, "AA03 已停用（CT08.00.002）"),
    ]
    assert rows.to_pylist() == [
        {"id": "01", "code": None}, {"id": "02", "code": None}, {"id": "03", "code": None},
        {"id": "04", "code": "AA10"}, {"id": "05", "code": None},
    ]  # fmt: skip
    assert [(one["mapped_before"], one["mapped_after"]) for one in applied] == [(5, 1), (0, 5)]
    assert [(term["standard_code"], term["entries"]) for term in reverse] == [("AA10", 1)]
    assert entry["renewal"]["former_codes"] == "AA03"
    assert entry["candidates"][0]["code"] == "ZZ01"
    assert [(row["code"], row["mapped"], row["decided_name"]) for row in settled] == [("01", "ZZ01", "张三")]
    assert (again.status_code, total, unknown.status_code, elsewhere) == (202, 4, 404, 0)
    assert "急诊内外" in exported
