"""Composing a statement: names become snapshots, tables become what the scope shows of them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from sqlglot import exp

from suwen.domains.lake.buckets import files_of
from suwen.domains.lake.compose.parse import lake_tables, parse_query, unqualify
from suwen.domains.lake.compose.scope import ORGS, visible
from suwen.domains.lake.compose.skipping import needed_files
from suwen.domains.lake.compose.statement import Input, Source, Statement, source_name
from suwen.domains.lake.errors import InvalidStatement
from suwen.domains.lake.schemas import DataFile, Snapshot
from suwen.kernel.scope import Scope

Version = int | datetime
SnapshotOf = Callable[[str, Version | None], Snapshot]
_KEYS = "scope_patient_keys"


def compose(
    sql: str | exp.Query,
    snapshot_of: SnapshotOf,
    scope: Scope,
    *,
    params: Mapping[str, object] | None = None,
    patient_keys: Iterable[str] | None = None,
    versions: Mapping[str, Version] | None = None,
    inputs: Mapping[str, Input] | None = None,
) -> Statement:
    """Return the statement for a query over `layer.table` names, as seen through the scope.

    patient_keys: only rows of these patients, read from the files that can hold them. versions: older versions by
    table name. inputs: further tables by the name used in the query, such as lookup.value_set.
    """
    query = parse_query(sql)
    given = dict(inputs or {})
    keys = None if patient_keys is None else sorted(set(patient_keys))
    values: dict[str, object] = dict(params or {})
    if reserved := sorted({ORGS, _KEYS} & set(values)):
        raise InvalidStatement("reserved placeholder names", received=reserved)
    values[ORGS] = sorted(scope.orgs or ())
    sources: dict[str, Source] = {}
    used: dict[str, Input] = {}
    for table in lake_tables(query, set(given)):
        ref = f"{table.db}.{table.name}"
        if ref in given:
            name = source_name(ref)
            used[name] = given[ref]
            inner = exp.select("*").from_(exp.Table(this=exp.to_identifier(name, quoted=True)))
        else:
            version = (versions or {}).get(ref)
            snapshot = snapshot_of(ref, version)
            name = source_name(ref, version)
            by_patient = keys is not None and snapshot.spec.column("patient_key") is not None
            if keys is not None and by_patient:
                files = files_of(snapshot, keys)
            else:
                files = needed_files(table, snapshot, scope, values)
            sources[name] = Source(snapshot, files if name not in sources else _both(sources[name], files))
            inner = visible(snapshot.spec, name, scope, _of_patients(keys) if by_patient and keys is not None else None)
        _replace(table, inner)
    unqualify(query)
    return Statement(query, sources, used, values)


def _both(known: Source, files: tuple[DataFile, ...]) -> tuple[DataFile, ...]:
    """Return what a table needs that is asked for twice, in different ways."""
    everything = known.snapshot.files
    if known.files is everything or files is everything:
        return everything
    wanted = {file.path for part in (known.files, files) for file in part}
    return tuple(file for file in everything if file.path in wanted)


def _of_patients(keys: list[str]) -> exp.Expr:
    column = exp.column("patient_key")
    if not keys:
        return exp.false()
    literals = [exp.Literal.string(key) for key in keys]
    return column.eq(literals[0]) if len(keys) == 1 else column.isin(*literals)


def _replace(table: exp.Table, inner: exp.Select) -> None:
    """Put the subquery in place of the table, keeping alias, joins and sample."""
    alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(table.name, quoted=True))
    kept = {name: table.args[name] for name in ("joins", "laterals", "pivots", "sample") if table.args.get(name)}
    table.replace(exp.Subquery(this=inner, alias=alias, **kept))
