"""Answers of edge nodes: the source's side of a comparison, as files, beside the copy of the platform's."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlglot import exp

from suwen.domains.ingest.edge.protocol import Manifest
from suwen.domains.ingest.edge.questions import Question
from suwen.domains.ingest.errors import SourceUnreadable
from suwen.domains.ingest.nodes.delivered import Delivered
from suwen.domains.ingest.nodes.models import IngestDelivery
from suwen.domains.ingest.pieces import Piece
from suwen.domains.ingest.reconcile.comparing import Compared, compared, show_platform
from suwen.domains.ingest.reconcile.locating import (
    LocatedKey,
    differing_keys,
    hold_platform,
    set_late,
    stray_keys,
)
from suwen.domains.ingest.reconcile.measure import Measure
from suwen.domains.ingest.reconcile.planning import CheckPlan
from suwen.domains.ingest.session import Session, SourceError, literal
from suwen.kernel.settings import Settings

ANSWER_VIEW = "answer_rows"
_DAYS = {"d": "DATE", "n": "BIGINT", "s": "TEXT", "x": "TEXT", "late": "TEXT[]"}
_KEYS = {"k": "TEXT", "late": "BOOLEAN", "n": "BIGINT", "s": "TEXT", "x": "BIGINT"}


@dataclass(frozen=True)
class NodeAnswer:
    """An answer that is here whole. sql: what the node ran."""

    question: Question
    measure: Measure
    files: tuple[Path, ...]
    sql: str

    @staticmethod
    def of(delivery: IngestDelivery, settings: Settings) -> "NodeAnswer":
        """Return the answer that a complete delivery holds. Raises SourceUnreadable for one that is none."""
        question = Question.model_validate(delivery.wanted["question"])
        told = Manifest.model_validate(delivery.manifest).answered
        # A column is read as raw keeps it, or as text where its type has changed at the source; nothing else is.
        stored = [{(name, kind), (name, "VARCHAR")} for name, kind in question.stored]
        if told is None or len(told.columns) != len(stored) or any(
            pair not in known for pair, known in zip(told.columns, stored, strict=True)
        ):  # fmt: skip
            raise SourceUnreadable("what the edge node brought is no answer", received=delivery.feed)
        files = Delivered.of(delivery, settings).rows
        return NodeAnswer(question, question.measure(told.columns), files, told.sql)


def compare_answer(plan: CheckPlan, platform_sql: str, answer: NodeAnswer) -> Compared:
    """Compare what a node found with the copy of the platform's rows. Raises SourceUnreadable."""
    with _opened(plan, answer, {**_DAYS, **{f"a{n}": "TEXT" for n, _ in enumerate(answer.measure.amounts)}}) as session:
        found: Sequence[Mapping[str, Any]] = session.table(f"SELECT * FROM {ANSWER_VIEW}").to_pylist()  # noqa: S608
        return compared(session, plan, answer.measure, found, (answer.sql, platform_sql))


def locate_answer(plan: CheckPlan, day: date | None, answer: NodeAnswer) -> list[LocatedKey]:
    """Return the keys of a day's difference, of what a node told of its keys. Raises SourceUnreadable."""
    parts = len(plan.feed.key)
    with _opened(plan, answer, {**_KEYS, **{f"p{n}": "TEXT" for n in range(parts)}}) as session:
        hold_platform(session, plan, answer.measure, day)
        late = session.rows(f"SELECT k FROM {ANSWER_VIEW} WHERE late")  # noqa: S608 - a name of our own
        set_late(session, [str(key) for (key,) in late])
        there = exp.select(exp.Star()).from_(ANSWER_VIEW).where(exp.not_(exp.column("late")))
        return [*stray_keys(session, plan, day), *differing_keys(session, there, Piece(), parts)]


@contextmanager
def _opened(plan: CheckPlan, answer: NodeAnswer, columns: Mapping[str, str]) -> Generator[Session]:
    """Open a session over both sides; columns: of the answer, with the types that they have to have."""
    files = ", ".join(literal(str(path)) for path in answer.files)
    values = [exp.alias_(exp.cast(exp.column(name), kind, dialect="duckdb"), name) for name, kind in columns.items()]
    with Session(plan.folder / "spill") as session:
        try:
            chosen = exp.select(*values).sql("duckdb")
            statement = f"CREATE OR REPLACE TEMP VIEW {ANSWER_VIEW} AS {chosen} FROM read_parquet([{files}])"
            session.execute(statement)
            show_platform(session, plan, answer.measure)
            yield session
        except SourceError as error:
            raise SourceUnreadable(
                f"feed {plan.code}: the answer of the edge node cannot be read: {str(error).splitlines()[0]}",
                received=plan.code,
            ) from None
