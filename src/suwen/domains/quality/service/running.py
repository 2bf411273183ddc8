"""Runs of the rules: over everything, or over what a batch touched."""

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from anyio import to_thread

from suwen.domains.ingest.public import arrivals
from suwen.domains.lake.public import Lake
from suwen.domains.quality.arrival import Arrivals, arrival_rules
from suwen.domains.quality.events import QualityJudged
from suwen.domains.quality.judge import Judge, digest_of
from suwen.domains.quality.repository import OutcomeRepository, RuleRepository
from suwen.domains.quality.rule import Rule, compile_rules
from suwen.domains.quality.schemas import RunResult
from suwen.domains.quality.service.reporting import overall_score
from suwen.domains.quality.statement import Target
from suwen.domains.standards.public import Catalog, Dataset
from suwen.kernel import clock
from suwen.kernel.database import Database
from suwen.kernel.ids import new_id
from suwen.kernel.progress import NullProgress, Progress
from suwen.kernel.scope import Scope
from suwen.kernel.together import side_by_side

T = TypeVar("T")
AT_A_TIME = 2
"""Datasets judged side by side: while the outcome of one is stored, the rows of another are counted."""


@dataclass
class Run:
    """A run in progress: the lake's state, the enabled rules, what was counted so far."""

    database: Database
    judge: Judge
    rules: tuple[Rule, ...]
    arrivals: Arrivals
    kind: str
    started_at: datetime
    clock_start: float
    checked: int = 0
    failed: int = 0
    judged: int = 0

    @classmethod
    async def begin(cls, kind: str, lake: Lake, database: Database, catalog: Catalog) -> "Run":
        """Bring the stored rules to the compiled ones, ask ingest what arrived, and pin the lake's state."""
        started_at, clock_start = clock.now(), time.perf_counter()
        async with database.unit_of_work() as uow:
            rules = await RuleRepository(uow.session).sync([*compile_rules(catalog), *arrival_rules(catalog)])
            arrived = await arrivals(uow)
        judge = await _thread(lambda: Judge.over(lake, catalog))
        return cls(database, judge, rules, arrived, kind, started_at, clock_start)

    def datasets(self) -> list[Dataset]:
        """Return the datasets of which the lake holds rows."""
        return [dataset for dataset in self.judge.catalog if f"std.{dataset.code}" in self.judge.versions]

    def rules_of(self, dataset: Dataset) -> tuple[Rule, ...]:
        """Return the enabled rules that can be judged on a dataset's rows."""
        own = (rule for rule in self.rules if rule.dataset == dataset.code and rule.type != "arrival")
        return self.judge.judged(own)

    async def whole(self, dataset: Dataset, target: Target) -> None:
        """Judge all rules of a dataset within the target and store the outcome."""
        rules = self.rules_of(dataset)
        digest = digest_of(dataset, rules, self.judge.catalog)
        async with self.database.unit_of_work() as uow:
            layout = await RuleRepository(uow.session).layout(dataset.code)
        if layout is None or layout.digest != digest:
            # Places in what is stored no longer mean the same rules: nothing of it can stay.
            target = Target()
        outcome = await _thread(lambda: self.judge.count(dataset, rules, target))
        self.judged += len(rules)
        self.checked += int(outcome.checked.sum())
        self.failed += int(outcome.failed.sum())
        async with self.database.unit_of_work() as uow:
            outcomes = OutcomeRepository(uow.session)
            await outcomes.lock(dataset.code)
            await outcomes.store(dataset.code, rules, outcome, target)
            version = self.judge.versions[f"std.{dataset.code}"]
            # A part of the rows does not make the whole as new as its version says.
            judged = version if target == Target() else (layout.std_version if layout else 0)
            await RuleRepository(uow.session).keep_layout(dataset.code, digest, outcome.rules, judged)
            await self._arrived(outcomes, dataset)
        await self._summed(dataset)

    async def arrived_only(self, dataset: Dataset) -> None:
        """Store the arrivals of a dataset of which no row could be made standard."""
        async with self.database.unit_of_work() as uow:
            await self._arrived(OutcomeRepository(uow.session), dataset)
        await self._summed(dataset)

    async def referring(self, target: Dataset) -> None:
        """Judge anew the rules of other datasets that look into a dataset that has changed."""
        ref = f"std.{target.code}"
        for dataset in self.datasets():
            rules = [rule for rule in self.rules_of(dataset) if ref in self.judge.needs(rule)]
            if dataset.code == target.code or not rules:
                continue
            async with self.database.unit_of_work() as uow:
                layout = await RuleRepository(uow.session).layout(dataset.code)
            if layout is None or not {rule.code for rule in rules} <= set(layout.rules):
                await self.whole(dataset, Target())
                continue
            outcome = await _thread(lambda d=dataset, r=rules: self.judge.count(d, r, Target()))
            async with self.database.unit_of_work() as uow:
                outcomes = OutcomeRepository(uow.session)
                await outcomes.lock(dataset.code)
                await outcomes.store_rules(rules, outcome)
            await self._summed(dataset)

    async def end(self, datasets: Sequence[str]) -> RunResult:
        """Log the run with the overall score and announce it."""
        run_id = new_id()
        async with self.database.unit_of_work() as uow:
            overall = await overall_score(uow, Scope.everything())
            seconds = time.perf_counter() - self.clock_start
            counts = (self.judged, self.checked, self.failed)
            times = (self.started_at, clock.now())
            await RuleRepository(uow.session).log_run(
                run_id,
                kind=self.kind,
                orgs=None,
                datasets=datasets,
                counts=counts,
                score=overall.score,
                seconds=seconds,
                times=times,
            )
            uow.announce(QualityJudged(run_id=str(run_id), datasets=list(datasets), score=overall.score))
        return RunResult(run_id, *counts, overall.score, seconds)

    async def _arrived(self, outcomes: OutcomeRepository, dataset: Dataset) -> None:
        rule = next((r for r in self.rules if r.dataset == dataset.code and r.type == "arrival"), None)
        counts = self.arrivals.get(dataset.code, {})
        if rule is not None:
            await outcomes.store_arrivals(rule, counts)
            self.judged += 1
            self.checked += sum(received for received, _ in counts.values())
            self.failed += sum(rejected for _, rejected in counts.values())

    async def _summed(self, dataset: Dataset) -> None:
        own = [rule for rule in self.rules if rule.dataset == dataset.code]
        async with self.database.unit_of_work() as uow:
            layout = await RuleRepository(uow.session).layout(dataset.code)
            names = layout.rules if layout else []
            failing = await OutcomeRepository(uow.session).total(dataset.code, own, names)
        samples = await _thread(lambda: self.judge.samples(dataset, failing))
        async with self.database.unit_of_work() as uow:
            outcomes = OutcomeRepository(uow.session)
            await outcomes.lock(dataset.code)
            await outcomes.store_samples(dataset.code, samples)


async def run_plan(
    lake: Lake,
    database: Database,
    catalog: Catalog,
    progress: Progress | None = None,
    *,
    orgs: Iterable[str] | None = None,
) -> RunResult:
    """Judge all rules over all rows (of some institutions), store outcomes, totals and samples, and score."""
    progress = progress or NullProgress()
    run = await Run.begin("plan", lake, database, catalog)
    target = Target(tuple(sorted(orgs)) if orgs is not None else None)
    datasets = run.datasets()
    progress.stage("质量评价", len(datasets))

    async def judge(dataset: Dataset) -> None:
        progress.message(dataset.title)
        await run.whole(dataset, target)
        progress.advance()

    await side_by_side(datasets, judge, AT_A_TIME)
    for dataset in catalog:
        if dataset not in datasets and dataset.code in run.arrivals:
            # Everything of it lies in quarantine: no table, but not nothing.
            await run.arrived_only(dataset)
    return await run.end([dataset.code for dataset in datasets])


async def run_batch(
    lake: Lake, database: Database, load: Callable[[], Awaitable[Catalog]], dataset: str, batch_id: str
) -> RunResult | None:
    """Judge the days that a batch touched, and the references of other datasets into it; None if there is nothing.

    load: asked for the catalog only when there is something: a plan may have judged the batch's rows already.
    """
    async with database.unit_of_work() as uow:
        layout = await RuleRepository(uow.session).layout(dataset)
        judged = await OutcomeRepository(uow.session).day_rows(dataset)
    known = await _thread(lambda: lake.exists("std", dataset))
    if not known or (layout and await _thread(lambda: lake.same_rows(f"std.{dataset}", layout.std_version))):
        return None
    catalog = await load()
    run, changed = await Run.begin("batch", lake, database, catalog), catalog.dataset(dataset)
    target = await _thread(lambda: run.judge.touched(changed, batch_id, judged))
    if target is None:
        return None
    await run.whole(changed, target)
    await run.referring(changed)
    return await run.end([dataset])


async def _thread(work: Callable[[], T]) -> T:
    return await to_thread.run_sync(work)
