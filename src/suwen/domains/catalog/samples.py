"""Statements over the datasets' rows that must give the same rows on every engine."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from suwen.domains.catalog.repository import sample_query, shares_query, top_query, values_query
from suwen.domains.lake.public import StatementSample, Wanted, page_query, sample_encounters, standard_rows
from suwen.domains.standards.public import Catalog

_SHOWN = ("org_code", "encounter_id", "started_at", "total_cost", "chief_complaint")


def samples() -> Iterator[StatementSample]:
    """Yield pages with every comparison of a filter, the rows of each institution and the most frequent values."""
    complaints = (None, "咳嗽 Fever", "腹痛%_")
    encounters = sample_encounters()
    lines = [row | {"chief_complaint": complaints[n % 3]} for n, row in enumerate(encounters)]
    start: datetime = encounters[0]["started_at"]
    dataset = Catalog.from_packs().dataset("encounter")
    rows = (standard_rows(dataset, lines),)
    asked: tuple[tuple[str, str, object], ...] = (
        ("encounter_id", "eq", "e3"), ("encounter_id", "ne", "e3"), ("total_cost", "gt", Decimal("0.5")),
        ("started_at", "gte", start + timedelta(days=3)), ("total_cost", "lt", Decimal(2)),
        ("started_at", "lte", start + timedelta(days=3)), ("dept_code", "null", True), ("dept_code", "null", False),
        ("dept_code", "in", ["01", "09"]), ("chief_complaint", "contains", "fever"),
        ("chief_complaint", "contains", "%_"),
    )  # fmt: skip
    for column, operator, value in asked:
        wanted = Wanted()
        wanted.compare(column, operator, value)
        query = page_query("std.encounter", _SHOWN, wanted)
        yield StatementSample(f"{column}-{operator}-{value}", query, rows, wanted.params)
    wanted = Wanted()
    wanted.search(("encounter_id", "chief_complaint"), "E1")
    wanted.sort("started_at", descending=True)
    wanted.sort("encounter_id", descending=False)
    query = page_query("std.encounter", _SHOWN, wanted).limit(3).offset(1)
    yield StatementSample("searched-page", query, rows, wanted.params)
    yield StatementSample("shares", shares_query("encounter", "started_at"), rows)
    yield StatementSample("shares-undated", shares_query("encounter", None), rows)
    yield StatementSample("top", top_query("encounter", "dept_code", 2), rows)
    yield StatementSample("sample", sample_query(dataset, _SHOWN, len(lines)), rows)
    yield StatementSample("values", values_query("encounter", "dept_code"), rows)
