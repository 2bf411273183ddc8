"""What the landed data call things: distinct codes and names with their counts, by institution and system."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from anyio import to_thread
from sqlglot import exp

from suwen.domains.lake.public import Lake
from suwen.domains.standards.public import Catalog, TermBinding, ValueSet
from suwen.domains.terms.kinds import KINDS, Kind
from suwen.domains.terms.models import TermDictionary
from suwen.domains.terms.names import name_key
from suwen.domains.terms.reading import LONGEST, Line
from suwen.domains.terms.repository.dictionaries import DictionaryRepository
from suwen.domains.terms.schemas_asking import DictionaryRef
from suwen.domains.terms.service.loading import load
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.permissions import Principal
from suwen.kernel.pinyin import initials
from suwen.kernel.progress import Progress
from suwen.kernel.scope import Scope

Place = tuple[str, str, str, str]
"""Institution, system, kind, topic."""


@dataclass
class Found:
    """The distinct entries of one dictionary: (code, name) → count and parts."""

    entries: dict[tuple[str, str], tuple[int, dict[str, str]]] = field(
        default_factory=dict[tuple[str, str], tuple[int, dict[str, str]]]
    )

    def add(self, code: str, name: str, count: int, parts: dict[str, str]) -> None:
        """Count an entry; parts are those of its most frequent row."""
        held = self.entries.get((code, name))
        most = parts if held is None or count > held[0] else held[1]
        self.entries[code, name] = (count + (held[0] if held else 0), most)

    def lines(self, value_set: ValueSet | None) -> list[Line]:
        """Return the entries as a list; what is a code of `value_set` already is mapped to itself."""
        names: dict[str, list[str]] = {}
        for code, name in self.entries:
            if code and name:
                names.setdefault(code, []).append(name)
        merged: dict[tuple[str, str], tuple[int, dict[str, str]]] = {}
        for (code, name), (count, parts) in self.entries.items():
            # A row without name is counted for the name that its code has elsewhere, if it is one.
            full = name or (names[code][0] if len(names.get(code, ())) == 1 else "")
            held = merged.get((code, full))
            merged[code, full] = (count + (held[0] if held else 0), parts if held is None or name else held[1])
        titles = value_set.titles if value_set else {}
        return [
            Line(0, code, name, None, parts, (code,) if code in titles else (), count, *_keys(name or code))
            for (code, name), (count, parts) in merged.items()
        ]


async def harvest(
    database: Database,
    lake: Lake,
    catalog: Catalog,
    progress: Progress,
    *,
    scope: Scope,
    requester: Principal | None = None,
    kinds: Iterable[str] = (),
) -> dict[str, int]:
    """Bring the dictionaries to what the lake's standard datasets hold; returns the sums of the loads.

    Each dictionary is one commit, so a run that ends early has done some; run again, those come out unchanged.
    """
    chosen = [KINDS[code] for code in kinds] or list(KINDS.values())
    found: dict[Place, Found] = {}
    progress.stage("提取源端字典", len(chosen))
    for kind in chosen:
        progress.message(kind.title)
        await to_thread.run_sync(_collect, lake, catalog, kind, scope, found)
        progress.advance()
    async with database.unit_of_work(requester) as uow:
        held = await _gone(uow, scope, chosen, found)
    for place in held:
        found[place] = Found()
    sums = {"dictionaries": 0, "added": 0, "changed": 0, "vanished": 0, "unchanged": 0}
    progress.stage("更新源端字典", len(found))
    for (org, system, kind, topic), each in sorted(found.items()):
        value_set = catalog.value_sets.get(topic) if kind == "value_set" else None
        ref = DictionaryRef(org_code=org, system=system, kind=kind, topic=topic)
        if value_set is not None:
            ref = ref.model_copy(update={"title": f"{system} {value_set.title}", "target": value_set.code})
        lines = await to_thread.run_sync(each.lines, value_set)
        async with database.unit_of_work(requester) as uow:
            report = await load(uow, scope, ref, lines, "harvest")
        sums["dictionaries"] += 1
        for name in ("added", "changed", "vanished", "unchanged"):
            sums[name] += getattr(report, name)
        progress.advance()
    return sums


async def _gone(
    uow: UnitOfWork, scope: Scope, kinds: Iterable[Kind], found: Mapping[Place, Found]
) -> list[Place]:  # fmt: skip
    """Return harvested dictionaries of which the data hold nothing any more."""
    repository = DictionaryRepository(uow.session)
    held = await repository.dictionaries(scope, [kind.code for kind in kinds])
    missing = [each for each in held if _place(each) not in found]
    return [_place(each) for each in missing if await repository.harvested(each.id)]


def _place(held: TermDictionary) -> Place:
    return held.org_code, held.system, held.kind, held.topic


def _collect(lake: Lake, catalog: Catalog, kind: Kind, scope: Scope, found: dict[Place, Found]) -> None:
    reading = Scope(scope.orgs, 5, unmask=True)
    for topic, dataset, source in harvests_of(kind, catalog):
        if not lake.exists("std", dataset):
            continue
        for batch in lake.stream(query_of(dataset, source), scope=reading):
            for row in batch.to_pylist():
                code, name = _text(row["code"]), _text(row["name"])
                if not code and not name:
                    continue
                place = (row["org_code"], row["system"], kind.code, topic)
                parts = {part: _text(row[part]) for part in source.parts if _text(row[part])}
                found.setdefault(place, Found()).add(code, name, int(row["n"]), parts)


def harvests_of(kind: Kind, catalog: Catalog) -> Iterator[tuple[str, str, TermBinding]]:
    """Yield topic, dataset and columns that hold a kind; value sets in every element that names one."""
    for dataset in catalog:
        for binding in dataset.terms:
            if binding.kind == kind.code:
                yield "", dataset.code, binding
        if kind.code == "value_set":
            for element in dataset.elements:
                if element.value_set is not None:
                    yield element.value_set, dataset.code, TermBinding(kind=kind.code, code=element.name)


def query_of(dataset: str, source: TermBinding) -> exp.Select:
    """Return the query of a dataset's distinct values: org_code, system, code, name, parts, n (rows)."""

    def column(name: str | None) -> exp.Expr:
        return exp.column(exp.to_identifier(name, quoted=True)) if name else exp.cast(exp.null(), "TEXT")

    system = exp.func("SPLIT_PART", exp.column("feed"), exp.Literal.string("."), exp.Literal.number(1))
    values = {"code": source.code, "name": source.name, **source.parts}
    keys: list[exp.Expr] = [exp.column("org_code"), exp.alias_(system, "system")]
    keys += [exp.alias_(exp.cast(column(held), "TEXT"), name, quoted=True) for name, held in values.items()]
    inner = exp.select(*keys).from_(exp.to_table(f"std.{dataset}")).subquery("v")
    names = [exp.column(exp.to_identifier(name, quoted=True)) for name in ("org_code", "system", *values)]
    filled = exp.or_(*(exp.column(name).is_(exp.null()).not_() for name in ("code", "name")))
    counted = exp.select(*names, exp.alias_(exp.Count(this=exp.Star()), "n")).from_(inner).where(filled)
    return counted.group_by(*(name.copy() for name in names))


def _text(value: object) -> str:
    return str(value or "").strip()[:LONGEST]


def _keys(name: str) -> tuple[str, str]:
    return name_key(name), initials(name)[:LONGEST]
