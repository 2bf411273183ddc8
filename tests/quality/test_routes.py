"""The routes of the quality room: what they tell, and to whom."""

from datetime import date, datetime
from typing import Any

import pytest

from suwen.domains.lake.public import Lake
from suwen.domains.quality.public import run_plan
from suwen.domains.quality.standards_used import scores
from suwen.kernel.database import Database
from suwen.kernel.jobs import JobRun
from suwen.kernel.scope import Scope
from tests.quality.conftest import Client
from tests.std import CATALOG, put


@pytest.fixture
async def judged(lake: Lake, database: Database) -> None:
    """Two institutions, each with one failing encounter of two, and a patient with a wrong sex code."""
    rows: list[dict[str, Any]] = []
    for org in ("A", "B"):
        for number, type_ in enumerate(("1", "x")):
            rows.append(
                {
                    "org_code": org,
                    "encounter_id": f"{org}{number}",
                    "encounter_type_code": type_,
                    "started_at": datetime(2024, 1, 1 + number, 8),
                    "source_key": f"{org}{number}",
                }
            )
    put(lake, "encounter", rows)
    patient = {"patient_id": "p1", "name": "王小明", "sex_code": "M", "id_no": "11010519491231002X"}
    put(lake, "patient", [{**patient, "org_code": org, "birth_date": date(1949, 12, 31)} for org in ("A", "B")])
    await run_plan(lake, database, CATALOG)


RULE = "encounter.value_set.encounter_type_code"


class TestOverview:
    async def test_tells_scores_of_the_scope_alone(self, judged: None, client: Client) -> None:
        async with client() as everybody, client(Scope.of("A")) as hospital:
            whole = (await everybody.get("/api/quality/overview")).json()
            own = (await hospital.get("/api/quality/overview")).json()
        assert {each["code"] for each in whole["orgs"]} == {"A", "B"}
        assert {each["code"] for each in own["orgs"]} == {"A"}
        assert {each["org_code"] for each in own["cells"]} == {"A"}
        assert own["overall"]["checked"] * 2 == whole["overall"]["checked"]
        assert own["latest_run"]["checked"] == own["overall"]["checked"]
        timeliness = next(each for each in whole["dimensions"] if each["code"] == "timeliness")
        assert timeliness["score"] is None

    async def test_tells_the_standards_center_of_the_scope_alone(self, judged: None, database: Database) -> None:
        async with database.unit_of_work() as uow:
            known = await scores(uow, Scope.everything())
            ours = await scores(uow, Scope.of("A"))
        assert {figure.org_code for figure in ours} == {"A"} < {figure.org_code for figure in known}
        assert all(figure.measure == "score" and figure.version == 1 for figure in known)

    async def test_nothing_judged_has_no_score(self, client: Client) -> None:
        async with client() as http:
            body = (await http.get("/api/quality/overview")).json()
        assert body["overall"]["score"] is None
        assert body["latest_run"] is None


class TestTrend:
    async def test_each_day_has_its_score(self, judged: None, client: Client) -> None:
        async with client(Scope.of("A")) as http:
            points = (await http.get("/api/quality/trend", params={"dataset": "encounter"})).json()
            one = (await http.get("/api/quality/trend", params={"rule": RULE})).json()
        assert [point["day"] for point in points] == ["2024-01-01", "2024-01-02"]
        assert points[0]["score"] == 100
        assert points[1]["score"] < 100
        assert [(point["score"], point["checked"]) for point in one] == [(100, 1), (0, 1)]

    async def test_refuses_a_period_that_ends_before_it_begins(self, client: Client) -> None:
        async with client() as http:
            response = await http.get("/api/quality/trend", params={"first": "2024-02-01", "last": "2024-01-01"})
        assert (response.status_code, response.json()["code"]) == (422, "quality.invalid_period")


class TestResults:
    async def test_lists_filters_and_exports(self, judged: None, client: Client) -> None:
        async with client() as http:
            query = {"f.rule": RULE, "f.day.gte": "2024-01-02"}
            page = (await http.get("/api/quality/results", params=query)).json()
            export = await http.get("/api/quality/results/export", params=query)
            totals = (await http.get("/api/quality/totals", params={"f.rule": RULE})).json()
        assert {(item["org_code"], item["failed"]) for item in page["items"]} == {("A", 1), ("B", 1)}
        assert export.text.count(RULE) == 2
        assert [item["score"] for item in totals["items"]] == [50, 50]

    async def test_samples_of_another_institution_stay_hidden(self, judged: None, client: Client) -> None:
        async with client() as http:
            items = (await http.get("/api/quality/results", params={"f.rule": RULE})).json()["items"]
        ids = {item["org_code"]: item["id"] for item in items}
        async with client(Scope.of("A")) as http:
            own = await http.get(f"/api/quality/results/{ids['A']}/samples")
            other = await http.get(f"/api/quality/results/{ids['B']}/samples")
        assert [sample["keys"] for sample in own.json()] == [{"encounter_id": "A1"}]
        assert other.status_code == 404


class TestRows:
    async def test_shows_the_failing_rows_of_the_scope(self, judged: None, client: Client) -> None:
        async with client(Scope.of("A")) as http:
            body = (await http.get("/api/quality/rows", params={"rule": RULE})).json()
            other = (await http.get("/api/quality/rows", params={"rule": RULE, "org": "B"})).json()
            early = (await http.get("/api/quality/rows", params={"rule": RULE, "last": "2024-01-01"})).json()
        assert [(row["org_code"], row["encounter_type_code"]) for row in body["items"]] == [("A", "x")]
        assert (other["total"], other["items"]) == (0, [])
        assert early["total"] == 0

    async def test_masks_identifiers_but_judges_true_values(self, judged: None, client: Client) -> None:
        query = {"rule": "patient.value_set.sex_code"}
        async with client(Scope.everything()) as http:
            (row, _) = (await http.get("/api/quality/rows", params=query)).json()["items"]
        assert row["name"] == "王**"
        assert row["id_no"] == "110***********002X"
        async with client(Scope.of("A", grade=1)) as http:
            body = (await http.get("/api/quality/rows", params=query)).json()
        assert body["total"] == 1
        assert body["items"][0]["sex_code"] is None

    async def test_unknown_rule(self, client: Client) -> None:
        async with client() as http:
            for code in ("nothing", "encounter.arrival.rows"):
                assert (await http.get("/api/quality/rows", params={"rule": code})).status_code == 404


class TestRun:
    async def test_starts_a_job_for_the_institutions_of_the_scope(self, client: Client, database: Database) -> None:
        async with client(Scope.of("A")) as http:
            response = await http.post("/api/quality/run")
        assert response.status_code == 202
        async with database.unit_of_work() as uow:
            run = await uow.session.get(JobRun, response.json()["job_id"])
        assert run is not None
        assert (run.name, run.args) == ("quality.run_plan", {"orgs": ["A"]})

    async def test_readers_may_not(self, client: Client) -> None:
        async with client(permissions=frozenset({"quality.read"})) as http:
            assert (await http.post("/api/quality/run")).status_code == 403
            assert (await http.get("/api/quality/rule-types")).status_code == 200


class TestRules:
    async def test_a_change_takes_effect_with_the_next_run(
        self, judged: None, client: Client, lake: Lake, database: Database
    ) -> None:
        async with client() as http:
            before = (await http.get("/api/quality/overview")).json()["overall"]
            changed = await http.patch(f"/api/quality/rules/{RULE}", json={"enabled": False})
            assert changed.status_code == 200, changed.text
            await run_plan(lake, database, CATALOG)
            after = (await http.get("/api/quality/overview")).json()["overall"]
            listed = (await http.get("/api/quality/results", params={"f.rule": RULE})).json()
        assert after["failed"] == before["failed"] - 2
        assert listed["total"] == 0

    async def test_one_hospital_may_not_change_a_rule_for_all(self, judged: None, client: Client) -> None:
        async with client(Scope.of("A")) as http:
            response = await http.patch(f"/api/quality/rules/{RULE}", json={"enabled": False})
        assert response.status_code == 403
