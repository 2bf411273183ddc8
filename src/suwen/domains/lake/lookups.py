"""Finding a person's rows in many tables within milliseconds."""

from collections.abc import Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
from sqlglot import exp

from suwen.domains.lake.buckets import files_of
from suwen.domains.lake.compose.scope import ORGS, visible
from suwen.domains.lake.compose.statement import Source, Statement, source_name
from suwen.domains.lake.engines.base import Engine
from suwen.domains.lake.schemas import DataFile, Snapshot
from suwen.domains.lake.tables import Tables
from suwen.kernel.scope import Scope

_WORKERS = 4
_KEPT = 2_000


class Lookup:
    """Looks patients up; keeps composed queries, since composing one takes longer than running it."""

    def __init__(self, tables: Tables, engine: Engine) -> None:
        self._tables = tables
        self._engine = engine
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="lake-lookup")
        self._queries: dict[Hashable, exp.Select] = {}

    def rows(self, datasets: Iterable[str], patient_keys: Iterable[str], scope: Scope) -> dict[str, pa.Table]:
        """Return the patients' rows by dataset code; see Lake.lookup."""
        keys = sorted(set(patient_keys))
        codes = [code for code in dict.fromkeys(datasets) if self._tables.log(f"std.{code}").known()]

        def rows(code: str) -> pa.Table:
            return self._rows(code, keys, scope)

        tables = self._pool.map(rows, codes)
        return dict(zip(codes, tables, strict=True))

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown()

    def _rows(self, code: str, keys: Sequence[str], scope: Scope) -> pa.Table:
        snapshot = self._tables.snapshot(f"std.{code}")
        return self._engine.table(self._statement(snapshot, files_of(snapshot, keys), keys, scope))

    def _statement(
        self, snapshot: Snapshot, files: tuple[DataFile, ...], keys: Sequence[str], scope: Scope
    ) -> Statement:
        spec = snapshot.spec
        name = source_name(spec.ref)
        source = Source(snapshot, files, bound="paths")
        key = (spec.ref, snapshot.version, bool(files), source.complete, len(keys), scope)
        query = self._queries.get(key)
        if query is None:
            if len(self._queries) >= _KEPT:
                self._queries.clear()
            # Equalities, not IN: only those let whole row groups be skipped when the keys are bound.
            column = exp.column("patient_key")
            equal = [column.eq(exp.Placeholder(this=f"key_{i}")) for i in range(len(keys))]
            query = self._queries[key] = visible(spec, name, scope, exp.or_(*equal) if equal else exp.false())
        params: dict[str, object] = {f"key_{i}": value for i, value in enumerate(keys)}
        params[ORGS] = sorted(scope.orgs or ())
        return Statement(query, {name: source}, params=params, key=key)
