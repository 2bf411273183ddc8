"""Logical values of source columns that are looked up in the content or in the staff lists, by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from suwen.app.demo.region.accounts import fee_vocabulary
from suwen.app.demo.region.arrays import Ints, Text, take, vocabulary
from suwen.app.demo.region.content import ORGS, content
from suwen.app.demo.region.institutions import departments, staff


@cache
def staff_codes(org: int) -> tuple[Text, Text]:
    """Codes and names of the staff of an institution, in list order."""
    people = staff(ORGS[org])
    return vocabulary([p.code for p in people]), vocabulary([p.name for p in people])


@cache
def department_words(org: int) -> tuple[Text, Text, Text]:
    """Codes, names and ward names of the departments of an institution."""
    rooms = departments(ORGS[org])
    return (
        vocabulary([r.code for r in rooms]), vocabulary([r.name for r in rooms]),
        vocabulary([r.name.removesuffix("科") + "病区" for r in rooms]),
    )  # fmt: skip


def support_doctor(org: int, key: str) -> Callable[[Ints], Text]:
    """A function from any number to the code of a technician of a supporting department."""
    codes = [p.code for p, d in ((p, p.department_code) for p in staff(ORGS[org]) if p.role == "technician")
             if d == next(r.code for r in departments(ORGS[org]) if r.key == key)]  # fmt: skip
    words = vocabulary(codes)
    return lambda number: take(words, number % len(codes))


@cache
def lookups() -> dict[str, tuple[str, Text]]:
    """Logical name → (frame column that holds the place, words)."""
    table = content()
    fee_names, fee_codes = fee_vocabulary()
    tcm = [list(c.get("tcm", [None] * 4)) for c in table.conditions]

    def condition(words: list[str | None]) -> tuple[str, Text]:
        return "condition", vocabulary(words)

    def listed(column: str, prefix: str, count: int, width: int) -> tuple[str, Text]:
        return column, vocabulary([f"{prefix}{n + 1:0{width}d}" for n in range(count)])

    return {
        "icd": condition([c["icd"] for c in table.conditions]),
        "icd_name": condition([c["name"] for c in table.conditions]),
        "tcm_code": condition([t[0] for t in tcm]),
        "tcm_name": condition([t[1] for t in tcm]),
        "syndrome_code": condition([t[2] for t in tcm]),
        "syndrome_name": condition([t[3] for t in tcm]),
        "drug_code": listed("drug", "YP", len(table.drugs), 5),
        "drug_name": ("drug", vocabulary([d[0] for d in table.drugs])),
        "spec": ("drug", vocabulary([d[1] for d in table.drugs])),
        "dose": ("drug", vocabulary([str(d[2]) for d in table.drugs])),
        "dose_unit": ("drug", vocabulary([d[3] for d in table.drugs])),
        "pack_unit": ("drug", vocabulary([d[7] for d in table.drugs])),
        "panel_name": ("panel", vocabulary([p["name"] for p in table.panels])),
        "specimen_code": listed("specimen", "B", len(table.specimens), 1),
        "specimen_name": ("specimen", vocabulary(table.specimens)),
        "item_code": ("item", vocabulary(table.item_keys)),
        "item_name": ("item", vocabulary([i[0] for i in table.items])),
        "item_unit": ("item", vocabulary([i[1] or None for i in table.items])),
        "exam_name": ("exam", vocabulary([e["name"] for e in table.exams])),
        "exam_site": ("exam", vocabulary([e["site"] for e in table.exams])),
        "operation_code": ("operation", vocabulary([o[0] for o in table.operations])),
        "operation_name": ("operation", vocabulary([o[1] for o in table.operations])),
        "main_operation_code": ("main_operation", vocabulary([o[0] for o in table.operations])),
        "main_operation_name": ("main_operation", vocabulary([o[1] for o in table.operations])),
        "fee_code": ("fee", vocabulary(fee_codes)),
        "fee_name": ("fee", vocabulary(fee_names)),
    }


@cache
def diagnosis_words() -> tuple[Text, Text]:
    """Codes and names of diagnoses: ICD of every condition, then its TCM disease, then its syndrome."""
    rows = content().conditions
    tcm = [list(c.get("tcm", [None] * 4)) for c in rows]
    codes = [c["icd"] for c in rows] + [t[0] for t in tcm] + [t[2] for t in tcm]
    names = [c["name"] for c in rows] + [t[1] for t in tcm] + [t[3] for t in tcm]
    return vocabulary(codes), vocabulary(names)


def diagnosis_place(condition: Ints, form: Ints) -> Ints:
    """Place in `diagnosis_words` of a diagnosis of a form (3 TCM disease, 4 TCM syndrome, others ICD)."""
    size = len(content().conditions)
    return condition + np.where(form == 3, size, np.where(form == 4, 2 * size, 0))
