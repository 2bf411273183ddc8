"""Facts that the quality room announces."""

from dataclasses import dataclass
from typing import ClassVar

from suwen.kernel.events import Event


@dataclass(frozen=True)
class QualityJudged(Event):
    """A run finished: `score` is the overall one of all institutions, None when nothing was checked."""

    name: ClassVar[str] = "quality.judged"

    run_id: str
    datasets: list[str]
    score: float | None
