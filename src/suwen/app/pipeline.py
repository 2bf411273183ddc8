"""The whole way of the data in one go: collect, make standard, find persons, judge, measure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from suwen.app.runtime import Runtime
from suwen.domains.ingest import public as ingest
from suwen.domains.metrics import public as metrics
from suwen.domains.patients import public as patients
from suwen.domains.quality import public as quality
from suwen.domains.standards.public import load_catalog
from suwen.kernel import clock
from suwen.kernel.errors import SuwenError
from suwen.kernel.progress import Progress
from suwen.kernel.scope import Scope
from suwen.kernel.together import side_by_side

AT_A_TIME = 2
"""Feeds that run side by side; each uses all cores while it reads and writes."""


@dataclass(frozen=True)
class Stage:
    """What became of one source table: every row in is in the standard dataset or in quarantine."""

    source: str
    table: str
    dataset: str
    rows_in: int
    rows_std: int
    rows_quarantined: int
    seconds: float
    status: str


@dataclass(frozen=True)
class Failure:
    """A feed that could not be run, and why; all others were."""

    feed: str
    reason: str


@dataclass
class Report:
    """What a run did. ``persons`` counts who is behind ``identities``; ``score`` is the quality score, 0..100."""

    seconds: float = 0.0
    stages: list[Stage] = field(default_factory=list[Stage])
    identities: int = 0
    persons: int = 0
    suspects: int = 0
    rules: int = 0
    score: float | None = None
    metrics: int = 0
    failures: list[Failure] = field(default_factory=list[Failure])
    steps: dict[str, float] = field(default_factory=dict[str, float])
    """Seconds of each step: collect, persons, quality, metrics."""

    def as_json(self) -> dict[str, Any]:
        """The report with numbers and texts only."""
        return asdict(self)


async def run_pipeline(runtime: Runtime, progress: Progress, *, sources: Sequence[str] | None = None) -> Report:
    """Run every feed (of some sources), then linkage, the quality plan and the metrics.

    A feed that fails is reported and does not stop the others: what had landed stays, the next run goes on from there.
    """
    report, started = Report(), clock.now()
    async with runtime.database.unit_of_work() as uow:
        catalog = await load_catalog(uow)
        feeds = await ingest.list_feeds(uow, Scope.everything())
    await _collect(runtime, progress, [f for f in feeds if sources is None or f.source in sources], report)
    collected = _step(report, "collect", started)
    async with runtime.database.unit_of_work() as uow:
        linked = await patients.link(runtime.lake, uow, progress)
    report.identities, report.persons, report.suspects = linked.identities, linked.persons, linked.suspects
    joined = _step(report, "persons", collected)
    judged = await quality.run_plan(runtime.lake, runtime.database, catalog, progress)
    report.rules, report.score = judged.rules, judged.score
    scored = _step(report, "quality", joined)
    report.metrics = await metrics.refresh(runtime.lake, runtime.database, catalog, progress)
    _step(report, "metrics", scored)
    report.seconds = (clock.now() - started).total_seconds()
    return report


def _step(report: Report, name: str, since: Any) -> Any:
    now = clock.now()
    report.steps[name] = round((now - since).total_seconds(), 3)
    return now


async def _collect(runtime: Runtime, progress: Progress, feeds: Sequence[ingest.FeedInfo], report: Report) -> None:
    """Run the feeds, a few at a time: while one composes and commits, another reads. Results keep the feeds' order."""
    progress.stage("采集与标准化", len(feeds))
    done: dict[int, Stage | Failure] = {}

    async def collect(numbered: tuple[int, ingest.FeedInfo]) -> None:
        place, feed = numbered
        progress.message(f"{feed.source} {feed.title or feed.table}")
        done[place] = await _one(runtime, feed)
        progress.advance()

    await side_by_side(enumerate(feeds), collect, AT_A_TIME)
    results = [done[place] for place in sorted(done)]
    report.stages += [result for result in results if isinstance(result, Stage)]
    report.failures += [result for result in results if isinstance(result, Failure)]


async def _one(runtime: Runtime, feed: ingest.FeedInfo) -> Stage | Failure:
    try:
        done = await ingest.run_feed(runtime.database, runtime.lake, runtime.settings, feed.code)
    except SuwenError as error:
        return Failure(feed.code, str(error))
    return Stage(
        done.source,
        done.table,
        done.dataset,
        done.rows_in,
        done.rows_std,
        done.rows_quarantined,
        round(done.seconds, 3),
        done.status,
    )
