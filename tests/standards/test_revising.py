"""The life cycle: from a proposal over comments and approval to a version in force, and out of force again."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from suwen.domains.standards.public import install_packs, load_catalog
from suwen.kernel.clock import freeze, now, today
from suwen.kernel.database import Database
from suwen.kernel.jobs import begin_daily, run_until_idle
from suwen.kernel.registry import discover_domains
from suwen.kernel.scope import Scope
from tests.standards.test_catalogue import CORE, rewritten

Client = Callable[..., Any]
SEX = {"kind": "value_set", "code": "GB/T 2261.1", "operation": "change", "reason": "增加代码"}

TO_APPROVE = {
    "name": "standards.to_approve",
    "title": "标准待批准",
    "title_en": "Standards to approve",
    "path": "/standards/proposals?f.stage=approval",
    "count": 1,
}


@pytest.fixture
def installed(packed: Database) -> Database:
    return packed


class Walk:
    """A proposal under way, asked and moved over HTTP."""

    def __init__(
        self, http: httpx.AsyncClient, seen: dict[str, Any], approver: httpx.AsyncClient | None = None
    ) -> None:
        self.http, self.seen, self.approver = http, seen, approver or http

    @classmethod
    async def begun(
        cls, http: httpx.AsyncClient, wanted: dict[str, Any], approver: httpx.AsyncClient | None = None
    ) -> "Walk":
        answer = await http.post("/api/standards/proposals", json=wanted)
        assert answer.status_code == 201, answer.text
        return cls(http, answer.json(), approver)

    async def do(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> httpx.Response:
        url = f"/api/standards/proposals/{self.seen['id']}/{path}"
        answer = await (self.approver if path == "approve" else self.http).request(method, url, json=body)
        if answer.is_success:
            self.seen = answer.json()
        return answer

    async def draft(self, change: Callable[[dict[str, Any]], None], **more: Any) -> None:
        body = self.seen["body"]
        change(body)
        assert (await self.do("draft", {"body": body, **more}, "PUT")).is_success

    async def through(self, *stages: str) -> None:
        for stage in stages:
            path = "approve" if stage in ("published", "confirmed") else "move"
            answer = await self.do(path, {"stage": stage})
            assert answer.is_success, answer.text


def with_other(body: dict[str, Any]) -> None:
    body["items"].append({"code": "8", "title": "其他"})


class TestLifeCycle:
    async def test_a_revision_goes_all_the_way(self, installed: Database, client: Client, tmp_path: Path) -> None:
        async with client() as http, client() as approver, client(Scope.of("HOSPITAL")) as hospital:
            walk = await Walk.begun(http, SEX, approver)
            assert (await http.post("/api/standards/proposals", json=SEX)).status_code == 409
            assert (await walk.do("approve", {"stage": "published"})).json()["allowed"] == ["drafting", "abandoned"]
            await walk.through("drafting")
            await walk.draft(with_other)
            added = {"place": "items.8", "change": "added", "before": None, "after": "其他"}
            assert walk.seen["differences"] == [added]
            await walk.do("tasks", {"title": "征集意见", "assignee": "李医生"})
            await walk.through("consultation")
            url = f"/api/standards/proposals/{walk.seen['id']}/comments"
            assert (await hospital.post(url, json={"text": "不需要", "place": "8"})).is_success
            refused = await walk.do("move", {"stage": "approval"})
            assert refused.status_code == 409
            assert ("1 条意见未答复" in refused.text, "1 项任务未完成" in refused.text) == (True, True)
            await walk.do("view", method="GET")
            (comment,), (task,) = walk.seen["comments"], walk.seen["tasks"]
            assert comment["institution"] == "HOSPITAL"
            answer = {"outcome": "declined", "answer": "平台需要"}
            base = "/api/standards/proposals"
            assert (await http.post(f"{base}/comments/{comment['id']}/answer", json=answer)).is_success
            assert (await http.post(f"{base}/tasks/{task['id']}/done")).is_success
            assert (await walk.do("draft", {"body": {}}, "PUT")).status_code == 409
            await walk.through("approval")
            assert (await approver.get("/api/todos")).json() == [TO_APPROVE]
            walk.approver = http
            refused = await walk.do("approve", {"stage": "published"})
            assert (refused.status_code, refused.json()["code"]) == (403, "standards.own_draft")
            walk.approver = approver
            await walk.through("published")
            assert (await approver.get("/api/todos")).json() == []
            assert (walk.seen["published_version"], walk.seen["next"]) == (2, [])
            assert walk.seen["differences"] == [added]
            done = [each["action"] for each in walk.seen["activities"]]
            steps = ["begin", "drafting", "draft", "task", "consultation", "comment", "answer", "task_done"]
            assert done == [*steps, "approval", "published"]
            codes = (await http.get("/api/standards/codes", params={"f.value_set": "GB/T 2261.1"})).json()
            assert [item["code"] for item in codes["items"]] == ["0", "1", "2", "9", "8"]
        pack = rewritten(CORE, tmp_path, "value_sets/gbt_2261_1.yaml", "title: 未说明的性别", "title: 未说明")
        async with installed.unit_of_work() as uow:
            told = await uow.session.execute(
                text("SELECT payload FROM event_outbox WHERE name = 'standards.standard_changed'")
            )
            assert [row[0]["version"] for row in told] == [2]
            assert "8" in (await load_catalog(uow)).value_set("GB/T 2261.1").codes
            report = await install_packs(uow, [pack])
        assert (report.kept, report.changed) == (("GB/T 2261.1",), ())

    async def test_a_draft_that_contradicts_goes_no_further(self, installed: Database, client: Client) -> None:
        wanted = {"kind": "dataset", "code": "patient", "operation": "change", "reason": "r"}
        wrong: list[tuple[Callable[[dict[str, Any]], None], str]] = [
            (lambda body: body["elements"][2].update(value_set="NO SUCH"), "unknown value set"),
            (lambda body: body["elements"][2].update(value_set="GB/T 2261.1", name="Sex Code"), "elements/2/name"),
            (lambda body: body["elements"][2].update(name="sex_code", type="colour"), "elements.2.type"),
            (lambda body: body.update(key=["nothing"]), "type"),
        ]
        async with client() as http:
            walk = await Walk.begun(http, wanted)
            await walk.through("drafting")
            for change, reason in wrong:
                await walk.draft(change)
                assert reason in walk.seen["problems"][0]
                assert (await walk.do("move", {"stage": "consultation"})).status_code == 409
            await walk.draft(lambda body: body["elements"][2].update(type="string"))
            assert "nothing" in walk.seen["problems"][0]
            await walk.draft(lambda body: body.update(key=["patient_id"]))
            assert walk.seen["problems"] == []
            await walk.through("consultation", "drafting", "abandoned")
            # What was given up leaves the way free.
            await Walk.begun(http, wanted)

    async def test_a_column_that_a_metric_reads_is_not_lost(self, installed: Database, client: Client) -> None:
        discover_domains()  # the rooms register what they use
        wanted = {"kind": "dataset", "code": "encounter", "operation": "change", "reason": "r"}
        async with client() as http:
            walk = await Walk.begun(http, wanted)
            await walk.through("drafting")
            elements = walk.seen["body"]["elements"]
            cost = [each for each in elements if each["name"] != "total_cost"]
            await walk.draft(lambda body: body.update(elements=cost))
            assert "去掉的字段 total_cost 仍被" in walk.seen["problems"][0]
            await walk.draft(lambda body: body.update(elements=[each for each in elements if each["name"] != "bed_no"]))
            assert walk.seen["problems"] == []

    async def test_takes_effect_on_its_day(self, installed: Database, client: Client) -> None:
        discover_domains()  # the job is declared
        async with client() as http, client() as approver:
            walk = await Walk.begun(http, SEX, approver)
            await walk.through("drafting")
            tomorrow = today() + timedelta(days=1)
            await walk.draft(with_other, effective_from=tomorrow.isoformat())
            await walk.through("consultation", "approval", "published")
            assert walk.seen["published_version"] is None
            # Begun before the other's day and published first: the other then finds another version in force.
            late = await Walk.begun(http, SEX, approver)
            await late.through("drafting")
            await late.draft(lambda body: body["items"].append({"code": "7", "title": "第七"}))
            await late.draft(lambda _: None, effective_from=(tomorrow + timedelta(days=1)).isoformat())
            await late.through("consultation", "approval", "published")

        async def days_work(days: int) -> list[str]:
            with freeze(now() + timedelta(days=days)):
                begun = await begin_daily(installed, ["standards"])
                await run_until_idle(installed, ["standards"])
            return [name for name in begun if name == job]

        job = "standards.take_effect"
        assert (await days_work(0), await days_work(0)) == ([job], [])
        async with installed.unit_of_work() as uow:
            assert "8" not in (await load_catalog(uow)).value_set("GB/T 2261.1").codes
        assert (await days_work(1), await days_work(1)) == ([job], [])
        async with installed.unit_of_work() as uow:
            assert "8" in (await load_catalog(uow)).value_set("GB/T 2261.1").codes
        # A worker that was down for days catches up; an older day is never gone back to.
        assert (await days_work(9), await days_work(1)) == ([job], [])
        async with client() as http:
            seen = (await http.get(f"/api/standards/proposals/{late.seen['id']}/view")).json()
            assert (seen["stage"], seen["published_version"]) == ("abandoned", None)
            assert (seen["activities"][-1]["action"], "已改变" in seen["activities"][-1]["detail"]) == (
                "no_effect",
                True,
            )
            codes = (await http.get("/api/standards/codes", params={"f.value_set": "GB/T 2261.1"})).json()
            assert "7" not in [item["code"] for item in codes["items"]]

    async def test_a_new_item_is_made_reviewed_retired_and_made_again(
        self, installed: Database, client: Client
    ) -> None:
        new: dict[str, Any] = {
            "kind": "value_set",
            "code": "LOCAL.1",
            "operation": "create",
            "reason": "r",
            "body": {"title": "本地代码", "standard": "地方", "edition": "2026", "provenance": "本地", "items": []},
        }
        steps = ("drafting", "consultation", "approval", "published")
        async with client() as http, client() as approver:
            walk = await Walk.begun(http, new, approver)
            await walk.through(*steps)
            assert walk.seen["published_version"] == 1
            assert (await http.post("/api/standards/proposals", json=new)).status_code == 409
            item = {"kind": "value_set", "code": "LOCAL.1"}
            overdue = item | {"due": (today() - timedelta(days=1)).isoformat()}
            assert (await http.put("/api/standards/proposals/review-day", json=overdue)).status_code == 204
            assert [todo["name"] for todo in (await http.get("/api/todos")).json()] == ["standards.to_review"]
            (due,) = (await http.get("/api/standards/reviews", params={"f.review_due.lte": today()})).json()["items"]
            begun = (await http.post(f"/api/standards/reviews/{due['id']}/begin")).json()
            review = Walk(http, begun, approver)
            await review.do("view", method="GET")
            assert review.seen["next"] == ["confirmed", "abandoned"]
            await review.through("confirmed")
            assert (await http.get("/api/todos")).json() == []
            retire = await Walk.begun(http, new | {"operation": "retire", "body": None}, approver)
            await retire.through("drafting")
            await retire.draft(lambda _: None, effective_from=(today() + timedelta(days=1)).isoformat())
            await retire.through(*steps[1:])
            assert (await http.get("/api/standards/item", params=item)).json()["valid_to"] is None
            with freeze(now() + timedelta(days=1)):
                assert (await http.post("/api/standards/proposals/take-effect")).json() == {"taken": 1}
            assert (await http.get("/api/standards/item", params=item)).json()["valid_to"] is not None
            again = await Walk.begun(http, new, approver)
            await again.through(*steps)
            assert again.seen["published_version"] == 2
            used = await Walk.begun(http, SEX | {"operation": "retire"})
            await used.through("drafting")
            refused = await used.do("move", {"stage": "consultation"})
            assert (refused.status_code, "仍被" in refused.text) == (409, True)

    async def test_each_step_needs_its_right(self, installed: Database, client: Client) -> None:
        async with client() as http:
            walk = await Walk.begun(http, SEX)
            await walk.through("drafting", "consultation", "approval")
        async with client(permissions=frozenset({"standards.read", "standards.write"})) as http:
            writer = Walk(http, walk.seen)
            assert (await writer.do("move", {"stage": "published"})).status_code == 404
            assert (await writer.do("approve", {"stage": "published"})).status_code == 403
            assert (await writer.do("comments", {"text": "x"})).status_code == 403


class TestRegisteredTerms:
    async def test_a_batch_of_terms_makes_one_version(self, installed: Database, client: Client) -> None:
        url, where = "/api/orgs/registrations", {"value_set": "GB/T 2261.1"}

        def asked(operation: str, **content: str) -> dict[str, Any]:
            return {"kind": "term", "operation": operation, "content": where | content, "org_code": "HOSPITAL"}

        async with client(Scope.of("HOSPITAL")) as http, client() as approver:
            made = [
                (await http.post(url, json=body)).json()
                for body in (
                    asked("register", code="7", title="其他", parent="8"),
                    asked("change", code="9", title="未说明"),
                )
            ]
            wrong = [
                asked("register", code="1", title="男"),
                asked("register", code="6", title="x", parent="66"),
                asked("cancel", code="5"),
                asked("register", code="6", title="x") | {"content": {"value_set": "NO", "code": "1", "title": "x"}},
            ]
            assert "errors" in made[0]  # its parent is applied for by nobody
            made[0] = (await http.post(url, json=asked("register", code="7", title="其他"))).json()
            for body, field in zip(wrong, ("code", "parent", "code", "value_set"), strict=True):
                assert (await http.post(url, json=body)).json()["errors"][0]["field"] == field
            same = await http.post(f"{url}/check", json=asked("register", code="x", title="男性"))
            assert [one["target"] for one in same.json()["similar"]] == ["GB/T 2261.1/1"]
            told = await approver.post(
                f"{url}/review", json={"ids": [one["id"] for one in made], "outcome": "approved"}
            )
            assert told.json()["effective"] == 2
            item = (await http.get("/api/standards/item", params={"kind": "value_set", "code": "GB/T 2261.1"})).json()
            assert item["version"] == 2
            codes = (await http.get("/api/standards/codes", params={"f.value_set": "GB/T 2261.1"})).json()["items"]
            assert {code["code"]: code["title"] for code in codes}.items() >= {"7": "其他", "9": "未说明"}.items()
            history = (await http.get("/api/orgs/history", params={"f.kind": "term"})).json()["items"]
            assert {one["target"] for one in history} == {"GB/T 2261.1/7", "GB/T 2261.1/9"}
            await Walk.begun(approver, SEX)
            blocked = (await http.post(url, json=asked("cancel", code="7"))).json()
            assert "正在修订" in blocked["detail"]
