"""Statement kinds that must give the same rows on every engine; rooms that compile SQL register theirs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa
from sqlglot import exp

from suwen.domains.lake.compose.statement import Input
from suwen.domains.lake.schemas import TableSpec
from suwen.kernel.scope import Scope


@dataclass(frozen=True)
class StatementSample:
    """One statement with the rows it runs over: `rows` holds each lake table's declaration and content.

    name tells samples of one kind apart. Row order does not count; floats agree to nine digits.
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
    if known is not None and known.__qualname__ != builder.__qualname__:
        raise ValueError(f"statement kind {name!r} is registered twice")
    _kinds[name] = builder


def registered_statements() -> dict[str, Builder]:
    """Return the builders by kind, sorted."""
    return dict(sorted(_kinds.items()))
