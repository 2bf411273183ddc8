"""The statement that reads identities must give the same rows on every engine."""

from collections.abc import Iterator
from datetime import date

from suwen.domains.lake.public import StatementSample, standard_rows
from suwen.domains.patients.service.linking import IDENTITIES
from suwen.domains.standards.public import Catalog


def samples() -> Iterator[StatementSample]:
    """Yield the statement over patients whom two feeds of one institution report."""
    rows = [
        {
            "org_code": "AB"[n % 2],
            "patient_id": f"p{n % 3}",
            "feed": f"f{n % 4}",
            "name": f"张{n}",
            "birth_date": date(1960, 2, 1 + n) if n % 3 else None,
        }
        for n in range(9)
    ]
    yield StatementSample("identities", IDENTITIES, (standard_rows(Catalog.from_packs().dataset("patient"), rows),))
