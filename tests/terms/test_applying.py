"""The confirmed mapping in effect: on the next load, and on rows that are there already."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from suwen.domains.ingest.public import import_source, run_feed
from suwen.domains.lake.public import Lake, WriteConflict
from suwen.domains.standards.public import Catalog
from suwen.domains.terms.service.applying import apply
from suwen.kernel.database import Database
from suwen.kernel.progress import NullProgress
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from tests.std import CATALOG, put
from tests.terms.conftest import A, Client

Work = Callable[[], Awaitable[None]]
VISITS = (
    "SELECT encounter_id AS id, dept_code AS code, dept_name AS name, encounter_type_code AS type, "
    "dept_standard_code AS standard, dept_standard_name AS title FROM std.encounter ORDER BY 1"
)


def rows(lake: Lake) -> list[dict[str, Any]]:
    return list(lake.select(VISITS, scope=Scope.everything()).to_pylist())


def standard(lake: Lake) -> list[tuple[str | None, str | None]]:
    return [(row["standard"], row["title"]) for row in rows(lake)]


async def entry(http: httpx.AsyncClient, kind: str, code: str) -> dict[str, Any]:
    found = await http.get("/api/terms/entries", params={"f.kind": kind, "f.code": code})
    return dict(found.json()["items"][0])


async def decide(http: httpx.AsyncClient, kind: str, code: str, action: str, *codes: str) -> None:
    held = await entry(http, kind, code)
    wish = {"version": held["version"], "action": action, "codes": list(codes)}
    response = await http.post(f"/api/terms/entries/{held['id']}/decision", json=wish)
    assert response.status_code == 200, response.text


async def applied(http: httpx.AsyncClient, work: Work) -> dict[str, int]:
    """Apply the mapping; return the newest record of the encounters."""
    assert (await http.post("/api/terms/apply")).status_code == 202
    await work()
    records = (await http.get("/api/terms/applications", params={"f.dataset": "encounter"})).json()["items"]
    newest = next(record for record in records if record["kind"] == "department")
    return {name: newest[name] for name in ("rows", "mapped_before", "mapped_after", "changed")}


class TestApply:
    async def test_what_is_there_is_mapped_mapped_anew_and_taken_back(
        self, client: Client, lake: Lake, work: Work
    ) -> None:
        given = [("01", "内科", "门诊"), ("01", None, "1"), ("02", "外科", "1"), (None, None, None)]
        put(
            lake,
            "encounter",
            [
                {
                    "org_code": A, "feed": "his.visit", "encounter_id": f"e{n}", "dept_code": code, "dept_name": name,
                    "encounter_type_code": kind, "started_at": datetime(2024, 1, 5),
                }
                for n, (code, name, kind) in enumerate(given)
            ],
        )  # fmt: skip
        async with client() as http:
            await http.post("/api/terms/harvest", json={})
            await work()
            await decide(http, "department", "01", "map", "AA03")
            await decide(http, "value_set", "门诊", "map", "1")
            first = await applied(http, work)
            mapped, types = standard(lake), [row["type"] for row in rows(lake)]
            version = lake.snapshot("std.encounter").version
            again = await applied(http, work)
            unchanged = lake.snapshot("std.encounter").version == version
            await decide(http, "department", "01", "map", "AA20", "AA03")
            await applied(http, work)
            several = standard(lake)
            await decide(http, "department", "01", "reopen")
            await decide(http, "value_set", "门诊", "map", "2")
            last = await applied(http, work)
            anew = [row["type"] for row in rows(lake)]
            await decide(http, "value_set", "门诊", "reopen")
            await applied(http, work)
            back = [row["type"] for row in rows(lake)]
            values = (await http.get("/api/terms/applications", params={"f.kind": "value_set"})).json()["items"]
        # A row without name is meant by its code; what is not mapped keeps its own and gets nothing.
        assert mapped == [("AA03", "内科"), ("AA03", "内科"), (None, None), (None, None)]
        assert types == ["1", "1", "1", None]
        assert [(row["code"], row["name"]) for row in rows(lake)] == [pair[:2] for pair in given]
        assert first == {"rows": 3, "mapped_before": 0, "mapped_after": 2, "changed": 2}
        assert again == {"rows": 3, "mapped_before": 2, "mapped_after": 2, "changed": 0}
        assert unchanged
        assert several[0] == ("AA20##AA03", "急诊医学科##内科")
        assert (standard(lake), last["mapped_after"]) == ([(None, None)] * 4, 0)
        # A value that was replaced follows its mapping, and is the source's again when that is taken back.
        assert (anew, back) == (["2", "1", "1", None], ["门诊", "1", "1", None])
        told = [(one["mapped_before"], one["mapped_after"]) for one in values if one["dataset"] == "encounter"]
        assert told == [(1, 0), (1, 1), (1, 1), (1, 1), (0, 1)]

    async def test_a_load_in_between_is_not_overwritten(
        self, database: Database, settings: Settings, lake: Lake, region: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(lake, "encounter", [{"org_code": A, "encounter_id": "e", "dept_code": "old"}])
        upsert, version = lake.upsert, lake.snapshot("std.encounter").version
        put(lake, "encounter", [{"org_code": A, "encounter_id": "e", "dept_code": "new"}])
        stale = lake.select(
            "SELECT * FROM std.encounter", scope=Scope.everything(), versions={"std.encounter": version}
        )
        with pytest.raises(WriteConflict):
            upsert("std.encounter", stale, at=version)
        done = await apply(
            database, lake, Catalog.from_packs(), NullProgress(), buckets=settings.buckets, requester=None
        )
        assert [row["code"] for row in rows(lake)] == ["new"]
        assert done["changed"] == 0


class TestNextLoad:
    async def test_takes_what_was_decided(
        self, client: Client, database: Database, settings: Settings, lake: Lake, work: Work, tmp_path: Path
    ) -> None:
        (tmp_path / "visits.csv").write_text("id,dept,kind\n1,N1,门诊\n2,XX,急\n")
        definition = {
            "source": {"code": "his", "title": "HIS", "org_code": A, "connector": "files",
                       "options": {"path": str(tmp_path)}},
            "feeds": [{"code": "visit", "table": "visits.csv", "dataset": "encounter", "key": ["id"],
                       "columns": {"encounter_id": "id", "patient_id": "'p'", "dept_code": "dept",
                                   "encounter_type_code": "kind"}}],
        }  # fmt: skip
        async with database.unit_of_work() as uow:
            await import_source(uow, definition, settings, catalog=CATALOG)
        async with client() as http:
            for kind, topic, code in (("department", "", "N1"), ("value_set", "CV09.00.404", "门诊")):
                sent = {"org_code": A, "system": "his", "kind": kind, "topic": topic, "target": None}
                listed = [{"code": code, "name": code, "standard_code": "AA03" if kind == "department" else "1"}]
                target = {"target": CATALOG.element("encounter", "encounter_type_code").value_set} if topic else {}
                wish = {**sent, **target, "entries": listed}
                wish["topic"] = target.get("target", "")
                response = await http.post("/api/terms/dictionaries/load", json=wish)
                assert response.status_code == 200, response.text
            await work()
        batch = await run_feed(database, lake, settings, "his.visit")
        assert (batch.rows_in, batch.rows_std) == (2, 2)
        assert [(row["code"], row["standard"], row["type"]) for row in rows(lake)] == [
            ("N1", "AA03", "1"), ("XX", None, "急"),
        ]  # fmt: skip
