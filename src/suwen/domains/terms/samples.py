"""Statements of the harvest, the mapping's application and its counts that must give the same rows on every engine."""

from collections.abc import Iterator

import pyarrow as pa

from suwen.domains.lake.public import TERM_MAP, StatementSample, standard_rows, term_key, value_set_kind
from suwen.domains.standards.public import Catalog
from suwen.domains.terms.service.applying import changes
from suwen.domains.terms.service.counting import counted_query
from suwen.domains.terms.service.harvesting import query_of


def samples() -> Iterator[StatementSample]:
    """Yield the harvests of drugs and of laboratory orders, which have no code."""
    catalog = Catalog.from_packs()
    drugs = [
        {
            "feed": f"his{n % 2}.yz",
            "drug_code": ["01", "02", None][n % 3],
            "drug_name": ["青霉素", None][n % 2],
            "spec": "1g",
        }
        for n in range(9)
    ]
    reports = [{"feed": "lis.bg", "report_name": name} for name in ("血常规", "血常规", None)]
    for kind, dataset, rows in (("drug", "drug_order", drugs), ("lab_order", "lab_report", reports)):
        held = standard_rows(catalog.dataset(dataset), rows)
        binding = next(term for term in catalog.dataset(dataset).terms if term.kind == kind)
        yield StatementSample(f"harvest-{kind}", query_of(dataset, binding), (held,))


def applied() -> Iterator[StatementSample]:
    """Yield what a mapping of departments, diagnoses and one value set changes of encounters, and what is mapped."""
    dataset = Catalog.from_packs().dataset("encounter")
    value_set = dataset.by_name["encounter_type_code"].value_set or ""
    given = [
        {"feed": "his.v", "dept_code": ["01", "02", None][n % 3], "dept_name": ["内科", None][n % 2],
         "main_diagnosis_code": ["I10", None][n % 2], "encounter_type_code": ["门诊", "1"][n % 2],
         "dept_standard_code": ["AA03", None][n % 2], "first_visit_code": "1",
         "source_values": [None, "\x1eencounter_type_code\x1f门诊", "\x1efirst_visit_code\x1f初"][n % 3]}
        for n in range(12)
    ]  # fmt: skip
    spec, rows = standard_rows(dataset, given)
    known = [
        ("department", term_key("01", "内科"), "AA03", "内科"),
        ("department", term_key("02", ""), "AA04", "外科"),
        ("diagnosis", term_key("I10", ""), "I10.x00", "高血压"),
        (value_set_kind(value_set), term_key("门诊", ""), "2", "急诊"),
    ]
    names = ("kind", "key", "standard_code", "standard_name")
    mapped = pa.Table.from_pylist(
        [{"org_code": "A", "system": "his", "dictionary": "d", **dict(zip(names, row, strict=True))} for row in known],
        schema=TERM_MAP.schema,
    )
    query = changes(dataset, spec.names, {kind for kind, *_ in known})
    yield StatementSample("changes", query, ((spec, rows), (TERM_MAP, mapped)))
    yield StatementSample("counted", counted_query(dataset, coded=True), ((spec, rows),))
