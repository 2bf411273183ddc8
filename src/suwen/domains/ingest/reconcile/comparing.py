"""The blocking steps of a check, called in threads; none of them touches PostgreSQL."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlglot import exp

from suwen.domains.ingest import quarantine
from suwen.domains.ingest.connector import Reading
from suwen.domains.ingest.errors import SourceUnavailable
from suwen.domains.ingest.leaving import left_of
from suwen.domains.ingest.mapping.template import fill
from suwen.domains.ingest.rawtable import raw_name
from suwen.domains.ingest.reconcile.measure import LATE_KEYS, Figures, Measure
from suwen.domains.ingest.reconcile.planning import CheckPlan
from suwen.domains.ingest.reconcile.sides import days_asked, measured, read_columns, show_source
from suwen.domains.ingest.service.planned import Polled
from suwen.domains.ingest.session import Session, SourceError, literal
from suwen.domains.lake.public import Lake
from suwen.kernel.progress import Progress
from suwen.kernel.scope import Scope

EVERYTHING = Scope.everything()
PLATFORM_ROWS, PLATFORM_STRAY = "platform.parquet", "stray.parquet"
PLATFORM_VIEW = "platform_rows"
REFUSED, STANDARD = "_refused", "_standard"
"""Columns of the platform's rows: whether a row lies in quarantine, whether std has its key."""


@dataclass
class DayCompared:
    """A business day's two sides. std, quarantined, lost: where the rows received are; stray: rows of std alone."""

    source: Figures = field(default_factory=Figures)
    platform: Figures = field(default_factory=Figures)
    std: int = 0
    quarantined: int = 0
    lost: int = 0
    stray: int = 0

    @property
    def equal(self) -> bool:
        """Whether all that came in is as it is at the source, and either in std or in quarantine."""
        return self.source.same(self.platform) and not self.lost and not self.stray


@dataclass(frozen=True)
class Compared:
    """A finished comparison: days, and the statements that were run at the source and on the platform."""

    days: Mapping[date | None, DayCompared]
    boundary: str | None
    source_sql: str
    platform_sql: str


def copy_platform(plan: CheckPlan, lake: Lake) -> str:
    """Copy what the platform holds of the feed into the check's folder; returns the statement.

    It is taken at once, while no run of the feed goes on; the source may then be read for as long as it takes.
    """
    plan.folder.mkdir(parents=True, exist_ok=True)
    lake.ensure(quarantine.TABLE)
    rows = _platform_rows(plan, lake)
    params = {**plan.state.params, "feed": plan.code}
    lake.copy_out(rows, plan.folder / PLATFORM_ROWS, "parquet", scope=EVERYTHING, params=_bound(rows, params))
    stray = _stray(plan, lake)
    if stray is not None:
        lake.copy_out(stray, plan.folder / PLATFORM_STRAY, "parquet", scope=EVERYTHING, params=_bound(stray, params))
    return rows.sql("duckdb", pretty=True)


def compare(plan: CheckPlan, platform_sql: str, progress: Progress) -> Compared:
    """Read the source and compare it with the copy of the platform's rows. Raises SourceUnavailable and its kin."""
    with opened(plan, progress) as (session, measure, reading):
        asked = days_asked(measure).sql("duckdb", pretty=True)
        with Polled(session, progress):
            found = session.table(asked).to_pylist()
        return compared(session, plan, measure, found, (f"{reading.sql}\n\n{asked}", platform_sql))


def compared(
    session: Session, plan: CheckPlan, measure: Measure, found: Sequence[Mapping[str, Any]], statements: tuple[str, str]
) -> Compared:
    """Compare the copy of the platform's rows with what was found at the source: rows of `Measure.figures`.

    statements: those that were run at the source and on the platform.
    """
    # Rows that changed at the source since the boundary are on their way; what is held of them is of before.
    late = [key for row in found for key in row["late"] or ()]
    session.register(LATE_KEYS, pa.table({"k": pa.array(late, pa.string())}))
    held = replace(measure, changed=None)
    platform = held.rows(settled(), REFUSED, STANDARD)
    days: dict[date | None, DayCompared] = {}
    for row in found:
        if row["n"]:
            days.setdefault(row["d"], DayCompared()).source = Figures.of(row, measure.amounts)
    for row in session.table(held.figures(platform).sql("duckdb")).to_pylist():
        days.setdefault(row["d"], DayCompared()).platform = Figures.of(row, measure.amounts)
    _share_out(session, platform, days)
    if (plan.folder / PLATFORM_STRAY).exists():
        _add_stray(session, plan, days)
    return Compared(days, measure.boundary, *statements)


@contextmanager
def opened(
    plan: CheckPlan, progress: Progress, *, by: str | None = None
) -> Generator[tuple[Session, Measure, Reading]]:
    """Open the source and both sides' rows as views of one session; gives the session, what is compared, the read.

    by: the column by whose ranges the source is going to be asked.
    """
    connector, rules = plan.connected(), plan.feed.leaves
    with Session(plan.folder / "spill") as session:
        wanted = plan.request()
        progress.stage(f"{plan.code} 对账", 100)
        given = connector.columns(session, wanted)
        measure = measured(plan.question(session), left_of(plan.code, Reading("", given), rules).columns)
        # Rules about rows may ask for other columns than the comparison.
        read = read_columns(measure, plan.feed.key, given) if rules is None else None
        with connector.read(session, replace(wanted, columns=read, by=by)) as opened_read:
            reading = left_of(plan.code, opened_read, rules)
            show_source(session, reading, plan.feed.key, measure)
            show_platform(session, plan, measure)
            try:
                yield session, measure, reading
            except SourceError as error:
                raise SourceUnavailable(
                    f"source {plan.source}, {plan.origin}: the check broke off: {str(error).splitlines()[0]}",
                    source=plan.source,
                    table=plan.origin,
                ) from None


def show_platform(session: Session, plan: CheckPlan, measure: Measure) -> None:
    """Make the copy of what the platform holds a view of the session."""
    needed = measure.needed([raw_name(name) for name in plan.feed.key])
    chosen = [(name, kind) for name, kind in measure.columns if name in needed]
    # A view has no parameters; its text is printed from expressions.
    statement = f"CREATE OR REPLACE TEMP VIEW {PLATFORM_VIEW} AS {_as_held(plan.folder, chosen)}"
    session.execute(statement)


def _platform_rows(plan: CheckPlan, lake: Lake) -> exp.Select:
    current = plan.state.rows().subquery("c")
    refused = exp.select("batch_id", "seq").distinct().from_(exp.to_table(quarantine.TABLE.ref))
    refused = refused.where(exp.column("feed").eq(exp.Placeholder(this="feed")))
    names = [exp.column(exp.to_identifier(name, quoted=True), table="c") for name, _ in plan.stored]
    query = exp.select(*names, "c._source_key", exp.alias_(fill("NOT q.seq IS NULL"), REFUSED)).from_(current)
    query = query.join(refused.subquery("q"), on=fill("c._batch_id = q.batch_id AND c._seq = q.seq"), join_type="left")
    if not lake.exists("std", plan.dataset.code):
        return query.select(exp.alias_(exp.false(), STANDARD))
    query = query.select(exp.alias_(fill("NOT s.k IS NULL"), STANDARD))
    return query.join(_std_keys(plan).subquery("s"), on=fill("c._source_key = s.k"), join_type="left")


def _std_keys(plan: CheckPlan) -> exp.Select:
    keys = exp.select(exp.alias_(exp.column("source_key"), "k")).distinct()
    keys = keys.from_(exp.to_table(f"std.{plan.dataset.code}"))
    return keys.where(exp.column("feed").eq(exp.Placeholder(this="feed")))


def _stray(plan: CheckPlan, lake: Lake) -> exp.Select | None:
    """Return the SELECT of d, k of the feed's std rows behind which no current raw row stands."""
    if not lake.exists("std", plan.dataset.code):
        return None
    time = plan.dataset.time_column if plan.time else None
    day = exp.cast(exp.column(time, table="s"), "DATE") if time else exp.cast(exp.null(), "DATE")
    current = plan.state.rows("_source_key").subquery("c")
    query = exp.select(exp.alias_(day, "d"), exp.alias_(exp.column("source_key", table="s"), "k"))
    query = query.from_(exp.to_table(f"std.{plan.dataset.code}").as_("s"))
    query = query.join(current, on=fill("s.source_key = c._source_key"), join_type="left")
    return query.where(fill("s.feed = f AND c._source_key IS NULL", f=exp.Placeholder(this="feed")))


def _bound(query: exp.Query, params: Mapping[str, object]) -> dict[str, object]:
    """Return the values that a statement asks for; engines refuse others."""
    names = {str(node.this) for node in query.find_all(exp.Placeholder)}
    return {name: value for name, value in params.items() if name in names}


def _as_held(folder: Path, columns: list[tuple[str, str]]) -> str:
    names = [
        exp.alias_(exp.cast(_named(name), exp.DataType.build(kind, dialect="duckdb")), name, quoted=True)
        for name, kind in columns
    ]
    query = exp.select(*names, "_source_key", REFUSED, STANDARD)
    return f"{query.sql('duckdb')} FROM read_parquet({literal(str(folder / PLATFORM_ROWS))})"


def settled() -> exp.Subquery:
    """Return the platform's rows without those that the source has changed since the boundary."""
    rows = exp.select(exp.Star()).from_(exp.to_table(PLATFORM_VIEW).as_("p"))
    return rows.join(exp.to_table(LATE_KEYS).as_("l"), on=fill("p._source_key = l.k"), join_type="ANTI").subquery()


def _share_out(session: Session, rows: exp.Query, days: dict[date | None, DayCompared]) -> None:
    query = exp.select(
        "d",
        exp.alias_(fill("COUNT(*) FILTER (WHERE _refused)"), "quarantined"),
        exp.alias_(fill("COUNT(*) FILTER (WHERE NOT _refused AND _standard)"), "std"),
        exp.alias_(fill("COUNT(*) FILTER (WHERE NOT _refused AND NOT _standard)"), "lost"),
    )
    for row in session.table(query.from_(rows.subquery("q")).group_by("d").sql("duckdb")).to_pylist():
        day = days[row["d"]]
        day.quarantined, day.std, day.lost = row["quarantined"], row["std"], row["lost"]


def _add_stray(session: Session, plan: CheckPlan, days: dict[date | None, DayCompared]) -> None:
    file = literal(str(plan.folder / PLATFORM_STRAY))
    query = exp.select("d", exp.alias_(fill("COUNT(*)"), "n")).from_("q").group_by("d")
    kept = f"WITH q AS (SELECT d FROM read_parquet({file}))"  # noqa: S608 - a file name
    for row in session.table(f"{kept} {query.sql('duckdb')}").to_pylist():
        if plan.since is None or row["d"] is None or row["d"] >= plan.since:
            days.setdefault(row["d"], DayCompared()).stray = row["n"]


def _named(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True))
