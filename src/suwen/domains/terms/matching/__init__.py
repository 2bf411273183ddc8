"""The matcher: source names to standard names, learning from confirmed pairs; knows no database.

``Matcher.build(standard, learn)`` then ``matcher.match(names)``. What is public here is re-exported by the room's door.
"""

from suwen.domains.terms.matching.answer import (
    Acceptance,
    Answer,
    Aside,
    Candidate,
    LearntPair,
    MatcherOptions,
    StandardTerm,
)
from suwen.domains.terms.matching.matcher import Matcher

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
