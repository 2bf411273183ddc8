"""The confirmed mapping in effect: published to the lake for the next loads, applied to what is there already."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
from anyio import to_thread
from sqlglot import exp

from suwen.domains.lake.public import (
    ROWS,
    SOURCE_VALUES,
    TERM_MAP,
    Lake,
    WriteConflict,
    columns_made,
    mapped_kinds,
    replaced_kinds,
    table_of,
    term_key,
    translated,
    value_set_kind,
)
from suwen.domains.standards.public import Catalog, Dataset
from suwen.domains.terms.kinds import KINDS
from suwen.domains.terms.models import TermApplication, TermDictionary
from suwen.domains.terms.repository.publishing import PublishRepository
from suwen.domains.terms.schemas import PUBLISH
from suwen.domains.terms.service.access import who
from suwen.domains.terms.service.counting import VALUE_SETS, counted, counted_kinds
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.permissions import Principal
from suwen.kernel.progress import Progress

ATTEMPTS = 5
"""How often a dataset is tried that others write to meanwhile."""


async def have_published(uow: UnitOfWork) -> None:
    """Have the lake told of what this unit of work decides, unless a job waits that will see it."""
    if not await PublishRepository(uow.session).waiting():
        uow.defer(PUBLISH, {})


async def publish(database: Database, lake: Lake, progress: Progress) -> int:
    """Bring the lake's map to what was decided; returns the number of dictionaries.

    A dictionary is one commit of the lake. One whose decisions go on meanwhile stays pending.
    """
    async with database.unit_of_work() as uow:
        pending = [(held.id, held.revision) for held in await PublishRepository(uow.session).pending()]
    progress.stage("发布对照", len(pending))
    for key, revision in pending:
        async with database.unit_of_work() as uow:
            repository = PublishRepository(uow.session)
            held = await repository.get(TermDictionary, key)
            if not KINDS[held.kind].personal:
                rows = await _rows(repository, held)
                where = {"dictionary": str(key)}
                await to_thread.run_sync(lambda r=rows, w=where: lake.replace(TERM_MAP, r, w))
            await repository.published(key, revision)
        progress.advance()
    return len(pending)


async def _rows(repository: PublishRepository, held: TermDictionary) -> pa.Table:
    """Return a dictionary's rows of the map."""
    kind = value_set_kind(held.topic) if held.kind == VALUE_SETS else held.kind
    keys: dict[str, tuple[str, str]] = {}
    if held.kind != VALUE_SETS:
        async for code, name, mapped, mapped_name in repository.mapped(held.id):
            keys[term_key(code, name)] = (mapped, mapped_name)
    async for code, mapped, mapped_name in repository.unambiguous(held.id):
        # A value of a value set that is a standard code stands for itself: nothing is to be replaced.
        if held.kind != VALUE_SETS or code != mapped:
            keys[term_key(code, "")] = (mapped, mapped_name)
    size = len(keys)
    return pa.table(
        {
            "org_code": [held.org_code] * size,
            "system": [held.system] * size,
            "kind": [kind] * size,
            "dictionary": [str(held.id)] * size,
            "key": list(keys),
            "standard_code": [code for code, _ in keys.values()],
            "standard_name": [name for _, name in keys.values()],
        },
        schema=TERM_MAP.schema,
    )


@dataclass(frozen=True)
class Applied:
    """What an application did to one dataset: rows rewritten, and (rows, mapped before, mapped after) of each kind."""

    changed: int
    counts: dict[str, tuple[int, int, int]]


async def apply(
    database: Database, lake: Lake, catalog: Catalog, progress: Progress, *, buckets: int, requester: Principal | None
) -> dict[str, int]:
    """Bring the confirmed mapping to the rows of the standard datasets; only rows that change are written again.

    Nothing is collected anew. Each dataset is one commit of the lake; run again, nothing more changes.
    """
    await to_thread.run_sync(lake.ensure, TERM_MAP)
    await publish(database, lake, progress)
    kinds = await to_thread.run_sync(mapped_kinds, lake)
    chosen = [each for each in catalog if _touched(each, kinds) and lake.exists("std", each.code)]
    progress.stage("应用对照", len(chosen))
    sums = {"datasets": 0, "changed": 0}
    for dataset in chosen:
        progress.message(dataset.title)
        began = time.perf_counter()
        applied = await to_thread.run_sync(_apply, lake, dataset, sorted(kinds), buckets)
        seconds = round(time.perf_counter() - began, 3)
        async with database.unit_of_work(requester) as uow:
            repository = PublishRepository(uow.session)
            for kind, (rows, before, after) in applied.counts.items():
                repository.log(
                    TermApplication(
                        dataset=dataset.code,
                        kind=kind,
                        status="succeeded",
                        rows=rows,
                        mapped_before=before,
                        mapped_after=after,
                        changed=applied.changed,
                        seconds=seconds,
                        applied_by=who(uow)[1],
                    )
                )
        sums["datasets"] += 1
        sums["changed"] += applied.changed
        progress.advance()
    return sums


def _touched(dataset: Dataset, kinds: frozenset[str]) -> bool:
    """Say whether the mapping concerns a dataset: terms and codes always do, for a mapping may have been taken back."""
    coded = any(element.value_set is not None for element in dataset.elements)
    return coded or any(binding.targets for binding in dataset.terms) or bool(columns_made(dataset, kinds))


def _apply(lake: Lake, dataset: Dataset, kinds: Sequence[str], buckets: int) -> Applied:
    spec = table_of(dataset, buckets)
    lake.ensure(spec)
    # A kind of which nothing is mapped any more empties its columns, and its values are the source's again.
    made = {*kinds, *(binding.kind for binding in dataset.terms if binding.targets), *replaced_kinds(lake, dataset)}
    coded = SOURCE_VALUES in columns_made(dataset, made)
    before = _sums(lake, dataset, coded=coded)
    if not columns_made(dataset, kinds) and not any(mapped for _, mapped in before.values()):
        return Applied(0, {kind: (rows, 0, 0) for kind, (rows, _) in before.items()})
    for _ in range(ATTEMPTS):
        version = lake.snapshot("std", dataset.code).version
        query = changes(dataset, lake.snapshot("std", dataset.code).spec.names, made)
        try:
            written = lake.upsert(spec, query, at=version)
        except WriteConflict:
            # Somebody loads at the same time: what they loaded is translated already, the rest is looked at again.
            continue
        after = _sums(lake, dataset, coded=coded)
        counts = {kind: (rows, before[kind][1], mapped) for kind, (rows, mapped) in after.items()}
        return Applied(written.rows, counts)
    raise WriteConflict(f"table std.{dataset.code} is written to all the time", received=ATTEMPTS)


def changes(dataset: Dataset, columns: Sequence[str], kinds: set[str]) -> exp.Select:
    """Return the rows of a dataset that the mapping changes, as they become."""
    held = exp.select("*").from_(exp.to_table(f"std.{dataset.code}"))
    made = [name for name in columns_made(dataset, kinds) if name in columns]
    became = translated(dataset, held, columns, kinds)
    was = [exp.alias_(_column(name, ROWS), f"was_{name}", quoted=True) for name in made]
    assert isinstance(became, exp.Select)
    became = became.select(*was, copy=False)
    differs = exp.or_(
        *(exp.NullSafeNEQ(this=_column(name, "c"), expression=_column(f"was_{name}", "c")) for name in made)
    )
    return exp.select(*(_column(name, "c") for name in columns)).from_(became.subquery("c")).where(differs)


def _sums(lake: Lake, dataset: Dataset, *, coded: bool) -> dict[str, tuple[int, int]]:
    """Return kind → rows with a source value, rows with a standard code, over all institutions."""
    sums: dict[str, tuple[int, int]] = dict.fromkeys(counted_kinds(dataset, coded=coded), (0, 0))
    for each in counted(lake, dataset, coded=coded):
        rows, mapped = sums[each.kind]
        sums[each.kind] = (rows + each.rows, mapped + each.mapped)
    return sums


def _column(name: str, table: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=table)
