"""The base resource library: equipment and consumables are registered like people, and counted by institution."""

from collections.abc import Callable
from typing import Any

from suwen.domains.orgs.public import DepartmentIn, InstitutionIn, save
from suwen.kernel.database import Database
from suwen.kernel.scope import Scope
from tests.orgs.test_registering import URL, A, B, asked, decided, posted

DEVICE = {
    "org_code": A, "code": "E1", "name": "彩色超声诊断仪", "category_code": "06-07", "made_on": "2021-03-01",
    "used_from": "2021-06-01", "price": 1250000, "department_code": "01", "state": "在用",
}  # fmt: skip
SUPPLY = {"org_code": A, "code": "H1", "name": "一次性输液器", "spec": "0.55mm", "insurance_code": "C01020300100000"}


async def test_registered_reviewed_counted_and_kept_within_the_scope(
    database: Database, client: Callable[..., Any]
) -> None:
    async with database.unit_of_work() as uow:
        await save(uow, [InstitutionIn(org_code=A, name="甲医院"), InstitutionIn(org_code=B, name="乙医院")])
        await save(uow, [DepartmentIn(org_code=A, code="01", name="超声科")])
    async with client(Scope.of(A)) as http, client() as commission:
        wrong = asked("equipment", "register", DEVICE | {"made_on": "2021-02-30", "department_code": "99"})
        told = (await http.post(f"{URL}/check", json=wrong)).json()
        assert [problem["field"] for problem in told["problems"]] == ["made_on", "department_code"]
        told = (await http.post(f"{URL}/check", json=asked("equipment", "register", DEVICE | {"price": -1}))).json()
        assert [problem["field"] for problem in told["problems"]] == ["price"]
        device = await posted(http, asked("equipment", "register", DEVICE))
        assert (await http.get("/api/orgs/equipment")).json()["total"] == 0
        assert (await decided(commission, device["id"])).status_code == 200
        (row,) = (await http.get("/api/orgs/equipment?f.used_from.gte=2021-01-01")).json()["items"]
        assert (row["name"], row["state"], row["price"]) == ("彩色超声诊断仪", "in_use", 1250000)
        batch = await http.post(
            f"{URL}/batch",
            data={"kind": "supply", "operation": "register"},
            files={"file": ("supplies.csv", ",".join(SUPPLY) + "\n" + ",".join(SUPPLY.values()) + "\n")},
        )
        assert batch.status_code == 201, batch.text
        waiting = (await commission.get("/api/orgs/registrations?f.kind=supply")).json()["items"]
        assert (await decided(commission, *(one["id"] for one in waiting))).status_code == 200
        rows = (await commission.get("/api/orgs/library")).json()["items"]
        held = {row["name"]: (row["departments"], row["staff"], row["equipment"], row["supplies"]) for row in rows}
        assert held == {"甲医院": (1, 0, 1, 1), "乙医院": (0, 0, 0, 0)}
        assert [row["name"] for row in (await http.get("/api/orgs/library")).json()["items"]] == ["甲医院"]
        exported = (await http.get("/api/orgs/library/export?format=csv")).text
        assert exported.count("\n") == 2
        # What has something left cannot go; a cancelled piece is counted no more, and its life stays told.
        gone = await http.post(f"{URL}/check", json=asked("department", "cancel", {"org_code": A, "code": "01"}))
        assert "1 台设备" in gone.text
        end = await posted(http, asked("equipment", "cancel", {"org_code": A, "code": "E1"}))
        assert (await decided(commission, end["id"])).status_code == 200
        (row,) = (await http.get("/api/orgs/library")).json()["items"]
        assert row["equipment"] == 0
        history = (await http.get("/api/orgs/history?f.kind=equipment")).json()["items"]
        assert {one["operation"] for one in history} == {"register", "cancel"}
