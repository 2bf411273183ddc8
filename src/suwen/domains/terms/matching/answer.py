"""What goes into the matcher and what comes out."""

from dataclasses import dataclass, field
from typing import Literal

Multiplicity = Literal["auto", "one", "many"]


@dataclass(frozen=True, slots=True)
class StandardTerm:
    """A name of the standard list. One name may stand under several codes and one code under several names."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class LearntPair:
    """A confirmed pair: what a hospital wrote, and the standard name or names that it means, in their order."""

    name: str
    standard_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatcherOptions:
    """How to build a matcher.

    ``precision``: what automatically accepted answers must reach (share of whole answers that are right).
    ``threads``: of the ranker; 1 gives the same model on every machine. ``seed``: of the folds.
    ``sentences``: path of a sentence model (see ``sentences.py``) whose likeness is one more measure; None: without.
    """

    precision: float = 0.99
    threads: int = 1
    seed: int = 0
    sentences: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A standard name that a mention may mean.

    ``score``: calibrated confidence in 0..1 that this name is (part of) the answer; ``codes``: every code of the name;
    ``accepted``: single: may be taken without a person; multi: belongs to the decomposition;
    ``reason``, ``reason_en``: which words matched, which rule or learnt pair spoke for or against it.
    """

    code: str
    name: str
    score: float
    accepted: bool
    reason: str
    reason_en: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The candidates of one mention, best first.

    ``confidence``: that the whole answer (the first candidate; with several the accepted ones) is right, 0..1.
    ``automatic``: the confidence reaches the threshold that keeps the asked precision.
    """

    name: str
    candidates: tuple[Candidate, ...]
    confidence: float = 0.0
    automatic: bool = False

    @property
    def accepted(self) -> tuple[Candidate, ...]:
        """The accepted candidates."""
        return tuple(candidate for candidate in self.candidates if candidate.accepted)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """How automatic acceptance was chosen, on held-out confirmed pairs.

    ``threshold``: least confidence, None when the precision cannot be had (then nothing is accepted automatically);
    ``coverage``: share of the held-out names at or above it; ``measured``: their precision; ``lower``: its lower
    confidence limit (one-sided 65 %, Clopper-Pearson); ``pairs``: how many held-out pairs it was measured on.
    """

    precision: float
    threshold: float | None = None
    coverage: float = 0.0
    measured: float = 0.0
    lower: float = 0.0
    pairs: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class Aside:
    """An input that was kept aside: which list (``standard``, ``learn``), its index from 0, and why."""

    source: str
    index: int
    reason: str
    value: str = field(default="")
