"""The mapping bench: candidates, decisions of several people, review, batches, conflicts, the knowledge base."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from suwen.domains.standards.public import Code, Touched, ValueSet
from suwen.domains.standards.service.installing import LOCAL, bring_item
from suwen.domains.terms.kinds import KINDS
from suwen.domains.terms.parts import compare
from suwen.domains.terms.service import batches
from suwen.domains.terms.standards_used import dictionaries_using
from suwen.kernel.database import Database
from suwen.kernel.jobs import cancel
from suwen.kernel.scope import Scope
from tests.terms.conftest import A, B, Client

Work = Callable[[], Awaitable[None]]


async def load(http: httpx.AsyncClient, *names: str, org: str = A, kind: str = "department", records: int = 9) -> str:
    given = [{"code": f"k{n}", "name": name, "records": records - n} for n, name in enumerate(names)]
    ref = {"org_code": org, "system": "his", "kind": kind, "entries": given}
    response = await http.post("/api/terms/dictionaries/load", json=ref)
    assert response.status_code == 200, response.text
    return str(response.json()["dictionary_id"])


async def bench(http: httpx.AsyncClient, dictionary: str, **params: Any) -> dict[str, Any]:
    response = await http.get(f"/api/terms/dictionaries/{dictionary}/bench", params=params)
    assert response.status_code == 200, response.text
    return dict(response.json())


async def decide(http: httpx.AsyncClient, entry: dict[str, Any], action: str = "map", *codes: str) -> httpx.Response:
    wish = {"version": entry["version"], "action": action, "codes": list(codes)}
    return await http.post(f"/api/terms/entries/{entry['id']}/decision", json=wish)


class TestBench:
    async def test_candidates_are_ready_and_portions_go_on_by_weight(self, client: Client, work: Work) -> None:
        async with client() as http:
            dictionary = await load(http, "内科", "急诊科", "小儿外科门诊")
            await work()
            first = await bench(http, dictionary, limit=2)
            rest = await bench(http, dictionary, limit=2, after=first["next"])
            found = await bench(http, dictionary, q="jzk")
            detail = (await http.get(f"/api/terms/entries/{first['items'][0]['id']}/candidates")).json()
            terms = (await http.get(f"/api/terms/dictionaries/{dictionary}/terms", params={"q": "xewk"})).json()
        assert [entry["name"] for entry in (*first["items"], *rest["items"])] == ["内科", "急诊科", "小儿外科门诊"]
        assert rest["next"] is None
        assert [entry["name"] for entry in found["items"]] == ["急诊科"]
        assert detail["matched"]
        best = detail["candidates"][0]
        assert (best["code"], best["accepted"], best["reason"]) == ("AA03", True, "名称与标准名称相同")
        assert detail["candidates"] == sorted(detail["candidates"], key=lambda one: -one["score"])
        assert terms[0]["code"] == "AA08"

    async def test_what_people_decide_is_counted_and_can_be_taken_back(self, client: Client) -> None:
        async with client() as http:
            dictionary = await load(http, "大内科", "急诊内外", "信息科", "二楼")
            one, two, three, four = (await bench(http, dictionary))["items"]
            assert (await decide(http, one, "map", "AA03")).json()["mapped_name"] == "内科"
            assert (await decide(http, two, "map", "AA20", "AA03")).json()["mapped"] == "AA20##AA03"
            await decide(http, three, "none")
            await decide(http, four, "ask")
            held = (await bench(http, dictionary))["dictionary"]
            cell = (await http.get("/api/terms/progress")).json()["cells"][0]
            again = (await bench(http, dictionary, state="mapped"))["items"][0]
            await decide(http, again, "reopen")
            reopened = (await bench(http, dictionary))["dictionary"]
            pairs = (await http.get("/api/terms/pairs")).json()["items"]
        states = ("open", "asked", "review", "mapped", "none")
        assert [held[f"{state}_entries"] for state in states] == [0, 1, 0, 2, 1]
        assert (held["mapped_records"], held["none_records"], held["records"]) == (17, 7, 30)
        assert (cell["done_entries"], cell["done_records"]) == (3, 24)
        assert (reopened["open_entries"], reopened["mapped_records"]) == (1, 8)
        # What was taken back is no longer known.
        assert [(pair["name"], pair["standard_codes"]) for pair in pairs] == [("急诊内外", "AA20##AA03")]

    async def test_of_two_people_at_once_the_second_is_refused(self, client: Client) -> None:
        async with client("张三") as one, client("李四") as two:
            dictionary = await load(one, "大内科")
            entry = (await bench(one, dictionary))["items"][0]
            answers = await asyncio.gather(decide(one, entry, "map", "AA03"), decide(two, entry, "map", "AA04"))
            after = (await bench(one, dictionary, state="mapped"))["items"][0]
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        refused = next(answer.json() for answer in answers if answer.status_code == 409)
        kept = next(answer.json() for answer in answers if answer.status_code == 200)
        assert refused["code"] == "entry_changed"
        assert (refused["decided_by"], refused["version"]) == (kept["decided_name"], 1)
        assert after["mapped"] == kept["mapped"]

    async def test_a_code_that_is_unknown_and_another_persons_task_are_refused(self, client: Client) -> None:
        async with client("张三") as one, client("李四") as two, client("王五", Scope.of(B)) as elsewhere:
            dictionary = await load(one, "大内科")
            entry = (await bench(one, dictionary))["items"][0]
            unknown = await decide(one, entry, "map", "AA03", "ZZ")
            assert (await one.post(f"/api/terms/dictionaries/{dictionary}/claim")).json()["claimed_name"] == "张三"
            taken = await decide(two, entry, "map", "AA03")
            hidden = await decide(elsewhere, entry, "map", "AA03")
            await two.post(f"/api/terms/dictionaries/{dictionary}/release")
            free = await decide(two, entry, "map", "AA03")
        assert (unknown.status_code, unknown.json()["received"]) == (422, "ZZ")
        assert (taken.status_code, taken.json()["claimed_by"]) == (409, "张三")
        assert (hidden.status_code, free.status_code) == (404, 200)

    async def test_a_second_person_agrees_where_that_is_switched_on(self, client: Client) -> None:
        async with client("张三") as one, client("李四") as two:
            assert (await one.patch("/api/terms/policies/department", json={"review": True})).status_code == 200
            listed = (await one.get("/api/terms/policies", params={"f.review": "true", "sort": "-kind"})).json()
            assert [row["kind"] for row in listed["items"]] == ["department"]
            dictionary = await load(one, "大内科")
            entry = (await bench(one, dictionary))["items"][0]
            waiting = (await decide(one, entry, "map", "AA03")).json()
            path, wish = f"/api/terms/entries/{entry['id']}/review", {"version": 1, "approve": True}
            own = await one.post(path, json=wish)
            reverse = (await one.get("/api/terms/reverse")).json()["total"]
            agreed = (await two.post(path, json=wish)).json()
        assert (waiting["state"], own.status_code, reverse) == ("review", 409, 0)
        assert (agreed["state"], agreed["reviewed_name"], agreed["mapped"]) == ("mapped", "李四", "AA03")


class TestBatch:
    async def test_a_batch_is_previewed_taken_and_undone_but_for_what_was_decided_since(
        self, client: Client, work: Work
    ) -> None:
        async with client() as http:
            dictionary = await load(http, "内科", "外科", "儿科", "四楼东")
            await work()
            path, wish = f"/api/terms/dictionaries/{dictionary}/accept", {"min_score": 0.9}
            seen = (await http.post(path, json=wish)).json()
            untouched = (await bench(http, dictionary))["dictionary"]["open_entries"]
            done = (await http.post(path, json={**wish, "preview": False})).json()
            mapped = (await bench(http, dictionary, state="mapped"))["items"]
            await decide(http, mapped[0], "map", "AA02")
            undone = await http.post(f"/api/terms/batches/{done['batch_id']}/undo")
            twice = await http.post(f"/api/terms/batches/{done['batch_id']}/undo")
            held = (await bench(http, dictionary))["dictionary"]
            left = (await http.get("/api/terms/reverse")).json()["items"]
        assert (seen["entries"], seen["records"], seen["batch_id"], untouched) == (3, 24, None, 4)
        assert (done["entries"], [entry["mapped"] for entry in mapped]) == (3, ["AA03", "AA04", "AA07"])
        assert (undone.json(), twice.status_code) == ({"undone": 2, "kept": 1, "job_id": None}, 409)
        assert (held["open_entries"], held["mapped_entries"]) == (3, 1)
        assert [term["standard_code"] for term in left] == ["AA02"]

    async def test_a_large_batch_is_a_job_that_is_called_off_resumed_and_undone(
        self, client: Client, database: Database, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(batches, "AT_ONCE", 1)
        monkeypatch.setattr(batches, "PORTION", 1)
        async with client() as http:
            dictionary = await load(http, "内科", "外科", "儿科")
            await work()
            wish = {"min_score": 0.9, "preview": False}
            asked = (await http.post(f"/api/terms/dictionaries/{dictionary}/accept", json=wish)).json()
            path = f"/api/terms/batches/{asked['batch_id']}"
            busy = await http.post(f"{path}/undo")
            async with database.unit_of_work() as uow:
                await cancel(uow, uuid.UUID(asked["job_id"]))
            await work()
            before = (await bench(http, dictionary))["dictionary"]["mapped_entries"]
            assert (await http.post(f"{path}/resume")).status_code == 200
            await work()
            record = (await http.get(path)).json()
            done = (await bench(http, dictionary))["dictionary"]["mapped_entries"]
            again = await http.post(f"{path}/resume")
            undone = (await http.post(f"{path}/undo")).json()
            await work()
            after = (await http.get(path)).json()
            held = (await bench(http, dictionary))["dictionary"]
        assert (busy.status_code, again.status_code, before, done) == (409, 409, 0, 3)
        assert (record["status"], record["wanted"], record["entries"]) == ("accepted", 3, 3)
        assert (undone["kept"], undone["job_id"] is not None) == (None, True)
        assert (after["status"], after["undone"], held["open_entries"]) == ("undone", 3, 3)


class TestImpact:
    async def test_names_the_dictionaries_that_stand_for_a_code(self, client: Client, database: Database) -> None:
        async with client() as http:
            for org, code in ((A, "AA03"), (B, "AA02")):
                dictionary = await load(http, "大内科", "二楼", org=org)
                await decide(http, (await bench(http, dictionary))["items"][0], "map", code)
            target = (await bench(http, dictionary))["dictionary"]["target"]

        async def using(scope: Scope, *codes: str) -> list[str]:
            touched = Touched(frozenset(), frozenset(), frozenset({target}), frozenset(codes))
            async with database.unit_of_work() as uow:
                return [usage.detail for usage in await dictionaries_using(uow, touched, scope)]

        everything = Scope.everything()
        assert await using(everything) == sorted(f"{org} · 1 条对照" for org in (A, B))
        assert await using(everything, "AA03") == [f"{A} · 1 条对照"]
        assert await using(Scope.of(B), "AA03") == []
        assert await using(everything, "AA09") == []


class TestAcross:
    async def test_conflicts_the_knowledge_base_and_its_way_to_another_region(self, client: Client, work: Work) -> None:
        async with client() as http:
            for org, code in ((A, "AA03"), (B, "AA02")):
                dictionary = await load(http, "大 内科", org=org)
                await decide(http, (await bench(http, dictionary))["items"][0], "map", code)
            conflicts = (await http.get("/api/terms/conflicts")).json()
            async with client(scope=Scope.of(A)) as one, client(scope=Scope.of(A, B)) as two:
                own = (await one.get("/api/terms/conflicts")).json()
                both = (await two.get("/api/terms/conflicts", params={"kind": "department"})).json()
            narrowed = (await http.get("/api/terms/conflicts", params={"q": "外科"})).json()["total"]
            sheet = (await http.get("/api/terms/conflicts/export")).content.decode("utf-8-sig").splitlines()
            terms = await http.get("/api/terms/reverse/export", params={"format": "xlsx"})
            third = await load(http, "大内科（东）", "大内科", org=B, kind="department", records=5)
            await work()
            entry = next(e for e in (await bench(http, third))["items"] if e["name"] == "大内科")
            detail = (await http.get(f"/api/terms/entries/{entry['id']}/candidates")).json()
            exported = (await http.get("/api/terms/pairs/export")).content
            form = {"kind": "department", "target": "CT08.00.002", "region": "邻县"}
            merged = await http.post("/api/terms/pairs/import", data=form, files={"file": ("kb.csv", exported)})
            wrong = "源名称,标准代码\n大内科,AA03\n某科,ZZ\n".encode()
            refused = await http.post("/api/terms/pairs/import", data=form, files={"file": ("kb.csv", wrong)})
            pairs = (await http.get("/api/terms/pairs")).json()["items"]
        assert (conflicts["total"], narrowed, len(sheet), terms.content[:2]) == (1, 0, 3, b"PK")
        assert sheet[1].startswith("科室,大 内科,")
        assert (own["total"], both["total"]) == (0, 1)
        assert {(side["org_code"], side["mapped"]) for side in conflicts["items"][0]["sides"]} == {
            (A, "AA03"), (B, "AA02"),
        }  # fmt: skip
        assert {one["code"] for one in detail["candidates"][:2]} == {"AA03", "AA02"}
        assert all("知识库" in one["reason"] for one in detail["candidates"][:2])
        assert not any(one["accepted"] for one in detail["candidates"])
        assert merged.json() == {"added": 0, "merged": 2, "differing": 1}
        assert (refused.status_code, refused.json()["errors"][0]["row"]) == (422, 3)
        assert [pair["support"] for pair in pairs] == [2, 2]


class TestParts:
    async def test_codes_of_one_name_are_told_apart_by_their_attributes(
        self, client: Client, database: Database, work: Work
    ) -> None:
        def code(number: str, name: str, **attributes: Any) -> Code:
            return Code.model_validate({"code": number, "title": name, "attributes": attributes})

        drugs = (
            code("D1", "阿莫西林胶囊", strength="0.25g"),
            code("D2", "阿莫西林胶囊", strength="0.5g"),
            code("D3", "头孢拉定胶囊", strength="0.25g"),
        )
        async with database.unit_of_work() as uow:
            listed = ValueSet(code="DRUGS", title="药品", standard="t", edition="1", provenance="t", items=drugs)
            await bring_item(uow, listed, LOCAL)
        async with client() as http:
            assert (await http.patch("/api/terms/policies/drug", json={"target": "DRUGS"})).status_code == 200
            given = [
                {"code": "k1", "name": "阿莫西林胶囊", "parts": {"strength": "500mg*24粒"}, "records": 3},
                {"code": "k2", "name": "阿莫西林胶囊", "records": 2},
                {"code": "k3", "name": "阿莫西林胶囊", "parts": {"strength": "1g"}, "records": 1},
            ]
            ref = {"org_code": A, "system": "his", "kind": "drug", "entries": given}
            dictionary = (await http.post("/api/terms/dictionaries/load", json=ref)).json()["dictionary_id"]
            await work()
            entries = (await bench(http, dictionary))["items"]
            found = [
                (await http.get(f"/api/terms/entries/{entry['id']}/candidates")).json()["candidates"][:2]
                for entry in entries
            ]
            asked = {"q": "D1", "entry": entries[0]["id"]}
            searched = (await http.get(f"/api/terms/dictionaries/{dictionary}/terms", params=asked)).json()
        assert [(one["code"], one["accepted"]) for one in found[0]] == [("D2", True), ("D1", False)]
        assert "规格不同：500mg*24粒 ≠ 0.25g" in found[0][1]["reason"]
        assert "Strength differs: 500mg*24粒 ≠ 0.25g" in found[0][1]["reason_en"]
        # Which of two strengths nobody says, or neither: a person decides.
        assert [one["accepted"] for one in found[1] + found[2]] == [False] * 4
        assert {part["name"]: part["verdict"] for part in searched[0]["parts"]}["strength"] == "different"

    def test_a_drug_is_compared_part_by_part(self) -> None:
        drug = KINDS["drug"]

        def verdicts(source: str, standard: str, **given: str) -> dict[str, str]:
            return {part.name: part.verdict for part in compare(drug, (source, given), (standard, {}))}

        assert verdicts("阿莫西林胶囊", "阿莫西林胶囊 250mg", strength="0.25g*24粒") == {
            "generic": "same", "form": "same", "strength": "same", "manufacturer": "unknown",
        }  # fmt: skip
        assert verdicts("阿莫西林片0.5g", "阿莫西林胶囊 250mg")["form"] == "different"
        assert verdicts("阿莫西林片0.5g", "阿莫西林胶囊 250mg")["strength"] == "different"
        (form,) = [part for part in compare(drug, ("硝苯地平缓释片", {}), ("硝苯地平片", {})) if part.name == "form"]
        assert (form.verdict, form.note) == ("different", "同为片，缓释与常释")
        # No factor is declared between a mass and activity units, so nothing is said.
        assert verdicts("胰岛素注射液 400IU", "胰岛素注射液 10ml")["strength"] == "unknown"

    def test_a_laboratory_item_by_specimen_unit_and_method(self) -> None:
        item = KINDS["lab_item"]

        def unit(name: str, one: str, other: str) -> str:
            given, standard = (name, {"unit": one}), (name, {"unit": other})
            return next(part.verdict for part in compare(item, given, standard) if part.name == "unit")

        assert unit("葡萄糖", "mg/dL", "mmol/L") == "convertible"
        assert unit("铁蛋白", "mg/dL", "mmol/L") == "different"
        found = compare(item, ("葡萄糖(尿)", {"unit": "mmol/L"}), ("葡萄糖(血清)", {"unit": "mmol/l"}))
        assert [(part.name, part.verdict) for part in found] == [
            ("specimen", "different"), ("unit", "same"), ("method", "unknown"),
        ]  # fmt: skip
