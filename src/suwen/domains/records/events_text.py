"""One line of text for each kind of row, as a doctor would write it in a course of events."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from suwen.domains.records.schemas import EventOut, Row
from suwen.domains.standards.public import Catalog


def _number(value: Any) -> str:
    return "" if value is None else f"{float(value):g}"


def _join(*parts: Any) -> str:
    return " ".join(str(part) for part in parts if part not in (None, ""))


def _drug(row: Row) -> str:
    dose = f"{_number(row.get('dose'))}{row.get('dose_unit') or ''}" if row.get("dose") is not None else ""
    return _join(row.get("drug_name") or row.get("drug_code"), row.get("spec"), dose)


def _result(row: Row) -> str:
    value = _number(row["value_number"]) if row.get("value_number") is not None else row.get("value_text")
    return _join(row.get("item_name") or row.get("item_code"), value, row.get("unit"))


def _reference(row: Row) -> str | None:
    low, high = row.get("reference_low"), row.get("reference_high")
    if low is None and high is None:
        return row.get("reference_text")
    return f"参考 {_number(low)}–{_number(high)}"


LINES: dict[str, Callable[[Row], str]] = {
    "diagnosis": lambda row: _join(row.get("diagnosis_name"), row.get("diagnosis_code")),
    "drug_order": _drug,
    "lab_report": lambda row: _join(row.get("report_name"), row.get("specimen_name")),
    "lab_result": _result,
    "exam_report": lambda row: _join(row.get("exam_name"), row.get("conclusion")),
    "operation": lambda row: _join(row.get("operation_name"), row.get("operation_code")),
    "vital_sign": _result,
    "nursing_record": lambda row: _join(row.get("content")),
    "medical_document": lambda row: _join(row.get("title")),
    "fee_item": lambda row: _join(row.get("item_name"), f"{_number(row.get('amount'))} 元"),
    "inpatient_front_page": lambda row: _join("病案首页", row.get("main_diagnosis_name")),
    "discharge_summary": lambda row: _join("出院小结", row.get("main_diagnosis_name")),
}
"""Dataset to its line; a dataset without one shows its own title."""

NOTES: dict[str, Callable[[Row], str | None]] = {
    "lab_result": _reference,
    "exam_report": lambda row: row.get("findings"),
    "discharge_summary": lambda row: row.get("discharge_order"),
}


def is_abnormal(row: Row) -> bool:
    """Whether a result lies outside its reference range, or is flagged so (abnormal_code other than N, 1)."""
    flag = row.get("abnormal_code")
    if flag is not None:
        return str(flag) not in {"N", "1"}
    value, low, high = row.get("value_number"), row.get("reference_low"), row.get("reference_high")
    return value is not None and ((low is not None and value < low) or (high is not None and value > high))


def describe(catalog: Catalog, code: str, row: Row, at: datetime | None) -> EventOut:
    """The event that a row of a dataset stands for."""
    line = LINES.get(code)
    note = NOTES.get(code)
    return EventOut(
        dataset=code,
        at=at,
        text=(line(row) if line else "") or catalog.dataset(code).title,
        note=note(row) if note else None,
        abnormal=code == "lab_result" and is_abnormal(row),
        detail=row,
    )
