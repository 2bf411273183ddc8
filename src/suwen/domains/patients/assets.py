"""How much of every dataset the master index 主索引 knows the person of."""

from collections.abc import Sequence
from typing import TypeAlias

import pyarrow as pa
from anyio import to_thread
from sqlglot import exp

from suwen.domains.lake.public import AssetFigure, Lake, Remembered, knows_assets
from suwen.domains.patients.repository.reads import PatientReads
from suwen.domains.standards.public import Dataset
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope

KNOWN = "lookup.identities"
"""Name of the identities of the master index in the statement."""
Counts: TypeAlias = tuple[tuple[str, int, int], ...]
_counted: Remembered[Counts] = Remembered()


@knows_assets("patients")
async def linked(uow: UnitOfWork, lake: Lake, datasets: Sequence[Dataset], scope: Scope) -> list[AssetFigure]:
    """Return, by dataset and institution, the rows whose patient is an identity of the master index.

    Counted once for each version of a table and state of the index; the first to ask waits for it.
    """
    reads = PatientReads(uow.session)
    state = await reads.state()
    present = [each.code for each in datasets if lake.exists("std", each.code)]
    fresh = all(_counted.fresh(lake, f"std.{code}", state) for code in present)
    keys = [] if fresh else await reads.every_key()

    def count() -> dict[str, Counts]:
        known = pa.table({"patient_key": pa.array(keys, pa.string())})
        return {
            code: _counted.of(lake, f"std.{code}", state, lambda version, code=code: _count(lake, code, version, known))
            for code in present
        }

    return [
        AssetFigure(dataset=code, measure="person", org_code=org, met=met, of=rows, at=state.at)
        for code, counts in (await to_thread.run_sync(count)).items()
        for org, rows, met in counts
        if scope.allows(org)
    ]


def linked_query(dataset: str) -> exp.Select:
    """Return the statement: org_code, n (rows), known (rows of patients that are in `lookup.identities`)."""
    known = exp.column("patient_key", table="k")
    org = exp.column("org_code", table="s")
    rows = exp.alias_(exp.Count(this=exp.Star()), "n")
    return (
        exp.select(org, rows, exp.alias_(exp.Count(this=known), "known"))
        .from_(exp.to_table(f"std.{dataset}", alias="s"))
        .join(
            exp.to_table(KNOWN, alias="k"),
            on=known.copy().eq(exp.column("patient_key", table="s")),
            join_type="left",
        )
        .group_by(org.copy())
    )


def _count(lake: Lake, dataset: str, version: int, known: pa.Table) -> Counts:
    found = lake.select(
        linked_query(dataset),
        scope=Scope.everything(),
        versions={f"std.{dataset}": version},
        tables={KNOWN: known},
    )
    return tuple((row["org_code"], int(row["n"]), int(row["known"])) for row in found.to_pylist())
