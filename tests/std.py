"""Standard tables for tests: rows given as mappings, written through the lake's door."""

from collections.abc import Iterable, Mapping
from typing import Any

from suwen.domains.lake.public import Lake, standard_rows
from suwen.domains.standards.public import Catalog

CATALOG = Catalog.from_packs()
BUCKETS = 4


def put(lake: Lake, dataset: str, rows: Iterable[Mapping[str, Any]], batch: str = "batch-1") -> None:
    """Replace a standard table by rows; what a row leaves out is filled as `standard_rows` says."""
    lake.replace(*standard_rows(CATALOG.dataset(dataset), rows, buckets=BUCKETS, batch=batch))
