"""Source terms to standard terms in SQL: the confirmed mapping as a table, and its use over rows of a dataset.

The room terms writes `mart.term_map`; whoever writes a std table has its rows translated. Neither knows the other.

    key            which source value
    code ␟ name    this code under this name
    code ␟         this code, whatever its name (only where all its names mean the same)
         ␟ name    this name, where the source has no code

A mapped value of a value set is replaced. What the source said stands beside it in `source_values`, so that a mapping
changed or taken back can be computed again from the row: ␞element␟value, once for each element replaced.
"""

from collections.abc import Collection, Iterator

from sqlglot import exp

from suwen.domains.lake.schemas import ColumnSpec, TableSpec
from suwen.domains.lake.service import Lake
from suwen.domains.lake.specs import SOURCE_VALUES
from suwen.domains.standards.public import Dataset
from suwen.kernel.scope import Scope

SEPARATOR = "\x1f"
_RECORD = "\x1e"
VALUE_SET = "value_set:"
"""Kind of the values of an element's value set: `value_set:GB/T 2261.1`."""
TERM_MAP = TableSpec(
    "mart",
    "term_map",
    (
        ColumnSpec("org_code", "string"),
        ColumnSpec("system", "string"),
        ColumnSpec("kind", "string"),
        ColumnSpec("dictionary", "string"),
        ColumnSpec("key", "string"),
        ColumnSpec("standard_code", "string"),
        ColumnSpec("standard_name", "string"),
    ),
    sort=("dictionary", "key"),
)
"""What source terms stand for. `system`: code of the source, the first part of a row's `feed`. A key is there once."""

ROWS = "rows"
"""Name of the given rows inside a translated query."""


def term_key(code: str, name: str) -> str:
    """Return the key of a source value; see above."""
    return f"{code}{SEPARATOR}{name}"


def value_set_kind(value_set: str) -> str:
    """Return the kind under which the values of a value set's elements are mapped."""
    return f"{VALUE_SET}{value_set}"


def mapped_kinds(lake: Lake, system: str | None = None) -> frozenset[str]:
    """Return the kinds of which something is mapped (for one source)."""
    if not lake.exists(TERM_MAP.ref):
        return frozenset()
    query = exp.select("kind").distinct().from_(exp.to_table(TERM_MAP.ref))
    params = {"system": system} if system is not None else {}
    if params:
        query = query.where(exp.column("system").eq(exp.Placeholder(this="system")))
    rows = lake.select(query, scope=Scope.everything(), params=params)
    return frozenset(str(kind) for kind in rows["kind"].to_pylist())


def replaced_kinds(lake: Lake, dataset: Dataset) -> frozenset[str]:
    """Return the kinds of a dataset's value sets of which some row holds a replaced value."""
    ref = f"std.{dataset.code}"
    if not lake.exists(ref) or SOURCE_VALUES not in lake.snapshot(ref).spec.names:
        return frozenset()
    kept = exp.column(exp.to_identifier(SOURCE_VALUES, quoted=True))
    query = exp.select(kept).distinct().from_(exp.to_table(ref)).where(kept.copy().is_(exp.null()).not_())
    rows = lake.select(query, scope=Scope.everything())[SOURCE_VALUES].to_pylist()
    names = {part.partition(SEPARATOR)[0] for row in rows for part in str(row).split(_RECORD) if part}
    return frozenset(value_set_kind(e.value_set) for e in dataset.elements if e.value_set and e.name in names)


def translated(dataset: Dataset, query: exp.Query, columns: Collection[str], kinds: Collection[str]) -> exp.Query:
    """Return a query of std rows with what the mapping makes of their terms.

    query: rows of the dataset, with org_code and feed. columns: names of what it gives. kinds: those of which something
    is mapped; without any that the dataset holds the query is returned as it is. A value of a value set that is mapped
    is replaced and kept in `source_values`, which the rows may have already; a term keeps its columns and gets its
    standard term beside them, NULL where nothing is mapped.
    """
    made = dict(_targets(dataset, kinds))
    if not made:
        return query
    kept = SOURCE_VALUES in columns
    # Every row goes through: a source value without mapping must never cost a row.
    selected: list[exp.Expr] = []
    joins: dict[str, tuple[str, exp.Expr]] = {}
    replaced: list[exp.Expr] = []
    for name in (*columns, *(name for name in made if name not in columns)):
        if name == SOURCE_VALUES:
            continue
        if name not in made:
            selected.append(exp.alias_(_row(name), name, quoted=True))
            continue
        term, wanted = made[name]
        found: list[exp.Expr] = []
        for number, key in enumerate(term.keys(kept)):
            alias = f"{term.alias}_{number}"
            joins[alias] = (term.kind, key)
            found.append(exp.column(wanted, table=alias))
        if term.replaces:
            given = _given(name, kept)
            value = exp.func("COALESCE", *found, given)
            replaced.append(_noted(name, given, found[0]))
        else:
            value = exp.func("COALESCE", *found) if len(found) > 1 else found[0]
        selected.append(exp.alias_(value, name, quoted=True))
    if replaced:
        others = [_carried(e.name) for e in dataset.elements if kept and e.value_set and e.name not in made]
        whole = exp.func("CONCAT", exp.Literal.string(""), *replaced, *others)
        selected.append(exp.alias_(exp.func("NULLIF", whole, exp.Literal.string("")), SOURCE_VALUES, quoted=True))
    elif kept:
        selected.append(exp.alias_(_row(SOURCE_VALUES), SOURCE_VALUES, quoted=True))
    result = exp.select(*selected).from_(query.subquery(ROWS, copy=False))
    for alias, (kind, key) in joins.items():
        on = exp.and_(
            exp.column("org_code", table=alias).eq(_row("org_code")),
            exp.column("system", table=alias).eq(_system()),
            exp.column("key", table=alias).eq(key),
        )
        result = result.join(_map_of(kind).subquery(alias), on=on, join_type="left")
    return result


def columns_made(dataset: Dataset, kinds: Collection[str]) -> tuple[str, ...]:
    """Return the columns of a dataset that the mapping of some kinds fills or changes."""
    made = tuple(_targets(dataset, kinds))
    return (*(name for name, _ in made), *((SOURCE_VALUES,) if any(term.replaces for _, (term, _) in made) else ()))


class _Term:
    """A term of a dataset: the key of its mapping, over the columns of a row. replaces: it is a value set's value."""

    def __init__(self, alias: str, kind: str, code: str | None, name: str | None, *, replaces: bool = False) -> None:
        self.alias, self.kind, self.code, self.name, self.replaces = alias, kind, code, name, replaces

    def keys(self, kept: bool) -> Iterator[exp.Expr]:
        """Yield the keys to look for, the more exact one first. kept: rows have `source_values`."""
        if self.replaces:
            yield _key(_given(str(self.code), kept), None)
            return
        code, name = (_row(column) if column else None for column in (self.code, self.name))
        yield _key(code, name)
        if code is not None and name is not None:
            yield _key(code, None)


def _targets(dataset: Dataset, kinds: Collection[str]) -> Iterator[tuple[str, tuple[_Term, str]]]:
    """Yield column → (term, what of the mapping it takes)."""
    for number, binding in enumerate(dataset.terms):
        if binding.kind in kinds:
            term = _Term(f"t{number}", binding.kind, binding.code, binding.name)
            if binding.standard_code is not None:
                yield binding.standard_code, (term, "standard_code")
            if binding.standard_name is not None:
                yield binding.standard_name, (term, "standard_name")
    for number, element in enumerate(dataset.elements):
        kind = value_set_kind(element.value_set or "")
        if element.value_set is not None and kind in kinds:
            yield element.name, (_Term(f"v{number}", kind, element.name, None, replaces=True), "standard_code")


def _given(name: str, kept: bool) -> exp.Expr:
    """Return what the source says: the value kept beside the row, else the row's own."""
    return exp.func("COALESCE", _kept(name), _row(name)) if kept else _row(name)


def _kept(name: str) -> exp.Expr:
    """Return the source's value of a replaced element; NULL where it was not replaced."""
    mark = exp.Literal.string(f"{_RECORD}{name}{SEPARATOR}")
    behind = exp.func("SPLIT_PART", _row(SOURCE_VALUES), mark, exp.Literal.number(2))
    value = exp.func("SPLIT_PART", behind, exp.Literal.string(_RECORD), exp.Literal.number(1))
    return exp.func("NULLIF", value, exp.Literal.string(""))


def _noted(name: str, given: exp.Expr, became: exp.Expr) -> exp.Expr:
    """Return the note of an element that the mapping replaces, else an empty text."""
    differs = exp.and_(
        became.copy().is_(exp.null()).not_(), exp.NullSafeNEQ(this=became.copy(), expression=given.copy())
    )
    return exp.case().when(differs, _note(name, given)).else_(exp.Literal.string(""))


def _carried(name: str) -> exp.Expr:
    """Return the note of an element that stays as it is, for no mapping of it is looked at."""
    kept = _kept(name)
    return exp.case().when(kept.copy().is_(exp.null()), exp.Literal.string("")).else_(_note(name, kept))


def _note(name: str, value: exp.Expr) -> exp.Expr:
    return exp.func("CONCAT", exp.Literal.string(f"{_RECORD}{name}{SEPARATOR}"), value.copy())


def _key(code: exp.Expr | None, name: exp.Expr | None) -> exp.Expr:
    parts = [
        exp.func("COALESCE", exp.cast(value.copy(), "TEXT"), exp.Literal.string(""))
        if value is not None
        else exp.Literal.string("")
        for value in (code, name)
    ]
    return exp.func("CONCAT", parts[0], exp.Literal.string(SEPARATOR), parts[1])


def _map_of(kind: str) -> exp.Select:
    return exp.select("*").from_(exp.to_table(TERM_MAP.ref)).where(exp.column("kind").eq(exp.Literal.string(kind)))


def _row(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=ROWS)


def _system() -> exp.Expr:
    return exp.func("SPLIT_PART", _row("feed"), exp.Literal.string("."), exp.Literal.number(1))
