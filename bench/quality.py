"""Which of the errors put into a generated county are found, and which rows fail without one.

Scale: persons of the county (default 5,000), of a seed that no rule was worked out on. All feeds of its three
institutions run; an error is found where its row lies in quarantine or fails the rule for such errors. A failing row
without an error is told apart: a registration with a slip of identity, a row that refers to a quarantined one, or a
false alarm.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import anyio
import pyarrow as pa
from anyio import to_thread
from sqlglot import exp

from suwen.app.bench import BenchOptions, BenchResult, Result
from suwen.app.demo.region.spec import RegionManifest
from suwen.app.runtime import Runtime, passing_runtime
from suwen.app.scoring import EVALUATION_SEED
from suwen.app.scoring.collect import collect, truth
from suwen.app.scoring.faults import (
    IDENTITY_TROUBLE,
    Alarms,
    Fault,
    Places,
    Report,
    Row,
    held_rows,
    score_alarms,
    score_faults,
)
from suwen.domains.ingest.public import FeedInfo
from suwen.domains.quality.public import compile_rules, failing_keys
from suwen.domains.standards.public import Catalog, load_catalog
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

PERSONS = 5_000
RECALL, FALSE_ALARMS = 0.99, 0.001
_REGISTERED = "SELECT feed, source_key, org_code, patient_id FROM std.patient"
_HELD = "SELECT feed, source_key, reason, row_json FROM raw.quarantine"


def run(options: BenchOptions) -> BenchResult:
    """Generate, collect, judge, compare with the truth."""
    return anyio.run(_run, Settings(workspace=options.workspace / "ws"), options.scale or PERSONS, options)


async def _run(settings: Settings, persons: int, options: BenchOptions) -> BenchResult:
    async with passing_runtime(settings) as runtime:
        manifest, feeds = await collect(runtime, persons, EVALUATION_SEED, options.progress, lambda _: True)
        async with runtime.database.unit_of_work() as uow:
            catalog = await load_catalog(uow)
        options.progress.stage("按规则判定", 1)
        table = await failing_keys(runtime.lake, catalog)
        options.progress.advance()
        report, alarms = await to_thread.run_sync(lambda: _score(runtime, catalog, manifest, feeds, table))
    return BenchResult("quality", [*_found(report), *_alarmed(alarms)])


def _score(
    runtime: Runtime, catalog: Catalog, manifest: RegionManifest, feeds: list[FeedInfo], table: pa.Table
) -> tuple[Report, Alarms]:
    rules: dict[Row, set[str]] = defaultdict(set)
    for line in table.to_pylist():
        rules[line["feed"], line["source_key"]].add(line["rule"])
    failing = {row: frozenset(codes) for row, codes in rules.items()}
    registered = _select(runtime, _REGISTERED)
    institution = {org: key for key, org in manifest.extra["org_codes"].items()}
    tables = {feed.code: (institution[feed.org_code], feed.table) for feed in feeds}
    places = Places(feeds, {(line["feed"], line["patient_id"]): line["source_key"] for line in registered})
    faults = [Fault.of(line) for line in truth(manifest, manifest.errors)]
    report = score_faults(faults, places, held_rows(_select(runtime, _HELD), tables), failing)
    kinds = {
        (line["org_code"], line["patient_id"]): frozenset(str(line["kinds"]).split("+"))
        for line in truth(manifest, manifest.identities)
    }
    troubled = frozenset(
        (line["feed"], line["source_key"])
        for line in registered
        if kinds.get((line["org_code"], line["patient_id"]), frozenset()) & IDENTITY_TROUBLE
    )
    orphans = frozenset(_orphans(runtime, catalog, failing, report))
    return report, score_alarms(failing, report, troubled, orphans)


def _orphans(
    runtime: Runtime, catalog: Catalog, failing: Mapping[Row, frozenset[str]], report: Report
) -> Iterator[tuple[Row, str]]:
    """Failing references of which the row referred to lies in quarantine."""
    for rule in compile_rules(catalog):
        if rule.type != "reference" or not any(rule.code in codes for codes in failing.values()):
            continue
        # `column` is the first column of the reference, which names the row alone in these datasets.
        query = exp.select("feed", "source_key", "org_code", exp.alias_(exp.column(rule.column), "named"))
        for line in _select(runtime, query.from_(exp.table_(rule.dataset, db="std"))):
            row: Row = (line["feed"], line["source_key"])
            if rule.code in failing.get(row, ()) and (line["org_code"], line["named"]) in report.lost:
                yield row, rule.code


def _select(runtime: Runtime, query: str | exp.Query) -> list[dict[str, Any]]:
    return runtime.lake.select(query, scope=Scope.everything()).to_pylist()


def _found(report: Report) -> Iterator[Result]:
    for (kind, expected), tally in sorted(report.kinds.items()):
        if expected == "accepted":
            yield Result(f"let through, {kind}", 1 - tally.found, f"of {tally.total:,} readable values", RECALL)
        else:
            where = f"of {tally.total:,}: {tally.quarantined} in quarantine, {tally.failing} by a rule"
            yield Result(f"found, {kind} (meant for {expected})", tally.found, where, RECALL)


def _alarmed(alarms: Alarms) -> Iterator[Result]:
    total = max(1, alarms.total)
    yield Result("alarms (failing rows, rule by rule)", alarms.total, "alarms")
    yield Result("without an error on the row", alarms.without_error / total, "share of alarms", better="lower")
    yield Result("  of a slip of identity", alarms.identity.total() / total, "share of alarms", better="lower")
    yield Result("  of a row in quarantine", alarms.orphans.total() / total, "share of alarms", better="lower")
    yield Result("  false alarms", alarms.false.total() / total, "share of alarms", FALSE_ALARMS, "lower")
    for why, counts in (("identity", alarms.identity), ("orphan", alarms.orphans), ("false", alarms.false)):
        for rule, count in counts.most_common():
            yield Result(f"  {why}: {rule}", count, "alarms", better="lower")
