"""The matcher: source names to standard names, learning from confirmed pairs; knows no database.

``Matcher.build(standard, learn)`` then ``matcher.match(names)``. What is public here is re-exported by the room's door.
"""

from suwen.domains.terms.matching.acceptance import pairs_needed
from suwen.domains.terms.matching.answer import (
    Acceptance,
    Answer,
    Aside,
    Candidate,
    LearntPair,
    MatcherOptions,
    StandardTerm,
)
from suwen.domains.terms.matching.lists import (
    Kept,
    UnreadableList,
    read_mention_list,
    read_pairs,
    read_standard,
    write_answers,
    write_pairs,
)
from suwen.domains.terms.matching.matcher import EmptyStandard, Matcher
from suwen.domains.terms.matching.normalise import normalise
from suwen.domains.terms.matching.reasons import Why
from suwen.domains.terms.matching.sentences import UnusableSentenceModel
from suwen.domains.terms.matching.storing import NotAMatcher
from suwen.domains.terms.matching.usable import Conflict, merge_pairs

__all__ = [
    "Acceptance",
    "Answer",
    "Aside",
    "Candidate",
    "Conflict",
    "EmptyStandard",
    "Kept",
    "LearntPair",
    "Matcher",
    "MatcherOptions",
    "NotAMatcher",
    "StandardTerm",
    "UnreadableList",
    "UnusableSentenceModel",
    "Why",
    "merge_pairs",
    "normalise",
    "pairs_needed",
    "read_mention_list",
    "read_pairs",
    "read_standard",
    "write_answers",
    "write_pairs",
]
