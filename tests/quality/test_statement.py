"""The compiled statements of the standard datasets, as reviewed snapshots (SUWEN_UPDATE_SNAPSHOTS=1 rewrites them)."""

import os
from datetime import date
from pathlib import Path

import pytest
import sqlglot

from suwen.domains.quality.rule import compile_dataset, compile_rules
from suwen.domains.quality.statement import MOST_AGGREGATES, Target, passes, sampled, violations
from suwen.domains.standards.public import Catalog

SNAPSHOTS = Path(__file__).parent / "snapshots"
CATALOG = Catalog.from_packs()


def snapshot(name: str, text: str) -> None:
    file = SNAPSHOTS / name
    if os.environ.get("SUWEN_UPDATE_SNAPSHOTS") == "1":
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), f"{name} changed: review, then SUWEN_UPDATE_SNAPSHOTS=1"


class TestPasses:
    @pytest.mark.parametrize("code", CATALOG.datasets)
    def test_snapshot(self, code: str) -> None:
        dataset = CATALOG.dataset(code)
        steps = passes(dataset, compile_dataset(dataset, CATALOG))
        head = f"-- Quality passes of {code}: counts by institution and day. Parameter: $today DATE.\n\n"
        body = ";\n\n".join(step.query.sql("duckdb", pretty=True) for step in steps)
        snapshot(f"{code}.sql", f"{head}{body};\n")

    @pytest.mark.parametrize("code", CATALOG.datasets)
    def test_few_scans_hold_all_rules_once(self, code: str) -> None:
        dataset = CATALOG.dataset(code)
        rules = compile_dataset(dataset, CATALOG)
        steps = passes(dataset, rules)
        assert sorted(c.rule.code for s in steps for c in s.counted) == sorted(rule.code for rule in rules)
        assert all(len(step.query.selects) <= MOST_AGGREGATES + 3 for step in steps)
        heavy = sum(rule.check().alone for rule in rules)
        assert len(steps) - heavy <= len(rules) // 8 + 1

    @pytest.mark.parametrize("code", CATALOG.datasets)
    def test_spark_reads_it(self, code: str) -> None:
        dataset = CATALOG.dataset(code)
        for step in passes(dataset, compile_dataset(dataset, CATALOG)):
            text = step.query.sql("spark")
            assert "STRPOS" not in text
            assert sqlglot.parse_one(text, read="spark").find(sqlglot.exp.Filter, sqlglot.exp.Count)


class TestTarget:
    def test_limits_institutions_and_days(self) -> None:
        dataset = CATALOG.dataset("encounter")
        target = Target(("A", "it's"), (date(2024, 5, 1), None))
        (step, *_) = passes(dataset, compile_dataset(dataset, CATALOG), target)
        text = step.query.sql("duckdb")
        assert "t.org_code IN ('A', 'it''s')" in text
        assert "CAST(t.started_at AS DATE) IN (CAST('2024-05-01' AS DATE))" in text
        assert "CAST(t.started_at AS DATE) IS NULL" in text

    def test_no_day_is_nothing(self) -> None:
        dataset = CATALOG.dataset("encounter")
        (step, *_) = passes(dataset, compile_dataset(dataset, CATALOG), Target(days=()))
        assert step.query.args["where"].this.sql() == "FALSE"


class TestViolations:
    def test_lists_keys_but_no_direct_identifier(self) -> None:
        patient = CATALOG.dataset("patient").model_copy(update={"key": ("patient_id", "id_no")})
        rule = next(rule for rule in compile_dataset(patient, CATALOG) if rule.type == "required")
        names = [column.alias_or_name for column in violations(patient, rule).selects]
        assert names == ["org_code", "day", "feed", "source_key", "patient_key", "patient_id"]

    def test_samples_are_limited_for_each_rule_and_institution(self) -> None:
        dataset = CATALOG.dataset("encounter")
        rule = compile_dataset(dataset, CATALOG)[0]
        query = sampled(dataset, [(rule, ("A", "B"))], 5)
        assert query is not None
        text = query.sql("duckdb")
        assert "PARTITION BY org_code" in text
        assert "place <= 5" in text

    def test_nothing_failing_needs_no_statement(self) -> None:
        assert sampled(CATALOG.dataset("encounter"), [], 5) is None


class TestCompileRules:
    def test_codes_are_unique(self) -> None:
        codes = [rule.code for rule in compile_rules(CATALOG)]
        assert len(codes) == len(set(codes))
        assert len(codes) > 300

    def test_declarations_are_all_answered(self) -> None:
        codes = {rule.code for rule in compile_rules(CATALOG)}
        assert {
            "patient.checksum.id_no",
            "patient.identity_agrees.birth_date",
            "encounter.required.started_at",
            "encounter.value_set.encounter_type_code",
            "encounter.date_order.started_at-ended_at",
            "encounter.key_unique.key",
            "encounter.reference.patient_id-patient",
            "lab_result.reference.report_id-lab_report",
            "encounter.not_future.started_at",
            "encounter.length.chief_complaint",
        } <= codes
