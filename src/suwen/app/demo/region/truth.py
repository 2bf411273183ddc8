"""The truth behind the sources, so that linkage, quarantine and quality can be scored.

identities.parquet  org_code, source, patient_id, person_id, kinds: one row per registration; kinds = corruptions
                    joined by '+' ('' = all as it is), see `registrations.SHARES`, and phone_shared, newborn_on_mother
persons.parquet     person_id, name, sex (1 man, 2 woman), birth_date, id_no, card, phone, address
errors.parquet      org_code, source, table, row_key, row_id, column, kind, expected    see `faults.py`; swapped digits
                    of an id stand here too, as bad_check
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa

from suwen.app.demo.region.arrays import DAY, constant, digits, moments, pc, pick, take, vocabulary
from suwen.app.demo.region.content import ORGS
from suwen.app.demo.region.institutions import INSTITUTIONS
from suwen.app.demo.region.population import Population
from suwen.app.demo.region.schema import schema
from suwen.app.demo.region.world import World
from suwen.app.demo.region.writers import parquet


def persons(people: Population) -> pa.Table:
    """The true persons of a chunk."""
    return pa.table({
        "person_id": people.person_id(), "name": people.name, "sex": take(vocabulary(["1", "2"]), people.sex),
        "birth_date": moments(people.born * DAY, "date10"), "id_no": people.id_no, "card": people.card,
        "phone": people.phone, "address": people.address,
    })  # fmt: skip


def identities(world: World, org: int) -> pa.Table:
    """The registrations of an institution that led to a visit."""
    registrations = world.registrations
    rows = np.flatnonzero((registrations.org == org) & (registrations.created < np.iinfo(np.int64).max))
    prefix, width = schema(ORGS[org]).patient
    return pa.table({
        "org_code": constant(INSTITUTIONS[ORGS[org]].org_code, len(rows)),
        "source": constant(ORGS[org], len(rows)),
        "patient_id": digits(registrations.number[rows], width, prefix),
        "person_id": pick(world.people.person_id(), registrations.person[rows]),
        "kinds": pick(registrations.kinds, rows),
    })  # fmt: skip


def swapped_ids(known: pa.Table, org: int, spoiled: pa.Table) -> pa.Table:
    """Ids with swapped digits as errors of the registration table, in the columns that `faults.spoil` gives."""
    table = next(t for t in schema(ORGS[org]).tables.values() if t.frame == "registration")
    column = table.columns[table.place("id_no")].name
    rows: Any = pc.match_substring(known.column("kinds"), "id_swapped")
    keys: Any = known.column("patient_id").filter(rows).combine_chunks()
    other = set(cast("list[str]", spoiled.column("row_key").to_pylist()))
    keys = keys.filter(pa.array([key not in other for key in keys.to_pylist()], pa.bool_()))
    size = len(keys)
    columns: dict[str, Any] = {
        "row_key": keys, "row_id": pa.nulls(size, pa.int64()), "column": constant(column, size),
        "kind": constant("bad_check", size), "expected": constant("quality", size),
    }  # fmt: skip
    return pa.table(columns)


def labelled(errors: pa.Table, org: int, table: str) -> pa.Table:
    """Errors of a table with the institution and the table before them."""
    size = errors.num_rows
    head = {"org_code": INSTITUTIONS[ORGS[org]].org_code, "source": ORGS[org], "table": table}
    columns: dict[str, Any] = {name: constant(word, size) for name, word in head.items()}
    columns |= {name: errors.column(name) for name in errors.column_names}
    return pa.table(columns)


class TruthFile:
    """A parquet file written chunk by chunk."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._writer = path, cast(Any, None)
        self.rows = 0

    def write(self, data: pa.Table) -> None:
        """Append rows."""
        if self._writer is None:
            self._writer = parquet.ParquetWriter(self._path, data.schema, compression="zstd")
        self._writer.write_table(data)
        self.rows += data.num_rows

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()
