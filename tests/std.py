"""Standard tables for tests: rows given as mappings, written through the lake's door."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from suwen.domains.lake.public import Lake, table_of
from suwen.domains.standards.public import Catalog

CATALOG = Catalog.from_packs()
BUCKETS = 4


def put(lake: Lake, dataset: str, rows: Iterable[Mapping[str, Any]], batch: str = "batch-1") -> None:
    """Replace a standard table by rows; org_code defaults to A, the patient to p1, keys to a running number."""
    declared = CATALOG.dataset(dataset)
    spec = table_of(declared, BUCKETS)
    lines: list[dict[str, Any]] = []
    for number, row in enumerate(rows):
        line = {"org_code": "A", "patient_id": "p1", "feed": "his", "batch_id": batch, **row}
        for name in declared.key:
            line.setdefault(name, f"{dataset}-{number}")
        line.setdefault("source_key", f"{line['org_code']}-{number}")
        digest = hashlib.md5(f"{line['org_code']}|{line['patient_id']}".encode()).hexdigest()
        line.setdefault("patient_key", digest[:24])
        lines.append(line)
    schema = pa.schema([field for field in spec.schema if field.name != "bucket"])
    lake.replace(spec, pa.Table.from_pylist(lines, schema=schema))
