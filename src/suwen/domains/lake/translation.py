"""Source terms to standard terms in SQL: the confirmed mapping as a table, and its use over rows of a dataset.

The room terms writes `mart.term_map`; whoever writes a std table has its rows translated. Neither knows the other.

    key            which source value
    code ␟ name    this code under this name
    code ␟         this code, whatever its name (only where all its names mean the same)
         ␟ name    this name, where the source has no code
"""

from collections.abc import Collection, Iterator

from sqlglot import exp

from suwen.domains.lake.schemas import ColumnSpec, TableSpec
from suwen.domains.lake.service import Lake
from suwen.domains.standards.public import Dataset
from suwen.kernel.scope import Scope

SEPARATOR = "\x1f"
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


def translated(dataset: Dataset, query: exp.Query, columns: Collection[str], kinds: Collection[str]) -> exp.Query:
    """Return a query of std rows with what the mapping makes of their terms.

    query: rows of the dataset, with org_code and feed. columns: names of what it gives. kinds: those of which something
    is mapped; without any that the dataset holds the query is returned as it is. A value of a value set that is mapped
    is replaced; a term keeps its columns and gets its standard term beside them, NULL where nothing is mapped.
    """
    made = dict(_targets(dataset, kinds))
    if not made:
        return query
    # Every row goes through: a source value without mapping must never cost a row.
    selected: list[exp.Expr] = []
    joins: dict[str, tuple[str, exp.Expr]] = {}
    for name in (*columns, *(name for name in made if name not in columns)):
        if name not in made:
            selected.append(exp.alias_(_row(name), name, quoted=True))
            continue
        term, wanted, fallback = made[name]
        found: list[exp.Expr] = []
        for number, key in enumerate(term.keys()):
            alias = f"{term.alias}_{number}"
            joins[alias] = (term.kind, key)
            found.append(exp.column(wanted, table=alias))
        values = [*found, _row(fallback)] if fallback else found
        value = exp.func("COALESCE", *values) if len(values) > 1 else values[0]
        selected.append(exp.alias_(value, name, quoted=True))
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
    return tuple(name for name, _ in _targets(dataset, kinds))


class _Term:
    """A term of a dataset: the key of its mapping, over the columns of a row."""

    def __init__(self, alias: str, kind: str, code: str | None, name: str | None) -> None:
        self.alias, self.kind, self.code, self.name = alias, kind, code, name

    def keys(self) -> Iterator[exp.Expr]:
        """Yield the keys to look for, the more exact one first."""
        yield _key(self.code, self.name)
        if self.code is not None and self.name is not None:
            yield _key(self.code, None)


def _targets(dataset: Dataset, kinds: Collection[str]) -> Iterator[tuple[str, tuple[_Term, str, str | None]]]:
    """Yield column → (term, what of the mapping it takes, column that stays where nothing is mapped)."""
    for number, binding in enumerate(dataset.terms):
        if binding.kind in kinds:
            term = _Term(f"t{number}", binding.kind, binding.code, binding.name)
            if binding.standard_code is not None:
                yield binding.standard_code, (term, "standard_code", None)
            if binding.standard_name is not None:
                yield binding.standard_name, (term, "standard_name", None)
    for number, element in enumerate(dataset.elements):
        kind = value_set_kind(element.value_set or "")
        if element.value_set is not None and kind in kinds:
            yield element.name, (_Term(f"v{number}", kind, element.name, None), "standard_code", element.name)


def _key(code: str | None, name: str | None) -> exp.Expr:
    parts = [
        exp.func("COALESCE", exp.cast(_row(column), "TEXT"), exp.Literal.string(""))
        if column
        else exp.Literal.string("")
        for column in (code, name)
    ]
    return exp.func("CONCAT", parts[0], exp.Literal.string(SEPARATOR), parts[1])


def _map_of(kind: str) -> exp.Select:
    return exp.select("*").from_(exp.to_table(TERM_MAP.ref)).where(exp.column("kind").eq(exp.Literal.string(kind)))


def _row(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=ROWS)


def _system() -> exp.Expr:
    return exp.func("SPLIT_PART", _row("feed"), exp.Literal.string("."), exp.Literal.number(1))
