"""Statements of the harvest that must give the same rows on every engine."""

from collections.abc import Iterator

from suwen.domains.lake.public import StatementSample, standard_rows
from suwen.domains.standards.public import Catalog
from suwen.domains.terms.kinds import KINDS
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
        yield StatementSample(f"harvest-{kind}", query_of(KINDS[kind].harvests[0]), (held,))
