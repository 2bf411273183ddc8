"""Registration: applied for by form, request or file, reviewed by another, in effect on its day, with its history."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from suwen.domains.orgs.public import DepartmentIn, InstitutionIn, StaffIn, resident_id_check, save, uscc_check
from suwen.kernel.clock import freeze, now, today
from suwen.kernel.database import Database
from suwen.kernel.jobs import begin_daily, run_until_idle
from suwen.kernel.scope import Scope

A, B, C = (body + uscc_check(body) for body in ("12350102990000010", "12350102990000029", "12350102990000037"))
Client = Callable[..., Any]
URL = "/api/orgs/registrations"
ID = "11010519491231002X"
ROOM = {"org_code": A, "code": "02", "name": "外科", "beds": 20}


@pytest.fixture
async def stored(database: Database) -> Database:
    async with database.unit_of_work() as uow:
        await save(uow, [InstitutionIn(org_code=A, name="甲医院"), InstitutionIn(org_code=B, name="乙医院")])
        await save(uow, [DepartmentIn(org_code=org, code="01", name="内科") for org in (A, B)])
        await save(uow, [StaffIn(org_code=A, code="D1", name="张三", phone="13812345678", department_code="01")])
    return database


def asked(kind: str, operation: str, content: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"kind": kind, "operation": operation, "content": content, **more}


async def posted(http: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = await http.post(URL, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def decided(http: httpx.AsyncClient, *ids: str, outcome: str = "approved", note: str = "") -> httpx.Response:
    return await http.post(f"{URL}/review", json={"ids": ids, "outcome": outcome, "note": note})


class TestOneApplication:
    async def test_goes_from_draft_over_return_to_effect_with_history(self, stored: Database, client: Client) -> None:
        async with client(Scope.of(A)) as http, client() as commission:
            draft = await posted(http, asked("department", "register", ROOM | {"name": ""}, submit=False))
            assert (draft["status"], draft["may"]) == ("draft", ["edit", "submit", "withdraw"])
            url = f"{URL}/{draft['id']}"
            wrong = await http.post(f"{url}/submit", json={})
            assert wrong.json()["errors"] == [
                {"field": "name", "message": "不能为空", "message_en": "may not be empty"}
            ]
            assert (await commission.get("/api/todos")).json() == []
            sent = (await http.put(url, json={"content": ROOM, "submit": True})).json()
            assert (sent["status"], sent["problems"]) == ("submitted", [])
            assert [todo["name"] for todo in (await commission.get("/api/todos")).json()] == ["orgs.to_review"]
            own = await decided(http, draft["id"])
            assert (own.status_code, own.json()["code"]) == (403, "orgs.own_application")
            assert (await commission.post(f"{url}/withdraw", json={})).status_code == 403
            assert (await decided(commission, draft["id"], outcome="returned")).status_code == 422
            assert (await decided(commission, draft["id"], outcome="returned", note="床位数核实")).is_success
            assert [todo["name"] for todo in (await http.get("/api/todos")).json()] == ["orgs.returned"]
            await http.put(url, json={"content": ROOM | {"beds": 18}, "submit": True})
            assert (await decided(commission, draft["id"])).json()["effective"] == 1
            seen = (await http.get(f"{url}/view")).json()
            steps = ["draft", "draft", "submitted", "returned", "draft", "submitted", "approved", "effective"]
            assert [step["action"] for step in seen["steps"]] == steps
            (row,) = (await http.get("/api/orgs/departments", params={"f.code": "02"})).json()["items"]
            assert (row["name"], row["beds"], row["active"]) == ("外科", 18, True)
            before = now()
            change = await posted(http, asked("department", "change", {"org_code": A, "code": "02", "beds": 30}))
            assert [one["after"] for one in change["fields"] if one["changed"]] == [30]
            await decided(commission, change["id"])
            leave = await posted(http, asked("department", "cancel", {"org_code": A, "code": "02"}))
            await decided(commission, leave["id"])
            where = {"f.target": f"{A}/02", "sort": "valid_from"}
            events = (await http.get("/api/orgs/history", params=where)).json()["items"]
            assert [event["operation"] for event in events] == ["register", "change", "cancel"]
            assert events[1]["changes"] == [{"field": "beds", "before": 18, "after": 30}]
            assert events[1]["summary"] == "床位数：18 → 30"
            assert events[1]["registration"] == change["number"]
            then = {"f.valid_from.lte": before.isoformat(), "f.valid_to.gt": before.isoformat(), "f.target": f"{A}/02"}
            (as_of,) = (await http.get("/api/orgs/history", params=then)).json()["items"]
            assert as_of["content"]["beds"] == 18
        async with client(Scope.of(B)) as other:
            assert (await other.get(f"{url}/view")).status_code == 404
            assert (await other.post(f"{url}/withdraw", json={})).status_code == 404
            assert (await other.get("/api/orgs/history", params=where)).json()["total"] == 0

    async def test_the_applicants_number_makes_a_request_idempotent(self, stored: Database, client: Client) -> None:
        body = asked("department", "register", ROOM, number="HIS-1")
        async with client(Scope.of(A)) as http, client() as commission:
            first, again = await posted(http, body), await posted(http, body)
            assert again["id"] == first["id"]
            other = await http.post(URL, json=body | {"content": ROOM | {"beds": 1}})
            assert (other.status_code, other.json()["code"]) == (409, "orgs.number_taken")
            await decided(commission, first["id"], outcome="refused", note="重复建设")
            assert ((await posted(http, body))["status"], (await posted(http, body))["review_note"]) == (
                "refused",
                "重复建设",
            )
            assert (await decided(commission, first["id"])).status_code == 409

    async def test_what_is_wrong_is_told_at_its_field(self, stored: Database, client: Client) -> None:
        forged = A[:17] + ("0" if A[17] != "0" else "1")
        nobody = "11010519491231002" + ("1" if resident_id_check("11010519491231002") != "1" else "2")
        person = {"org_code": A, "code": "D2", "name": "李四", "id_number": ID, "department_code": "09"}
        cases: list[tuple[dict[str, Any], set[str]]] = [
            (asked("institution", "register", {"org_code": forged, "name": "丙"}), {"org_code"}),
            (asked("institution", "register", {"org_code": C, "name": "丙", "parent_code": forged}), {"parent_code"}),
            (asked("institution", "register", {"org_code": A, "name": "甲"}), {"org_code"}),
            (asked("institution", "cancel", {"org_code": A}), {""}),
            (asked("department", "register", ROOM | {"code": "01"}), {"code"}),
            (asked("department", "change", {"org_code": A, "code": "77", "name": "x"}), {"code"}),
            (asked("department", "change", {"org_code": A, "code": "01", "parent_code": "01"}), {"parent_code"}),
            (asked("department", "change", {"org_code": A, "code": "01", "active": False}), {"active"}),
            (asked("department", "cancel", {"org_code": A, "code": "01"}), {""}),
            (asked("department", "register", ROOM | {"org_code": C}), {"org_code"}),
            (asked("staff", "register", person), {"department_code"}),
            (asked("staff", "register", person | {"id_number": nobody}), {"id_number"}),
        ]
        async with client() as http:
            for body, fields in cases:
                answer = await http.post(URL, json=body)
                assert answer.status_code == 422, body
                assert {one["field"] for one in answer.json()["errors"]} == fields, answer.text
                assert nobody not in answer.text
            assert (await http.get(URL)).json()["total"] == 0
            assert (await http.post(URL, json=asked("ship", "register", {}))).status_code == 404
        async with client(Scope.of(B)) as http:
            assert (await http.post(URL, json=asked("department", "register", ROOM))).status_code == 403

    async def test_a_form_being_filled_in_is_checked(self, stored: Database, client: Client) -> None:
        async with client(Scope.of(A)) as http:

            async def told(kind: str, operation: str, content: dict[str, Any]) -> dict[str, Any]:
                answer = await http.post(f"{URL}/check", json=asked(kind, operation, content))
                assert answer.is_success, answer.text
                return answer.json()

            empty = await told("department", "register", {"org_code": A, "code": "", "name": ""})
            assert empty == {"problems": [], "similar": [], "present": None}
            same = await told("department", "register", {"org_code": A, "code": "03", "name": "内科"})
            assert [one["target"] for one in same["similar"]] == [f"{A}/01"]
            there = await told("staff", "change", {"org_code": A, "code": "D1"})
            assert (there["present"]["name"], there["present"]["phone"]) == ("张三", "138****5678")
            half = await told("staff", "register", {"org_code": A, "code": "D2", "id_number": "1101"})
            assert [one["field"] for one in half["problems"]] == ["id_number"]

    async def test_identifiers_are_masked_and_kept_through_an_edit(self, stored: Database, client: Client) -> None:
        person = {"org_code": A, "code": "D2", "name": "李四", "id_number": ID, "phone": "13900001111"}
        async with client(Scope.of(A)) as http, client() as commission:
            draft = await posted(http, asked("staff", "register", person, submit=False))
            assert (draft["content"]["id_number"], draft["content"]["phone"]) == ("110***********002X", "139****1111")
            fewer = {name: person[name] for name in ("org_code", "code", "name")}
            await http.put(f"{URL}/{draft['id']}", json={"content": fewer, "submit": True})
            await decided(commission, draft["id"])
            twice = await http.post(URL, json=asked("staff", "register", person | {"code": "D3"}))
            assert [one["field"] for one in twice.json()["errors"]] == ["id_number"]
            texts = [(await commission.get(url)).text for url in ("/api/orgs/history", "/api/orgs/staff")]
        assert not [text for text in texts if ID in text or "13900001111" in text]
        assert all("110***********002X" in text for text in texts)

    async def test_takes_effect_on_its_day_and_comes_back_when_it_cannot(
        self, stored: Database, client: Client
    ) -> None:
        day = (today() + timedelta(days=2)).isoformat()
        async with client(Scope.of(A)) as http, client() as commission:
            past = asked("department", "register", ROOM, effective_from=(today() - timedelta(days=1)).isoformat())
            assert (await http.post(URL, json=past)).status_code == 422
            room = await posted(http, asked("department", "register", ROOM, effective_from=day))
            child = ROOM | {"code": "03", "name": "骨科", "parent_code": "01"}
            late = await posted(http, asked("department", "register", child, effective_from=day))
            doubled = await http.post(URL, json=asked("department", "register", ROOM))
            assert doubled.status_code == 422
            assert (await decided(commission, room["id"], late["id"])).json() == {
                "decided": 2,
                "effective": 0,
                "job_id": None,
            }
            rooms = (await http.get("/api/orgs/departments", params={"f.code": "01"})).json()["items"]
            (
                await commission.patch(f"/api/orgs/departments/{rooms[0]['id']}", json={"active": False})
            ).raise_for_status()
            with freeze(now() + timedelta(days=2)):
                assert "orgs.take_effect" in await begin_daily(stored, ["orgs"])
                await run_until_idle(stored, ["orgs"])
            statuses = [(await http.get(f"{URL}/{one['id']}/view")).json()["status"] for one in (room, late)]
            assert statuses == ["effective", "returned"]
            codes = [row["code"] for row in (await http.get("/api/orgs/departments")).json()["items"]]
            assert codes == ["01", "02"]


class TestBatch:
    async def test_a_file_is_taken_in_whole_reviewed_at_once_and_takes_effect_by_a_job(
        self, stored: Database, client: Client
    ) -> None:
        form = {"kind": "department", "operation": "register"}

        def file(lines: list[list[str]]) -> dict[str, Any]:
            text = io.StringIO()
            csv.writer(text).writerows(lines)
            return {"files": {"file": ("x.csv", text.getvalue().encode("utf-8-sig"))}, "data": form}

        async with client(Scope.of(A)) as http, client() as commission:
            template = await http.get(f"{URL}/template", params=form | {"format": "csv"})
            (header,) = csv.reader(io.StringIO(template.content.decode("utf-8-sig")))
            assert header[:3] == ["机构代码", "科室代码", "科室名称"]
            place = {name: number for number, name in enumerate(header)}

            def line(code: str, name: str, parent: str = "", org: str = A) -> list[str]:
                cells = [""] * len(header)
                for column, value in (("机构代码", org), ("科室代码", code), ("科室名称", name), ("上级科室", parent)):
                    cells[place[column]] = value
                return cells

            wrong = [
                line("02", "外科"),
                line("02", "外二"),
                line("03", ""),
                line("04", "x", "99"),
                line("05", "x", org=B),
            ]
            preview = (await http.post(f"{URL}/batch/preview", **file([header, *wrong]))).json()
            found = {(one["row"], one["column"]) for one in preview["errors"]}
            assert found == {(3, "科室代码"), (4, "科室名称"), (5, "上级科室"), (6, "机构代码")}
            below = file([["某院科室", "", ""], header, *wrong])
            below["data"] = below["data"] | {"header_row": "2"}
            preview = (await http.post(f"{URL}/batch/preview", **below)).json()
            assert {(one["row"] - 1, one["column"]) for one in preview["errors"]} == found
            assert (await http.post(f"{URL}/batch", **file([header, *wrong]))).status_code == 422
            assert (await http.get(URL)).json()["total"] == 0
            # A child may stand before its parent: a file is one thing.
            right = [line("10", "专科", "11"), *(line(str(code), f"科{code}") for code in range(11, 311))]
            taken = (await http.post(f"{URL}/batch", **file([header, *right]))).json()
            assert (taken["rows"], taken["error_count"]) == (301, 0)
            again = await http.post(f"{URL}/batch", **file([header, *right]))
            assert (again.status_code, again.json()["total"]) == (422, 301)
            decision = {"outcome": "approved", "batch": taken["batch"]}
            assert (await http.post(f"{URL}/review", json=decision)).status_code == 403
            told = (await commission.post(f"{URL}/review", json=decision)).json()
            assert (told["decided"], told["effective"], told["job_id"] is not None) == (0, 0, True)
            assert (await commission.post(f"/api/jobs/{told['job_id']}/cancel")).status_code == 204
            await run_until_idle(stored, ["orgs"])
            assert (await http.get(URL, params={"f.status": "submitted"})).json()["total"] == 301
            await commission.post(f"{URL}/review", json=decision)
            # Whoever comes second finds that another has decided, whole or not at all.
            second = (await commission.post(f"{URL}/review", json=decision)).json()
            await run_until_idle(stored, ["orgs"])
            assert (await commission.get(f"/api/jobs/{second['job_id']}")).json()["status"] == "failed"
            assert (await http.get("/api/orgs/departments")).json()["total"] == 302
            assert (await http.get(URL, params={"f.status": "effective"})).json()["total"] == 301
            history = (await http.get("/api/orgs/history", params={"f.target": f"{A}/10"})).json()["items"]
            assert [(one["operation"], one["registration"]) for one in history] == [("register", f"{taken['batch']}-2")]
