"""The core pack, and packs that are wrong."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from suwen.domains.metrics.definition import Ratio
from suwen.domains.metrics.errors import InvalidPack, UnknownMetric
from suwen.domains.metrics.measure import measure_of
from suwen.domains.metrics.pack import load_pack
from tests.std import CATALOG

GOOD: dict[str, Any] = {
    "code": "visits", "kind": "atomic", "title": "就诊", "title_en": "Visits", "group": "门诊", "unit": "人次",
    "formula": "计数", "definition": "就诊次数", "definition_en": "Visits", "source": "unverified",
    "dataset": "encounter", "aggregate": "count", "time": "started_at",
}  # fmt: skip


def pack(folder: Path, *metrics: dict[str, Any]) -> Path:
    content = {"edition": "1", "provenance": "test", "metrics": list(metrics)}
    (folder / "pack.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != name}


class TestLoadPack:
    def test_core_pack_holds_what_a_region_starts_with(self) -> None:
        definitions = load_pack(CATALOG)
        titles = {each.title for each in definitions.values()}
        assert {
            "门急诊人次", "门诊人次", "急诊人次", "入院人次", "出院人次", "平均住院日", "次均门诊费用", "次均住院费用",
            "药占比", "检验报告数", "检验项目数", "手术例数", "处方数",
        } <= titles  # fmt: skip
        assert all(each.definition and each.definition_en and each.formula for each in definitions.values())
        assert all(each.source for each in definitions.values())

    @pytest.mark.parametrize(
        ("metric", "told"),
        [
            (without("title"), "title"),
            (GOOD | {"colour": "red"}, "colour"),
            (GOOD | {"dataset": "nothing"}, "nothing"),
            (GOOD | {"time": "ended"}, "ended"),
            (GOOD | {"time": "dept_code"}, "no date"),
            (GOOD | {"filter": "sex = '1'"}, "sex"),
            (GOOD | {"filter": "dept_code = "}, "cannot be read"),
            (GOOD | {"filter": "dept_code IN (SELECT dept_code FROM std.encounter)"}, "names no table"),
            (GOOD | {"aggregate": "sum"}, "a value is needed"),
            (GOOD | {"value": "total_cost"}, "a value is needed"),
        ],
    )
    def test_says_what_is_wrong(self, tmp_path: Path, metric: dict[str, Any], told: str) -> None:
        with pytest.raises(InvalidPack) as caught:
            load_pack(CATALOG, pack(tmp_path, metric))
        assert told in str(caught.value) or told in str(caught.value.received)

    def test_ratios_are_made_of_known_metrics_that_are_none(self, tmp_path: Path) -> None:
        described = {key: GOOD[key] for key in list(GOOD)[2:10]}
        ratio = {**described, "code": "share", "kind": "ratio", "numerator": "visits", "denominator": "visits"}
        assert isinstance(load_pack(CATALOG, pack(tmp_path, GOOD, ratio))["share"], Ratio)
        for other in ("share", "nothing"):
            with pytest.raises(InvalidPack):
                load_pack(CATALOG, pack(tmp_path, GOOD, {**ratio, "denominator": other}))

    def test_a_code_is_declared_once(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidPack, match="twice"):
            load_pack(CATALOG, pack(tmp_path, GOOD, GOOD))

    def test_a_derived_metric_needs_its_base(self, tmp_path: Path) -> None:
        described = {key: GOOD[key] for key in list(GOOD)[2:10]}
        derived = {**described, "code": "own", "kind": "derived", "base": "own", "filter": "dept_code = '1'"}
        with pytest.raises(InvalidPack):
            load_pack(CATALOG, pack(tmp_path, GOOD, derived))


class TestMeasureOf:
    def test_a_derived_metric_adds_its_condition_to_that_of_its_base(self) -> None:
        measure = measure_of("outpatient_visits", load_pack(CATALOG))
        assert measure.condition.sql("duckdb") == (
            "NOT t.started_at IS NULL AND t.encounter_type_code IN ('1', '2') AND t.encounter_type_code = '1'"
        )

    def test_a_ratio_is_no_measure(self) -> None:
        with pytest.raises(UnknownMetric):
            measure_of("drug_share", load_pack(CATALOG))


def test_visits_come_first_on_the_board() -> None:
    groups = list(dict.fromkeys(each.group for each in load_pack(CATALOG).values()))
    assert groups[0] == "门急诊"
