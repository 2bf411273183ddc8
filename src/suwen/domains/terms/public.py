"""The door of the terminology room."""

from suwen.domains.terms.matching import (
    Acceptance,
    Answer,
    Aside,
    Candidate,
    Conflict,
    Kept,
    LearntPair,
    Matcher,
    MatcherOptions,
    StandardTerm,
    merge_pairs,
    normalise,
    read_mention_list,
    read_pairs,
    read_standard,
    write_answers,
    write_pairs,
)
from suwen.domains.terms.service.starting import have_harvested

__all__ = [
    "Acceptance",
    "Answer",
    "Aside",
    "Candidate",
    "Conflict",
    "Kept",
    "LearntPair",
    "Matcher",
    "MatcherOptions",
    "StandardTerm",
    "have_harvested",
    "merge_pairs",
    "normalise",
    "read_mention_list",
    "read_pairs",
    "read_standard",
    "write_answers",
    "write_pairs",
]
