"""Statements of the rules that must give the same rows on every engine: passes, samples, lists of what fails."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from suwen.domains.lake.public import StatementSample, sample_encounters, standard_rows
from suwen.domains.quality.judge import CODES, code_table
from suwen.domains.quality.rule import compile_dataset
from suwen.domains.quality.statement import Target, counted_violations, passes, sampled, violations
from suwen.domains.standards.public import Catalog


def samples() -> Iterator[StatementSample]:
    """Yield every pass over three datasets that refer to each other, and the lists of some failing rules."""
    catalog = Catalog.from_packs()
    given = {"encounter": sample_encounters(keys=9), "patient": _patients(), "diagnosis": _diagnoses()}
    rows = tuple(standard_rows(catalog.dataset(code), lines) for code, lines in given.items())
    codes, params = {CODES: code_table(catalog)}, {"today": date(2025, 1, 1)}
    for code in given:
        dataset = catalog.dataset(code)
        rules = compile_dataset(dataset, catalog)
        for number, step in enumerate(passes(dataset, rules)):
            yield StatementSample(f"pass-{code}-{number}", step.query, rows, params, codes)
        some = [rule for rule in rules if rule.type in ("key_unique", "value_set", "reference")]
        query = sampled(dataset, [(rule, ("A", "B")) for rule in some[:3]], 50)
        if query is not None:
            yield StatementSample(f"samples-{code}", query, rows, params, codes)
    encounter = catalog.dataset("encounter")
    rule = next(rule for rule in compile_dataset(encounter, catalog) if rule.type == "value_set")
    target = Target(("A", "B"), (date(2024, 2, 3), date(2024, 2, 8), None))
    yield StatementSample("violations", violations(encounter, rule, target), rows, params, codes)
    yield StatementSample("violations-counted", counted_violations(encounter, rule), rows, params, codes)


def _patients() -> list[dict[str, Any]]:
    return [
        {"patient_id": "p1", "name": "王", "sex_code": "1", "id_no": "11010519491231002X", "id_type_code": "01"},
        {"patient_id": "p2", "birth_date": date(1949, 12, 30), "id_no": "11010519491231002X", "phone": "123"},
        {"patient_id": "p3", "sex_code": "x", "birth_date": date(2999, 1, 1), "id_no": "110105194912310021",
         "division_code": "5117"},
    ]  # fmt: skip


def _diagnoses() -> list[dict[str, Any]]:
    return [{"patient_id": f"p{n % 5}", "encounter_id": ["e0", "e1", "gone", None][n % 4]} for n in range(7)]
