"""Creating a table and bringing it to a new declaration."""

from sqlglot import exp

from suwen.domains.lake.compose.masks import type_expression
from suwen.domains.lake.compose.statement import Source, Statement
from suwen.domains.lake.deltalog import DeltaLog
from suwen.domains.lake.engines.base import Engine
from suwen.domains.lake.locks import committing
from suwen.domains.lake.schemas import Snapshot, TableSpec
from suwen.domains.lake.specs import evolve
from suwen.domains.lake.tables import LOCKS, Tables

_OLD = "__old"
_DELTA = {
    "string": "string", "integer": "long", "int": "integer", "double": "double", "date": "date",
    "datetime": "timestamp_ntz", "boolean": "boolean", "binary": "binary",
}  # fmt: skip


def ensure(tables: Tables, engine: Engine, spec: TableSpec) -> Snapshot:
    """Create the table, or add its new columns and widen the types that need it; see specs.evolve."""
    log = tables.log(spec)
    if log.known() and log.snapshot().spec == spec:
        return log.snapshot()
    with committing(tables.root / LOCKS, spec.ref):
        if not log.exists():
            log.create(spec)
            return log.snapshot()
        old = log.snapshot()
        wanted = evolve(old.spec, spec)
        if wanted != old.spec:
            _change(log, engine, old, wanted)
        return log.snapshot()


def _change(log: DeltaLog, engine: Engine, old: Snapshot, wanted: TableSpec) -> None:
    if any(a.type != b.type for a, b in zip(old.spec.columns, wanted.columns, strict=False)):
        _widen(log, engine, old, wanted)
    elif added := wanted.columns[len(old.spec.columns) :]:
        log.add_columns((column.name, _DELTA.get(column.type, column.type)) for column in added)
    # Last: until here the new columns count as strictest grade, so nothing is shown too early.
    log.describe(wanted)


def _widen(log: DeltaLog, engine: Engine, old: Snapshot, wanted: TableSpec) -> None:
    """Write every file anew in the wider types: a change for the rare day, in one commit, readable by any engine."""
    columns: list[exp.Expr] = []
    for column in wanted.columns:
        name = exp.to_identifier(column.name, quoted=True)
        value = exp.column(name) if old.spec.column(column.name) else exp.null()
        columns.append(exp.alias_(exp.cast(value, type_expression(column.type)), name))
    query = exp.select(*columns).from_(exp.Table(this=exp.to_identifier(_OLD, quoted=True)))
    files = engine.write(Statement(query, {_OLD: Source(old, old.files)}), wanted, log.path)
    log.rewrite(old, wanted, files)
