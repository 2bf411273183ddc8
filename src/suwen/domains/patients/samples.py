"""The statements over identities must give the same rows on every engine."""

from collections.abc import Iterator
from datetime import date

from suwen.domains.lake.public import StatementSample, standard_rows
from suwen.domains.patients.assets import KNOWN, linked_query
from suwen.domains.patients.service.linking import IDENTITIES
from suwen.domains.standards.public import Catalog


def samples() -> Iterator[StatementSample]:
    """Yield patients whom two feeds of one institution report, and their rows counted when some are in the index."""
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
    spec, held = standard_rows(Catalog.from_packs().dataset("patient"), rows)
    yield StatementSample("identities", IDENTITIES, ((spec, held),))
    known = held.select(["patient_key"]).slice(0, 1)
    yield StatementSample("linked", linked_query("patient"), ((spec, held),), tables={KNOWN: known})
