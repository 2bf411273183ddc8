"""How much of a dataset's terms has a standard code, counted over its rows."""

from dataclasses import dataclass

from sqlglot import exp

from suwen.domains.lake.public import SOURCE_VALUES, Lake, Remembered
from suwen.domains.standards.public import Dataset, TermBinding
from suwen.kernel.scope import Scope

VALUE_SETS = "value_set"
"""Kind of the source dictionaries of values, all value sets together."""


@dataclass(frozen=True)
class Translated:
    """Rows of one institution that hold a term of a kind, and those of them that have its standard code."""

    org_code: str
    kind: str
    rows: int
    mapped: int


_counts: Remembered[tuple[Translated, ...]] = Remembered()


def translations(lake: Lake, dataset: Dataset) -> tuple[Translated, ...]:
    """Return the counts of a dataset's terms that can have a standard code; remembered until the table changes.

    A term whose columns the table does not have yet is left out.
    """
    table = f"std.{dataset.code}"
    if not lake.exists(table):
        return ()
    held = set(lake.snapshot(table).spec.names)
    present = dataset.model_copy(update={"terms": tuple(t for t in dataset.terms if {*t.sources, *t.targets} <= held)})
    return _counts.of(lake, table, present.terms, lambda version: counted(lake, present, version=version))


def counted(lake: Lake, dataset: Dataset, *, coded: bool = False, version: int | None = None) -> tuple[Translated, ...]:
    """Return the counts of a dataset's terms now, or at a version of its table.

    coded: of value sets, too: rows, and those of which the mapping replaced some value.
    """
    bindings = _bindings(dataset)
    if not counted_kinds(dataset, coded=coded):
        return ()
    versions = {} if version is None else {f"std.{dataset.code}": version}
    rows = lake.select(counted_query(dataset, coded=coded), scope=Scope.everything(), versions=versions).to_pylist()
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for row in rows:
        if coded:
            sums[row["org_code"], VALUE_SETS] = (int(row["n"]), int(row["replaced"]))
        for number, binding in enumerate(bindings):
            held, mapped = sums.get((row["org_code"], binding.kind), (0, 0))
            found = (held + int(row[f"rows_{number}"] or 0), mapped + int(row[f"mapped_{number}"]))
            sums[row["org_code"], binding.kind] = found
    return tuple(Translated(org, kind, *counts) for (org, kind), counts in sorted(sums.items()))


def counted_kinds(dataset: Dataset, *, coded: bool = False) -> list[str]:
    """Return the kinds that `counted` counts in a dataset."""
    return [*([VALUE_SETS] if coded else []), *dict.fromkeys(binding.kind for binding in _bindings(dataset))]


def counted_query(dataset: Dataset, *, coded: bool = False) -> exp.Select:
    """Return the statement: org_code, n (rows), and of each term with a standard code `rows_<i>`, `mapped_<i>`."""
    columns: list[exp.Expr] = [_column("org_code"), exp.alias_(exp.Count(this=exp.Star()), "n")]
    if coded:
        columns.append(exp.alias_(exp.Count(this=_column(SOURCE_VALUES)), "replaced"))
    for number, binding in enumerate(_bindings(dataset)):
        columns.append(exp.alias_(_times(_filled(binding)), f"rows_{number}"))
        columns.append(exp.alias_(exp.Count(this=_column(str(binding.standard_code))), f"mapped_{number}"))
    return exp.select(*columns).from_(exp.to_table(f"std.{dataset.code}", alias="s")).group_by(_column("org_code"))


def _bindings(dataset: Dataset) -> list[TermBinding]:
    return [binding for binding in dataset.terms if binding.standard_code is not None]


def _filled(binding: TermBinding) -> exp.Expr:
    given = [name for name in (binding.code, binding.name) if name is not None]
    return exp.or_(*(_column(name).is_(exp.null()).not_() for name in given))


def _times(condition: exp.Expr) -> exp.Expr:
    return exp.func("SUM", exp.case().when(condition, exp.convert(1)).else_(exp.convert(0)))


def _column(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table="s")
