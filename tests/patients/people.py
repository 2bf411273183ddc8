"""Identities for tests: rows of ``std.patient`` written through the lake's door."""

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from suwen.domains.lake.public import Lake, table_of
from suwen.domains.standards.public import Catalog

CATALOG = Catalog.from_packs()


def key_of(org: str, patient_id: str) -> str:
    """The patient key of a patient number, computed apart from the product."""
    return hashlib.md5(f"{org}|{patient_id}".encode()).hexdigest()[:24]


def checksum_id(first17: str) -> str:
    """A resident id with its right check character."""
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return first17 + "10X98765432"[sum(int(d) * w for d, w in zip(first17, weights, strict=True)) % 11]


def write(lake: Lake, dataset: str, *rows: dict[str, Any], buckets: int = 4) -> None:
    """Append rows of a standard dataset; ``org_code`` and ``patient_id`` give the key."""
    spec = table_of(CATALOG.dataset(dataset), buckets)
    filled = [
        {
            "feed": "test.feed",
            "source_key": f"{index}",
            "batch_id": "b1",
            **{name: Decimal(str(value)) if isinstance(value, float) else value for name, value in row.items()},
            "patient_key": key_of(row["org_code"], row["patient_id"]),
        }
        for index, row in enumerate(rows)
    ]
    schema = pa.schema([field for field in spec.schema if field.name != "bucket"])
    lake.append(spec, pa.Table.from_pylist(filled, schema=schema))


def person(org: str, patient_id: str, **values: Any) -> dict[str, Any]:
    """One identity of 李雯, changed by ``values``."""
    return {
        "org_code": org,
        "patient_id": patient_id,
        "name": "李雯",
        "sex_code": "1",
        "birth_date": date(1980, 3, 7),
        "id_no": checksum_id("11010119800307987"),
        "phone": "13900000017",
        **values,
    }
