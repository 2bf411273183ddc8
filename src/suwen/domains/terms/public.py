"""The door of the terminology room."""

from suwen.domains.terms.matching import (
    Acceptance,
    Answer,
    Aside,
    Candidate,
    LearntPair,
    Matcher,
    MatcherOptions,
    StandardTerm,
)

__all__ = [
    "Acceptance",
    "Answer",
    "Aside",
    "Candidate",
    "LearntPair",
    "Matcher",
    "MatcherOptions",
    "StandardTerm",
]
