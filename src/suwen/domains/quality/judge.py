"""Reading the lake for the rules: counts, samples, touched days. Synchronous; run in a worker thread."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast

import pyarrow as pa
from sqlglot import exp

from suwen.domains.lake.public import Lake
from suwen.domains.quality.counting import gather
from suwen.domains.quality.rule import Rule
from suwen.domains.quality.rule_type import column, template
from suwen.domains.quality.schemas import Outcome
from suwen.domains.quality.statement import Target, counted_violations, day_of, passes, sampled, violations
from suwen.domains.standards.public import Catalog, Dataset
from suwen.kernel import clock
from suwen.kernel.scope import HIGHEST_GRADE, Scope

CODES = "lookup.value_set_code"
SAMPLES = 5
"""Failing rows kept for each rule × institution."""
_SELECTS = 8
"""Rules whose samples one statement finds."""


@dataclass(frozen=True)
class Judge:
    """One state of the lake under the rules: every statement of a run reads the same table versions."""

    lake: Lake
    catalog: Catalog
    codes: pa.Table
    today: date
    versions: Mapping[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def over(cls, lake: Lake, catalog: Catalog) -> "Judge":
        """Return a judge of the lake's present state."""
        versions = {
            f"std.{d.code}": lake.snapshot("std", d.code).version for d in catalog if lake.exists("std", d.code)
        }
        return cls(lake, catalog, code_table(catalog), clock.today(), versions)

    def judged(self, rules: Iterable[Rule]) -> tuple[Rule, ...]:
        """Return the rules that can be judged: a reference into a dataset that nobody sent yet cannot."""
        return tuple(rule for rule in rules if self.needs(rule) <= set(self.versions))

    def needs(self, rule: Rule) -> set[str]:
        """Return the std tables that a rule reads."""
        relations = [join.relation for join in rule.check().joins]
        found = {f"{t.db}.{t.name}" for relation in relations for t in relation.find_all(exp.Table)}
        return {f"std.{rule.dataset}", *found} - {CODES}

    def count(self, dataset: Dataset, rules: Sequence[Rule], target: Target) -> Outcome:
        """Return the counts of some rules of a dataset by institution and day."""
        steps = passes(dataset, rules, target)
        return gather((step, self.select(step.query)) for step in steps)

    def samples(self, dataset: Dataset, failing: Sequence[tuple[Rule, str]]) -> list[Mapping[str, Any]]:
        """Return a few failing rows for each (rule, institution), by keys."""
        found: list[Mapping[str, Any]] = []
        by_rule: dict[str, tuple[Rule, list[str]]] = {}
        for rule, org in failing:
            by_rule.setdefault(rule.code, (rule, []))[1].append(org)
        pairs = list(by_rule.values())
        for start in range(0, len(pairs), _SELECTS):
            query = sampled(dataset, pairs[start : start + _SELECTS], SAMPLES)
            if query is not None:
                found += cast("list[Mapping[str, Any]]", self.select(query).to_pylist())
        return found

    def touched(self, dataset: Dataset, batch_id: str, judged: Mapping[tuple[str, date | None], int]) -> Target | None:
        """Return what a batch made stale: the days that it wrote to, and those whose row count is no longer as judged.

        None when there is nothing. A row that moved to another day is found on both: its new day holds the batch's
        row, its old day has one row less (or holds another row of the batch).
        """
        day = day_of(dataset)
        of_batch = exp.Filter(
            this=template("COUNT(*)"), expression=exp.Where(this=column("batch_id").eq(exp.Placeholder(this="batch")))
        )
        query = exp.select(
            column("org_code"), exp.alias_(day, "day"), template("COUNT(*) AS n"), exp.alias_(of_batch, "b")
        )
        query = query.from_(exp.table_(dataset.code, db="std", alias="t")).group_by(column("org_code"), day)
        rows = self.select(query, batch=batch_id).to_pylist()
        present = {(str(row["org_code"]), cast("date | None", row["day"])): row for row in rows}
        stale = {key for key, row in present.items() if row["b"] or judged.get(key) != row["n"]}
        stale |= judged.keys() - present.keys()
        if not stale:
            return None
        orgs, days = {org for org, _ in stale}, {day for _, day in stale}
        # Beyond a year of days one full pass over the institutions is cheaper than the list.
        return Target(tuple(sorted(orgs)), tuple(sorted(days, key=str)) if len(days) <= 366 else None)

    def failing(
        self, dataset: Dataset, rule: Rule, target: Target, scope: Scope, *, offset: int, limit: int
    ) -> tuple[int, list[dict[str, Any]]]:
        """Return how many rows of the scope's institutions fail a rule, and the identities of some of them.

        Judged on true values: a value that the caller may not read fails or passes all the same.
        """
        trusted = replace(scope, grade=HIGHEST_GRADE, unmask=True)
        total = int(self.select(counted_violations(dataset, rule, target), trusted)["n"][0].as_py())
        listed = violations(dataset, rule, target)
        order = [column(name) for name in ("org_code", "feed", "source_key")]
        page = self.select(listed.order_by(*order).limit(limit).offset(offset), trusted) if total else None
        return total, page.to_pylist() if page is not None else []

    def shown(
        self, dataset: Dataset, identities: Sequence[Mapping[str, Any]], scope: Scope, columns: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Return whole rows by their identities, as the scope shows them, in the same order."""
        if not identities:
            return []
        names = ("org_code", "feed", "source_key")
        keys = sorted({str(each["source_key"]) for each in identities})
        query = (
            exp.select(*(column(name) for name in dict.fromkeys((*names, *columns))))
            .from_(exp.table_(dataset.code, db="std", alias="t"))
            .where(column("source_key").isin(*(exp.Literal.string(key) for key in keys)))
        )
        patients = {str(each["patient_key"]) for each in identities}
        rows = self.lake.select(query, scope=scope, patient_keys=patients, versions=self._pinned(query)).to_pylist()
        found = {tuple(row[name] for name in names): row for row in rows}
        wanted = (tuple(each[name] for name in names) for each in identities)
        return [{name: found[key][name] for name in columns} for key in wanted if key in found]

    def _pinned(self, query: exp.Query) -> dict[str, int]:
        used = {f"{table.db}.{table.name}" for table in query.find_all(exp.Table)}
        return {name: version for name, version in self.versions.items() if name in used}

    def select(self, query: exp.Query, scope: Scope | None = None, **params: object) -> pa.Table:
        """Run a statement on the state of this run; without a scope it sees everything."""
        return self.lake.select(
            query,
            scope=scope or Scope.everything(),
            params={"today": self.today, **params},
            versions=self._pinned(query),
            tables={CODES: self.codes},
        )


def code_table(catalog: Catalog) -> pa.Table:
    """Return the codes of all value sets: columns value_set, code (VARCHAR)."""
    pairs = [(name, item.code) for name, value_set in catalog.value_sets.items() for item in value_set.items]
    columns = {"value_set": [name for name, _ in pairs], "code": [code for _, code in pairs]}
    return pa.table(columns, schema=pa.schema([("value_set", pa.string()), ("code", pa.string())]))


def digest_of(dataset: Dataset, rules: Sequence[Rule], catalog: Catalog) -> str:
    """Return a digest of all that decides a dataset's outcome besides its rows: statements and codes."""
    digest = hashlib.sha256()
    for step in passes(dataset, rules):
        digest.update(step.query.sql("duckdb").encode())
        digest.update("\n".join(counted.rule.code for counted in step.counted).encode())
    for name in sorted({element.value_set for element in dataset.elements if element.value_set}):
        digest.update("\n".join((name, *catalog.value_set(name).codes)).encode())
    return digest.hexdigest()
