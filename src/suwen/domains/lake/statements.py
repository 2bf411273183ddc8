"""Statement kinds that must give the same rows on every engine; rooms that compile SQL register theirs."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from sqlglot import exp

from suwen.domains.lake.compose.statement import Input
from suwen.domains.lake.schemas import TableSpec
from suwen.domains.lake.specs import BUCKET, PATIENT_KEY, table_of
from suwen.domains.standards.public import Dataset
from suwen.kernel.scope import Scope


@dataclass(frozen=True)
class StatementSample:
    """One statement with the rows it runs over: `rows` holds each lake table's declaration and content.

    name tells samples of one kind apart. Row order does not count; floats agree to nine digits; texts that hold a JSON
    object are compared by what it says.
    """

    name: str
    sql: str | exp.Query
    rows: tuple[tuple[TableSpec, pa.Table], ...] = ()
    params: Mapping[str, object] = field(default_factory=dict[str, object])
    tables: Mapping[str, Input] = field(default_factory=dict[str, Input])
    scope: Scope = field(default_factory=Scope.everything)
    patient_keys: tuple[str, ...] | None = None


Builder = Callable[[], Iterable[StatementSample]]
_kinds: dict[str, Builder] = {}


def register_statement(name: str, builder: Builder) -> None:
    """Have every sample of a statement kind, such as `quality.rules`, run by the engines' conformance suite.

    Call it where the room is imported (its domain.py); the builder runs only in tests. Raises ValueError for a name
    that another builder has.
    """
    known = _kinds.get(name)
    # A module that is read again gives another object of the same name.
    if known is not None and (known.__module__, known.__qualname__) != (builder.__module__, builder.__qualname__):
        raise ValueError(f"statement kind {name!r} is registered twice")
    _kinds[name] = builder


def registered_statements() -> dict[str, Builder]:
    """Return the builders by kind, sorted."""
    return dict(sorted(_kinds.items()))


def standard_rows(
    dataset: Dataset, rows: Iterable[Mapping[str, Any]], *, buckets: int = 4, batch: str = "batch-1"
) -> tuple[TableSpec, pa.Table]:
    """Return a dataset's table and rows for it, as samples and tests want them.

    What a row leaves out: org_code is A, the patient p1, keys are running numbers, other elements NULL.
    """
    spec = table_of(dataset, buckets)
    lines: list[dict[str, Any]] = []
    for number, row in enumerate(rows):
        line = {"org_code": "A", "patient_id": "p1", "feed": "his", "batch_id": batch, **row}
        for name in dataset.key:
            line.setdefault(name, f"{dataset.code}-{number}")
        line.setdefault("source_key", f"{line['org_code']}-{number}")
        digest = hashlib.md5(f"{line['org_code']}|{line['patient_id']}".encode(), usedforsecurity=False).hexdigest()
        line.setdefault(PATIENT_KEY, digest[:24])
        lines.append(line)
    schema = spec.schema.remove(spec.names.index(BUCKET))
    return spec, pa.Table.from_pylist(lines, schema=schema)


def sample_encounters(keys: int = 12) -> list[dict[str, Any]]:
    """Return twelve encounters for `standard_rows`: two institutions, four patients, every kind of gap.

    Types and departments are known, unknown, blank and missing, one start is missing, some end before they start,
    complaints grow. keys: how many numbers there are for the twelve; fewer make keys repeat.
    """
    start = datetime(2024, 1, 30, 8)
    return [
        {
            "org_code": "AB"[n % 2],
            "patient_id": f"p{n % 4}",
            "encounter_id": f"e{n % keys}",
            "encounter_type_code": [None, "1", "2", "3", "x"][n % 5],
            "dept_code": [None, "01", " "][n % 3],
            "started_at": None if n == 5 else start + timedelta(days=n),
            "ended_at": start + timedelta(days=2 * n - 4, hours=-3),
            "total_cost": Decimal(n) / 4,
            "chief_complaint": "咳嗽" * (n * 5),
        }
        for n in range(12)
    ]
