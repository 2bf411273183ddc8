"""Which stored rows a change takes away: none, those with the same key, or those that meet a condition."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from suwen.domains.lake.compose.statement import Input, Source, Statement
from suwen.domains.lake.engines.duckdb_sql import FILE
from suwen.domains.lake.engines.files import stored_bound
from suwen.domains.lake.schemas import DataFile, Leaving, Snapshot, TableSpec

OLD, NEW, GONE = "__old", "__new", "__gone"


class Drop(Protocol):
    """Rows that leave with a change."""

    def candidates(self, base: Snapshot) -> tuple[DataFile, ...]:
        """Return the files that can hold such rows, judged by their bounds."""
        ...

    def select(self, query: exp.Select, *, leaving: bool) -> exp.Select:
        """Narrow a query over `OLD` to the rows that leave, or to those that stay."""
        ...

    @property
    def sources(self) -> Mapping[str, Source]:
        """Return further sources that the narrowed query names."""
        ...

    @property
    def inputs(self) -> Mapping[str, Input]:
        """Return tables at hand that the narrowed query names."""
        ...

    @property
    def params(self) -> Mapping[str, object]:
        """Return values bound in the narrowed query."""
        ...


@dataclass(frozen=True)
class NewRows:
    """Rows on their way into a table: finished files that no snapshot has yet, or few enough to be at hand."""

    base: Snapshot
    files: tuple[DataFile, ...] = ()
    at_hand: pa.Table | None = None

    @property
    def count(self) -> int:
        """The number of rows."""
        return sum(file.rows for file in self.files) + (self.at_hand.num_rows if self.at_hand is not None else 0)

    @property
    def sources(self) -> Mapping[str, Source]:
        """Return the files under the name `NEW`."""
        return {NEW: Source(self.base, self.files)} if self.at_hand is None else {}

    @property
    def inputs(self) -> Mapping[str, Input]:
        """Return the rows at hand under the name `NEW`."""
        return {} if self.at_hand is None else {NEW: self.at_hand}

    def bounds(self, key: tuple[str, ...]) -> tuple[DataFile, ...]:
        """Return files that tell between which keys the rows lie; rows at hand are told of as one that is none."""
        if self.at_hand is None or not self.at_hand.num_rows:
            return self.files
        ends = {name: cast(Any, pc).min_max(self.at_hand[name]).as_py() for name in key}
        known = {name: pair for name, pair in ends.items() if pair["min"] is not None}
        low = {name: stored_bound(pair["min"]) for name, pair in known.items()}
        high = {name: stored_bound(pair["max"]) for name, pair in known.items()}
        return (DataFile("", self.at_hand.num_rows, 0, None, low, high),)


@dataclass(frozen=True)
class SameKey:
    """Rows whose key is among the new rows."""

    key: tuple[str, ...]
    new: NewRows

    def candidates(self, base: Snapshot) -> tuple[DataFile, ...]:
        """Return the files whose key bounds overlap those of the new rows."""
        told = self.new.bounds(self.key)
        return tuple(old for old in base.files if any(_overlap(old, new, self.key) for new in told))

    def select(self, query: exp.Select, *, leaving: bool) -> exp.Select:
        """SEMI or ANTI JOIN on the key."""
        kind = "SEMI" if leaving else "ANTI"
        keys = exp.select(*(exp.column(exp.to_identifier(name, quoted=True)) for name in self.key)).from_(_table(NEW))
        using = [exp.to_identifier(name, quoted=True) for name in self.key]
        return query.join(keys.subquery("new_keys"), join_type=kind, using=tuple(using))

    @property
    def sources(self) -> Mapping[str, Source]:
        """Return the new rows that are files."""
        return self.new.sources

    @property
    def inputs(self) -> Mapping[str, Input]:
        """Return the new rows that are at hand."""
        return self.new.inputs

    @property
    def params(self) -> Mapping[str, object]:
        """Return nothing: the rows are compared, not values."""
        return {}


@dataclass(frozen=True)
class Where:
    """Rows whose columns equal these values (None: is NULL); no condition means all rows."""

    values: Mapping[str, object] = field(default_factory=dict[str, object])

    def candidates(self, base: Snapshot) -> tuple[DataFile, ...]:
        """Return the files whose bounds or partition allow the values."""
        return tuple(f for f in base.files if all(_allows(f, base.spec, n, v) for n, v in self.values.items()))

    def select(self, query: exp.Select, *, leaving: bool) -> exp.Select:
        """Add the condition, or its opposite, NULL counting as unequal."""
        tests: list[exp.Expr] = []
        for index, (name, value) in enumerate(self.values.items()):
            column = exp.column(exp.to_identifier(name, quoted=True))
            if value is None:
                tests.append(column.is_(exp.null()))
            else:
                tests.append(exp.func("COALESCE", column.eq(exp.Placeholder(this=f"where_{index}")), exp.false()))
        condition = exp.and_(*tests) if tests else exp.true()
        return query.where(condition if leaving else exp.not_(condition))

    @property
    def sources(self) -> Mapping[str, Source]:
        """Return nothing: only the stored rows are read."""
        return {}

    @property
    def inputs(self) -> Mapping[str, Input]:
        """Return nothing: everything is in the lake."""
        return {}

    @property
    def params(self) -> Mapping[str, object]:
        """Return the values."""
        return {f"where_{index}": value for index, value in enumerate(self.values.values()) if value is not None}


@dataclass(frozen=True)
class SameKeyOrLeaving:
    """Rows whose key is among the new rows, and those that were told to leave."""

    same: SameKey
    leaving: Leaving

    def candidates(self, base: Snapshot) -> tuple[DataFile, ...]:
        """Return the files that can hold one or the other."""
        told = Where(self.leaving.where).candidates(base) if self.leaving.values.num_rows else ()
        chosen = {file.path for file in (*self.same.candidates(base), *told)}
        return tuple(file for file in base.files if file.path in chosen)

    def select(self, query: exp.Select, *, leaving: bool) -> exp.Select:
        """LEFT JOIN both lists, each named once, and keep what is in one of them, or in neither."""
        keys = [exp.alias_(_quoted(name), f"__k{place}") for place, name in enumerate(self.same.key)]
        new = exp.select(*keys, exp.alias_(exp.true(), "__is_new")).from_(_table(NEW)).distinct()
        same = exp.and_(*(_quoted(name).eq(exp.column(f"__k{place}")) for place, name in enumerate(self.same.key)))
        # What all of them hold is a column beside them: a condition on one side alone makes DuckDB loop over all pairs.
        held = [exp.alias_(exp.Placeholder(this=f"told_{place}"), f"__h{place}") for place in range(len(self.params))]
        gone = exp.select(exp.column("__v"), *held, exp.alias_(exp.true(), "__is_gone")).from_(_table(GONE)).distinct()
        told = [_quoted(self.leaving.column).eq(exp.column("__v"))]
        told += [_quoted(name).eq(exp.column(f"__h{place}")) for place, name in enumerate(self.leaving.where)]
        query = query.join(new.subquery("new_keys"), on=same, join_type="left")
        query = query.join(gone.subquery("gone_rows"), on=exp.and_(*told), join_type="left")
        neither = exp.and_(exp.column("__is_new").is_(exp.null()), exp.column("__is_gone").is_(exp.null()))
        return query.where(exp.not_(exp.paren(neither)) if leaving else neither)

    @property
    def sources(self) -> Mapping[str, Source]:
        """Return the new rows."""
        return self.same.sources

    @property
    def inputs(self) -> Mapping[str, Input]:
        """Return the values of the rows that were told to leave: `__v`; and the new rows that are at hand."""
        return {GONE: self.leaving.values.rename_columns(["__v"]), **self.same.inputs}

    @property
    def params(self) -> Mapping[str, object]:
        """Return the values that those rows hold in other columns."""
        return {f"told_{place}": value for place, value in enumerate(self.leaving.where.values())}


def leaving_by_file(base: Snapshot, files: tuple[DataFile, ...], drop: Drop) -> Statement:
    """Return the statement that counts the leaving rows of each file: `_file`, `leaving`."""
    query = exp.select(FILE, exp.alias_(exp.Count(this=exp.Star()), "leaving")).from_(_table(OLD))
    query = drop.select(query, leaving=True).group_by(FILE)
    return Statement(query, {OLD: Source(base, files, with_file=True), **drop.sources}, drop.inputs, drop.params)


def remaining(base: Snapshot, files: tuple[DataFile, ...], drop: Drop, new: NewRows | None = None) -> Statement:
    """Return the statement of the rows of these files that stay, and of the new ones where they are given."""
    columns = [_quoted(name) for name in base.spec.names]
    added = exp.select(*columns).from_(_table(NEW))
    if new is not None and not files:
        return Statement(added, new.sources, new.inputs)
    query: exp.Query = drop.select(exp.select(*columns).from_(_table(OLD)), leaving=False)
    if new is not None:
        query = exp.union(query, added, distinct=False)
    return Statement(query, {OLD: Source(base, files), **drop.sources}, drop.inputs, drop.params)


def _quoted(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True))


def _table(name: str) -> exp.Table:
    return exp.Table(this=exp.to_identifier(name, quoted=True))


def _overlap(old: DataFile, new: DataFile, key: tuple[str, ...]) -> bool:
    for name in key:
        low, high, new_low, new_high = (side.get(name) for side in (old.low, old.high, new.low, new.high))
        if not (isinstance(low, str) and isinstance(high, str)):
            continue
        if isinstance(new_low, str) and isinstance(new_high, str) and (high < new_low or low > new_high):
            return False
    return True


def _allows(file: DataFile, spec: TableSpec, name: str, value: object) -> bool:
    if name == spec.partition:
        return file.partition == (None if value is None else str(value))
    return file.may_hold(name, value) if isinstance(value, str) else True
