"""A dataset of the catalogue becomes one of the platform: proposed, adjusted, approved, filled and judged."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from suwen.domains.ingest.public import import_source, run_feed
from suwen.domains.lake.public import open_lake, table_of
from suwen.domains.quality.public import compile_rules, run_plan
from suwen.domains.standards.adopting import dataset_of, proposed, unfit
from suwen.domains.standards.public import SHIPPED, Catalog, load_catalog
from suwen.kernel.database import Database
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

pytestmark = pytest.mark.xdist_group("adopting")
Client = Callable[..., Any]
URL = "/api/standards/adoptions"
TRANSFER = "HDSD00.18"
"""转诊（院）记录, which names no patient element."""
ROUNDS = "HDSD00.14.03"
"""上级医师查房记录, told apart by a moment."""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.from_packs(SHIPPED)


class TestEveryCatalogueDataset:
    def test_comes_to_a_dataset_or_says_what_is_missing(self, catalog: Catalog) -> None:
        coded = {code: max(map(len, each.codes)) for code, each in catalog.value_sets.items() if each.codes}
        made, untyped = 0, 0
        for each in catalog.catalogue.values():
            wanted = proposed(each, catalog.datasets, coded)
            reasons = unfit(each, wanted, coded)
            lacking = [column for column in wanted.columns if column.included and column.type is None]
            assert len(reasons) == len(lacking)
            assert all("类型未知" in reason for reason in reasons)
            untyped += bool(lacking)
            for column in lacking:
                column.type, column.length = "string", 50
            dataset = dataset_of(each, wanted, catalog.datasets)
            beside = Catalog.of([*catalog.datasets.values(), *catalog.value_sets.values(), dataset])
            assert table_of(beside.dataset(dataset.code), 4).column("patient_id") is not None
            assert {rule.dataset for rule in compile_rules(beside)} >= {dataset.code}
            made += 1
        assert (made, untyped) == (78, 16)

    def test_leaves_persons_names_out_and_keeps_keys(self, catalog: Catalog) -> None:
        wanted = proposed(catalog.catalogue["HDSD00.05.01"], catalog.datasets, {"GB/T 2261.1": 1})
        columns = {column.title: column for column in wanted.columns}
        assert (columns["患者姓名"].included, columns["患者姓名"].mask) == (False, "name")
        assert (columns["检验定量结果"].type, columns["检验定量结果"].scale) == ("decimal", 4)
        assert (columns["性别代码"].value_set, columns["患者类型代码"].note) == ("GB/T 2261.1", "no_codes")
        assert not columns["就诊标识"].required  # public health has no encounters
        assert (wanted.code, wanted.key, wanted.time_column) == ("hdsd00_05_01", ["report_no"], "reported_at")


@pytest.fixture
def installed(packed: Database) -> Database:
    return packed


class TestAdopting:
    async def test_is_refused_with_every_reason(self, installed: Database, client: Client) -> None:
        async with client() as http:
            wanted = (await http.get(f"{URL}/draft", params={"code": TRANSFER})).json()
            assert (wanted["patient_column"], wanted["problems"]) == ("patient_id", [])
            wanted |= {"code": "encounter", "key": [], "patient_column": "nobody", "time_column": None}
            wanted["columns"][2] |= {"included": True, "type": None, "value_set": "NO SUCH"}
            refused = await http.post(URL, json=wanted)
            assert (refused.status_code, refused.json()["code"]) == (422, "standards.adoption_refused")
            for reason in ("encounter 已是现行", "没有主键", "患者列 nobody", "类型未知", "值域 NO SUCH 不存在"):
                assert reason in refused.json()["detail"]
            wanted = (await http.get(f"{URL}/draft", params={"code": TRANSFER})).json()
            wanted["columns"][2] |= {"included": True, "name": "bucket"}
            judged = (await http.post(f"{URL}/check", json=wanted)).json()
            assert "every table has a column of that name" in judged["problems"][0]
            assert (await http.get(f"{URL}/draft", params={"code": "HDSD99"})).status_code == 404
            assert (await http.get("/api/standards/proposals")).json()["total"] == 0
        async with client(permissions=frozenset({"standards.read"})) as reader:
            assert (await reader.get(f"{URL}/draft", params={"code": TRANSFER})).status_code == 403
            assert (await reader.post(URL, json=wanted)).status_code == 403

    async def test_approved_it_is_filled_and_judged_like_any_other(
        self, installed: Database, client: Client, settings: Settings, tmp_path: Path
    ) -> None:
        async with client() as http, client() as approver:
            wanted = (await http.get(f"{URL}/draft", params={"code": ROUNDS})).json()
            wanted |= {"code": "ward_round", "title_en": "Ward round"}
            answer = await http.post(URL, json=wanted)
            assert (answer.status_code, answer.json()["stage"]) == (201, "approval")
            assert "已有进行中的事项" in (await http.post(URL, json=wanted)).json()["detail"]
            path = f"/api/standards/proposals/{answer.json()['id']}/approve"
            assert (await http.post(path, json={"stage": "published"})).status_code == 403
            assert (await approver.post(path, json={"stage": "published"})).json()["published_version"] == 1
            seen = (await http.get("/api/standards/item", params={"kind": "catalogue", "code": ROUNDS})).json()
            assert seen["adopted"] == ["ward_round"]
            again = (await http.get(f"{URL}/draft", params={"code": ROUNDS})).json()
            assert again["carried"] == ["ward_round"]
            assert "已是现行" in (await http.post(URL, json=wanted)).json()["detail"]
            book = await http.get("/api/standards/datasets/ward_round/dictionary/export")
            assert book.is_success
        async with installed.unit_of_work() as uow:
            catalog = await load_catalog(uow)
        dataset = catalog.dataset("ward_round")
        key = list(dataset.key)
        assert (dataset.adopts, dataset.by_name[key[1]].type) == (ROUNDS, "datetime")
        (tmp_path / "r.csv").write_text(
            "pid,no,at\nP1,Z1,2026-01-02 08:00:00\nP1,Z1,2026-01-03 08:00:00\nP2,Z2,\n", encoding="utf-8"
        )
        columns = dict(zip((*key, "patient_id"), ("no", "at", "pid"), strict=True))
        feed = {"code": "rounds", "table": "r.csv", "dataset": "ward_round", "key": ["no", "at"], "columns": columns}
        source: dict[str, Any] = {"code": "t", "title": "测试", "org_code": "H", "connector": "files"}
        source |= {"options": {"path": str(tmp_path)}}
        lake = open_lake(settings)
        async with installed.unit_of_work() as uow:
            await import_source(uow, {"source": source, "feeds": [feed]}, settings)
        batch = await run_feed(installed, lake, settings, "t.rounds")
        assert (batch.rows_std, batch.rows_quarantined) == (2, 1)
        judged = await run_plan(lake, installed, catalog)
        assert judged.checked > 0
        assert {rule.dataset for rule in compile_rules(catalog)} >= {"ward_round"}
        rows = lake.select("SELECT patient_id FROM std.ward_round", scope=Scope.everything())
        assert rows.num_rows == 2
        lake.close()
