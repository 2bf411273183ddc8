"""One line of text for each kind of row, as a doctor would write it in a course of events."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from suwen.domains.records.schemas import EventOut, Row
from suwen.domains.standards.public import Catalog, Dataset


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


@dataclass(frozen=True)
class Line:
    """How rows of a dataset are told: `columns` are those that text and note are made of."""

    columns: tuple[str, ...]
    text: Callable[[Row], str]
    note: Callable[[Row], str | None] | None = None


def _of(*columns: str) -> Line:
    return Line(columns, lambda row: _join(*(row.get(name) for name in columns)))


_RESULT = ("item_name", "item_code", "value_number", "value_text", "unit")
_RANGE = ("reference_low", "reference_high", "reference_text", "abnormal_code")
LINES: dict[str, Line] = {
    "diagnosis": _of("diagnosis_name", "diagnosis_code"),
    "drug_order": Line(("drug_name", "drug_code", "spec", "dose", "dose_unit"), _drug),
    "lab_report": _of("report_name", "specimen_name"),
    "lab_result": Line((*_RESULT, *_RANGE), _result, _reference),
    "exam_report": Line(
        ("exam_name", "conclusion", "findings"),
        lambda row: _join(row.get("exam_name"), row.get("conclusion")),
        lambda row: row.get("findings"),
    ),
    "operation": _of("operation_name", "operation_code"),
    "vital_sign": Line(_RESULT, _result),
    "nursing_record": _of("content"),
    "medical_document": _of("title"),
    "fee_item": Line(
        ("item_name", "amount"), lambda row: _join(row.get("item_name"), f"{_number(row.get('amount'))} 元")
    ),
    "inpatient_front_page": Line(
        ("main_diagnosis_name",), lambda row: _join("病案首页", row.get("main_diagnosis_name"))
    ),
    "discharge_summary": Line(
        ("main_diagnosis_name", "discharge_order"),
        lambda row: _join("出院小结", row.get("main_diagnosis_name")),
        lambda row: row.get("discharge_order"),
    ),
}
"""Dataset to its line; a dataset without one shows its own title."""


def line_columns(dataset: Dataset) -> tuple[str, ...]:
    """Return what a timeline needs of a dataset's rows: where they belong, when they were, and their line."""
    line = LINES.get(dataset.code)
    placed = (*dataset.key, "encounter_id", *((dataset.time_column,) if dataset.time_column else ()))
    return (*placed, *(line.columns if line else ()))


def event_id(dataset: Dataset, row: Row) -> str:
    """Return a name of a row's event for addresses, which tells nothing of its key."""
    key = "|".join(str(row.get(name)) for name in ("org_code", *dataset.key))
    return blake2b(f"{dataset.code}|{key}".encode(), digest_size=12).hexdigest()


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
    dataset = catalog.dataset(code)
    return EventOut(
        id=event_id(dataset, row),
        dataset=code,
        at=at,
        text=(line.text(row) if line else "") or dataset.title,
        note=line.note(row) if line and line.note else None,
        abnormal=code == "lab_result" and is_abnormal(row),
    )
